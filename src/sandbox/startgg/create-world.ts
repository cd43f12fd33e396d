import { entrantsAt, generateEvent, generateRoster, generateTournament } from './generate.ts';
import type { EventRecord, GameRecord } from './model.ts';
import { Random } from './random.ts';
import { World } from './world.ts';

/** The first is the game that most tournaments are about. */
const defaultGames: GameRecord[] = [
  { id: 64423, name: '2XKO', displayName: '2XKO', slug: 'game/2xko' },
  { id: 43868, name: 'Street Fighter 6', displayName: 'SF6', slug: 'game/street-fighter-6' },
  { id: 49783, name: 'TEKKEN 8', displayName: null, slug: 'game/tekken-8' },
];

export interface WorldOptions {
  seed: string | number;
  games?: GameRecord[];
  from: Date;
  to: Date;
  /** How many tournaments; or, instead, how many events of the first game and about how many sets in them. */
  tournaments?: number;
  events?: number;
  sets?: number;
  /** The moment that divides past from upcoming in what is generated. Default: 90 % of the way to `to`. */
  now?: Date;
  /** Milliseconds; what changes are stamped with. Default: the machine's clock. */
  clock?: () => number;
  /** Multiplies the number of entrants of every event. */
  scale?: number;
}

/**
 * Makes a world whose events have the sizes and oddities of real ones. The same options give the same world;
 * a world of 25,000 events takes seconds, because brackets are made when they are asked for.
 */
export function createWorld(options: WorldOptions): World {
  const world = emptyWorld(options);
  populate(world, options);
  return world;
}

/** The same without anything in it. */
export function emptyWorld(options: WorldOptions): World {
  const [from, to] = periodOf(options);
  const now = options.now ? Math.floor(options.now.getTime() / 1000) : Math.floor(from + (to - from) * 0.9);
  return new World(String(options.seed), options.games ?? defaultGames, now, options.clock ?? Date.now);
}

const periodOf = ({ from, to }: WorldOptions) =>
  [from, to].map((date) => Math.floor(date.getTime() / 1000)) as [number, number];

/** Adds tournaments to a world: most of them are about the first of the games that are named. */
export function populate(world: World, options: WorldOptions): void {
  const [from, to] = periodOf(options);
  const { now } = world;
  const games = options.games ?? defaultGames;
  const before = world.tournaments.size;
  const random = new Random(`${options.seed}/world`);
  const drafts = draftTournaments(random, games, options);
  const scale = options.scale ?? scaleFor(drafts, games, options.sets);
  const sized = drafts.map((draft) =>
    draft.map((e) => ({ ...e, entrants: Math.max(1, Math.round(e.entrants * scale)) })),
  );
  const players = Math.ceil(sized.flat().reduce((sum, event) => sum + event.entrants, 0) / 6);
  sized.forEach((draft, i) => {
    const startAt = startOf(random, from, to, now, i);
    const tournament = generateTournament(random, world.ids, { number: before + i + 1, startAt, now });
    world.keep(tournament);
    for (const { game, entrants, hasSets } of draft) {
      world.keepEvent(generateEvent(random, world.ids, tournament, { game, entrants, hasSets, now }));
    }
    generateRoster(random, world.ids, tournament, players);
  });
}

interface Draft {
  game: GameRecord | null;
  entrants: number;
  hasSets: boolean;
}

function draftTournaments(random: Random, games: GameRecord[], options: WorldOptions): Draft[][] {
  const drafts: Draft[][] = [];
  const [main, ...others] = games;
  let events = 0;
  const full = () =>
    options.events === undefined ? drafts.length >= (options.tournaments ?? 20) : events >= options.events;
  // Spread evenly over the distribution instead of drawn, so that small worlds have its shape too.
  const turn = random.next();
  const draft = (game: GameRecord | null): Draft => {
    const draw = game === main ? (turn + events++ * 0.6180339887) % 1 : random.next() * 0.9;
    return { game, entrants: entrantsAt(draw), hasSets: !random.chance(0.07) };
  };
  while (!full()) {
    const tournament: Draft[] = [];
    if (main && !random.chance(0.08)) {
      tournament.push(draft(main));
      if (random.chance(0.25) && !full()) tournament.push(draft(main));
    }
    const sides = random.chance(0.5) ? random.int(1, 3) : 0;
    for (let i = 0; i < sides; i++)
      tournament.push(draft(random.chance(0.05) ? null : random.pick(others.length ? others : [null])));
    drafts.push(tournament);
  }
  return drafts;
}

/** By what to multiply the numbers of entrants so that the first game's events hold the wanted number of sets. */
function scaleFor(drafts: Draft[][], games: GameRecord[], sets: number | undefined): number {
  if (sets === undefined) return 1;
  const events = drafts.flat().filter((event) => event.game === games[0] && event.hasSets);
  const expected = (scale: number) =>
    events.reduce((sum, { entrants }) => sum + expectedSets(Math.max(1, Math.round(entrants * scale))), 0);
  let [low, high] = [0.05, 20];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (expected(middle) < sets) low = middle;
    else high = middle;
  }
  return high;
}

/** Double elimination needs nearly two sets per entrant; pools and round robins a few more. */
function expectedSets(entrants: number): number {
  if (entrants < 2) return 0;
  return entrants <= 32 ? entrants * 2 - 1.5 : entrants * 2.07;
}

/** Most start in the evening; some on the very first and last second of a day, where a careless period breaks. */
function startOf(random: Random, from: number, to: number, now: number, index: number): number {
  const day = 86_400;
  if (index % 25 === 24) return now - random.int(0, 3) * 3600;
  const midnight = Math.floor((from + random.next() * (to - from)) / day) * day;
  const draw = random.next();
  const second = draw < 0.02 ? 0 : draw < 0.04 ? day - 1 : random.int(16, 44) * 1800;
  return Math.min(Math.max(midnight + (second % day), from), Math.max(from, to));
}

/** Adds a tournament with one large event of the first game and returns the event. */
export function bigEvent(
  world: World,
  size: { entrants: number; sets?: number; startAt?: Date },
): EventRecord {
  const startAt = size.startAt ? Math.floor(size.startAt.getTime() / 1000) : world.now - 30 * 86_400;
  const tournament = world.addTournament({
    startAt,
    name: 'The Big One',
    slug: `tournament/big-${world.ids.tournament}`,
  });
  return world.addEvent(tournament.id, { ...size, state: 'COMPLETED', teamSize: 1, hasSets: true });
}
