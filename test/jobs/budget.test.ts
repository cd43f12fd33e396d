import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database, rows } from '../../src/database/database.ts';
import { BudgetExhaustedError } from '../../src/errors.ts';
import { type Allowance, SharedBudget } from '../../src/jobs/budget.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';
import { until } from '../support/until.ts';

let databases: Database[];
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
  drop = database.drop;
  databases = await Promise.all([1, 2].map(() => Database.connect(database.url, entities)));
});
afterAll(async () => {
  await Promise.all(databases.map((db) => db.close()));
  await drop();
});

let made = 0;

/** Budgets of one new credential, as two processes hold them. */
function budgets(allowance: Partial<Allowance> = {}): [SharedBudget, SharedBudget] {
  const whole = {
    provider: 'somebody',
    credential: `token ${made++}`,
    requests: 4,
    windowMs: 200,
    timeoutMs: 5_000,
    ...allowance,
  };
  return databases.map((db) => new SharedBudget(db, whole)) as [SharedBudget, SharedBudget];
}

const patient = { keepFree: 0, patienceMs: 20_000 };
const impatient = { keepFree: 0, patienceMs: 0 };

/** The most of these stretches that touch any stretch of `ms`. */
function mostAtOnce(stretches: readonly { from: number; to: number }[], ms: number): number {
  return Math.max(
    0,
    ...stretches.map(({ from }) => stretches.filter((one) => one.from <= from && one.to > from - ms).length),
  );
}

describe('an allowance that two processes share', () => {
  it('is never exceeded in any window, wherever between request and answer the provider counts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 60, max: 150 }),
        fc.array(fc.nat(60), { minLength: 1, maxLength: 16 }),
        async (requests, windowMs, durations) => {
          const shared = budgets({ requests, windowMs, timeoutMs: 60_000 });
          const sent = await Promise.all(
            durations.map(async (ms, i) => {
              const budget = shared[i % 2] as SharedBudget;
              const slot = await budget.acquire(patient);
              const from = performance.now();
              // The time that an answer takes, not a wait for a condition.
              await pause(ms);
              const to = performance.now();
              await budget.release(slot);
              return { from, to };
            }),
          );
          expect(mostAtOnce(sent, windowMs)).toBeLessThanOrEqual(requests);
        },
      ),
      { numRuns: 6 },
    );
  });

  it('is given out at once while more than a quarter is left, and one by one after that', async () => {
    const [budget] = budgets({ requests: 8, windowMs: 2_000, timeoutMs: 60_000 });
    for (let i = 0; i < 6; i++) await budget.acquire(impatient);
    const spread = [];
    for (let i = 0; i < 2; i++) spread.push(await budget.acquire(patient));
    const [db] = databases;
    const times = await rows(
      (db as Database).em(),
      sql<{ at: number }>`select (w->>'until')::float8 as at from budget, jsonb_array_elements(windows) w
        where windows @> ${JSON.stringify(spread.map(({ id }) => ({ id })))}::jsonb order by at`,
    );
    const gaps = times.slice(1).map(({ at }, i) => at - (times[i]?.at ?? 0));
    expect(gaps).toHaveLength(7);
    // Three times the pace that can be kept up, which is one in 250 ms.
    expect(Math.min(...gaps.slice(5))).toBeGreaterThanOrEqual(83);
  });

  it('tells what is left', async () => {
    const [one, other] = budgets({ requests: 4, windowMs: 60_000 });
    expect(await other.remaining()).toBe(4);
    expect(await one.acquire(impatient)).toMatchObject({ remaining: 3 });
    expect(await other.acquire(impatient)).toMatchObject({ remaining: 2 });
    expect(await one.remaining()).toBe(2);
  });

  it('leaves some of it free for more urgent work', async () => {
    const [budget] = budgets({ requests: 10, windowMs: 60_000 });
    for (let i = 0; i < 6; i++) await budget.acquire({ keepFree: 4, patienceMs: 0 });
    await expect(budget.acquire({ keepFree: 4, patienceMs: 0 })).rejects.toThrow(BudgetExhaustedError);
    expect((await budget.acquire(impatient)).id).toBeTruthy();
  });

  it('gives a kind of work its share and no more, and leaves it its share', async () => {
    const [budget] = budgets({ requests: 8, windowMs: 60_000 });
    const share = { of: 'sync', part: 0.75 };
    const sync = { keepFree: 0, patienceMs: 0, share };
    await budget.acquire(impatient);
    for (let i = 0; i < 5; i++) await budget.acquire(sync);
    const last = { ...sync, patienceMs: 10_000 };
    await budget.acquire(last);
    await expect(budget.acquire(last)).rejects.toThrow(BudgetExhaustedError);
    expect((await budget.acquire({ keepFree: 0, patienceMs: 10_000 })).remaining).toBe(0);
  });

  it('belongs to one credential', async () => {
    const [one] = budgets({ requests: 1, windowMs: 60_000 });
    const [other] = budgets({ requests: 1, windowMs: 60_000 });
    await one.acquire(impatient);
    await other.acquire(impatient);
    await expect(one.acquire(impatient)).rejects.toThrow(BudgetExhaustedError);
  });

  it('never stores the credential', async () => {
    const [budget] = budgets({ credential: 'very secret' });
    await budget.acquire(impatient);
    const [db] = databases;
    const stored = await rows(
      (db as Database).em(),
      sql<{ row: string }>`select b::text as row from budget b`,
    );
    expect(stored.filter(({ row }) => row.includes('secret'))).toEqual([]);
  });
});

