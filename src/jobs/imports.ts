import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, firstRow, isUniqueViolation, rows } from '../database/database.ts';
import { UserError } from '../errors.ts';
import { createLive } from '../outbox/live-message.ts';
import { ImportItem, ImportJob } from './entities.ts';
import type { NewItem } from './item.ts';
import type { ImportKind, JobParams } from './kind.ts';
import type { Queue } from './queue.ts';
import { JOB_STATES, type JobState, UNFINISHED } from './state.ts';
import { IMPORT_MESSAGE, moveTo } from './store.ts';
import { RETRY_DAYS } from './tidy.ts';
import { WorkList } from './work-list.ts';

const DAY_MS = 86_400_000;

export type NewJob = {
  kind: string;
  params: JobParams;
  title: string;
  guildId: string | null;
  requestedBy: string | null;
  /** Where the status message goes; none for a job from a terminal. */
  channelId: string | null;
};

/** What the caller writes in the transaction of the deed: who did it, say. */
export type Also = (em: EntityManager, job: ImportJob) => Promise<void>;

/** Which jobs a caller may see: those of one guild, or all (the operator at a terminal). */
export type Scope = { guildId: string } | 'all';

/** Starts, finds and controls import jobs, from whatever process. */
export class Imports {
  readonly #db: Database;
  readonly #queue: Queue;
  readonly #kinds: ReadonlyMap<string, ImportKind>;

  constructor(db: Database, queue: Queue, kinds: readonly ImportKind[]) {
    this.#db = db;
    this.#queue = queue;
    this.#kinds = new Map(kinds.map((kind) => [kind.name, kind]));
  }

  /** How many jobs there are in each state, in all guilds. */
  async countByState(): Promise<Record<JobState, number>> {
    const found = await rows(
      this.#db.em(),
      sql<{
        state: JobState;
        jobs: number;
      }>`select state, count(*)::int as jobs from import_job group by state`,
    );
    const counts = new Map(found.map(({ state, jobs }) => [state, jobs]));
    return Object.fromEntries(JOB_STATES.map((state) => [state, counts.get(state) ?? 0])) as Record<
      JobState,
      number
    >;
  }

