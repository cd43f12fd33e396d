import { populate, type WorldOptions } from '../startgg/create-world.ts';
import {
  type BracketRecord,
  type EventRecord,
  type SetRecord,
  setId,
  setState,
  setsOf,
} from '../startgg/model.ts';
import type { World } from '../startgg/world.ts';
import { Impossible } from './impossible.ts';
import type { GameView } from './protocol.ts';

const DAY_MS = 86_400_000;
/** Requests that an import takes per tournament, and those that start.gg answers in a minute. */
const [PER_TOURNAMENT, PER_MINUTE] = [0.76, 78];

const SIZES = [
  { size: 'small', tournaments: 60 },
  { size: 'medium', tournaments: 300 },
  { size: 'large', tournaments: 1_500 },
] as const;

/** What the sandbox's start.gg is made from on a day: months of the past, and some weeks to come. */
export function worldOptions(today: number): WorldOptions {
  const [from, to] = [today - 150 * DAY_MS, today + 30 * DAY_MS].map((time) => new Date(time)) as [
    Date,
    Date,
  ];
  return { seed: 'sandbox', from, to, now: new Date(today) };
}

/** Fills a world with a small, a medium and a large game. */
export function fillGames(world: World, options: WorldOptions): void {
  for (const [i, { tournaments }] of SIZES.entries()) {
    const game = world.games[i];
    if (game) populate(world, { ...options, seed: `sandbox ${i}`, games: [game], tournaments });
  }
}

/** The games as the page shows them. */
export function gameViews(world: World): GameView[] {
  return SIZES.flatMap(({ size, tournaments }, i) => {
    const game = world.games[i];
    if (!game) return [];
    const minutes = Math.max(0.5, (tournaments * PER_TOURNAMENT) / PER_MINUTE);
    const since = new Date(world.now * 1000 - 150 * DAY_MS).toISOString().slice(0, 10);
    return [{ id: game.id, name: game.name, size, tournaments, minutes, since }];
  });
}

/** Plays a set that is open. Gives what happened, in a sentence. */
export function completeSet(world: World, gameId: number): string {
  for (const event of eventsOf(world, gameId)) {
    const set = [...setsOf(world.bracket(event))].find(isOpen);
    if (!set) continue;
    const id = setId(set);
    world.completeSet(id);
    const [one, other] = set.slots.map((slot) => slot.seed?.entrant?.name ?? 'somebody');
    return `At start.gg ${one} won against ${other} in “${event.tournament.name}” (set ${id}).`;
  }
  throw new Impossible('No set of this game is open. Reset a bracket, or take another game.');
}

/** Gives the first entrant of the newest event, and the player behind it, another name. */
export function renamePlayer(world: World, gameId: number, name: string): string {
  const { event, bracket } = newest(world, gameId, ({ entrants }) => entrants.length > 0);
  const [entrant] = bracket.entrants;
  if (!entrant) throw new Impossible('No event of this game has entrants.');
  const before = entrant.name ?? 'somebody';
  world.renameEntrant(entrant.id, name);
  const index = entrant.participants[0]?.playerIndex ?? null;
  if (index !== null) world.renamePlayer(world.player(index).id, name);
  return `At start.gg ${before} of “${event.tournament.name}” is called ${name} now.`;
}

/** Resets the pools of the newest bracket that has begun: their results vanish. */
export function resetBracket(world: World, gameId: number): string {
  const { event, bracket } = newest(world, gameId, ({ phases }) =>
    phases.some(({ groups }) => groups.some(({ started }) => started)),
  );
  const begun = bracket.phases.flatMap(({ groups }) => groups).filter(({ started }) => started);
  for (const group of begun) world.resetPool(group.id);
  return `At start.gg the bracket of “${event.tournament.name}” was reset.`;
}

/** The newest first, as somebody who tries things wants them. */
function eventsOf(world: World, gameId: number): EventRecord[] {
  if (!world.games.some(({ id }) => id === gameId)) throw new Impossible(`start.gg has no game ${gameId}.`);
  const events = [...world.events({ videogameId: gameId })];
  return events.sort((a, b) => b.tournament.startAt - a.tournament.startAt);
}

function newest(world: World, gameId: number, has: (bracket: BracketRecord) => boolean) {
  for (const event of eventsOf(world, gameId)) {
    const bracket = world.bracket(event);
    if (has(bracket)) return { event, bracket };
  }
  throw new Impossible('No event of this game is that far.');
}

function isOpen(set: SetRecord): boolean {
  const isKnown = set.slots.every((slot) => slot.seed?.entrant);
  return !set.bye && isKnown && set.group.started && set.state !== setState.completed;
}
