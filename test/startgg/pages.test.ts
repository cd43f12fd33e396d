import { describe, expect, it } from 'vitest';
import { bigEvent } from '../../src/sandbox/startgg/create-world.ts';
import { setsOf } from '../../src/sandbox/startgg/model.ts';
import { reachesTooDeep } from '../../src/startgg/walk.ts';
import { until } from '../support/until.ts';
import { asks } from './faults.ts';
import { emptyWorld, Ground, worldOfOneEvent } from './ground.ts';

const QUICK = { waits: { retryMs: [20, 40], outageMs: [300] } };

describe('pages that shift while they are read', () => {
  it('leave nothing twice and nothing missing', async () => {
    const world = emptyWorld('shifting');
    const tournament = world.addTournament({ startAt: world.now - 3600 });
    // Three brackets of which one does not fit into a request with the others.
    const events = [32, 32, 18].map((entrants) =>
      world.addEvent(tournament.id, { entrants, teamSize: 1, state: 'ACTIVE', progress: 0.5, hasSets: true }),
    );
    const sets = () => events.flatMap((event) => [...setsOf(world.bracket(event))]);
    const ground = await Ground.open(world);
    const herald = await ground.herald();
    let left = 2;
    ground.startgg.onRequest = (_, { query }) => {
      // The newest come first: each result moves all before it one place on.
      const ready = sets().find(
        (set) => set.realId && set.state !== 3 && set.slots.every((slot) => slot.seed?.entrant),
      );
      if (!/sets\d+x[2-9]:/.test(query) || !ready?.realId || left-- <= 0) return;
      world.completeSet(ready.realId);
    };

    const job = await ground.run(herald);

    expect(left).toBeLessThanOrEqual(0);
    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    const ids = sets()
      .filter((set) => !set.bye)
      .map((set) => String(set.realId));
    const stored = await ground.rows('select id, deleted_at from startgg_set where id not like $1', [
      'preview%',
    ]);
    expect(stored.map((row) => row.id).sort()).toEqual(ids.filter((id) => id !== 'null').sort());
    const { done, total, ...counts } = job.counters.sets ?? { done: -1, total: 0, new: 0, changed: 0 };
    expect(done).toBe(total);
    expect(counts.new).toBe(total);
    await ground.run(herald);
    expect(await ground.differences()).toEqual([]);
  });
});

describe('a list that comes out short', () => {
  it('is walked three times and then left as failed, with the numbers; a retry makes it whole', async () => {
    const { world, event } = worldOfOneEvent('short', 30);
    const more = world.addEvent(world.addTournament({ startAt: world.now - 86_400 }).id, {
      entrants: 4,
      teamSize: 1,
    });
    const ground = await Ground.open(world);
    const herald = await ground.herald(QUICK);
    const total = [...setsOf(world.bracket(event))].filter((set) => !set.bye).length;
    const lift = ground.startgg.faults.add({
      kind: 'short-page',
      drop: 2,
      event: event.id,
      list: 'sets',
      match: asks('Sets', event.id),
      times: Infinity,
    });
    const job = await ground.run(herald);
    const pages = ground.startgg.requests.filter(
      (one) => asks('Sets', event.id)(one) && /sets\d+x1:/.test(one.query),
    );
    expect(pages).toHaveLength(3);
    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 1 });
    const [failed] = await herald.imports.failures(job.id, 5);
    expect(failed?.error).toMatch(new RegExp(`^${total} entries are reported, but only \\d+ are listed$`));
    expect(await ground.sets(more.id)).toHaveLength(
      [...setsOf(world.bracket(more))].filter((set) => !set.bye).length,
    );

    lift();
    await herald.imports.retry('all', job.id);
    const { counters, errorCount } = await ground.ended(herald, job);
    expect(errorCount).toBe(0);
    expect(await ground.differences()).toEqual([]);
    expect(counters.sets).toMatchObject({ changed: 0, unchanged: 0, gone: 0, new: counters.sets?.total });
    expect(counters.sets?.done).toBe(counters.sets?.total);
  });

  it('names the entries that came empty', async () => {
    const { world } = worldOfOneEvent('empty', 6);
    const ground = await Ground.open(world);
    const herald = await ground.herald(QUICK);
    ground.startgg.faults.add({
      kind: 'null-nodes',
      list: 'entrants',
      match: asks('Entrants'),
      times: Infinity,
    });
    const job = await ground.run(herald);
    expect(await herald.imports.failures(job.id, 5)).toMatchObject([{ error: '2 of 6 entries came empty' }]);
    expect(await ground.rows('select 1 from startgg_entrant where deleted_at is null')).toHaveLength(4);
  });
});

