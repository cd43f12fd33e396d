import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { takeLease } from '../../src/jobs/store.ts';
import type { LoggedRequest } from '../../src/sandbox/startgg/request-log.ts';
import { emptyWorld, Ground, worldOfOneEvent } from '../startgg/ground.ts';
import { until } from '../support/until.ts';

/** Some tournaments with an event each, of which three fill a request, each list on one page. */
function worldOfTournaments(seed: string, count: number) {
  const world = emptyWorld(seed);
  for (let i = 0; i < count; i++) {
    const tournament = world.addTournament({ startAt: world.now - (i + 1) * 86_400 });
    world.addEvent(tournament.id, { entrants: 16, teamSize: 1, state: 'COMPLETED', hasSets: true });
  }
  return world;
}

/** Lets `count` requests through from now on; the rest hang until the gate is opened. */
function gate(ground: Ground, count: number) {
  const opened = Promise.withResolvers<void>();
  const last = ground.startgg.requests.length + count;
  ground.startgg.onRequest = async (n) => {
    if (n > last) await opened.promise;
  };
  return {
    open() {
      ground.startgg.onRequest = undefined;
      opened.resolve();
    },
    /** Waits until requests hang and everything that was answered is committed. */
    async reached(jobId: number) {
      await ground.startgg.waitFor((requests) => requests.length > last);
      const done = async () => {
        const [row] = await ground.rows<{ n: number }>(
          `select count(*)::int as n from import_item where job_id = $1 and state = 'done'`,
          [jobId],
        );
        return row?.n;
      };
      await until('what was answered is committed', async () => {
        const answered = ground.startgg.requests.slice(last - count).filter((one) => one.answeredAt);
        return answered.length === count && (await done()) === answered.flatMap(parts).length;
      });
    },
  };
}

