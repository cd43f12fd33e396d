import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import type { JobState, PhaseCounts } from './state.ts';

/** One durable import. Only this row says what a job's state is; a queue job is just one slice of its work. */
export const ImportJob = defineEntity({
  name: 'ImportJob',
  tableName: 'import_job',
  indexes: [
    {
      name: 'import_job_unfinished_unique',
      expression: `create unique index import_job_unfinished_unique on import_job (guild_id, kind, params) nulls not distinct where state in ('PENDING', 'RUNNING', 'PAUSED')`,
    },
    { properties: ['guildId', 'id'] },
  ],
  properties: {
    id: p.integer().primary().autoincrement(),
    kind: p.text(),
    params: p.json().$type<Record<string, unknown>>(),
    /** What people read: the game and the period, say. */
    title: p.text(),
    state: p.text().$type<JobState>().default('PENDING'),
    phase: p.text().nullable(),
    currentItem: p.text().nullable(),
    counters: p.json().$type<Record<string, PhaseCounts>>().defaultRaw(`'{}'`),
    errorCount: p.integer().default(0),
    /** Why the job failed or is waiting, in words for the organiser. */
    reason: p.text().nullable(),
    guildId: p.text().nullable(),
    requestedBy: p.text().nullable().index(),
    /** Names the slice that may write for this job; null when none is at work. */
    lease: p.uuid().nullable(),
    createdAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
    startedAt: p.datetime().columnType('timestamptz').nullable(),
    finishedAt: p.datetime().columnType('timestamptz').nullable(),
    /** Start of the present stretch of running; null while paused or ended. */
    runningSince: p.datetime().columnType('timestamptz').nullable(),
    /** Milliseconds of all earlier stretches. */
    elapsedMs: p.bigint('number').default(0),
  },
});
export type ImportJob = InferEntity<typeof ImportJob>;

/** The work list of a job: checkpoint and error list in one. A pending item is work still to do. */
export const ImportItem = defineEntity({
  name: 'ImportItem',
  tableName: 'import_item',
  uniques: [{ properties: ['job', 'kind', 'key', 'page'] }],
  indexes: [
    {
      name: 'import_item_pending_index',
      expression: `create index import_item_pending_index on import_item (job_id, phase_order, id) where state = 'pending'`,
    },
    {
      name: 'import_item_failed_index',
      expression: `create index import_item_failed_index on import_item (job_id, id) where state = 'failed'`,
    },
  ],
  properties: {
    id: p.bigint().$type<string>().primary().autoincrement(),
    job: () => p.manyToOne(ImportJob).mapToPk().deleteRule('cascade'),
    phaseOrder: p.smallint(),
    kind: p.text(),
    key: p.text(),
    page: p.integer().default(1),
    /** What people read in progress and error lists. */
    label: p.text(),
    /** What the kind keeps with the item from one step to the next. */
    data: p.json().$type<Record<string, unknown>>().defaultRaw(`'{}'`),
    state: p.text().$type<'pending' | 'done' | 'failed'>().default('pending'),
    attempts: p.smallint().default(0),
    notBefore: p.datetime().columnType('timestamptz').nullable(),
    error: p.text().nullable(),
  },
});
export type ImportItem = InferEntity<typeof ImportItem>;

/** What one credential has spent of its provider's allowance, shared by all processes. */
export const Budget = defineEntity({
  name: 'Budget',
  tableName: 'budget',
  properties: {
    provider: p.text().primary(),
    /** A hash of the token, never the token. */
    credential: p.text().primary(),
    /** Slots in use: which request, and when its slot is free again (milliseconds since 1970, database clock). */
    windows: p.json().$type<{ id: string; until: number }[]>().defaultRaw(`'[]'`),
    /** Start of the latest request (milliseconds since 1970), for spreading. */
    lastStart: p.bigint('number').default(0),
    blockedUntil: p.datetime().columnType('timestamptz').nullable(),
  },
});
