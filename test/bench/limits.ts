import { startStartgg } from '../../src/sandbox/startgg/server.ts';
import { type Ground, type Measure, openApp, runImport, TOKEN, worldOf } from './ground.ts';

/** start.gg's limit of one token, and how long its answers take (the stand-in keeps to both). */
const PER_MINUTE = 80;
const LATENCY = { minMs: 300, maxMs: 3_000 };

/**
 * How long whole imports take where start.gg keeps to its limit and takes its time, beside the time in which so many
 * requests may be sent.
 *
 * @param bounded a season, in tournaments, that has to be as quick as it can
 * @param shown one that is only shown: it needs a few requests more than whole minutes allow, so waits for one minute more
 */
export async function measureLimits(
  ground: Ground,
  { bounded, shown }: { bounded: number; shown: number },
): Promise<Measure[]> {
  const bound = await measured(ground, bounded);
  const other = await measured(ground, shown);
  return [
    {
      what: bound.what,
      value: bound.ratio.toFixed(2),
      bound: '≤ 1.05',
      holds: bound.isWhole && bound.ratio <= 1.05,
    },
    {
      what: `the same just above three minutes' allowance: ${other.what}`,
      value: other.ratio.toFixed(2),
      bound: 'none',
      holds: other.isWhole,
    },
  ];
}

async function measured(ground: Ground, tournaments: number) {
  const startgg = await startStartgg({
    world: worldOf({ tournaments }),
    token: TOKEN,
    limit: { requests: PER_MINUTE, windowMs: 60_000 },
    latency: LATENCY,
  });
  const app = await openApp(await ground.database(`limits_${tournaments}`), startgg, PER_MINUTE);
  await app.work();
  const start = performance.now();
  const job = await runImport(app);
  const seconds = (performance.now() - start) / 1000;
  await app.close();
  await startgg.close();
  const requests = startgg.requests.length;
  const refused = startgg.requests.filter(({ status }) => status === 429).length;
  return {
    what: `seconds for a whole import (${Math.round(seconds)}) of ${requests} requests that take 0.3 to 3 s each, relative to what ${PER_MINUTE} a minute allow (${refused} over the limit)`,
    ratio: seconds / ((requests / PER_MINUTE) * 60),
    isWhole: refused === 0 && job.errorCount === 0,
  };
}
