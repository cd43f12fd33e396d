import { readFile, writeFile } from 'node:fs/promises';
import { type Ground, type Measure, openApp, runImport, serve, startWorker, worldOf } from './ground.ts';
import { median } from './writes.ts';

const HEAP_MB = 128;
const MB = 1024 * 1024;

/** Peak memory of a worker process while it imports, above what it takes when idle; and the same at four times the size. */
export async function measureMemory(
  ground: Ground,
  options: { rounds: number; events: number; sets: number },
): Promise<Measure[]> {
  const { rounds, events, sets } = options;
  const [small, large]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    small.push(await peak(ground, `memory_${round}`, { events, sets }));
    large.push(await peak(ground, `memory_large_${round}`, { events: events * 4, sets: sets * 4 }));
  }
  const base = median(small);
  const ratio = median(large) / base;
  const size = `${events.toLocaleString('en-US')} events and ${sets.toLocaleString('en-US')} sets`;
  return [
    {
      what: `peak memory of a worker above idle, ${size} (heap limit ${HEAP_MB} MB, median of ${rounds}: ${list(small)})`,
      value: `${Math.round(base)} MB`,
      bound: '≤ 200 MB',
      holds: base <= 200,
    },
    {
      what: `the same at four times the size (${list(large)}), relative to it`,
      value: ratio.toFixed(2),
      bound: '≤ 1.10',
      holds: ratio <= 1.1,
    },
  ];
}

const list = (values: number[]) => values.map(Math.round).join(', ');

async function peak(ground: Ground, name: string, size: { events: number; sets: number }): Promise<number> {
  const startgg = await serve(worldOf(size));
  const url = await ground.database(name);
  const watcher = await openApp(url, startgg);
  const worker = await startWorker(url, startgg, [`--max-old-space-size=${HEAP_MB}`]);
  const idle = await memory(worker.pid, 'VmRSS');
  await forgetPeak(worker.pid);
  await runImport(watcher);
  const highest = await memory(worker.pid, 'VmHWM');
  await worker.end();
  await watcher.close();
  await startgg.close();
  return highest - idle;
}

/** The most that a process had is counted from here on. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

/** In MB, from what Linux says about the process: what it has now, or had at most. */
export async function memory(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / MB;
}
