import type { EntityManager } from '@mikro-orm/postgresql';
import type { NewItem, WorkItem } from './item.ts';
import type { PhaseCounts } from './state.ts';
import type { WorkList } from './work-list.ts';

export type JobParams = Record<string, unknown>;

/** What a step may know of the job it works for. */
export type JobContext = { jobId: number; params: JobParams; signal: AbortSignal };

/** Changes to a job's counters, by phase. */
export type CountChanges = Record<string, Partial<PhaseCounts>>;

/** Items that are read together. One that is not full waits, as long as others at work may bring more to fill it. */
export type Batch = { items: readonly WorkItem[]; isFull: boolean };

/** What came of reading a batch. An item that is in neither list stays on the work list as it is, to be asked for otherwise. */
export type Outcome = {
  read: readonly WorkItem[];
  /** What could not be read, while the rest could, and why: errors as `read` throws them. */
  failed: readonly { item: WorkItem; error: unknown }[];
  /**
   * Writes what was read of these items. Runs in the transaction that also settles them and moves the counters; it may add
   * to the work list or put items back on it.
   */
  commit(em: EntityManager, list: WorkList, items: readonly WorkItem[]): Promise<CountChanges>;
};

/** A kind of import: the engine runs it without knowing what it imports. */
export type ImportKind = {
  name: string;
  /** Nobody waits for it: it has workers of its own, and people are not shown its jobs. */
  isBackground?: boolean;
  /** In the order in which they are worked on; `title` is what people read. */
  phases: readonly { name: string; title: string }[];
  /** The first items of a job. */
  plan(params: JobParams): NewItem[];
  /** Divides items into batches; each item is in one of them. An item that failed before is best left alone. */
  bundle(items: readonly WorkItem[]): Batch[];
  /**
   * Reads a batch from outside, writing nothing.
   *
   * @throws RetryLaterError, GiveUpError, SourceBlockedError, BudgetExhaustedError when nothing of it could be read
   */
  read(items: readonly WorkItem[], context: JobContext): Promise<Outcome>;
  /** Puts outcomes together that can be written as one. */
  unite?(outcomes: readonly Outcome[]): readonly Outcome[];
  /** Divides an outcome into at most so many that can be written side by side: the nth of one with every nth of others. */
  divide?(outcome: Outcome, parts: number): readonly Outcome[];
  /** Asks the source for something small that always exists. Throws when the source as a whole does not answer. */
  probe(signal: AbortSignal): Promise<void>;
  /** Called in the transaction in which a job is completed or fails. */
  ended?(em: EntityManager, params: JobParams): Promise<void>;
  /** Work done and in all, in requests, guessed from the counters: what progress and time left are told from. */
  effort(counters: Record<string, PhaseCounts>): { done: number; total: number };
};
