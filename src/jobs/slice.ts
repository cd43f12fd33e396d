import { setTimeout as delay } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import { type Database, type EntityManager, firstRow } from '../database/database.ts';
import {
  BudgetExhaustedError,
  GiveUpError,
  messageOf,
  RetryLaterError,
  SourceBlockedError,
} from '../errors.ts';
import type { Log } from '../log.ts';
import type { Observer } from '../metrics/observer.ts';
import { touchingLive } from '../outbox/live-message.ts';
import { countersAfter } from './counters.ts';
import { Gathering } from './gathering.ts';
import type { WorkItem } from './item.ts';
import type { CountChanges, ImportKind, JobContext, Outcome } from './kind.ts';
import { jitter, type Outage } from './outage.ts';
import type { Queue } from './queue.ts';
import { finishJob, holdsLease, IMPORT_MESSAGE, releaseLease } from './store.ts';
import { WorkList } from './work-list.ts';

/** Batches that are at work at once. */
const AT_ONCE = 8;
/** Items among which companions for a batch are looked for. */
const IN_VIEW = 600;
const SLICE_MS = 5 * 60_000;
/** A longer wait than this is not sat out: the slice is put back on the queue for later. */
const PATIENCE_MS = 5_000;

/** The slice may write no more: its job was paused, cancelled or handed to another worker. */
class LeaseLostError extends Error {}
/** What a slice works with. */
export type SliceParts = {
  db: Database;
  queue: Queue;
  kind: ImportKind;
  log: Log;
  observer: Observer;
  outage: Outage;
  /** Growing waits before an item is tried again; after the last it is left as failed. */
  retryWaitsMs: readonly number[];
};

/** One stretch of work on a job, for which it holds the job's lease. */
export class Slice {
  readonly #db: Database;
  readonly #queue: Queue;
  readonly #kind: ImportKind;
  readonly #job: { id: number; params: Record<string, unknown> };
  readonly #lease: string;
  readonly #log: Log;
  readonly #observer: Observer;
  readonly #outage: Outage;
  readonly #retryWaitsMs: readonly number[];
  /** Ends requests and waits at once. */
  readonly #abort = new AbortController();
  readonly #atWork = new Map<readonly WorkItem[], Promise<void>>();
  readonly #writing = new Gathering<Outcome>((outcomes) => this.#commitAll(outcomes));
  /** Batches to take up next. */
  #ready: (readonly WorkItem[])[] = [];
  readonly #deadline = Date.now() + SLICE_MS;
  #lost = false;
  /** Set when the slice shall end: when the next one is to begin, by this process's clock. */
  #resumeAt: number | undefined;
  #lastSuccess = 0;

  constructor(parts: SliceParts, job: { id: number; params: Record<string, unknown> }, lease: string) {
    this.#db = parts.db;
    this.#queue = parts.queue;
    this.#kind = parts.kind;
    this.#log = parts.log;
    this.#observer = parts.observer;
    this.#outage = parts.outage;
    this.#retryWaitsMs = parts.retryWaitsMs;
    this.#job = job;
    this.#lease = lease;
  }

  /** The job is somebody else's now, or nobody's: stop without another word. */
  lose(): void {
    this.#lost = true;
    this.#abort.abort();
  }

  /** The process is to end: stop, so that another slice goes on at once. */
  handBack(): void {
    this.#endFor(0);
    this.#abort.abort();
  }

  async checkLease(): Promise<void> {
    const row = await firstRow(
      this.#db.em(),
      sql`select 1 from import_job where id = ${this.#job.id} and lease = ${this.#lease}`,
    ).catch(() => 'unknown');
    if (!row) this.lose();
  }

