import { setTimeout as delay } from 'node:timers/promises';
import {
  BudgetExhaustedError,
  GiveUpError,
  messageOf,
  RetryLaterError,
  SourceBlockedError,
} from '../errors.ts';
import type { Log } from '../log.ts';
import type { WorkItem } from './item.ts';
import type { ImportKind, JobContext, Outcome } from './kind.ts';
import { type LeasedJob, LeaseLostError } from './leased-job.ts';
import { jitter, type Outage } from './outage.ts';

/** Batches that are read at once. */
const AT_ONCE = 8;
/** Batches that are read or wait to be written: the more of them are written together, the less each costs. */
const IN_HAND = 48;
/** Items among which companions for a batch are looked for. */
const IN_VIEW = 600;
const SLICE_MS = 5 * 60_000;
/** A longer wait than this is not sat out: the slice is put back on the queue for later. */
const PATIENCE_MS = 5_000;

/** What a slice works with. */
export type SliceParts = {
  log: Log;
  outage: Outage;
  /** Growing waits before an item is tried again; after the last it is left as failed. */
  retryWaitsMs: readonly number[];
};

/** One stretch of work on a job, for which it holds the job's lease. */
export class Slice {
  readonly #job: LeasedJob;
  readonly #kind: ImportKind;
  readonly #log: Log;
  readonly #outage: Outage;
  readonly #retryWaitsMs: readonly number[];
  /** Ends requests and waits at once. */
  readonly #abort = new AbortController();
  readonly #atWork = new Map<readonly WorkItem[], Promise<void>>();
  readonly #reading = new Set<Promise<unknown>>();
  /** Batches to take up next. */
  #ready: (readonly WorkItem[])[] = [];
  readonly #deadline = Date.now() + SLICE_MS;
  #lost = false;
  /** Set when the slice shall end: when the next one is to begin, by this process's clock. */
  #resumeAt: number | undefined;
  #lastSuccess = 0;