/** What a request of an import asks for: one for each item of the work list. */
function parts({ operationName, query, variables }: LoggedRequest): string[] {
  if (operationName === 'Videogame') return [];
  if (operationName !== 'Packed') return [JSON.stringify([operationName, variables])];
  const found = query.matchAll(
    /(e\d+): event[^{]*\{\s+id\s+entrantTotal|entrants\d+x\d+:|sets\d+x\d+:|(d\d+)x\d+:/g,
  );
  return [...new Set([...found].map(([all, event, details]) => event ?? details ?? all))];
}

/** Everything that an import writes. */
async function written(ground: Ground) {
  return {
    jobs: await ground.rows('select id, state, counters, error_count, current_item, phase from import_job'),
    items: await ground.rows('select id, state, attempts, data, error from import_item order by id'),
    events: await ground.rows('select ctid, xmin from startgg_event'),
    sets: await ground.rows('select ctid, xmin from startgg_set'),
    entrants: await ground.rows('select ctid, xmin from startgg_entrant'),
  };
}

describe('a job that another process works on', () => {
  it('is paused long before its hanging requests would time out, and goes on where it stopped', async () => {
    const ground = await Ground.open(worldOfTournaments('pause', 30));
    const [worker, other] = [await ground.herald(), await ground.herald(undefined, { works: false })];
    const job = await ground.start(worker);
    const held = gate(ground, 8);
    await held.reached(job.id);

    expect(await other.imports.pause('all', job.id)).toMatchObject({ state: 'PAUSED', lease: null });
    await ground.startgg.waitFor((requests) => requests.every((one) => one.answeredAt), 20_000);
    const asked = ground.startgg.requests.length;
    const paused = await written(ground);
    held.open();
    expect(ground.startgg.requests.length).toBe(asked);

    await other.imports.resume('all', job.id);
    expect(await ground.ended(worker, job)).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
    const done = paused.items.filter((item) => item.state === 'done').length;
    const answered = ground.startgg.requests
      .slice(0, asked)
      .filter((one) => one.status === 200)
      .flatMap(parts);
    const later = new Set(ground.startgg.requests.slice(asked).flatMap(parts));
    expect(done).toBe(answered.length);
    expect(answered.filter((one) => later.has(one))).toEqual([]);
  });

  it('is cancelled as fast, and stays so', async () => {
    const ground = await Ground.open(worldOfTournaments('cancel', 20));
    const [worker, other] = [await ground.herald(), await ground.herald(undefined, { works: false })];
    const job = await ground.start(worker);
    const held = gate(ground, 5);
    await held.reached(job.id);
    await other.imports.cancel('all', job.id);
    await ground.startgg.waitFor((requests) => requests.every((one) => one.answeredAt), 20_000);
    held.open();
    expect(await worker.imports.get('all', job.id)).toMatchObject({ state: 'CANCELLED', lease: null });
    await expect(other.imports.resume('all', job.id)).rejects.toThrow(
      `Import ${job.id} is cancelled, so it cannot be resumed.`,
    );
    // The same may be imported anew.
    expect((await ground.run(worker)).id).not.toBe(job.id);
    expect(await ground.differences()).toEqual([]);
  });

  it('takes up failed items while it is still running', async () => {
    const world = worldOfTournaments('retry', 6);
    const ground = await Ground.open(world);
    const waits = { retryMs: [], outageMs: [300] };
    const [worker, other] = [
      await ground.herald({ waits }),
      await ground.herald(undefined, { works: false }),
    ];
    const [event] = world.events();
    const lift = ground.startgg.faults.failEvent(event?.id ?? 0);
    const hangs = Promise.withResolvers<void>();
    ground.startgg.onRequest = async (_, request) => {
      if (/sets\d+x/.test(request.query)) await hangs.promise;
    };
    const job = await ground.start(worker);
    await until('the event has failed', async () => (await other.imports.failures(job.id, 1)).length > 0);
    lift();
    expect(await other.imports.retry('all', job.id)).toMatchObject({ state: 'RUNNING', errorCount: 0 });
    hangs.resolve();
    expect(await ground.ended(worker, job)).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
  });
});

describe('a job without a worker', () => {
  it('is paused, resumed and cancelled all the same', async () => {
    const ground = await Ground.open(worldOfOneEvent('idle', 4).world);
    const herald = await ground.herald(undefined, { works: false });
    const job = await ground.start(herald);
    expect(await herald.imports.pause('all', job.id)).toMatchObject({ state: 'PAUSED' });
    expect(await herald.imports.resume('all', job.id)).toMatchObject({ state: 'PENDING' });
    expect(await herald.imports.pause('all', job.id)).toMatchObject({ state: 'PAUSED' });
    expect(await herald.imports.cancel('all', job.id)).toMatchObject({ state: 'CANCELLED' });
  });

  it('waits for one', async () => {
    const ground = await Ground.open(worldOfOneEvent('waits', 4).world);
    const herald = await ground.herald(undefined, { works: false });
    const job = await ground.start(herald);
    await herald.work();
    expect(await ground.ended(herald, job)).toMatchObject({ state: 'COMPLETED' });
    expect(await ground.differences()).toEqual([]);
  });
});

describe('what cannot be done with a job', () => {
  it('is said in words', async () => {
    const ground = await Ground.open(worldOfOneEvent('words', 4).world);
    const herald = await ground.herald();
    const { id } = await ground.run(herald);
    const { imports } = herald;
    await expect(imports.pause('all', id)).rejects.toThrow(
      `Import ${id} is completed, so it cannot be paused.`,
    );
    await expect(imports.resume('all', id)).rejects.toThrow(
      `Import ${id} is completed, so it cannot be resumed.`,
    );
    await expect(imports.cancel('all', id)).rejects.toThrow(
      `Import ${id} is completed, so it cannot be cancelled.`,
    );
    await expect(imports.retry('all', id)).rejects.toThrow(`Nothing failed in import ${id}.`);
    for (const wrong of [id + 1, 0, -1, 1.5, Number.NaN, 2 ** 31, 2 ** 60])
      await expect(imports.pause('all', wrong)).rejects.toThrow('There is no such import here.');
  });

  it('includes everything with the job of another guild', async () => {
    const ground = await Ground.open(worldOfOneEvent('guilds', 4).world);
    const herald = await ground.herald(undefined, { works: false });
    const job = await ground.start(herald, '100');
    for (const act of ['get', 'pause', 'resume', 'cancel', 'retry'] as const)
      await expect(herald.imports[act]({ guildId: '200' }, job.id)).rejects.toThrow(
        'There is no such import here.',
      );
    expect(await herald.imports.list({ guildId: '200' }, 10)).toEqual([]);
    expect(await herald.imports.list({ guildId: '100' }, 10)).toMatchObject([{ id: job.id }]);
    expect(await herald.imports.pause({ guildId: '100' }, job.id)).toMatchObject({ state: 'PAUSED' });
  });

  it('includes a retry beside the same import, unfinished', async () => {
    const { world, event } = worldOfOneEvent('beside', 4);
    const ground = await Ground.open(world);
    const herald = await ground.herald({ waits: { retryMs: [], outageMs: [300] } });
    ground.startgg.faults.failEvent(event.id);
    const first = await ground.run(herald);
    const hangs = Promise.withResolvers<void>();
    ground.startgg.onRequest = async (_, { operationName }) => {
      if (operationName === 'Tournaments') await hangs.promise;
    };
    const second = await ground.start(herald);
    await herald.imports.pause('all', second.id);
    await expect(herald.imports.retry('all', first.id)).rejects.toThrow(
      `Another import of the same is unfinished, so import ${first.id} cannot be retried.`,
    );
    hangs.resolve();
  });
});

describe('the same import started several times at once', () => {
  it('is one job in a guild, and one of its own in every other and at the terminal', async () => {
    const ground = await Ground.open(worldOfOneEvent('same', 4).world);
    const heralds = [
      await ground.herald(undefined, { works: false }),
      await ground.herald(undefined, { works: false }),
    ];
    const guilds = ['100', '200', null, '100', '200', null, '100', null];
    const jobs = await Promise.all(
      heralds.flatMap((herald) => guilds.map((guildId) => ground.start(herald, guildId))),
    );
    expect(new Set(jobs.map((job) => `${job.guildId} ${job.id}`)).size).toBe(3);
    expect(new Set(jobs.map((job) => job.id)).size).toBe(3);
    expect(await ground.rows('select distinct job_id from import_item')).toHaveLength(3);
  });
});

describe('a worker that stalls while its job moves on', () => {
  it('writes nothing more when it comes back', async () => {
    const ground = await Ground.open(worldOfTournaments('stall', 20));
    const worker = await ground.herald();
    const job = await ground.start(worker);
    const held = gate(ground, 6);
    await held.reached(job.id);

    const other = await ground.herald(undefined, { works: false });
    await takeLease(other.db, job.id, randomUUID());
    const before = await written(ground);
    held.open();
    await until('the stalled slice has ended', async () => {
      const active = await ground.rows(`select 1 from pgboss.job where state = 'active'`);
      return active.length === 0;
    });

    expect(await written(ground)).toEqual(before);
    await other.imports.pause('all', job.id);
    await other.imports.resume('all', job.id);
    expect(await ground.ended(worker, job)).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
  });
});

describe('two processes', () => {
  it('share the jobs of several guilds', async () => {
    const tokens = ['one', 'other'];
    const latency = { minMs: 20, maxMs: 60 };
    const ground = await Ground.open(worldOfTournaments('two', 5), { token: tokens, latency });
    const heralds = [await ground.herald({ token: 'one' }), await ground.herald({ token: 'other' })];
    const [first] = heralds;
    if (!first) throw new Error('no process');
    const jobs = await Promise.all(['1', '2', '3', '4', '5', '6'].map((guild) => ground.start(first, guild)));
    for (const job of jobs)
      expect(await ground.ended(first, job)).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
    const workers = ground.startgg.requests
      .filter((one) => one.operationName === 'Packed')
      .map((one) => one.token);
    expect([...new Set(workers)].sort()).toEqual(tokens);
  });

  it('together stay within the allowance of their token', async () => {
    const [requests, windowMs] = [20, 1_500];
    const latency = { minMs: 10, maxMs: 120 };
    const ground = await Ground.open(worldOfTournaments('share', 110), {
      limit: { requests, windowMs },
      latency,
    });
    const tuning = { requestsPerMinute: requests, windowMs, timeoutMs: 25_000 };
    const [one, other] = [await ground.herald(tuning), await ground.herald(tuning)];
    const jobs = [await ground.start(one, '1'), await ground.start(other, '2')];
    for (const job of jobs)
      expect(await ground.ended(one, job)).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
    expect(ground.startgg.requests.filter((request) => request.status !== 200)).toEqual([]);
    expect(ground.startgg.requests.length).toBeGreaterThan(3 * requests);
    expect(ground.startgg.maxInAnyWindow(windowMs)).toBeLessThanOrEqual(requests);
    expect(ground.startgg.maxInAnyWindow(windowMs, 'answer')).toBeLessThanOrEqual(requests);
  });

  it('hand a job on when one of them ends', async () => {
    const ground = await Ground.open(worldOfTournaments('hand on', 20));
    const one = await ground.herald();
    const job = await ground.start(one);
    const held = gate(ground, 6);
    await held.reached(job.id);
    const other = await ground.herald();
    const begun = Date.now();
    await ground.close(one);
    expect(Date.now() - begun).toBeLessThan(20_000);
    held.open();
    expect(await ground.ended(other, job)).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
  });
});
