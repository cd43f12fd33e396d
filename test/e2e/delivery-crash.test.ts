import { Random } from '../../src/sandbox/startgg/random.ts';
import { QUICK } from './club.ts';
import { killWhileTelling } from './delivery-crash.ts';
import { test } from './stage.ts';

test('killed at random moments while it tells people, the bot tells everybody each thing exactly once', async ({
  open,
}) => {
  await killWhileTelling(await open({ env: QUICK }), 3, new Random('telling'));
}, 500_000);