  constructor(job: LeasedJob, { log, outage, retryWaitsMs }: SliceParts) {
    this.#job = job;
    this.#kind = job.kind;
    this.#log = log;
    this.#outage = outage;
    this.#retryWaitsMs = retryWaitsMs;
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
    if (!(await this.#job.isHeld())) this.lose();
  }

  async run(): Promise<void> {
    this.#log.info({ kind: this.#kind.name }, 'slice begins');
    try {
      await this.#work();
    } finally {
      await Promise.allSettled(this.#atWork.values());
    }
    if (this.#lost) return this.#log.info('slice ends: the job was paused, cancelled or handed on');
    if (this.#resumeAt === undefined && (await this.#job.complete())) return this.#log.info('job completed');
    const afterMs = Math.max(0, (this.#resumeAt ?? 0) - performance.now());
    await this.#job.handOn(afterMs);
    this.#log.info({ afterMs }, 'slice ends');
  }

  async #work(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      if (Date.now() > this.#deadline) this.#endFor(0);
      const isEnding = this.#resumeAt !== undefined;
      const free = Math.min(AT_ONCE - this.#reading.size, IN_HAND - this.#atWork.size);
      if (!isEnding && free > 0 && this.#ready.length === 0) this.#ready = await this.#bundles();
      for (const items of isEnding ? [] : this.#ready.splice(0, free)) this.#launch(items);
      if (this.#atWork.size > 0) {
        await Promise.race([...this.#reading, ...this.#atWork.values()]);
        continue;
      }
      if (isEnding) return;
      const wait = await this.#job.list().untilNext();
      if (wait === undefined) return;
      if (wait > PATIENCE_MS) this.#endFor(wait);
      else await this.#pause(wait);
    }
  }

  /** Nothing more is begun, and the next slice comes so long from now, or later when something else has to wait longer. */
  #endFor(ms: number): void {
    this.#resumeAt = Math.max(this.#resumeAt ?? 0, performance.now() + ms);
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#abort.signal }).catch(() => {});
  }

  /** Batches of what is due. Those that are not full are held back while others are at work, which may bring more to do. */
  async #bundles(): Promise<(readonly WorkItem[])[]> {
    const atWork = [...this.#atWork.keys()].flat().map(({ id }) => id);
    const batches = this.#kind.bundle(await this.#job.list().due(IN_VIEW, atWork));
    const full = batches.filter(({ isFull }) => isFull);
    return (full.length > 0 || this.#atWork.size > 0 ? full : batches).map(({ items }) => items);
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
      const outcome = await this.#read(items, context);
      this.#outage.over();
      this.#lastSuccess = Date.now();
      if (outcome.read.length > 0) await this.#job.commit(outcome);
      for (const { item, error } of outcome.failed) await this.#handle([item], error, started);
    } catch (error) {
      await this.#handle(items, error, started);
    }
  }

  async #read(items: readonly WorkItem[], context: JobContext): Promise<Outcome> {
    const reading = this.#kind.read(items, context);
    const settled = reading.catch(() => {});
    this.#reading.add(settled);
    try {
      return await reading;
    } finally {
      this.#reading.delete(settled);
    }
  }

  async #handle(items: readonly WorkItem[], error: unknown, started: number): Promise<void> {
    if (this.#abort.signal.aborted) return;
    if (error instanceof LeaseLostError) throw error;
    if (error instanceof BudgetExhaustedError) this.#endFor(error.waitMs);
    else if (error instanceof SourceBlockedError) {
      await this.#job.fail(error.message);
      this.#log.warn({ reason: error.message }, 'job failed');
      this.lose();
    } else if (error instanceof RetryLaterError) await this.#retry(items, error, started);
    else await this.#blame(items, error);
  }

  /**
   * Items could not be read. When the source answers otherwise, the fault is theirs: they are tried again with growing
   * waits, those of a batch in ever smaller batches, and then left as failed. When the source is down, or asks to be left
   * alone, the whole job waits, however long that takes.
   */
  async #retry(items: readonly WorkItem[], error: RetryLaterError, started: number): Promise<void> {
    const wait = await this.#sourceWait(error, started).catch(async (refusal) => {
      // What the probe met says nothing about the items: it is handled as if they themselves had met it.
      await this.#handle(items, refusal, started);
      return 'handled' as const;
    });
    if (wait === 'handled' || this.#abort.signal.aborted) return;
    if (wait === undefined) return await this.#blame(items, error);
    this.#log.warn({ err: error, wait }, 'the source does not give anything for now');
    await this.#job.postpone(items, messageOf(error), wait);
    this.#endFor(wait);
  }

  async #blame(items: readonly WorkItem[], error: unknown): Promise<void> {
    const [item, ...others] = items;
    if (!item) return;
    this.#log.warn({ err: error, items: labelOf(items) }, 'items could not be read');
    if (others.length > 0) await this.#divide(items);
    else if (error instanceof GiveUpError) await this.#job.giveUp(item, error.message);
    else
      await this.#job.countAttempt(item, messageOf(error), (attempts) => {
        const wait = this.#retryWaitsMs[attempts - 1];
        return wait === undefined ? undefined : jitter(wait);
      });
  }

  /** Reads each half of a batch for itself, so that the one item at fault comes to stand alone. */
  async #divide(items: readonly WorkItem[]): Promise<void> {
    await this.#pause(jitter(this.#retryWaitsMs[0] ?? 0));
    const middle = Math.ceil(items.length / 2);
    // What is not tried any more stays on the list for the next slice.
    for (const half of [items.slice(0, middle), items.slice(middle)])
      if (this.#resumeAt === undefined && !this.#abort.signal.aborted) await this.#process(half);
  }

  /** How long nothing of the source can be had; undefined when only this item cannot. */
  async #sourceWait(error: RetryLaterError, started: number): Promise<number | undefined> {
    if (error.retryAfterMs !== undefined) return jitter(error.retryAfterMs);
    if (this.#lastSuccess > started || (await this.#answers())) return undefined;
    return jitter(this.#outage.wait(started));
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
