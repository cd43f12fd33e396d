import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database, firstRow } from '../../src/database/database.ts';
import { Listener } from '../../src/database/listener.ts';
import { BudgetExhaustedError } from '../../src/errors.ts';
import { Imports } from '../../src/jobs/imports.ts';
import type { ImportKind } from '../../src/jobs/kind.ts';
import { Queue } from '../../src/jobs/queue.ts';
import { Runner } from '../../src/jobs/runner.ts';
import { createLog } from '../../src/log.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const log = createLog('fatal');
const ITEMS = 60;

let db: Database;
let queue: Queue;
let listener: Listener;
let close: () => Promise<void>;
let jobs = 0;
beforeAll(async () => {
  const { url, drop } = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
  db = await Database.connect(url, entities);
  queue = new Queue(url, log);
  listener = new Listener(url, log);
  await queue.start();
  await listener.start();
  close = async () => {
    await queue.stop(1_000);
    await listener.close();
    await db.close();
    await drop();
  };
});
afterAll(async () => await close());

/** What is read comes at once, unless `read` says otherwise; what is written waits until the gate is opened. */
let read: (nth: number) => Promise<void>;
let gate: PromiseWithResolvers<void>;
let [reads, writes] = [0, 0];
beforeEach(() => {
  read = async () => {};
  gate = Promise.withResolvers();
  [reads, writes] = [0, 0];
});

const kind: ImportKind = {
  name: 'numbers',
  phases: [{ name: 'numbers', title: 'Numbers' }],
  plan: () =>
    Array.from({ length: ITEMS }, (_, i) => ({
      phase: 'numbers',
      kind: 'number',
      key: `${i}`,
      label: `number ${i}`,
    })),
  bundle: (items) => items.map((item) => ({ items: [item], isFull: true })),
  async read(items) {
    reads += 1;
    await read(reads);
    const commit = async () => {
      writes += 1;
      await gate.promise;
      return { numbers: { done: 1 } };
    };
    return { read: items, failed: [], commit };
  },
  divide: (outcome, parts) =>
    Array.from({ length: parts }, (_, part) => ({
      ...outcome,
      read: outcome.read.filter(({ key }) => Number(key) % parts === part),
    })),
  probe: async () => {},
  effort: () => ({ done: 0, total: 1 }),
};

/** A job, and a slice of it at work. */
async function begin() {
  const imports = new Imports(db, queue, [kind]);
  const params = { nth: ++jobs };
  const wanted = {
    kind: kind.name,
    params,
    title: 'Numbers',
    guildId: null,
    requestedBy: null,
    channelId: null,
  };
  const { job } = await imports.start(wanted);
  const runner = new Runner(db, queue, listener, [kind], log);
  return { id: job.id, imports, slice: runner.runSlice(job.id, new AbortController().signal) };
}

describe('a slice', () => {
  it('writes in two parts side by side, and reads on meanwhile, as much as it may have in hand', async () => {
    const { id, imports, slice } = await begin();
    await until('it has its hands full', () => reads === 48 && writes === 2);
    // Nothing tells that no more comes.
    await pause(200);
    expect([reads, writes]).toEqual([48, 2]);
    gate.resolve();
    await slice;
    expect(await imports.get('all', id)).toMatchObject({ state: 'COMPLETED' });
    expect(reads).toBe(ITEMS);
  });

  it('that has lost its lease begins nothing more to write', async () => {
    const { id, imports, slice } = await begin();
    await until('it has its hands full', () => reads === 48 && writes === 2);
    await imports.pause('all', id);
    gate.resolve();
    await slice;
    expect(writes).toBe(2);
    expect(await imports.get('all', id)).toMatchObject({ state: 'PAUSED', counters: {} });
  });

  it('that finds no room for requests is followed by another as soon as there is, however long its last answer took', async () => {
    gate.resolve();
    let exhaustedAt = 0;
    read = async (nth) => {
      if (nth !== 2) return await pause(1_500);
      exhaustedAt = Date.now();
      throw new BudgetExhaustedError(20_600);
    };
    const { id, slice } = await begin();
    await slice;
    const next = await firstRow(
      db.em(),
      sql<{ at: number }>`select (extract(epoch from start_after) * 1000)::float8 as at from pgboss.job
        where name = 'import-slice' and data->>'jobId' = ${String(id)} and state = 'created'`,
    );
    // The last answer took 1,500 ms.
    expect(Math.abs((next?.at ?? 0) - exhaustedAt - 20_600)).toBeLessThan(1_400);
  });
});
