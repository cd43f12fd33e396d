import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Ground, type Measure, openApp, runImport, startWorker } from './ground.ts';
import type { StandIn } from './startgg-process.ts';
import { median } from './writes.ts';

const DAY_MS = 86_400_000;
const JOBS = 16;
/** Imports that wait at once: as many as four workers take, each of a time of its own. */
const PERIODS = Array.from({ length: JOBS }, (_, i): readonly [string, string] => {
  const day = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * DAY_MS).toISOString().slice(0, 10);
  return [day(i * 23), day(i * 23 + 22)];
});
const SETS_PER_EVENT = 40;

type Run = { rowsPerSecond: number; coresBusy: number };

/**
 * Rows per second that one, two and four worker processes bring in together, of 16 imports that wait at once, from a
 * start.gg without a limit. Where its answers take as long as slow ones of the real one, a worker waits for them most of
 * the time: this shows how well workers share. Where they come at once, all is a matter of processors, of which workers,
 * PostgreSQL and the stand-in have those of this one machine: where one worker keeps them all busy, more cannot be faster.
 */
export async function measureWorkers(
  ground: Ground,
  options: { rounds: number; events: number; answersMs: readonly number[] },
): Promise<Measure[]> {
  const { rounds, events, answersMs } = options;
  const measures: Measure[] = [];
  for (const answerMs of answersMs) {
    const startgg = await startStandIn({ events, sets: events * SETS_PER_EVENT, answerMs });
    const measure = async (workers: number, name: string) =>
      await run(await ground.database(`workers_${answerMs}_${workers}_${name}`), startgg, workers);
    const runs = new Map<number, Run[]>([1, 2, 4].map((workers) => [workers, []]));
    try {
      await measure(4, 'first'); // after this all answers are worked out
      for (let round = 0; round < rounds; round++)
        for (const [workers, found] of runs) found.push(await measure(workers, String(round)));
    } finally {
      startgg.end();
    }
    measures.push(...compare(runs, answerMs));
  }
  return measures;
}

function compare(runs: ReadonlyMap<number, Run[]>, answerMs: number): Measure[] {
  const usual = (workers: number, of: keyof Run) => median((runs.get(workers) ?? []).map((one) => one[of]));
  const busy = (workers: number) => usual(workers, 'coresBusy').toFixed(1);
  const one = usual(1, 'rowsPerSecond');
  const answers = answerMs === 0 ? 'that come at once' : `that take ${answerMs / 1000} s`;
  const cores = `processors busy: ${busy(1)} with one, ${busy(2)} with two, ${busy(4)} with four, of ${availableParallelism()}`;
  return [2, 4].map((workers) => ({
    what: `rows per second of ${workers} workers against one (${Math.round(one)}), ${JOBS} imports, answers ${answers} (${cores})`,
    value: (usual(workers, 'rowsPerSecond') / one).toFixed(2),
    bound: 'none',
    holds: true,
  }));
}

/** All imports at once, from the first to be started to the last to be done. */
async function run(url: string, startgg: { url: string }, workers: number): Promise<Run> {
  const app = await openApp(url, startgg);
  const atWork = await Promise.all(Array.from({ length: workers }, () => startWorker(url, startgg)));
  const [from, busyFrom] = [performance.now(), busySeconds()];
  const jobs = await Promise.all(PERIODS.map((period) => runImport(app, period)));
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
  const busy = cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq);
  return busy.reduce((sum, ms) => sum + ms, 0) / 1000;
}

async function startStandIn(options: StandIn): Promise<{ url: string; end(): void }> {
  const script = fileURLToPath(new URL('startgg-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  return { url: String(line).trim(), end: () => child.kill('SIGKILL') };
}
