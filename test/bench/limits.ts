import { startStartgg } from '../../src/sandbox/startgg/server.ts';
import { type Ground, type Measure, openApp, runImport, TOKEN, worldOf } from './ground.ts';

/** start.gg's limit of one token, and how long its answers take (the stand-in keeps to both). */
const PER_MINUTE = 80;
const LATENCY = { minMs: 300, maxMs: 3_000 };

/**
 * How long a whole import takes where start.gg keeps to its limit and takes its time, beside the time in which so many
 * requests may be sent.
 */
export async function measureLimits(ground: Ground, tournaments: number): Promise<Measure[]> {
  const startgg = await startStartgg({
    world: worldOf({ tournaments }),
    token: TOKEN,
    limit: { requests: PER_MINUTE, windowMs: 60_000 },
    latency: LATENCY,
  });
  const app = await openApp(await ground.database('limits'), startgg, PER_MINUTE);
  await app.work();
  const start = performance.now();
  const job = await runImport(app);
  const seconds = (performance.now() - start) / 1000;
  await app.close();
  await startgg.close();
  const requests = startgg.requests.length;
  const refused = startgg.requests.filter(({ status }) => status === 429).length;
  const ratio = seconds / ((requests / PER_MINUTE) * 60);
  return [
    {
      what: `seconds for a whole import (${Math.round(seconds)}) of ${requests} requests that take 0.3 to 3 s each, relative to what ${PER_MINUTE} a minute allow (${refused} over the limit)`,
      value: ratio.toFixed(2),
      bound: '≤ 1.05',
      holds: ratio <= 1.05 && refused === 0 && job.errorCount === 0,
    },
  ];
}