  async run(): Promise<void> {
    this.#log.info({ kind: this.#kind.name }, 'slice begins');
    try {
      await this.#work();
    } finally {
      await Promise.allSettled(this.#atWork.values());
    }
    if (this.#lost) return this.#log.info('slice ends: the job was paused, cancelled or handed on');
    if (this.#resumeAt === undefined) {
      const finished = await this.#db.transaction(async (em) => {
        // A retry may put failed items back on the list at the last moment: first the job is held, then looked at.
        if (!(await holdsLease(em, this.#job.id, this.#lease))) return false;
        const isDone = (await this.#list(em).untilNext()) === undefined;
        if (!isDone || !(await finishJob(em, this.#job.id, this.#lease, 'COMPLETED'))) return false;
        await this.#kind.ended?.(em, this.#job.params);
        return true;
      });
      if (finished) return this.#log.info('job completed');
    }
    const afterMs = Math.max(0, (this.#resumeAt ?? 0) - performance.now());
    await this.#db.transaction(async (em) => {
      if (await releaseLease(em, this.#job.id, this.#lease))
        await this.#queue.sendSlice(em, { id: this.#job.id, isBackground: this.#kind.isBackground }, afterMs);
    });
    this.#log.info({ afterMs }, 'slice ends');
  }

  async #work(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      if (Date.now() > this.#deadline) this.#endFor(0);
      const isEnding = this.#resumeAt !== undefined;
      const free = AT_ONCE - this.#atWork.size;
      if (!isEnding && free > 0 && this.#ready.length === 0) this.#ready = await this.#bundles();
      for (const items of isEnding ? [] : this.#ready.splice(0, free)) this.#launch(items);
      if (this.#atWork.size > 0) {
        await Promise.race(this.#atWork.values());
        continue;
      }
      if (isEnding) return;
      const wait = await this.#list().untilNext();
      if (wait === undefined) return;
      if (wait > PATIENCE_MS) this.#endFor(wait);
      else await delay(wait, undefined, { signal: this.#abort.signal }).catch(() => {});
    }
  }

  /** Batches of what is due. Those that are not full are held back while others are at work, which may bring more to do. */
  async #bundles(): Promise<(readonly WorkItem[])[]> {
    const atWork = [...this.#atWork.keys()].flat().map(({ id }) => id);
    const batches = this.#kind.bundle(await this.#list().due(IN_VIEW, atWork));
    const full = batches.filter(({ isFull }) => isFull);
    return (full.length > 0 || this.#atWork.size > 0 ? full : batches).map(({ items }) => items);
  }

  #list(em = this.#db.em()): WorkList {
    return new WorkList(
      em,
      this.#job.id,
      this.#kind.phases.map((phase) => phase.name),
    );
  }

  /** Nothing more is begun, and the next slice comes so long from now, or later when something else has to wait longer. */
  #endFor(ms: number): void {
    this.#resumeAt = Math.max(this.#resumeAt ?? 0, performance.now() + ms);
  }

  #launch(items: readonly WorkItem[]): void {
    const work = this.#process(items)
      .catch((error) => {
        if (error instanceof LeaseLostError) this.lose();
        else {
          this.#log.error({ err: error, items: labelOf(items) }, 'items could not be settled');
          this.#endFor(1_000);
        }
      })
      .finally(() => this.#atWork.delete(items));
    this.#atWork.set(items, work);
  }

  async #process(items: readonly WorkItem[]): Promise<void> {
    const context: JobContext = { jobId: this.#job.id, params: this.#job.params, signal: this.#abort.signal };
    const started = Date.now();
    try {
      const outcome = await this.#kind.read(items, context);
      this.#outage.over();
      this.#lastSuccess = Date.now();
      if (outcome.read.length > 0) await this.#writing.add(outcome);
      for (const { item, error } of outcome.failed) await this.#handle([item], error, started);
    } catch (error) {
      await this.#handle(items, error, started);
    }
  }

  async #handle(items: readonly WorkItem[], error: unknown, started: number): Promise<void> {
    if (this.#abort.signal.aborted) return;
    if (error instanceof LeaseLostError) throw error;
    if (error instanceof BudgetExhaustedError) this.#endFor(error.waitMs);
    else if (error instanceof SourceBlockedError) await this.#fail(error.message);
    else if (error instanceof RetryLaterError) await this.#retry(items, error, started);
    else await this.#blame(items, error);
  }

  /** Writes batches that were read, as many of them as one as their kind can put together. */
  async #commitAll(outcomes: readonly Outcome[]): Promise<void> {
    for (const outcome of this.#kind.unite?.(outcomes) ?? outcomes) await this.#commit(outcome);
  }

  /** Writes pages, settles their items and moves the counters and the status message, all in one transaction. */
  async #commit({ read, commit }: Outcome): Promise<void> {
    let changes: CountChanges = {};
    await this.#write(async (em, list) => {
      const items = await list.settle(read);
      const last = items.at(-1);
      if (!last) return [];
      changes = await commit(em, list, items);
      const counters = countersAfter(changes);
      const names = sql.join(this.#kind.phases.map((phase) => sql`${phase.name}::text`));
      const phase = sql`(select (array[${names}])[phase_order + 1] from import_item where id = ${last.id})`;
      return [
        sql`counters = ${counters}`,
        sql`current_item = ${last.label}`,
        sql`reason = null`,
        sql`phase = coalesce(${phase}, phase)`,
      ];
    });
    this.#observer.rowsWritten(changes);
  }

  /**
   * Runs `work` in a transaction that is committed only if this slice still holds the job; throws LeaseLostError when it
   * no longer does. The job's row, which others read and pause the job by, is taken last and for a moment.
   *
   * @param work gives what is to change in the job's row
   */
  async #write(work: (em: EntityManager, list: WorkList) => Promise<RawBuilder<unknown>[]>): Promise<void> {
    await this.#db.transaction(async (em) => {
      const list = this.#list(em);
      const changes = await work(em, list);
      await list.drop();
      const held = await firstRow(
        em,
        sql`with kept as (${list.keeping()}), live as (${touchingLive(IMPORT_MESSAGE, String(this.#job.id))})
            update import_job set ${sql.join([sql`lease = lease`, ...changes])}
            where id = ${this.#job.id} and lease = ${this.#lease} returning id`,
      );
      if (!held) throw new LeaseLostError();
      if (list.hasErrorsChanged) await list.countErrors();
    });
  }

  async #fail(reason: string): Promise<void> {
    await this.#db.transaction(async (em) => {
      await finishJob(em, this.#job.id, this.#lease, 'FAILED', reason);
      await this.#kind.ended?.(em, this.#job.params);
    });
    this.#log.warn({ reason }, 'job failed');
    this.lose();
  }

  /**
   * Items could not be read. When the source answers otherwise, the fault is theirs: they are tried again with growing
   * waits, those of a batch in ever smaller batches, and then left as failed. When the source is down, or asks to be left
   * alone, the whole job waits, however long that takes.
   */
  async #retry(items: readonly WorkItem[], error: unknown, started: number): Promise<void> {
    const wait = await this.#sourceWait(error, started).catch(async (refusal) => {
      // What the probe met says nothing about the items: it is handled as if they themselves had met it.
      await this.#handle(items, refusal, started);
      return 'handled' as const;
    });
    if (wait === 'handled' || this.#abort.signal.aborted) return;
    if (wait === undefined) return await this.#blame(items, error);
    this.#log.warn({ err: error, wait }, 'the source does not give anything for now');
    await this.#write(async (_, list) => {
      const ids = items.map(({ id }) => id);
      await list.postpone(ids, messageOf(error), wait);
      return [sql`reason = ${`${messageOf(error)}. Trying again by itself.`}`];
    });
    this.#endFor(wait);
  }

