import { describe, expect, it } from 'vitest';
import type { Fault, StartggRequest } from '../../src/sandbox/startgg/faults.ts';
import { until } from '../support/until.ts';
import { asks, type Kind, QUICK, worldOfEvents } from './faults.ts';
import { Ground, worldOfOneEvent } from './ground.ts';

/** What nothing of a request survives. */
const WHOLE: Kind[] = [
  { kind: 'http', status: 500 },
  { kind: 'http', status: 502 },
  { kind: 'http', status: 503 },
  { kind: 'http', status: 504 },
  { kind: 'html' },
  { kind: 'html-502' },
  { kind: 'cut-off' },
  { kind: 'hang' },
  { kind: 'lost-connection' },
  { kind: 'unknown-error' },
  { kind: 'rate-limit-200' },
  { kind: 'rate-limit-errors' },
  { kind: 'complexity' },
  { kind: 'complexity-200' },
];

/** What leaves out entries. A list that comes three times with holes is given up. */
const HOLES: Kind[] = [{ kind: 'null-nodes' }, { kind: 'short-page' }, { kind: 'partial' }];

const OPERATIONS = ['Event', 'Entrants', 'Sets'] as const;

/** Lets each fault strike once; tells which did. */
function strike(
  ground: Ground,
  faults: readonly { fault: Kind; match: (request: StartggRequest) => boolean }[],
) {
  const struck = new Set<Kind>();
  for (const { fault, match } of faults)
    ground.startgg.faults.add({
      ...fault,
      match: (request: StartggRequest) => match(request) && Boolean(struck.add(fault)),
    } as Fault);
  return struck;
}

describe('faults that pass', () => {
  it.each(OPERATIONS)('do no harm when they strike %s, one after the other', async (operation) => {
    const { world, events } = worldOfEvents(`passing ${operation}`, WHOLE.length);
    const ground = await Ground.open(world);
    const herald = await ground.herald(QUICK);
    const struck = strike(
      ground,
      WHOLE.map((fault, i) => ({ fault, match: asks(operation, events[i]?.id) })),
    );
    // Events share requests: what is read before its own fault came up meets it in the next import.
    for (let run = 0; run < 4 && struck.size < WHOLE.length; run++) {
      const job = await ground.run(herald);
      expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0, reason: null });
      expect(await ground.differences()).toEqual([]);
      expect(await ground.rows('select 1 from startgg_event where deleted_at is not null')).toEqual([]);
    }
    expect(struck.size).toBe(WHOLE.length);
  });

  it.each(OPERATIONS.flatMap((operation) => HOLES.map((fault) => ({ operation, ...fault }))))(
    'leave nothing out when $kind strikes $operation of many events',
    async ({ operation, kind }) => {
      const { world, events } = worldOfEvents(`holes ${operation}`, 6);
      const ground = await Ground.open(world);
      const struck = strike(ground, [{ fault: { kind } as Kind, match: asks(operation, events[2]?.id) }]);
      const job = await ground.run(await ground.herald(QUICK));
      expect(struck.size).toBe(1);
      expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0, reason: null });
      expect(await ground.differences()).toEqual([]);
    },
  );

  it('leave nothing out when a request is refused as a whole, but the refusal names its first field only', async () => {
    const { world } = worldOfEvents('refused', 6);
    const ground = await Ground.open(world);
    const struck = strike(
      ground,
      OPERATIONS.map((operation) => ({ fault: { kind: 'complexity' } as Kind, match: asks(operation) })),
    );
    const job = await ground.run(await ground.herald(QUICK));
    expect(struck.size).toBe(3);
    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0, reason: null });
    expect(await ground.differences()).toEqual([]);
    expect(await ground.rows('select key from startgg_sync where error is not null')).toEqual([]);
  });

  it('do no harm when they strike the list of tournaments, one after the other', async () => {
    const { world } = worldOfEvents('passing tournaments', 4);
    const ground = await Ground.open(world);
    const herald = await ground.herald({ ...QUICK, waits: { retryMs: Array(30).fill(10), outageMs: [100] } });
    // Those that only shorten the list may come twice: the third walk has to be whole.
    const faults = [...WHOLE, ...HOLES].filter(({ kind }) => kind !== 'hang' && kind !== 'partial');
    const struck = strike(
      ground,
      faults.map((fault) => ({ fault, match: asks('Tournaments') })),
    );
    const job = await ground.run(herald);
    expect(struck.size).toBe(faults.length);
    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
  });

  it.each(['phases', 'phaseGroups', 'sets', 'event'])(
    'delete nothing when the field "%s" fails in an answer that is good apart from it',
    async (field) => {
      const { world } = worldOfOneEvent(`partial ${field}`);
      const ground = await Ground.open(world);
      const herald = await ground.herald(QUICK);
      await ground.run(herald);
      for (let run = 0; run < 3; run++) {
        ground.startgg.faults.add({ kind: 'partial', field });
        expect(await ground.run(herald)).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
        expect(await ground.differences()).toEqual([]);
      }
    },
  );
});

