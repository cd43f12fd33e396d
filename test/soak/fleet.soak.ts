import { expect } from 'vitest';
import { createWorld } from '../../src/sandbox/startgg/create-world.ts';
import { Random } from '../../src/sandbox/startgg/random.ts';
import { QUICK } from '../e2e/club.ts';
import { killInFleet } from '../e2e/fleet-kills.ts';
import { test } from '../e2e/stage.ts';

const SEED = process.env.SOAK_SEED ?? 'fleet';
const KILLS = Number(process.env.SOAK_KILLS ?? 24);
const MINUTES = 60_000;
const period = { from: new Date('2026-01-01'), to: new Date('2026-06-30') };

const random = new Random(SEED);

test(
  `of a gateway, three workers and two schedulers one is killed, ${KILLS} times and more (SOAK_SEED=${SEED})`,
  async ({ open }) => {
    const world = createWorld({ seed: SEED, tournaments: 40 * KILLS, ...period });
    // Some three requests a second, so that the import lasts longer than the kills.
    const stage = await open({ world, startgg: { latency: { minMs: 1_000, maxMs: 5_000 } }, env: QUICK });
    await killInFleet(stage, { kills: KILLS, requestsApart: [1, 14], random });
  },
  KILLS * 2 * MINUTES,
);

test(
  'the same within the limit of start.gg, which counts the requests of the dead too',
  async ({ open }) => {
    const world = createWorld({ seed: SEED, tournaments: 400, ...period });
    const limit = { requests: 80, windowMs: 60_000 };
    const startgg = { limit, latency: { minMs: 300, maxMs: 1_500 } };
    const env = { ...QUICK, STARTGG_REQUESTS_PER_MINUTE: '80' };
    const stage = await open({ world, startgg, env });
    // A minute's requests may be spent when a worker dies.
    const goesOnWithinMs = 120_000;
    await killInFleet(stage, { kills: 6, requestsApart: [10, 30], random, goesOnWithinMs });
    expect(stage.startgg.requests.length).toBeGreaterThan(160);
    expect(stage.startgg.requests.filter(({ status }) => status === 429)).toEqual([]);
    expect(stage.startgg.maxInAnyWindow(60_000)).toBeLessThanOrEqual(80);
  },
  20 * MINUTES,
);