describe('a slot', () => {
  it('is waited for no longer than until its answer came, however long that might have taken', async () => {
    const [mine, other] = budgets({ requests: 1, windowMs: 100, timeoutMs: 60_000 });
    const slot = await mine.acquire(impatient);
    const next = other.acquire(patient);
    await pause(150);
    await mine.release(slot);
    const releasedAt = performance.now();
    await next;
    expect(performance.now() - releasedAt).toBeLessThan(30_000);
  });

  it('tells when it will be free, without being taken', async () => {
    const [mine, other] = budgets({ requests: 1, windowMs: 60_000 });
    expect(await other.waitMs()).toBe(0);
    expect(await other.waitMs()).toBe(0);
    await mine.release(await mine.acquire(impatient));
    const waitMs = await other.waitMs();
    expect(waitMs).toBeGreaterThan(30_000);
    expect(waitMs).toBeLessThanOrEqual(60_000);
    await mine.block(90_000);
    expect(await other.waitMs()).toBeGreaterThan(60_000);
  });

  it('is free again one window after its answer', async () => {
    const [budget] = budgets({ requests: 1, windowMs: 300 });
    const slot = await budget.acquire(impatient);
    const released = performance.now();
    await budget.release(slot);
    await budget.acquire(patient);
    expect(performance.now() - released).toBeGreaterThanOrEqual(290);
  });

  it('is free again after time-out and window when no answer came and its process is gone', async () => {
    const [budget, other] = budgets({ requests: 1, windowMs: 200, timeoutMs: 200 });
    const taken = performance.now();
    await budget.acquire(impatient);
    await other.acquire(patient);
    expect(performance.now() - taken).toBeGreaterThanOrEqual(380);
  });
});

describe('an allowance without room', () => {
  it('says how long it takes when that is longer than the caller waits', async () => {
    const [budget] = budgets({ requests: 1, windowMs: 60_000, timeoutMs: 1_000 });
    await budget.acquire(impatient);
    const error = await budget.acquire({ keepFree: 0, patienceMs: 500 }).catch((caught) => caught);
    expect(error).toBeInstanceOf(BudgetExhaustedError);
    expect(error.waitMs).toBeGreaterThan(30_000);
    expect(error.waitMs).toBeLessThanOrEqual(61_000);
  });

  it('blocked by the provider, lets nobody through before the time is over', async () => {
    const [one, other] = budgets({ requests: 10, windowMs: 100 });
    await one.release(await one.acquire(impatient));
    const blocked = performance.now();
    await one.block(400);
    await other.acquire(patient);
    expect(performance.now() - blocked).toBeGreaterThanOrEqual(390);
    const [mine, refused] = budgets({ requests: 10, windowMs: 100 });
    await mine.block(60_000);
    await expect(refused.acquire(impatient)).rejects.toThrow(BudgetExhaustedError);
  });

  it('is not blocked for less by a later, shorter block', async () => {
    const [budget] = budgets({ requests: 10, windowMs: 100 });
    await budget.acquire(impatient);
    await budget.block(60_000);
    await budget.block(10);
    const error = await budget.acquire(impatient).catch((caught) => caught);
    expect(error.waitMs).toBeGreaterThan(30_000);
  });

  it('is not waited for any longer once the caller gives up', async () => {
    const [budget] = budgets({ requests: 1, windowMs: 60_000 });
    await budget.acquire(impatient);
    const stop = new AbortController();
    const waiting = budget.acquire({ keepFree: 0, patienceMs: 600_000, signal: stop.signal });
    const ended = waiting.catch((error) => error);
    await until('the wait has begun', async () => (await budget.remaining()) === 0);
    stop.abort();
    expect(await ended).toMatchObject({ name: 'AbortError' });
  });
});
