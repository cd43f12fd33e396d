import { createWorld } from '../../../src/sandbox/startgg/create-world.ts';
import { startStartgg } from '../../../src/sandbox/startgg/server.ts';
import { sumsOf } from './sums.ts';

// start.gg's stand-in in a process of its own, so that its memory and its time are not those of what is tested. It says
// where it is, and answers every message with the sums of its truth.

const [events, sets, token] = process.argv.slice(2);
const period = { from: new Date('2026-01-01'), to: new Date('2026-12-31') };
const world = createWorld({ seed: 'growth', ...period, events: Number(events), sets: Number(sets) });
const startgg = await startStartgg({ world, token: token ?? '', limit: false });
process.on('message', () =>
  process.send?.({ sums: sumsOf(world, world.games[0]?.id ?? 0, period.from, period.to) }),
);
process.on('disconnect', () => process.exit());
process.send?.({ url: startgg.url });
