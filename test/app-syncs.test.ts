import { expect, inject, it, onTestFinished } from 'vitest';
import { type Reader, workSyncs } from '../src/app-syncs.ts';
import { BudgetExhaustedError } from '../src/errors.ts';
import { Queue } from '../src/jobs/queue.ts';
import { createLog } from '../src/log.ts';
import { type Observer, type SyncOutcome, UNOBSERVED } from '../src/metrics/observer.ts';
import { cloneDatabase } from './support/databases.ts';
import { TEMPLATE } from './support/postgres.ts';
import { until } from './support/until.ts';

/** A worker whose runs go as the test says, one after the other; what it told is kept. */
async function worker(runs: (SyncOutcome | undefined | Error | 'hang')[]) {
  const database = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
  const queue = new Queue(database.url, createLog('silent'));
  await queue.start();
  onTestFinished(async () => {
    await queue.stop(2_000);
    await database.drop();
  });
  const stopping = new AbortController();
  const told: [string, SyncOutcome][] = [];
  const seconds: number[] = [];
  const observer: Observer = {
    ...UNOBSERVED,
    synced(source, outcome, took) {
      told.push([source, outcome]);
      seconds.push(took);
    },
  };
  const read: Reader = async (_, signal) => {
    const run = runs.shift();
    if (run instanceof Error) throw run;
    if (run !== 'hang') return run;
    return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  await workSyncs({ queue, readers: { speedgaming: read }, observer, stopping: stopping.signal });
  return { queue, runs, told, seconds, stopping };
}

const DEMO = { source: 'speedgaming', slug: 'demo' };

it('tells how each run ended, and goes on after one that came too early or failed', async () => {
  const { queue, told, seconds } = await worker([
    new BudgetExhaustedError(10),
    new Error('a fault of Herald'),
    'unreadable',
  ]);
  await queue.sendSync(DEMO);
  await until('three runs', () => told.length === 3);
  expect(told).toEqual([
    ['speedgaming', 'postponed'],
    ['speedgaming', 'failed'],
    ['speedgaming', 'unreadable'],
  ]);
  for (const took of seconds) expect(took).toBeLessThan(60);
});

it('tells nothing of a run that had nothing to do', async () => {
  const { queue, runs, told } = await worker([undefined, 'done']);
  await queue.sendSync(DEMO);
  await until('the first run', () => runs.length === 1);
  await queue.sendSync(DEMO);
  await until('the second run', () => told.length > 0);
  expect(told).toEqual([['speedgaming', 'done']]);
});

it('a run that the end of the process cuts short is told as that', async () => {
  const { queue, runs, told, stopping } = await worker(['hang', 'done']);
  await queue.sendSync(DEMO);
  await until('it runs', () => runs.length === 1);
  stopping.abort();
  await until('it is told', () => told.length > 0);
  expect(told[0]).toEqual(['speedgaming', 'aborted']);
});
