import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld } from '../../../src/sandbox/startgg/create-world.ts';
import { setId, setsOf } from '../../../src/sandbox/startgg/model.ts';
import { type Startgg, startStartgg } from '../../../src/sandbox/startgg/server.ts';
import type { Truth } from '../../../src/sandbox/startgg/truth.ts';
import type { World } from '../../../src/sandbox/startgg/world.ts';
import { token } from './ask.ts';
import { walk } from './walk.ts';

const game = 64423;
const since = new Date('2026-02-01');
const until = new Date('2026-05-31');

/** Rows of every table in one order, so that two sources can be compared. */
function ordered(truth: Truth): Record<string, string[]> {
  const line = (row: object) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
  return Object.fromEntries(Object.entries(truth).map(([table, rows]) => [table, rows.map(line).sort()]));
}

describe('the truth', () => {
  let world: World;
  let startgg: Startgg;
  beforeAll(async () => {
    world = createWorld({
      seed: 'truth',
      tournaments: 60,
      from: new Date('2026-01-01'),
      to: new Date('2026-06-30'),
    });
    startgg = await startStartgg({ world, token, limit: false });
  });
  afterAll(() => startgg.close());

  it('is what a naive walk over the HTTP API finds', async () => {
    const truth = world.truth({ videogameId: game, since, until });
    expect(truth.startgg_set.length).toBeGreaterThan(500);
    expect(ordered(await walk(startgg, game, since, until))).toEqual(ordered(truth));
  });

  it('is still that after the world has changed in every way it can', async () => {
    const events = [...world.events({ videogameId: game })].filter((event) => {
      const day = new Date(event.tournament.startAt * 1000);
      return day >= since && day <= until;
    });
    const before = JSON.stringify(world.truth({ videogameId: game, since, until }));
    const played = events.filter(
      (event) => event.state === 'COMPLETED' && event.plan.hasSets && event.plan.entrants > 6,
    );
    const [one, two, three] = played.map((event) => world.bracket(event));
    const someSet = (bracket = one) =>
      setId([...setsOf(bracket as NonNullable<typeof one>)].find((set) => !set.bye) as never);
    world.completeSet(someSet(), { winner: 1, scores: [null, null] });
    world.reportScore(someSet(two), [1, 0]);
    world.dqSet(someSet(three), 'both');
    world.removeSet(someSet(two));
    const [entrant] = one?.entrants ?? [];
    world.renameEntrant(entrant?.id ?? 0, 'Renamed');
    const index = entrant?.participants[0]?.playerIndex ?? 0;
    world.renamePlayer(world.player(index).id, 'New Tag');
    world.addEntrant(two?.event.id ?? 0, '@everyone late');
    const added = world.addTournament({ startAt: since.getTime() / 1000, name: 'Added' });
    const event = world.addEvent(added.id, { entrants: 12, teamSize: 3, state: 'CREATED' });
    const group = world.bracket(event).phases[0]?.groups[0];
    if (group) world.startPool(group.id);
    world.resetPool(three?.phases[0]?.groups[0]?.id ?? 0);
    world.removeEvent(played[3]?.id ?? 0);
    world.removeTournament(played[5]?.tournament.id ?? 0);
    world.changeTournament(played[6]?.tournament.id ?? 0, { published: false });
    world.changeTournament(played[7]?.tournament.id ?? 0, { city: 'Moved', images: [] });
    world.changeTournament(played[8]?.tournament.id ?? 0, { isOnline: null, hasOfflineEvents: null });
    world.changeEvent(played[8]?.id ?? 0, { isOnline: null, state: null });
    const truth = world.truth({ videogameId: game, since, until });
    expect(JSON.stringify(truth)).not.toBe(before);
    expect(ordered(await walk(startgg, game, since, until))).toEqual(ordered(truth));
  });

  it('takes in both days of a period whole, and no more', () => {
    const edge = createWorld({ seed: 'edge', tournaments: 0, from: since, to: until });
    const at = [
      '2026-01-31T23:59:59Z',
      '2026-02-01T00:00:00Z',
      '2026-05-31T23:59:59Z',
      '2026-06-01T00:00:00Z',
    ];
    for (const time of at) {
      const tournament = edge.addTournament({ startAt: Date.parse(time) / 1000 });
      edge.addEvent(tournament.id, { entrants: 4 });
      edge.addEvent(tournament.id, { entrants: 4, videogameId: 43868 });
    }
    const truth = edge.truth({ videogameId: game, since, until });
    expect(truth.startgg_tournament.map((row) => row.start_at)).toEqual([
      '2026-02-01T00:00:00.000Z',
      '2026-05-31T23:59:59.000Z',
    ]);
    expect(truth.startgg_event.every((row) => row.videogame_id === game)).toBe(true);
    expect(edge.truth({ videogameId: game, since }).startgg_tournament).toHaveLength(3);
  });
});