describe('an event that always fails', () => {
  it('is left as failed with its reason, while the rest goes on; a retry takes up only it', async () => {
    const { world, events } = worldOfEvents('failing', 5);
    const ground = await Ground.open(world);
    const herald = await ground.herald(QUICK);
    const [bad] = events;
    const lift = ground.startgg.faults.failEvent(bad?.id ?? 0);

    const job = await ground.run(herald);

    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 1 });
    expect(await herald.imports.failures(job.id, 10)).toMatchObject([
      { kind: 'event', key: String(bad?.id), error: 'start.gg: An unknown error has occurred' },
    ]);
    const counted = await ground.rows(
      'select event_id, count(*)::int as n from startgg_set group by 1 order by 1',
    );
    expect(counted.map((row) => row.event_id)).toEqual(events.slice(1).map((event) => event.id));

    lift();
    const asked = ground.startgg.requests.length;
    await herald.imports.retry('all', job.id);
    const retried = await ground.ended(herald, job);
    expect(retried).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
    for (const { query } of ground.startgg.requests.slice(asked))
      expect([...query.matchAll(/event\(id: (\d+)\)/g)].map(([, id]) => Number(id))).toEqual(
        query.includes(': set(') ? [] : [bad?.id],
      );
    expect(retried.counters.events).toMatchObject({ done: 5, total: 5 });
    expect(retried.counters.sets?.new).toBe(retried.counters.sets?.total);
  });

  it('is not taken for deleted, though its data is null', async () => {
    const { world, event } = worldOfOneEvent('null with errors', 5);
    const ground = await Ground.open(world);
    const herald = await ground.herald(QUICK);
    await ground.run(herald);
    ground.startgg.faults.failEvent(event.id);
    for (let run = 0; run < 3; run++) expect(await ground.run(herald)).toMatchObject({ errorCount: 1 });
    expect(await ground.differences()).toEqual([]);
  });
});

describe('an event that is null without a word', () => {
  it('is hidden: it is marked and told, its rows stay untouched, and the rest goes on', async () => {
    const { world, events } = worldOfEvents('null', 3);
    const ground = await Ground.open(world);
    const herald = await ground.herald(QUICK);
    await ground.run(herald);
    const hidden = events[1]?.id ?? 0;
    const versions = () =>
      ground.rows(`select xmin, ctid from startgg_set union all select xmin, ctid from startgg_event`);
    const before = await versions();
    const show = ground.startgg.faults.add({
      kind: 'null-field',
      event: hidden,
      match: asks('Event', hidden),
      times: Infinity,
    });

    for (const _ of [1, 2, 3]) {
      const job = await ground.run(herald);
      expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
      expect(job.counters.events).toMatchObject({ done: 3, total: 3, gone: 1 });
    }
    expect(await versions()).toEqual(before);
    const marks = () => ground.rows<{ key: string }>('select key from startgg_sync where error is not null');
    expect(await marks()).toEqual([{ key: String(hidden) }]);
    show();
    await ground.run(herald);
    expect(await marks()).toEqual([]);
    expect(await ground.differences()).toEqual([]);
  });

  it.each(['Entrants', 'Sets'])('may be hidden between two requests: %s', async (operation) => {
    const { world, events } = worldOfEvents(`hidden ${operation}`, 3);
    const ground = await Ground.open(world);
    const event = events[1]?.id as number;
    ground.startgg.faults.add({ kind: 'null-field', event, match: asks(operation, event) });
    const herald = await ground.herald(QUICK);
    expect(await ground.run(herald)).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.rows('select id from startgg_event where deleted_at is not null')).toEqual([]);
    await ground.run(herald);
    expect(await ground.differences()).toEqual([]);
  });
});

describe('a start.gg that is down', () => {
  it('fails nothing: the job says so, waits, and goes on by itself', async () => {
    const { world } = worldOfEvents('down', 12);
    const ground = await Ground.open(world);
    const herald = await ground.herald(QUICK);
    const { startgg } = ground;
    startgg.onRequest = (n) => {
      if (n === 3) startgg.faults.add({ kind: 'http', status: 503, times: Infinity });
    };
    const job = await ground.start(herald);
    await until('the job waits', async () => (await herald.imports.get('all', job.id)).reason);
    expect(await herald.imports.get('all', job.id)).toMatchObject({
      state: 'RUNNING',
      errorCount: 0,
      reason: expect.stringMatching(/HTTP 503.*Trying again by itself/),
    });
    const before = startgg.requests.length;
    await startgg.waitFor((requests) => requests.length > before + 6);
    startgg.faults.clear();
    expect(await ground.ended(herald, job, 60_000)).toMatchObject({
      state: 'COMPLETED',
      errorCount: 0,
      reason: null,
    });
    expect(await ground.differences()).toEqual([]);
    const [most] = await ground.rows('select max(attempts) as attempts from import_item');
    // More than none, where an answer came in between and made the failure look like the item's own.
    expect(most?.attempts).toBeLessThanOrEqual(2);
  });
});
