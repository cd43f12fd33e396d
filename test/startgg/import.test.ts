import { describe, expect, it } from 'vitest';
import { createWorld } from '../../src/sandbox/startgg/create-world.ts';
import { GAME, Ground, PERIOD } from './ground.ts';

const seconds = (text: string) => Date.parse(text) / 1000;

/** Tournaments of all ages and sizes, other games' among them. */
const mixedWorld = (seed: string) =>
  createWorld({ seed, tournaments: 24, scale: 0.5, now: new Date('2026-05-01'), ...PERIOD });

describe('an import', () => {
  it('leaves in the tables what start.gg holds, and nothing else', async () => {
    const world = mixedWorld('rows');
    const upcoming = world.addTournament({ startAt: seconds('2026-06-20T18:00:00Z') });
    world.addEvent(upcoming.id, { entrants: 6, teamSize: 1, state: 'CREATED', hasSets: true });
    const live = world.addTournament({ startAt: world.now - 3600 });
    const running = world.addEvent(live.id, { entrants: 20, teamSize: 1, state: 'ACTIVE', hasSets: true });
    world.addEvent(live.id, { entrants: 10, teamSize: 2, state: 'ACTIVE', hasSets: true });
    const ground = await Ground.open(world);
    const herald = await ground.herald();

    const job = await ground.run(herald);

    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0, reason: null });
    expect(await ground.differences()).toEqual([]);
    const events = await ground.rows('select distinct state, type from startgg_event');
    expect(events).toEqual(
      expect.arrayContaining([
        { state: 'CREATED', type: 1 },
        { state: 'ACTIVE', type: 1 },
        { state: 'ACTIVE', type: 5 },
        { state: 'COMPLETED', type: 1 },
      ]),
    );
    expect(await ground.sets(running.id)).not.toEqual([]);
  });
});
