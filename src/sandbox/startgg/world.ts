import { promote, startGroup } from './bracket.ts';
import type { EventRequest } from './generate.ts';
import { generateEvent, generateRoster, generateTournament } from './generate.ts';
import type { EntrantRecord, EventRecord, PhaseGroupRecord, SetRecord, TournamentRecord } from './model.ts';
import { setId, setState } from './model.ts';
import { settle } from './play.ts';
import { fillSlots, layOutSets } from './pool.ts';
import { Random } from './random.ts';
import { WorldStore } from './store.ts';
import type { Truth, TruthQuestion } from './truth.ts';
import { truthOf } from './truth.ts';

/** Fields of an event that a test may ask for; the rest is made up. */
export type NewEvent = Partial<Omit<EventRequest, 'now' | 'game'>> & { videogameId?: number | null };

/** Ids of what comes into being after the world was generated: well above all others. */
const lateIds = { set: 190_000_001, entrant: 39_000_001 };

/** A world, and what can happen in it. Everything that changes a set or an event stamps it with the clock. */
export class World extends WorldStore {
  #late = { ...lateIds };
  #made = 0;

  override snapshot() {
    return { ...super.snapshot(), late: this.#late, made: this.#made };
  }

  override restore(kept: ReturnType<World['snapshot']>): void {
    super.restore(kept);
    this.#late = { ...kept.late };
    this.#made = kept.made;
  }

  /** Records a result: winner 0 or 1, and the scores; null scores mean that only the winner was reported. */
  completeSet(
    id: number | string,
    result: { winner?: 0 | 1; scores?: [number | null, number | null] } = {},
  ): SetRecord {
    const set = this.#setToChange(id);
    const winner = result.winner ?? 0;
    const scores = result.scores ?? (winner === 0 ? [2, 1] : [1, 2]);
    set.state = setState.completed;
    set.winner = winner;
    set.hidesWinner = false;
    set.hidesScore = scores[0] === null && scores[1] === null;
    set.startedAt ??= this.clock();
    set.completedAt = this.clock();
    set.slots[0].standing = { placement: winner === 0 ? 1 : 2, score: scores[0] };
    set.slots[1].standing = { placement: winner === 1 ? 1 : 2, score: scores[1] };
    this.#moveOn(set.group);
    return set;
  }

  /** A running set's score: the set becomes active. */
  reportScore(id: number | string, scores: [number | null, number | null]): SetRecord {
    const set = this.#setToChange(id);
    set.state = setState.active;
    set.startedAt ??= this.clock();
    set.slots[0].standing = { placement: null, score: scores[0] };
    set.slots[1].standing = { placement: null, score: scores[1] };
    return set;
  }

  /** Calls a set to its station. */
  callSet(id: number | string, station?: number): SetRecord {
    const set = this.#setToChange(id);
    set.state = setState.called;
    if (station !== undefined) set.station = station;
    return set;
  }

  /** Disqualifies one side or both: -1, and for the other side no score. */
  dqSet(id: number | string, who: 0 | 1 | 'both'): SetRecord {
    const scores: [number | null, number | null] = [who === 1 ? null : -1, who === 0 ? null : -1];
    return this.completeSet(id, { winner: who === 0 ? 1 : 0, scores });
  }

  /** Links a user with a Discord account, in place of any other; null takes it off. Gives the user's id. */
  linkDiscord(playerId: number, discordId: string | null): number {
    const user = this.playerById(playerId)?.user;
    if (!user) throw new Error(`player ${playerId} has no account`);
    const link = { id: user.id + 5_000_000, type: 'DISCORD' as const, externalId: discordId };
    const name = user.name ?? 'somebody';
    this.authorize(user.id, discordId === null ? [] : [{ ...link, externalUsername: name, url: null }]);
    return user.id;
  }

  /** Changes the player's tag of today; participants keep the tag they registered with. */
  renamePlayer(id: number, gamerTag: string | null, prefix: string | null = null): void {
    this.nameOfPlayer(id, { gamerTag, prefix });
  }

  renameEntrant(id: number, name: string | null): EntrantRecord {
    const found = this.entrant(id);
    if (!found) throw new Error(`no entrant ${id}`);
    const entrant = this.change(found.event).entrants.find((one) => one.id === id) as EntrantRecord;
    entrant.name = name;
    return entrant;
  }

  /** Adds a tournament without events. */
  addTournament(fields: Partial<TournamentRecord> = {}): TournamentRecord {
    const random = this.#random();
    const startAt = fields.startAt ?? this.clock() + 86_400;
    const number = 100_000 + this.#made;
    const tournament = Object.assign(
      generateTournament(random, this.ids, { number, startAt, now: this.now }),
      fields,
    );
    tournament.updatedAt = this.clock();
    generateRoster(random, this.ids, tournament, 5000);
    this.keep(tournament);
    return tournament;
  }

  /** Adds an event, of the first game unless told otherwise. Adding to a tournament with events renews its roster. */
  addEvent(tournamentId: number, fields: NewEvent = {}): EventRecord {
    const tournament = this.#tournament(tournamentId);
    const { videogameId = this.games[0]?.id, ...request } = fields;
    const game = this.games.find((one) => one.id === videogameId) ?? null;
    const full = { entrants: 8, ...request, game, now: this.now };
    const random = this.#random();
    for (const event of tournament.events) this.change(event);
    const event = generateEvent(random, this.ids, tournament, full);
    const attendees = tournament.numAttendees;
    generateRoster(random, this.ids, tournament, 5000);
    tournament.numAttendees = attendees;
    this.keepEvent(event);
    this.#touch(event);
    tournament.updatedAt = this.clock();
    return event;
  }

  /** Adds an entrant with people of its own; brackets that exist do not change. */
  addEntrant(eventId: number, name: string): EntrantRecord {
    const event = this.#event(eventId);
    const bracket = this.change(event);
    const id = this.#late.entrant++;
    const playerIndex = 700_000 + this.#made++;
    const gamerTag = name;
    const participants = Array.from({ length: event.teamSize }, (_, i) => ({
      id: id + 10_000_000 + i * 1_000_000,
      tournament: event.tournament,
      gamerTag,
      prefix: null,
      playerIndex: playerIndex + i * 100_000,
    }));
    const entrant = {
      id,
      event,
      name,
      initialSeedNum: bracket.entrants.length + 1,
      isDisqualified: null,
      participants,
    };
    bracket.entrants.push(entrant);
    this.own(id, event);
    event.numEntrants = bracket.entrants.length;
    this.#touch(event);
    return entrant;
  }

  /** The set vanishes, as after a change of the bracket: start.gg leaves no trace of it. */
  removeSet(id: number | string): void {
    const { group } = this.#setToChange(id);
    group.sets = group.sets.filter((set) => String(setId(set)) !== String(id));
  }

  removeEvent(id: number): void {
    const event = this.#event(id);
    event.tournament.events = event.tournament.events.filter((one) => one !== event);
    event.tournament.updatedAt = this.clock();
  }

  /** Deleted; to make it private instead, `changeTournament(id, { published: false })`. Both look the same. */
  removeTournament(id: number): void {
    this.#tournament(id);
    this.tournaments.delete(id);
  }

  changeTournament(id: number, fields: Partial<TournamentRecord>): TournamentRecord {
    const tournament = this.#tournament(id);
    if (fields.slug && fields.slug !== tournament.slug)
      throw new Error('slugs of tournaments do not change here');
    return Object.assign(tournament, { updatedAt: this.clock() }, fields);
  }

  changeEvent(id: number, fields: Partial<EventRecord>): EventRecord {
    const event = this.#event(id);
    if (fields.plan || fields.id || fields.slug)
      throw new Error('the plan, id and slug of an event do not change');
    return Object.assign(event, { updatedAt: this.clock() }, fields);
  }

  /** Starts a pool: its preview sets get integer ids, new ones each time. */
  startPool(groupId: number): PhaseGroupRecord {
    const group = this.#groupToChange(groupId);
    const { event } = group.phase;
    startGroup(group, () => {
      this.own(this.#late.set, event);
      return this.#late.set++;
    });
    for (const set of group.sets) set.updatedAt = this.clock();
    if (event.state === 'CREATED') event.state = 'ACTIVE';
    this.#touch(event);
    return group;
  }

  /** Resets a pool: its sets vanish with their results, and preview sets come back. */
  resetPool(groupId: number): PhaseGroupRecord {
    const group = this.#groupToChange(groupId);
    group.started = false;
    group.state = 1;
    group.sets = layOutSets(group, group.phase.bracketType, this.clock());
    fillSlots(group);
    this.#touch(group.phase.event);
    return group;
  }

  /**
   * What Herald must hold of a game's tournaments that start from the day of `since` to the day of `until`, both
   * included, in UTC: rows by table, with times as ISO strings.
   */
  truth(question: TruthQuestion): Truth {
    return truthOf(this, question);
  }

  /** Lets results take effect: the next sets are filled, a finished pool is closed, the next phase is seeded. */
  #moveOn(group: PhaseGroupRecord): void {
    const waiting = group.sets.map((set) => JSON.stringify(set.slots.map((slot) => slot.seed?.id ?? null)));
    fillSlots(group);
    group.sets.forEach((set, i) => {
      if (waiting[i] !== JSON.stringify(set.slots.map((slot) => slot.seed?.id ?? null)))
        set.updatedAt = this.clock();
    });
    settle(group);
    const { phase } = group;
    if (!phase.groups.every((one) => one.state === 3)) return;
    const bracket = this.change(phase.event);
    promote(bracket, phase);
    if (phase === bracket.phases.at(-1)) phase.event.state = 'COMPLETED';
    this.#touch(phase.event);
  }

  #setToChange(id: number | string): SetRecord {
    const found = this.set(id);
    if (!found) throw new Error(`no set ${id}`);
    this.change(found.group.phase.event);
    const set = this.set(id) as SetRecord;
    set.updatedAt = this.clock();
    return set;
  }

  #groupToChange(id: number): PhaseGroupRecord {
    const found = this.phaseGroup(id);
    if (!found) throw new Error(`no phase group ${id}`);
    this.change(found.phase.event);
    return this.phaseGroup(id) as PhaseGroupRecord;
  }

  #tournament(id: number): TournamentRecord {
    const tournament = this.tournaments.get(id);
    if (!tournament) throw new Error(`no tournament ${id}`);
    return tournament;
  }

  #event(id: number): EventRecord {
    const event = this.event({ id });
    if (!event) throw new Error(`no event ${id}`);
    return event;
  }

  #touch(event: EventRecord): void {
    event.updatedAt = this.clock();
  }

  #random(): Random {
    return new Random(`${this.seed}/late/${this.#made++}`);
  }
}