describe('a list that is longer than start.gg serves', () => {
  it('is known by its last page, counted as full', () => {
    expect(reachesTooDeep(10_000, 100, 10_000)).toBe(false);
    expect(reachesTooDeep(9_990, 71, 10_000)).toBe(true);
    expect(reachesTooDeep(9_940, 71, 10_000)).toBe(false);
  });

  it('of tournaments is read by windows of time', async () => {
    const world = emptyWorld('windows');
    for (let i = 0; i < 155; i++)
      world.addEvent(world.addTournament({ startAt: world.now - i * 40_000 }).id, {
        entrants: 1,
        hasSets: false,
      });
    const ground = await Ground.open(world);
    const herald = await ground.herald({ deepestEntry: 150 });
    const job = await ground.run(herald);
    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
    expect(job.counters.tournaments).toMatchObject({ done: 155, total: 155, new: 155, unchanged: 0 });
    const lists = ground.startgg.requests.filter((one) => one.operationName === 'Tournaments');
    expect(new Set(lists.map((one) => one.variables.after)).size).toBeGreaterThan(2);
  });

  it('of sets is read pool by pool', async () => {
    const { world } = worldOfOneEvent('pools', 90);
    const ground = await Ground.open(world);
    const herald = await ground.herald({ deepestEntry: 150 });
    const job = await ground.run(herald);
    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
    const [sets] = await ground.rows<{ n: number }>('select count(*)::int as n from startgg_set');
    expect(job.counters.sets).toMatchObject({ done: sets?.n, total: sets?.n, new: sets?.n, unchanged: 0 });
    const again = await ground.run(herald);
    expect(again.counters.sets).toMatchObject({
      done: sets?.n,
      total: sets?.n,
      new: 0,
      unchanged: sets?.n,
      gone: 0,
    });
  });

  it.runIf(process.env.HERALD_SOAK)(
    'of sets: 9,990 and 11,000 of one event, at the real limit',
    async () => {
      const world = emptyWorld('big');
      bigEvent(world, { entrants: 5_600, sets: 11_000 });
      bigEvent(world, { entrants: 5_600, sets: 9_990 });
      const ground = await Ground.open(world);
      const herald = await ground.herald();
      const job = await ground.ended(herald, await ground.start(herald), 280_000);
      expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
      expect(await ground.differences()).toEqual([]);
      expect(job.counters.sets).toMatchObject({ done: 20_990, total: 20_990, new: 20_990 });
    },
    300_000,
  );

  it.runIf(process.env.HERALD_SOAK)(
    'of tournaments: 11,500, at the real limit',
    async () => {
      const world = emptyWorld('many');
      for (let i = 0; i < 11_500; i++)
        world.addEvent(world.addTournament({ startAt: world.now - i * 1_000 }).id, {
          entrants: 1,
          hasSets: false,
        });
      const ground = await Ground.open(world);
      const herald = await ground.herald();
      const job = await ground.start(herald);
      // What is in them comes after all of them, and takes long.
      const read = async () => (await herald.imports.get('all', job.id)).counters.tournaments;
      await until('the tournaments are read', async () => (await read())?.done === 11_500, 280_000);
      await herald.imports.cancel('all', job.id);
      expect(await read()).toMatchObject({ done: 11_500, total: 11_500, new: 11_500 });
      expect(await ground.rows('select 1 from startgg_tournament')).toHaveLength(11_500);
    },
    300_000,
  );
});
