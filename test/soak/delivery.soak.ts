import { Random } from '../../src/sandbox/startgg/random.ts';
import { QUICK } from '../e2e/club.ts';
import { killWhileTelling } from '../e2e/delivery-crash.ts';
import { test } from '../e2e/stage.ts';

const SEED = process.env.SOAK_SEED ?? 'telling';
const KILLS = Number(process.env.SOAK_KILLS ?? 100);
const MINUTES = 60_000;

test(
  `killed ${KILLS} times while it tells people (SOAK_SEED=${SEED}), the bot tells everybody each thing exactly once`,
  async ({ open }) => {
    await killWhileTelling(await open({ env: QUICK }), KILLS, new Random(SEED));
  },
  KILLS * MINUTES,
);
