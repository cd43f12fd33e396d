import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Ground, type Measure, openApp, runImport, startWorker } from './ground.ts';
import { median } from './writes.ts';

/** Imports that wait at once: one per month, so that they are different and can be shared. */
const MONTHS = Array.from({ length: 12 }, (_, i): readonly [string, string] => {
  const last = new Date(Date.UTC(2026, i + 1, 0)).toISOString().slice(0, 10);
  return [`${last.slice(0, 8)}01`, last];
});
const SETS_PER_EVENT = 40;

type Run = { rowsPerSecond: number; coresBusy: number };

/**
 * Rows per second that one, two and four worker processes bring in together, of twelve imports that wait at once, from a
 * start.gg without a limit. All of it shares the processors of this machine with PostgreSQL and the stand-in: where one
 * worker with them leaves little idle, more can add no more than that.
 */
export async function measureWorkers(
  ground: Ground,
  { rounds, events }: { rounds: number; events: number },
): Promise<Measure[]> {
  const startgg = await startStandIn({ events, sets: events * SETS_PER_EVENT });
  try {
    let n = 0;
    const measure = async (workers: number) =>
      await run(await ground.database(`workers_${n++}`), startgg, workers);
    await measure(1); // after this all answers are worked out
    const runs = new Map<number, Run[]>([1, 2, 4].map((workers) => [workers, []]));
    for (let round = 0; round < rounds; round++)
      for (const [workers, found] of runs) found.push(await measure(workers));
    const usual = (workers: number, of: keyof Run) =>
      median((runs.get(workers) ?? []).map((each) => each[of]));
    const one = usual(1, 'rowsPerSecond');
    const cores = availableParallelism();
    return [2, 4].map((workers) => ({
      what: `rows per second of ${workers} worker processes against one (${Math.round(one)} rows per second; ${usual(1, 'coresBusy').toFixed(1)} of ${cores} cores busy with one, ${usual(workers, 'coresBusy').toFixed(1)} with ${workers}, PostgreSQL and the stand-in included; median of ${rounds})`,
      value: (usual(workers, 'rowsPerSecond') / one).toFixed(2),
      bound: 'none',
      holds: true,
    }));
  } finally {
    startgg.process.kill('SIGKILL');
  }
}

/** All months at once, from the first to be started to the last to be done. */
async function run(url: string, startgg: { url: string }, workers: number): Promise<Run> {
  const app = await openApp(url, startgg);
  const atWork = await Promise.all(Array.from({ length: workers }, () => startWorker(url, startgg)));
  const [from, busyFrom] = [performance.now(), busySeconds()];
  const jobs = await Promise.all(MONTHS.map((month) => runImport(app, month)));
  const seconds = (performance.now() - from) / 1000;
  const coresBusy = (busySeconds() - busyFrom) / seconds;
  await Promise.all(atWork.map((worker) => worker.end()));
  await app.close();
  const rows = jobs
    .flatMap(({ counters }) => Object.values(counters))
    .reduce((sum, { done }) => sum + done, 0);
  return { rowsPerSecond: rows / seconds, coresBusy };
}

/** Seconds that all processors of the machine together were not idle. */
function busySeconds(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) / 1000;
}

async function startStandIn(size: {
  events: number;
  sets: number;
}): Promise<{ url: string; process: ChildProcess }> {
  const script = fileURLToPath(new URL('startgg-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(size)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  return { url: String(line).trim(), process: child };
}