  async #blame(items: readonly WorkItem[], error: unknown): Promise<void> {
    const [item, ...others] = items;
    if (!item) return;
    this.#log.warn({ err: error, items: labelOf(items) }, 'items could not be read');
    if (others.length > 0) await this.#divide(items);
    else if (error instanceof GiveUpError)
      await this.#write(async (_, list) => {
        await list.fail(item.id, error.message);
        return [];
      });
    else await this.#countAttempt(item, messageOf(error));
  }

  /** Reads each half of a batch for itself, so that the one item at fault comes to stand alone. */
  async #divide(items: readonly WorkItem[]): Promise<void> {
    await delay(jitter(this.#retryWaitsMs[0] ?? 0), undefined, { signal: this.#abort.signal }).catch(
      () => {},
    );
    const middle = Math.ceil(items.length / 2);
    // What is not tried any more stays on the list for the next slice.
    for (const half of [items.slice(0, middle), items.slice(middle)])
      if (this.#resumeAt === undefined && !this.#abort.signal.aborted) await this.#process(half);
  }

  /** How long nothing of the source can be had; undefined when only this item cannot. */
  async #sourceWait(error: unknown, started: number): Promise<number | undefined> {
    if (!(error instanceof RetryLaterError)) return undefined;
    if (error.retryAfterMs !== undefined) return jitter(error.retryAfterMs);
    if (this.#lastSuccess > started || (await this.#answers())) return undefined;
    return jitter(this.#outage.wait(started));
  }

  async #countAttempt(item: WorkItem, reason: string): Promise<void> {
    await this.#write(async (_, list) => {
      const wait = this.#retryWaitsMs[(await list.countAttempt(item.id)) - 1];
      if (wait === undefined) await list.fail(item.id, reason);
      else await list.postpone([item.id], reason, jitter(wait));
      return [];
    });
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#kind.probe(this.#abort.signal);
      return true;
    } catch (error) {
      if (error instanceof BudgetExhaustedError || error instanceof SourceBlockedError) throw error;
      this.#log.warn({ err: error }, 'the source does not answer');
      return false;
    }
  }
}

/** Items as a log tells of them. */
function labelOf(items: readonly WorkItem[]): string {
  const [first] = items;
  return `${first?.label}${items.length > 1 ? ` and ${items.length - 1} more` : ''}`;
}
