import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { expect, inject, test } from 'vitest';
import { openApp, runImport, startWorker, TOKEN } from '../bench/ground.ts';
import { forgetPeak, memory } from '../bench/memory.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';
import { type Sums, sumsIn } from './growth/sums.ts';

const EVENTS = Number(process.env.HERALD_GROWTH_EVENTS ?? 25_000);
/** As many per event as in all that there is of real ones. */
const SETS = EVENTS * 48;
const HEAP_MB = 192;
const SAMPLE_MS = 1_000;
const MINUTES = 60_000;
/** The import of fewer is mostly over before its worker has warmed up: its memory says nothing of how it would go on. */
const TELLING_EVENTS = 10_000;

/** start.gg's stand-in, elsewhere. */
async function startStartggElsewhere() {
  const script = fileURLToPath(new URL('growth/startgg-process.ts', import.meta.url));
  const child = fork(script, [String(EVENTS), String(SETS), TOKEN], { execArgv: [] });
  const answer = async <T>() => (await once(child, 'message'))[0] as T;
  const { url } = await answer<{ url: string }>();
  return {
    url,
    /** Of what a complete import ends up with. */
    async sums(): Promise<Sums> {
      child.send('sums');
      return (await answer<{ sums: Sums }>()).sums;
    },
    close: () => child.disconnect(),
  };
}

/** The most that a process has in each second, in MB, until told to stop. */
function watchMemory(pid: number) {
  const peaks: number[] = [];
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      await forgetPeak(pid);
      await pause(SAMPLE_MS, undefined, { signal: stopping.signal }).catch(() => {});
      peaks.push(await memory(pid, 'VmHWM'));
    }
  })();
  return {
    async stop(): Promise<number[]> {
      stopping.abort();
      await watching;
      return peaks;
    },
  };
}

/** The highest of the peaks in each of so many equal parts. */
function peaksOf(peaks: readonly number[], parts: number): number[] {
  const size = Math.ceil(peaks.length / parts);
  return Array.from({ length: parts }, (_, n) => Math.max(...peaks.slice(n * size, (n + 1) * size)));
}

test(
  `${EVENTS} events with about ${SETS} sets are imported completely, in memory that does not grow`,
  async () => {
    const database = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
    const startgg = await startStartggElsewhere();
    const app = await openApp(database.url, startgg);
    const worker = await startWorker(database.url, startgg, [`--max-old-space-size=${HEAP_MB}`]);
    const sql = new Client({ connectionString: database.url });
    await sql.connect();
    try {
      const idle = await memory(worker.pid, 'VmRSS');
      const watch = watchMemory(worker.pid);
      const began = Date.now();
      const job = await runImport(app);
      const peaks = (await watch.stop()).map((peak) => peak - idle);
      const minutes = (Date.now() - began) / MINUTES;

      const thirds = peaksOf(peaks, 3);
      process.stdout.write(
        `imported in ${minutes.toFixed(1)} min; peak above idle in each tenth, in MB: ${peaksOf(peaks, 10).map(Math.round).join(', ')}\n`,
      );
      expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
      const wanted = await startgg.sums();
      expect(wanted.startgg_event?.rows).toBe(EVENTS);
      expect(Math.abs((wanted.startgg_set?.rows ?? 0) / SETS - 1)).toBeLessThan(0.1);
      expect(await sumsIn(sql, wanted)).toEqual(wanted);
      if (EVENTS >= TELLING_EVENTS)
        expect((thirds[2] ?? Infinity) / (thirds[0] ?? 0)).toBeLessThanOrEqual(1.1);
    } finally {
      worker.kill('SIGKILL');
      startgg.close();
      await sql.end();
      await app.close();
      await database.drop();
    }
  },
  180 * MINUTES,
);
