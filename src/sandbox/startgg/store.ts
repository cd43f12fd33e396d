import { buildBracket } from './bracket.ts';
import type { Counters } from './generate.ts';
import { firstCounters } from './generate.ts';
import type {
  AuthorizationRecord,
  BracketRecord,
  EntrantRecord,
  EventRecord,
  GameRecord,
  PhaseGroupRecord,
  PhaseRecord,
  PlayerRecord,
  SetRecord,
  TournamentRecord,
  UserRecord,
} from './model.ts';
import { setId, setsOf } from './model.ts';
import { playerPrefix, playerTag } from './names.ts';
import { Random } from './random.ts';

/** How many sets of unchanged events are kept; others are made anew from the seed when asked for. */
const keptSets = 30_000;
const playerIdBase = 1_000_001;
const userIdBase = 2_000_001;
/** Scatters user numbers over 32 bits, and its inverse brings them back. */
const scatter = 2654435761;
const gather = 244002641;

/**
 * Holds the tournaments and events of a world and finds anything in it by id. Tournaments and events are kept;
 * what is inside an event is made when it is asked for, and stays only once it was changed.
 */
export class WorldStore {
  readonly seed: string;
  readonly now: number;
  readonly games: GameRecord[];
  readonly tournaments = new Map<number, TournamentRecord>();
  readonly ids: Counters = firstCounters();
  readonly #clock: () => number;
  readonly #events: EventRecord[] = [];
  readonly #eventsBySlug = new Map<string, EventRecord>();
  readonly #tournamentsBySlug = new Map<string, TournamentRecord>();
  readonly #built = new Map<number, BracketRecord>();
  readonly #changed = new Map<number, BracketRecord>();
  readonly #weights = new Map<number, number>();
  readonly #extra = new Map<string, EventRecord>();
  readonly #players = new Map<number, { gamerTag: string | null; prefix: string | null }>();
  readonly #authorizations = new Map<number, AuthorizationRecord[]>();
  #weight = 0;

  constructor(seed: string, games: GameRecord[], now: number, clock: () => number) {
    this.seed = seed;
    this.games = games;
    this.now = now;
    this.#clock = clock;
  }

