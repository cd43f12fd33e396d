import { describe, expect, it } from 'vitest';
import type { Fault, StartggRequest } from '../../src/sandbox/startgg/faults.ts';
import { until } from '../support/until.ts';
import { asks, type Kind, QUICK, worldOfEvents } from './faults.ts';
import { Ground, worldOfOneEvent } from './ground.ts';

describe('a refusal for asking too often', () => {
  it.each<Kind>([
    { kind: 'rate-limit', retryAfter: 1 },
    { kind: 'rate-limit-200' },
    { kind: 'rate-limit-errors' },
  ])('as $kind keeps everybody from asking for a while, and counts as no failure', async (fault) => {
    const { world } = worldOfOneEvent('refused', 4);
    const ground = await Ground.open(world);
    const herald = await ground.herald({ ...QUICK, blockedMs: 1_000 });
    ground.startgg.faults.add({ ...fault, match: asks('Tournaments') } as Fault);
    const job = await ground.start(herald);
    await until('the block is in the budget', async () => {
      const [row] = await ground.rows('select 1 from budget where blocked_until is not null');
      return row;
    });
    expect(await ground.ended(herald, job)).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    const times = ground.startgg.requests
      .filter((one) => one.operationName === 'Tournaments')
      .map((one) => one.at);
    expect(times).toHaveLength(2);
    times.slice(1).forEach((at, i) => {
      expect(at - (times[i] ?? 0)).toBeGreaterThanOrEqual(990);
    });
    expect(await ground.rows('select distinct attempts from import_item')).toEqual([{ attempts: 0 }]);
    expect(await ground.differences()).toEqual([]);
  });
});

describe('a request that is too large', () => {
  it.each<Kind>([{ kind: 'complexity' }, { kind: 'complexity-200' }])(
    'as $kind is asked for in parts',
    async (fault) => {
      const { world, event } = worldOfOneEvent(fault.kind, 150);
      const ground = await Ground.open(world);
      ground.startgg.faults.add({ ...fault, match: asks('Sets', event.id) } as Fault);
      const job = await ground.run(await ground.herald(QUICK));
      expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
      expect(await ground.differences()).toEqual([]);
    },
  );

  it('is asked for in smaller pages when even a part of it is too large', async () => {
    const { world, event } = worldOfOneEvent('smaller', 30);
    const ground = await Ground.open(world);
    const sizes = (query: string) =>
      [...query.matchAll(/sets\(page: \d+, perPage: (\d+), sort/g)].map(([, size]) => Number(size));
    ground.startgg.faults.add({
      kind: 'complexity',
      match: (request: StartggRequest) =>
        asks('Sets', event.id)(request) && Math.max(...sizes(request.query)) > 10,
      times: Infinity,
    } as Fault);
    const job = await ground.run(await ground.herald(QUICK));
    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
    const answered = ground.startgg.requests.filter((one) => asks('Sets', event.id)(one)).at(-1);
    expect(sizes(answered?.query ?? '')[0]).toBeLessThanOrEqual(10);
    const [sets] = await ground.rows<{ n: number }>('select count(*)::int as n from startgg_set');
    expect(job.counters.sets).toMatchObject({ done: sets?.n, total: sets?.n, new: sets?.n, unchanged: 0 });
  });

  it('is found out where start.gg counts more than the rule says', async () => {
    const { world } = worldOfOneEvent('dearer', 150);
    const ground = await Ground.open(world, { dearer: true });
    const job = await ground.run(await ground.herald(QUICK));
    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
  });
});

describe('a token that start.gg does not take', () => {
  it.each<[Kind, RegExp]>([
    [{ kind: 'invalid-token' }, /does not know the token.*https:\/\/start\.gg\/admin\/profile\/developer/],
    [{ kind: 'expired-token' }, /has expired.*https:\/\/start\.gg\/admin\/profile\/developer/],
  ])('ends the job, which says why ($kind), and goes on when resumed', async (fault, words) => {
    const { world } = worldOfEvents('token', 8);
    const ground = await Ground.open(world);
    const herald = await ground.herald(QUICK);
    const lift = ground.startgg.faults.add({ ...fault, match: asks('Sets'), times: Infinity } as Fault);
    const job = await ground.start(herald);
    const failed = await ground.ended(herald, job);
    expect(failed).toMatchObject({ state: 'FAILED', errorCount: 0, reason: expect.stringMatching(words) });
    lift();
    await herald.imports.resume('all', job.id);
    expect(await ground.ended(herald, job)).toMatchObject({
      state: 'COMPLETED',
      errorCount: 0,
      reason: null,
    });
    expect(await ground.differences()).toEqual([]);
    const lists = ground.startgg.requests.filter((one) => one.operationName === 'Tournaments');
    expect(lists).toHaveLength(1);
  });
});
