import { type RawBuilder, sql } from 'kysely';
import { type Database, type EntityManager, firstRow } from '../database/database.ts';
import type { Observer } from '../metrics/observer.ts';
import { touchingLive } from '../outbox/live-message.ts';
import { countersAfter } from './counters.ts';
import { Gathering } from './gathering.ts';
import type { WorkItem } from './item.ts';
import type { CountChanges, ImportKind, Outcome } from './kind.ts';
import type { Queue } from './queue.ts';
import { finishJob, holdsLease, IMPORT_MESSAGE, releaseLease } from './store.ts';
import { WorkList } from './work-list.ts';

/** Nothing more may be written: the job was paused, cancelled or handed to another worker. */
export class LeaseLostError extends Error {}

/** What was read is written side by side in so many parts. */
const WRITERS = 2;

/** A job as long as its lease is held: all that is written of it is written only if that is still so. */
export class LeasedJob {
  readonly id: number;
  readonly params: Record<string, unknown>;
  readonly kind: ImportKind;
  readonly #lease: string;
  readonly #db: Database;
  readonly #queue: Queue;
  readonly #observer: Observer;
  /** Once the lease is known to be lost, nothing is begun that could not be committed. */
  #isLost = false;
  readonly #writers = Array.from(
    { length: WRITERS },
    () => new Gathering<Outcome>((outcomes) => this.#commitAll(outcomes)),
  );

  constructor(
    parts: { db: Database; queue: Queue; kind: ImportKind; observer: Observer },
    job: { id: number; params: Record<string, unknown> },
    lease: string,
  ) {
    this.#db = parts.db;
    this.#queue = parts.queue;
    this.kind = parts.kind;
    this.#observer = parts.observer;
    this.id = job.id;
    this.params = job.params;
    this.#lease = lease;
  }

  /** Whether the lease is held; an error of the database says nothing about that. */
  async isHeld(): Promise<boolean> {
    const row = await firstRow(
      this.#db.em(),
      sql`select 1 from import_job where id = ${this.id} and lease = ${this.#lease}`,
    ).catch(() => 'unknown');
    this.#isLost ||= row === undefined;
    return !this.#isLost;
  }

  /** Its work list, to be read; what is written goes through the methods below. */
  list(em = this.#db.em()): WorkList {
    return new WorkList(
      em,
      this.id,
      this.kind.phases.map((phase) => phase.name),
    );
  }

  /** Writes what was read, together with what else was read meanwhile. @throws LeaseLostError */
  async commit(outcome: Outcome): Promise<void> {
    const parts = this.kind.divide?.(outcome, WRITERS) ?? [outcome];
    const written = await Promise.allSettled(
      parts.map(async (part, i) => {
        if (part.read.length > 0) await this.#writers[i]?.add(part);
      }),
    );
    for (const one of written) if (one.status === 'rejected') throw one.reason;
  }

  /** Leaves items alone for some time, while nothing of the source can be had; people are told why. @throws LeaseLostError */
  async postpone(items: readonly WorkItem[], reason: string, waitMs: number): Promise<void> {
    await this.#write(async (_, list) => {
      const ids = items.map(({ id }) => id);
      await list.postpone(ids, reason, waitMs);
      return [sql`reason = ${`${reason}. Trying again by itself.`}`];
    });
  }

  /** Leaves an item as failed. @throws LeaseLostError */
  async giveUp(item: WorkItem, reason: string): Promise<void> {
    await this.#write(async (_, list) => {
      await list.fail(item.id, reason);
      return [];
    });
  }

  /**
   * Counts one more failed attempt at an item, which is then tried again, or left as failed.
   *
   * @param waitMs how long to wait after so many attempts; undefined when those were enough
   * @throws LeaseLostError
   */
  async countAttempt(
    item: WorkItem,
    reason: string,
    waitMs: (attempts: number) => number | undefined,
  ): Promise<void> {
    await this.#write(async (_, list) => {
      const wait = waitMs(await list.countAttempt(item.id));
      if (wait === undefined) await list.fail(item.id, reason);
      else await list.postpone([item.id], reason, wait);
      return [];
    });
  }

  /** Ends the job as completed. False when there is something to do after all, or the lease is lost. */
  async complete(): Promise<boolean> {
    return await this.#db.transaction(async (em) => {
      // A retry may put failed items back on the list at the last moment: first the job is held, then looked at.
      if (!(await holdsLease(em, this.id, this.#lease))) return false;
      const isDone = (await this.list(em).untilNext()) === undefined;
      if (!isDone || !(await finishJob(em, this.id, this.#lease, 'COMPLETED'))) return false;
      await this.kind.ended?.(em, this.params);
      return true;
    });
  }

  /** Ends the job as failed. */
  async fail(reason: string): Promise<void> {
    await this.#db.transaction(async (em) => {
      await finishJob(em, this.id, this.#lease, 'FAILED', reason);
      await this.kind.ended?.(em, this.params);
    });
  }

  /** Gives the lease back and has another slice go on after so long. */
  async handOn(afterMs: number): Promise<void> {
    await this.#db.transaction(async (em) => {
      if (await releaseLease(em, this.id, this.#lease))
        await this.#queue.sendSlice(em, { id: this.id, isBackground: this.kind.isBackground }, afterMs);
    });
  }

  /** Writes batches that were read, as many of them as one as their kind can put together. */
  async #commitAll(outcomes: readonly Outcome[]): Promise<void> {
    for (const outcome of this.kind.unite?.(outcomes) ?? outcomes) await this.#commit(outcome);
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
      const names = sql.join(this.kind.phases.map((phase) => sql`${phase.name}::text`));
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
   * Runs `work` in a transaction that is committed only if the lease is still held; throws LeaseLostError when it is not.
   * The job's row, which others read and pause the job by, is taken last and for a moment.
   *
   * @param work gives what is to change in the job's row
   */
  async #write(work: (em: EntityManager, list: WorkList) => Promise<RawBuilder<unknown>[]>): Promise<void> {
    if (this.#isLost) throw new LeaseLostError();
    await this.#db.transaction(async (em) => {
      const list = this.list(em);
      const changes = await work(em, list);
      await list.drop();
      const held = await firstRow(
        em,
        sql`with kept as (${list.keeping()}), live as (${touchingLive(IMPORT_MESSAGE, String(this.id))})
            update import_job set ${sql.join([sql`lease = lease`, ...changes])}
            where id = ${this.id} and lease = ${this.#lease} returning id`,
      );
      if (!held) {
        this.#isLost = true;
        throw new LeaseLostError();
      }
      if (list.hasErrorsChanged) await list.countErrors();
    });
  }
}