  /** The time that changes are stamped with, in Unix seconds. */
  clock(): number {
    return Math.floor(this.#clock() / 1000);
  }

  /** All that has become of the world since its seed, as plain data. */
  snapshot() {
    return {
      ids: this.ids,
      tournaments: this.tournaments,
      tournamentsBySlug: this.#tournamentsBySlug,
      events: this.#events,
      changed: this.#changed,
      extra: this.#extra,
      players: this.#players,
      authorizations: this.#authorizations,
    };
  }

  /** Makes an empty world of the same seed what `snapshot` gave. */
  restore(kept: ReturnType<WorldStore['snapshot']>): void {
    Object.assign(this.ids, kept.ids);
    fill(this.tournaments, kept.tournaments);
    fill(this.#tournamentsBySlug, kept.tournamentsBySlug);
    for (const event of kept.events) this.keepEvent(event);
    fill(this.#changed, kept.changed);
    fill(this.#extra, kept.extra);
    fill(this.#players, kept.players);
    fill(this.#authorizations, kept.authorizations);
  }

  keep(tournament: TournamentRecord): void {
    this.tournaments.set(tournament.id, tournament);
    this.#tournamentsBySlug.set(tournament.slug, tournament);
  }

  /** Events must be kept in the order in which they were generated. */
  keepEvent(event: EventRecord): void {
    this.#events.push(event);
    this.#eventsBySlug.set(event.slug, event);
  }

  /** A tournament that the public can see, by id, by slug or by the slug's last part. */
  tournament(key: { id?: unknown; slug?: string | null }): TournamentRecord | null {
    const slug = key.slug?.replace(/^(?!tournament\/)/, 'tournament/');
    const found = slug ? this.#tournamentsBySlug.get(slug) : this.tournaments.get(Number(key.id));
    return found?.published && this.tournaments.has(found.id) ? found : null;
  }

  /** An event that the public can see, by id or by its full slug. */
  event(key: { id?: unknown; slug?: string | null }): EventRecord | null {
    const found = key.slug ? this.#eventsBySlug.get(key.slug) : this.#ownerOf(Number(key.id), (e) => e.id);
    if (!found || (!key.slug && found.id !== Number(key.id))) return null;
    return this.#isPublic(found) ? found : null;
  }

  /** All events that the public can see, oldest id first. */
  *events(filter: { videogameId?: number } = {}): Generator<EventRecord> {
    for (const event of this.#events) {
      if (filter.videogameId !== undefined && event.game?.id !== filter.videogameId) continue;
      if (this.#isPublic(event)) yield event;
    }
  }

  /** What is inside an event. Change it only after `change`. */
  bracket(event: EventRecord): BracketRecord {
    const found = this.#changed.get(event.id) ?? this.#built.get(event.id);
    if (found) return found;
    const bracket = buildBracket(this.seed, event);
    const weight = bracket.entrants.length + [...setsOf(bracket)].length;
    this.#built.set(event.id, bracket);
    this.#weights.set(event.id, weight);
    this.#weight += weight;
    for (const id of this.#built.keys()) {
      if (this.#weight <= keptSets || id === event.id) break;
      this.#forget(id);
    }
    return bracket;
  }

  /** The same, to be kept from now on, because it is about to be changed. */
  change(event: EventRecord): BracketRecord {
    const bracket = this.bracket(event);
    this.#forget(event.id);
    this.#changed.set(event.id, bracket);
    return bracket;
  }

  #forget(id: number): void {
    if (!this.#built.delete(id)) return;
    this.#weight -= this.#weights.get(id) ?? 0;
    this.#weights.delete(id);
  }

  /** Says to which event an id belongs that was given out after the event was generated. */
  own(id: number | string, event: EventRecord): void {
    this.#extra.set(String(id), event);
  }

  phase(id: unknown): PhaseRecord | null {
    const event = this.#ownerOf(Number(id), (e) => e.plan.phaseBase);
    return this.#within(event)?.phases.find((phase) => phase.id === Number(id)) ?? null;
  }

  phaseGroup(id: unknown): PhaseGroupRecord | null {
    const event = this.#ownerOf(Number(id), (e) => e.plan.groupBase);
    const groups = this.#within(event)?.phases.flatMap((phase) => phase.groups);
    return groups?.find((group) => group.id === Number(id)) ?? null;
  }

  entrant(id: unknown): EntrantRecord | null {
    const event = this.#extra.get(String(id)) ?? this.#ownerOf(Number(id), (e) => e.plan.entrantBase);
    return this.#within(event)?.entrants.find((entrant) => entrant.id === Number(id)) ?? null;
  }

  /** A set by its integer id or its preview id, as long as it has that one. */
  set(id: unknown): SetRecord | null {
    const text = String(id);
    const preview = /^preview_(\d+)_/.exec(text);
    const event = preview
      ? this.#ownerOf(Number(preview[1]), (e) => e.plan.groupBase)
      : (this.#extra.get(text) ?? this.#ownerOf(Number(text), (e) => e.plan.setBase));
    const bracket = this.#within(event);
    if (!bracket) return null;
    for (const set of setsOf(bracket)) if (String(setId(set)) === text) return set;
    return null;
  }

  /** A player is a function of the world's seed and a number, unless renamed. */
  player(index: number): PlayerRecord {
    const random = new Random(`${this.seed}/player/${index}`);
    const named = { gamerTag: playerTag(random), prefix: playerPrefix(random) };
    return { id: playerIdBase + index, ...named, ...this.#players.get(index), user: this.user(index) };
  }

  /** The account of a player. About one in 60 has none: never claimed, or deleted. */
  user(index: number): UserRecord | null {
    const random = new Random(`${this.seed}/user/${index}`);
    if (random.chance(0.016)) return null;
    const discriminator = (Math.imul(index, scatter) >>> 0).toString(16).padStart(8, '0');
    return {
      id: userIdBase + index,
      slug: `user/${discriminator}`,
      name: random.orNull(0.5, `User ${index}`),
      playerIndex: index,
    };
  }

  playerById(id: unknown): PlayerRecord | null {
    const index = Number(id) - playerIdBase;
    return Number.isInteger(index) && index >= 0 ? this.player(index) : null;
  }

  userById(id: unknown): UserRecord | null {
    const index = Number(id) - userIdBase;
    return Number.isInteger(index) && index >= 0 ? this.user(index) : null;
  }

  userBySlug(slug: string): UserRecord | null {
    const discriminator = /^(?:user\/)?([0-9a-f]{8})$/.exec(slug)?.[1];
    return discriminator ? this.user(Math.imul(Number.parseInt(discriminator, 16), gather) >>> 0) : null;
  }

  /** The accounts elsewhere that a user linked: none, unless said otherwise. */
  authorizationsOf(userId: number): readonly AuthorizationRecord[] {
    return this.#authorizations.get(userId) ?? [];
  }

  authorize(userId: number, authorizations: AuthorizationRecord[]): void {
    this.#authorizations.set(userId, authorizations);
  }

  nameOfPlayer(id: number, name: { gamerTag: string | null; prefix: string | null }): void {
    this.#players.set(id - playerIdBase, name);
  }

  #isPublic(event: EventRecord): boolean {
    const { tournament } = event;
    return tournament.published && this.tournaments.has(tournament.id) && tournament.events.includes(event);
  }

  #within(event: EventRecord | undefined): BracketRecord | undefined {
    return event && this.#isPublic(event) ? this.bracket(event) : undefined;
  }

  /** The last event whose block of ids begins at or before this one. */
  #ownerOf(id: number, base: (event: EventRecord) => number): EventRecord | undefined {
    let low = 0;
    let high = this.#events.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (base(this.#events[middle] as EventRecord) <= id) low = middle;
      else high = middle - 1;
    }
    return this.#events[low];
  }
}

function fill<K, V>(map: Map<K, V>, entries: ReadonlyMap<K, V>): void {
  for (const [key, value] of entries) map.set(key, value);
}
