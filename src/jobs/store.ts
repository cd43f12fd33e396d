import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, firstRow, rows } from '../database/database.ts';
import { touchLive } from '../outbox/live-message.ts';
import type { JobState } from './state.ts';

/** The kind of live message that shows an import; its subject is the job's id. */
export const IMPORT_MESSAGE = 'import';

type LeasedJob = { id: number; kind: string; params: Record<string, unknown> };

/** Makes this slice the only one that may write for the job. Undefined when the job is not to be worked on. */
export async function takeLease(db: Database, jobId: number, lease: string): Promise<LeasedJob | undefined> {
  return await db.transaction(async (em) => {
    const job = await firstRow(
      em,
      sql<LeasedJob>`update import_job set lease = ${lease}, state = 'RUNNING', started_at = coalesce(started_at, now()),
          running_since = coalesce(running_since, now())
        where id = ${jobId} and state in ('PENDING', 'RUNNING') returning id, kind, params`,
    );
    if (job) await touchLive(em, IMPORT_MESSAGE, String(jobId));
    return job;
  });
}

/** Ends a slice whose job goes on later. False when the slice no longer held the job. */
export async function releaseLease(em: EntityManager, jobId: number, lease: string): Promise<boolean> {
  const row = await firstRow(
    em,
    sql`update import_job set lease = null where id = ${jobId} and lease = ${lease} returning id`,
  );
  return row !== undefined;
}

/** Whether this slice holds the job; if so, nobody else can change it before the transaction ends. */
export async function holdsLease(em: EntityManager, jobId: number, lease: string): Promise<boolean> {
  const held = await firstRow(
    em,
    sql`select 1 from import_job where id = ${jobId} and lease = ${lease} for update`,
  );
  return held !== undefined;
}

/** Ends a job, if this slice still holds it. */
export async function finishJob(
  em: EntityManager,
  jobId: number,
  lease: string,
  state: 'COMPLETED' | 'FAILED',
  reason: string | null = null,
): Promise<boolean> {
  const isHeld = await holdsLease(em, jobId, lease);
  if (isHeld) await moveTo(em, jobId, state, reason);
  return isHeld;
}

/**
 * Puts a job into a state in which nobody works on it. A slice at work loses its lease with that: it can write nothing
 * more, and is told to stop.
 */
export async function moveTo(
  em: EntityManager,
  jobId: number,
  state: Exclude<JobState, 'RUNNING'>,
  reason: string | null = null,
): Promise<void> {
  await rows(
    em,
    sql`update import_job set state = ${state}, lease = null, reason = ${reason}, running_since = null,
          elapsed_ms = elapsed_ms + coalesce(extract(epoch from now() - running_since) * 1000, 0)::bigint,
          finished_at = case when ${state} in ('COMPLETED', 'FAILED', 'CANCELLED') then now() end
        where id = ${jobId}`,
  );
  await touchLive(em, IMPORT_MESSAGE, String(jobId));
  await rows(em, sql`select pg_notify('herald_job', ${String(jobId)})`);
}
