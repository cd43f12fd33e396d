import { type FillRequest, fillWorld } from './fill.ts';
import { Registry } from './registry.ts';
import {
  type CrewMember,
  type CrewRole,
  crewRoles,
  type Episode,
  type NewChannel,
  type NewCrewMember,
  type NewEpisode,
  type NewEvent,
  type NewPlayer,
  type SgEvent,
  type SgMatch,
} from './shapes.ts';
import { writeTime } from './times.ts';

const ownChannel = { slug: 'speedgaming', name: 'SpeedGaming', initials: 'SG' };

type Kept = { episode: Episode; deleted: boolean; spoiled?: (episode: Episode) => unknown };

/** SpeedGaming's events and episodes, and what organisers, players and crew do with them. */
export class World {
  readonly #registry = new Registry();
  readonly #events = new Map<string, SgEvent>();
  readonly #episodes = new Map<number, Kept>();
  /** Ids of episodes by event. */
  readonly #schedules = new Map<string, number[]>();

  /** All that is there, as plain data; what was spoiled is well in it. */
  snapshot() {
    const episodes = [...this.#episodes].map(([id, { episode, deleted }]) => ({ id, episode, deleted }));
    return {
      registry: this.#registry.snapshot(),
      events: this.#events,
      schedules: this.#schedules,
      episodes,
    };
  }

  /** Makes an empty world what `snapshot` gave. */
  restore(kept: ReturnType<World['snapshot']>): void {
    this.#registry.restore(kept.registry);
    for (const [slug, event] of kept.events) this.#events.set(slug, event);
    for (const [slug, ids] of kept.schedules) this.#schedules.set(slug, ids);
    for (const { id, episode, deleted } of kept.episodes) this.#episodes.set(id, { episode, deleted });
  }

  /** Adds an event, active unless said otherwise. @throws Error when the slug is taken */
  addEvent(given: NewEvent): SgEvent {
    const { slug, name = slug, shortName = name, game = 'A Link to the Past' } = given;
    if (this.#events.has(slug)) throw new Error(`the event ${slug} is there already`);
    const id = this.#registry.ids.event.take(given.id);
    const { active = true, srtv = false, srl = '', botChannel = '' } = given;
    const event = { id, slug, name, shortName, game, active, srtv, srl, botChannel };
    this.#events.set(slug, event);
    this.#schedules.set(slug, []);
    return event;
  }

  /** Adds an episode, approved unless said otherwise. Its players may be new or known. */
  addEpisode(slug: string, given: NewEpisode): Episode {
    const event = this.#event(slug);
    const { match2, channels = [ownChannel], title = '', length = 90 } = given;
    const { timezone = '', approved = true, externalRestream = false } = given;
    const crew = (role: CrewRole) => (given[role] ?? []).map((one) => this.#registry.signUp(one));
    const episode: Episode = {
      id: this.#registry.ids.episode.take(given.id),
      title,
      when: writeTime(given.when),
      whenCountdown: writeTime(given.whenCountdown ?? given.when),
      length,
      timezone,
      approved,
      externalRestream,
      event,
      match1: this.#match(slug, { title: given.matchTitle, note: given.note, players: given.players }),
      match2: match2 ? this.#match(slug, match2) : null,
      channels: channels.map((one) => this.#registry.channel(one)),
      commentators: crew('commentators'),
      trackers: crew('trackers'),
      broadcasters: crew('broadcasters'),
      helpers: crew('helpers'),
    };
    this.#episodes.set(episode.id, { episode, deleted: false });
    this.#schedules.get(slug)?.push(episode.id);
    return episode;
  }

  /** Makes many events and episodes up; the same request makes the same ones. Returns the slugs. */
  fill(request: FillRequest): string[] {
    return fillWorld(this, request);
  }

  /** Moves an episode. Without a start of the race of its own, that is when it goes on air. */
  reschedule(id: number, when: Date | string, whenCountdown: Date | string = when): void {
    Object.assign(this.episode(id), { when: writeTime(when), whenCountdown: writeTime(whenCountdown) });
  }

  setTitle(id: number, title: string, match: 1 | 2 = 1): void {
    this.#matchOf(id, match).title = title;
  }

  setNote(id: number, note: string, match: 1 | 2 = 1): void {
    this.#matchOf(id, match).note = note;
  }

  /** Not empty: the time is unconfirmed. */
  setTimezone(id: number, text: string): void {
    this.episode(id).timezone = text;
  }

  approve(id: number, approved: boolean): void {
    this.episode(id).approved = approved;
  }

  setLength(id: number, minutes: number): void {
    this.episode(id).length = minutes;
  }

  setRestream(id: number, external: boolean): void {
    this.episode(id).externalRestream = external;
  }

  setChannels(id: number, channels: NewChannel[]): void {
    this.episode(id).channels = channels.map((one) => this.#registry.channel(one));
  }

  /** Puts another player in a place, counted from 0. @throws Error when nobody is there */
  swapPlayer(id: number, position: number, player: NewPlayer | number, match: 1 | 2 = 1): void {
    const { players } = this.#matchOf(id, match);
    if (!players[position]) throw new Error(`episode ${id} has no player ${position}`);
    players[position] = this.#registry.player(this.episode(id).event.slug, player);
  }

  /** Replaces the players; a second match comes into being with them, and goes with null. */
  setPlayers(id: number, match: 1, players: (NewPlayer | number)[]): void;
  setPlayers(id: number, match: 2, players: (NewPlayer | number)[] | null): void;
  setPlayers(id: number, match: 1 | 2, players: (NewPlayer | number)[] | null): void {
    const episode = this.episode(id);
    const { slug } = episode.event;
    if (players === null) episode.match2 = null;
    else if (match === 2 && !episode.match2) episode.match2 = this.#match(slug, { players });
    else this.#matchOf(id, match).players = players.map((one) => this.#registry.player(slug, one));
  }

  /** In every episode of the player; '' takes the id away. */
  setDiscordId(playerId: number, discordId: string, discordTag?: string): void {
    const player = this.#registry.playerById(playerId);
    player.discordId = discordId;
    if (discordTag !== undefined) player.discordTag = discordTag;
  }

  renamePlayer(playerId: number, displayName: string): void {
    this.#registry.playerById(playerId).displayName = displayName;
  }

  /** Signs somebody up; each sign-up has an id of its own. */
  addCrew(id: number, role: CrewRole, given: NewCrewMember): CrewMember {
    const member = this.#registry.signUp(given);
    this.episode(id)[role].push(member);
    return member;
  }

  approveCrew(signupId: number, approved: boolean): void {
    const { crew, index } = this.#signup(signupId);
    (crew[index] as CrewMember).approved = approved;
  }

  withdrawCrew(signupId: number): void {
    const { crew, index } = this.#signup(signupId);
    crew.splice(index, 1);
  }

  deleteEpisode(id: number): void {
    this.#kept(id).deleted = true;
  }

  restoreEpisode(id: number): void {
    this.#kept(id).deleted = false;
  }

  setActive(slug: string, active: boolean): void {
    this.#event(slug).active = active;
  }

  /**
   * Serves an episode in another form than SpeedGaming should: with a field missing, or of another type. It keeps its
   * place in the schedule. Without a function it is well again.
   */
  spoil(id: number, change?: (episode: Episode) => unknown): void {
    this.#kept(id).spoiled = change;
  }

  /** Every episode of an event, also deleted ones, in the order in which they were added. */
  episodesOf(slug: string): { episode: Episode; deleted: boolean }[] {
    return (this.#schedules.get(slug) ?? []).map((id) => this.#kept(id));
  }

  /** An episode as it is, also a deleted one. @throws Error when there is none */
  episode(id: number): Episode {
    return this.#kept(id).episode;
  }

  event(slug: string): SgEvent | undefined {
    return this.#events.get(slug);
  }

  /** What the feed shows of one event or all, by time; `from` and `to` (milliseconds) both count in. */
  schedule(slug: string | undefined, from: number, to: number): unknown[] {
    const slugs = slug === undefined ? [...this.#events.keys()] : [slug];
    return slugs
      .filter((one) => this.#events.get(one)?.active)
      .flatMap((one) => this.#schedules.get(one) ?? [])
      .map((id) => ({ kept: this.#kept(id), at: Date.parse(this.#kept(id).episode.when) }))
      .filter(({ kept, at }) => !kept.deleted && at >= from && at <= to)
      .sort((a, b) => a.at - b.at || a.kept.episode.id - b.kept.episode.id)
      .map(({ kept }) => served(kept));
  }

  /** One episode as the feed shows it; undefined when there is none or it is deleted. */
  lookUp(id: number): unknown {
    const kept = this.#episodes.get(id);
    return kept && !kept.deleted ? served(kept) : undefined;
  }

  #match(slug: string, given: { title?: string; note?: string; players: (NewPlayer | number)[] }): SgMatch {
    const players = given.players.map((one) => this.#registry.player(slug, one));
    return { id: this.#registry.ids.match.take(), title: given.title ?? '', note: given.note ?? '', players };
  }

  #matchOf(id: number, match: 1 | 2): SgMatch {
    const { match1, match2 } = this.episode(id);
    if (match === 1) return match1;
    if (!match2) throw new Error(`episode ${id} has no second match`);
    return match2;
  }

  #event(slug: string): SgEvent {
    const event = this.#events.get(slug);
    if (!event) throw new Error(`no event ${slug}`);
    return event;
  }

  #kept(id: number): Kept {
    const kept = this.#episodes.get(id);
    if (!kept) throw new Error(`no episode ${id}`);
    return kept;
  }

  #signup(id: number): { crew: CrewMember[]; index: number } {
    for (const { episode } of this.#episodes.values())
      for (const role of crewRoles) {
        const index = episode[role].findIndex((one) => one.id === id);
        if (index >= 0) return { crew: episode[role], index };
      }
    throw new Error(`no sign-up ${id}`);
  }
}

function served({ episode, spoiled }: Kept): unknown {
  return spoiled ? spoiled(structuredClone(episode)) : episode;
}
