import type { Channel, CrewMember, NewChannel, NewCrewMember, NewPlayer, Player } from './shapes.ts';

/** Numbers that are given out in a row, and may be taken out of it. */
class Sequence {
  readonly #taken = new Set<number>();
  #next: number;

  constructor(first: number) {
    this.#next = first;
  }

  snapshot() {
    return { taken: this.#taken, next: this.#next };
  }

  restore(kept: ReturnType<Sequence['snapshot']>): void {
    for (const id of kept.taken) this.#taken.add(id);
    this.#next = kept.next;
  }

  /** The next free id, or the one asked for. @throws Error when that is taken */
  take(wanted?: number): number {
    if (wanted !== undefined && this.#taken.has(wanted)) throw new Error(`the id ${wanted} is taken`);
    while (wanted === undefined && this.#taken.has(this.#next)) this.#next += 1;
    const id = wanted ?? this.#next;
    this.#taken.add(id);
    return id;
  }
}

/**
 * Who and what has an id. Players and sign-ups count apart, as at SpeedGaming: a player's id belongs to a person in
 * one event, a sign-up's to one role in one episode.
 */
export class Registry {
  readonly ids = {
    event: new Sequence(900),
    episode: new Sequence(80_001),
    match: new Sequence(120_001),
    signup: new Sequence(60_001),
  };
  readonly #playerIds = new Sequence(40_001);
  readonly #players = new Map<number, Player>();
  /** By event: there the name tells who is meant where no id is given. */
  readonly #rosters = new Map<string, Player[]>();
  readonly #channels = new Map<string, Channel>();

  snapshot() {
    const { event, episode, match, signup } = this.ids;
    return {
      ids: [event, episode, match, signup, this.#playerIds].map((sequence) => sequence.snapshot()),
      players: this.#players,
      rosters: this.#rosters,
      channels: this.#channels,
    };
  }

  restore(kept: ReturnType<Registry['snapshot']>): void {
    const { event, episode, match, signup } = this.ids;
    for (const [i, sequence] of [event, episode, match, signup, this.#playerIds].entries()) {
      const state = kept.ids[i];
      if (state) sequence.restore(state);
    }
    for (const [id, player] of kept.players) this.#players.set(id, player);
    for (const [slug, roster] of kept.rosters) this.#rosters.set(slug, roster);
    for (const [slug, channel] of kept.channels) this.#channels.set(slug, channel);
  }

  /** Finds or registers a player of an event; what is given of a known one replaces what was known. */
  player(slug: string, given: NewPlayer | number): Player {
    if (typeof given === 'number') return this.playerById(given);
    const roster = this.#rosters.get(slug) ?? [];
    const known = given.id
      ? this.#players.get(given.id)
      : roster.find(({ displayName }) => displayName === given.displayName);
    if (known) return Object.assign(known, defined(given));
    const { discordId = '', discordTag = '', publicStream = '' } = given;
    const { id, displayName, streamingFrom = publicStream } = given;
    const player: Player = {
      id: this.#playerIds.take(id),
      displayName,
      discordId,
      discordTag,
      publicStream,
      streamingFrom,
    };
    this.#players.set(player.id, player);
    this.#rosters.set(slug, [...roster, player]);
    return player;
  }

  /** @throws Error when nobody has the id */
  playerById(id: number): Player {
    const player = this.#players.get(id);
    if (!player) throw new Error(`no player ${id}`);
    return player;
  }

  /** A new sign-up, whoever it is by. It waits for approval unless said otherwise. */
  signUp(given: NewCrewMember): CrewMember {
    const { discordId = '', discordTag = '', publicStream = '' } = given;
    const { approved = false, ready = false, partner = '', language = 'en' } = given;
    return {
      id: this.ids.signup.take(given.id),
      displayName: given.displayName,
      discordId,
      discordTag,
      publicStream,
      approved,
      ready,
      partner,
      language,
    };
  }

  /** A channel; one slug keeps its id. */
  channel(given: NewChannel): Channel {
    const { slug, name = slug, initials = '', language = 'en' } = given;
    const known = this.#channels.get(slug);
    if (known) return { ...known, ...defined(given) };
    const channel = { id: given.id ?? this.#channels.size + 1, name, slug, initials, language };
    this.#channels.set(slug, channel);
    return channel;
  }
}

/** What was given, without the fields that were given as undefined: the feed always has all of them. */
function defined<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;
}
