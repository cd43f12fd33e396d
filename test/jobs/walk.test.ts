import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database, firstRow } from '../../src/database/database.ts';
import { countersAfter } from '../../src/jobs/counters.ts';
import type { PhaseCounts } from '../../src/jobs/state.ts';
import { settleWalk, type WalkResult } from '../../src/jobs/walk.ts';
import { WorkList } from '../../src/jobs/work-list.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';

let db: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
  drop = database.drop;
  db = await Database.connect(database.url, entities);
});
afterAll(async () => {
  await db.close();
  await drop();
});

/** What happens at the source before a page is read. */
type Turn = { insert: number; remove: number; lie: number; empty: number; pick: number };

type Outcome = {
  result: WalkResult;
  counts: PhaseCounts;
  seen: Set<string>;
  source: string[];
  reads: number;
  calm: boolean;
};

let jobs = 0;

/** Walks a list whose source changes by the turns given, one before each read, and then no more. */
async function walk(length: number, perPage: number, turns: readonly Turn[]): Promise<Outcome> {
  const source = Array.from({ length }, (_, i) => `e${i}`);
  const seen = new Set<string>();
  let counts: PhaseCounts = { done: 0, total: 0, new: 0, changed: 0, unchanged: 0, gone: 0 };
  let born = 0;
  let result: WalkResult = { state: 'open', counts: {} };
  let reads = 0;
  let calm = true;
  return await db.transaction(async (em) => {
    const job = await firstRow(
      em,
      sql<{ id: number }>`insert into import_job (kind, params, title, state)
        values ('walk', jsonb_build_object('n', ${++jobs}::int), 'a walk', 'RUNNING') returning id`,
    );
    const list = new WorkList(em, job?.id ?? 0, ['things']);
    await list.add([{ phase: 'things', kind: 'list', key: 'k', label: 'a list' }]);
    for (;;) {
      const pending = (await list.pages('list', 'k')).filter((page) => page.state === 'pending');
      const turn = turns[reads] ?? { insert: 0, remove: 0, lie: 0, empty: 0, pick: 0 };
      const item = pending[turn.pick % Math.max(1, pending.length)];
      if (!item) break;
      if (item.page === 1) calm = true;
      if (turns[reads]) calm = false;
      if (++reads > 300) throw new Error('the walk does not end');
      for (let i = 0; i < turn.insert; i++) source.unshift(`n${born++}`);
      source.splice(0, turn.remove);
      const page = source.slice((item.page - 1) * perPage, item.page * perPage);
      const keys = page.slice(Math.min(turn.empty, page.length));
      const fresh = keys.filter((key) => !seen.has(key));
      for (const key of keys) seen.add(key);
      await list.settle([item]);
      const read = { keys, empty: page.length - keys.length, total: Math.max(0, source.length + turn.lie) };
      result = await settleWalk(list, 'things', perPage, [{ item, page: read }], {
        new: fresh.length,
        changed: 0,
      });
      const after = countersAfter({ things: result.counts });
      const told = await firstRow(
        em,
        sql<{
          counters: { things: PhaseCounts };
        }>`update import_job set counters = ${after} where id = ${job?.id} returning counters`,
      );
      counts = told?.counters.things ?? counts;
    }
    return { result, counts, seen, source, reads, calm };
  });
}

const turn = fc.record({
  insert: fc.nat(3),
  remove: fc.nat(3),
  lie: fc.integer({ min: -3, max: 3 }),
  empty: fc.nat(2),
  pick: fc.nat(10),
});

describe('a walk through the pages of a list', () => {
  it('that does not change sees everything once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.integer({ min: 1, max: 9 }), async (length, perPage) => {
        const { result, counts, reads } = await walk(length, perPage, []);
        expect(result).toMatchObject({ state: 'complete' });
        expect(reads).toBe(Math.max(1, Math.ceil(length / perPage)));
        expect(counts).toEqual({
          done: length,
          total: length,
          new: length,
          changed: 0,
          unchanged: 0,
          gone: 0,
        });
      }),
      { numRuns: 20 },
    );
  });

  it('that changes in any way ends, complete or failed, and counts each entry once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(20),
        fc.integer({ min: 1, max: 7 }),
        fc.array(turn, { maxLength: 12 }),
        async (length, perPage, turns) => {
          const { result, counts, seen, source, calm } = await walk(length, perPage, turns);
          expect(['complete', 'failed']).toContain(result.state);
          expect(counts.new).toBe(seen.size);
          expect(counts.done).toBeLessThanOrEqual(counts.total);
          expect(Math.min(counts.done, counts.total, counts.unchanged)).toBeGreaterThanOrEqual(0);
          if (result.state !== 'complete') return;
          expect(counts.done).toBe(counts.total);
          expect(counts.done).toBe(result.seen.size);
          // A walk during which nothing happened has seen the list as it is.
          if (calm) expect([...result.seen].sort()).toEqual([...source].sort());
        },
      ),
      { numRuns: 60 },
    );
  });
});
