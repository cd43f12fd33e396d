import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Startgg } from '../../src/sandbox/startgg/server.ts';
import { type Ground, type Measure, openApp, runImport, serve, settings, worldOf } from './ground.ts';
import { median } from './writes.ts';

const HEAP_MB = 128;
const MB = 1024 * 1024;

/** Peak memory of a worker process while it imports, above what it takes when idle; and the same at four times the size. */
export async function measureMemory(
  ground: Ground,
  options: { rounds: number; events: number; sets: number },
): Promise<Measure[]> {
  const { rounds, events, sets } = options;
  const small: number[] = [];
  for (let round = 0; round < rounds; round++)
    small.push(await peak(ground, `memory_${round}`, { events, sets }));
  const large = await peak(ground, 'memory_large', { events: events * 4, sets: sets * 4 });
  const base = median(small);
  const size = `${events.toLocaleString('en-US')} events and ${sets.toLocaleString('en-US')} sets`;
  return [
    {
      what: `peak memory of a worker above idle, ${size} (heap limit ${HEAP_MB} MB, median of ${rounds})`,
      value: `${Math.round(base)} MB`,
      bound: '≤ 200 MB',
      holds: base <= 200,
    },
    {
      what: 'the same at four times the size, relative to it',
      value: (large / base).toFixed(2),
      bound: '≤ 1.10',
      holds: large / base <= 1.1,
    },
  ];
}

async function peak(ground: Ground, name: string, size: { events: number; sets: number }): Promise<number> {
  const startgg = await serve(worldOf(size));
  const url = await ground.database(name);
  const watcher = await openApp(url, startgg);
  const worker = await startWorker(url, startgg, HEAP_MB);
  const idle = await memory(worker.pid, 'VmRSS');
  await forgetPeak(worker.pid);
  await runImport(watcher);
  const highest = await memory(worker.pid, 'VmHWM');
  worker.kill('SIGTERM');
  await once(worker, 'exit');
  await watcher.close();
  await startgg.close();
  return highest - idle;
}

/** A process that works and does nothing else. @param heapMb the most that its JavaScript may take */
export async function startWorker(url: string, startgg: Pick<Startgg, 'url'>, heapMb: number) {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  // A worker needs Discord only to send, and this import has no status message.
  const env = {
    ...settings(url, startgg),
    ROLES: 'worker',
    DISCORD_TOKEN: 'none',
    PATH: process.env.PATH ?? '',
  };
  const worker = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, main], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  for await (const chunk of worker.stderr.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.includes('Herald is running')) break;
  }
  worker.stderr.resume();
  return Object.assign(worker, { pid: worker.pid as number });
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