  /** Starts a job, unless the guild has the same one unfinished: then that one is given back. */
  async start(wanted: NewJob, also?: Also): Promise<{ job: ImportJob; isNew: boolean }> {
    const running = await this.#unfinished(wanted);
    if (running) return { job: running, isNew: false };
    try {
      const job = await this.#db.transaction(async (em) => {
        const { channelId, ...fields } = wanted;
        const created = em.create(ImportJob, fields);
        await em.flush();
        const kind = this.kindOf(created);
        await this.#list(em, created).add(kind.plan(wanted.params));
        if (channelId && wanted.guildId)
          await createLive(em, {
            kind: IMPORT_MESSAGE,
            subject: String(created.id),
            guildId: wanted.guildId,
            channelId,
          });
        await this.#queue.sendSlice(em, { id: created.id, isBackground: kind.isBackground });
        await also?.(em, created);
        return created;
      });
      return { job, isNew: true };
    } catch (error) {
      // Somebody was faster; by now that job is there to be found.
      if (isUniqueViolation(error)) return await this.start(wanted, also);
      throw error;
    }
  }

  /**
   * Puts items on the list of a background job, in the caller's transaction. There is one unfinished job for the same
   * parameters at most; items that are on its list already are read once more.
   */
  async extend(
    em: EntityManager,
    wanted: { kind: string; params: JobParams; title: string },
    items: readonly NewItem[],
  ): Promise<void> {
    const open = await firstRow(
      em,
      sql<{ id: number }>`select id from import_job where guild_id is null and kind = ${wanted.kind}
        and params = ${JSON.stringify(wanted.params)}::jsonb and state = any(${[...UNFINISHED]}::text[]) for update`,
    );
    const id = open?.id ?? (await this.#begin(em, wanted));
    const kind = this.kindOf(wanted);
    const list = this.#list(em, { id, ...wanted });
    const added = new Set(await list.add(items));
    for (const { kind: name, key, page, data } of items.filter((item) => !added.has(item)))
      if ((page ?? 1) === 1) await list.reopen(name, key, data ? { data } : {});
    await this.#queue.sendSlice(em, { id, isBackground: kind.isBackground });
  }

  /** A new background job. What the ones before it brought is told no more after a day. */
  async #begin(
    em: EntityManager,
    wanted: { kind: string; params: JobParams; title: string },
  ): Promise<number> {
    const params = sql`${JSON.stringify(wanted.params)}::jsonb`;
    await rows(
      em,
      sql`delete from import_job where guild_id is null and kind = ${wanted.kind} and params = ${params}
        and state <> all(${[...UNFINISHED]}::text[]) and finished_at < now() - interval '1 day'`,
    );
    const row = await firstRow(
      em,
      sql<{ id: number }>`insert into import_job (kind, params, title, state)
        values (${wanted.kind}, ${params}, ${wanted.title}, 'PENDING') returning id`,
    );
    if (!row) throw new Error('the database did not answer');
    return row.id;
  }

  kindOf(job: { kind: string }): ImportKind {
    const kind = this.#kinds.get(job.kind);
    if (!kind) throw new Error(`no import kind ${job.kind}`);
    return kind;
  }

  /** The newest jobs first. */
  async list(scope: Scope, limit: number): Promise<ImportJob[]> {
    const shown = [...this.#kinds.values()]
      .filter(({ isBackground }) => !isBackground)
      .map(({ name }) => name);
    const where = { ...within(scope), kind: { $in: shown } };
    return await this.#db.em().find(ImportJob, where, { orderBy: { id: 'desc' }, limit });
  }

  /** @throws UserError when there is no such job within the scope */
  async get(scope: Scope, id: number, em: EntityManager = this.#db.em()): Promise<ImportJob> {
    const job = isJobId(id) ? await em.findOne(ImportJob, { ...within(scope), id }) : null;
    if (!job) throw new UserError('There is no such import here. `import list` shows those that there are.');
    return job;
  }

  /** What could not be read, oldest first. */
  async failures(jobId: number, limit: number): Promise<ImportItem[]> {
    return await this.#db
      .em()
      .find(ImportItem, { job: jobId, state: 'failed' }, { orderBy: { id: 'asc' }, limit });
  }

  async pause(scope: Scope, id: number, also?: Also): Promise<ImportJob> {
    const pause: Also = (em, job) => moveTo(em, job.id, 'PAUSED');
    return await this.#change(scope, id, ['PENDING', 'RUNNING'], 'paused', [pause, also]);
  }

  async cancel(scope: Scope, id: number, also?: Also): Promise<ImportJob> {
    const cancel: Also = (em, job) => moveTo(em, job.id, 'CANCELLED');
    return await this.#change(scope, id, ['PENDING', 'RUNNING', 'PAUSED', 'FAILED'], 'cancelled', [
      cancel,
      also,
    ]);
  }

  /** Cancels what a guild has unfinished. */
  async cancelAll(guildId: string): Promise<void> {
    const unfinished = await this.#db.em().find(ImportJob, { guildId, state: { $in: [...UNFINISHED] } });
    for (const job of unfinished)
      await this.cancel({ guildId }, job.id).catch((error) => {
        // It ended by itself meanwhile.
        if (!(error instanceof UserError)) throw error;
      });
  }

  /** Goes on with a paused or failed job where it stopped. */
  async resume(scope: Scope, id: number, also?: Also): Promise<ImportJob> {
    const goOn: Also = (em, job) => this.#goOn(em, job);
    return await this.#change(scope, id, ['PAUSED', 'FAILED'], 'resumed', [goOn, also]);
  }

  /** Takes up the items that failed. */
  async retry(scope: Scope, id: number, also?: Also): Promise<ImportJob> {
    const states: JobState[] = ['PENDING', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED'];
    const retry: Also = async (em, job) => {
      const isLongOver = Date.now() - (job.finishedAt?.getTime() ?? Date.now()) > RETRY_DAYS * DAY_MS;
      if (job.state === 'COMPLETED' && isLongOver)
        throw new UserError(
          `Import ${job.id} ended more than ${RETRY_DAYS} days ago, and its work list is gone. Start the import anew: it takes up what failed as well.`,
        );
      const list = this.#list(em, job);
      const reopened = await list.reopenFailed();
      await list.countErrors();
      if (reopened === 0) throw new UserError(`Nothing failed in import ${job.id}.`);
      if (job.state !== 'RUNNING' && job.state !== 'PENDING') await this.#goOn(em, job);
    };
    return await this.#change(scope, id, states, 'retried', [retry, also]);
  }

  async #goOn(em: EntityManager, job: ImportJob): Promise<void> {
    await moveTo(em, job.id, 'PENDING');
    await this.#queue.sendSlice(em, { id: job.id, isBackground: this.kindOf(job).isBackground });
  }

  async #change(
    scope: Scope,
    id: number,
    from: readonly JobState[],
    verb: string,
    changes: readonly (Also | undefined)[],
  ): Promise<ImportJob> {
    try {
      await this.#db.transaction(async (em) => {
        if (isJobId(id)) await rows(em, sql`select 1 from import_job where id = ${id} for update`);
        const job = await this.get(scope, id, em);
        if (!from.includes(job.state))
          throw new UserError(`Import ${id} is ${job.state.toLowerCase()}, so it cannot be ${verb}.`);
        for (const change of changes) await change?.(em, job);
      });
    } catch (error) {
      if (isUniqueViolation(error))
        throw new UserError(`Another import of the same is unfinished, so import ${id} cannot be ${verb}.`);
      throw error;
    }
    return await this.get(scope, id);
  }

  async #unfinished(wanted: NewJob): Promise<ImportJob | null> {
    const row = await firstRow(
      this.#db.em(),
      sql<{ id: number }>`select id from import_job where guild_id is not distinct from ${wanted.guildId}
        and kind = ${wanted.kind} and params = ${JSON.stringify(wanted.params)}::jsonb and state = any(${[...UNFINISHED]}::text[])`,
    );
    return row ? await this.#db.em().findOne(ImportJob, { id: row.id }) : null;
  }

  #list(em: EntityManager, job: { id: number; kind: string }): WorkList {
    return new WorkList(
      em,
      job.id,
      this.kindOf(job).phases.map((phase) => phase.name),
    );
  }
}

function within(scope: Scope): { guildId?: string } {
  return scope === 'all' ? {} : { guildId: scope.guildId };
}

/** Whether a number that a person typed can be a job's id at all. */
function isJobId(id: number): boolean {
  return Number.isSafeInteger(id) && id > 0 && id < 2 ** 31;
}
