import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import type { Queue } from './queue.ts';

/**
 * Puts the unfinished imports of a restored database on the queue again, which no backup holds. Nobody works on them, and
 * the time between the backup and now is none in which they ran.
 *
 * @param at when the backup was made
 * @returns how many go on
 */
export async function takeUpImports(em: EntityManager, queue: Queue, at: string): Promise<number> {
  await rows(em, sql`update import_job set lease = null where lease is not null`);
  const jobs = await rows(
    em,
    sql<{ id: number }>`update import_job set state = 'PENDING', running_since = null,
          elapsed_ms = elapsed_ms + greatest(0, coalesce(extract(epoch from ${at}::timestamptz - running_since) * 1000, 0))::bigint
        where state in ('PENDING', 'RUNNING') returning id`,
  );
  for (const { id } of jobs) await queue.sendSlice(em, { id });
  return jobs.length;
}

/** What the providers were asked lately, as `keepBudgets` takes it. Undefined where there is no such table. */
export async function readBudgets(em: EntityManager): Promise<string | undefined> {
  const table = await firstRow(em, sql<{ name: string | null }>`select to_regclass('budget')::text as name`);
  if (!table?.name) return undefined;
  // As text: JavaScript's numbers would not keep all that PostgreSQL's do.
  const kept = sql<{
    rows: string;
  }>`select coalesce(jsonb_agg(to_jsonb(b)), '[]')::text as rows from budget b`;
  return (await firstRow(em, kept))?.rows;
}

/** Requests that were made count, whatever is restored: the later knowledge of each allowance goes before the backup's. */
export async function keepBudgets(em: EntityManager, kept: string): Promise<void> {
  const given = sql`jsonb_populate_recordset(null::budget, ${kept}::jsonb) k`;
  await rows(
    em,
    sql`delete from budget b using ${given} where (b.provider, b.credential) = (k.provider, k.credential)`,
  );
  await rows(em, sql`insert into budget select k.* from ${given}`);
}
