import type { EntityManager } from '@mikro-orm/postgresql';
import type { NewItem, WorkItem } from './item.ts';
import type { PhaseCounts } from './state.ts';
import type { WorkList } from './work-list.ts';

export type JobParams = Record<string, unknown>;

/** What a step may know of the job it works for. */
export type JobContext = { jobId: number; params: JobParams; signal: AbortSignal };

/** Changes to a job's counters, by phase. */
export type CountChanges = Record<string, Partial<PhaseCounts>>;

/**
 * What was read, ready to be written. Runs in the transaction that also settles the item and moves the counters; it may
 * add to the work list or put its own item back on it.
 */
export type Commit = (em: EntityManager, list: WorkList) => Promise<CountChanges>;

/** A kind of import: the engine runs it without knowing what it imports. */
export type ImportKind = {
  name: string;
  /** In the order in which they are worked on; `title` is what people read. */
  phases: readonly { name: string; title: string }[];
  /** The first items of a job. */
  plan(params: JobParams): NewItem[];
  /**
   * Reads one item from outside, writing nothing.
   *
   * @throws RetryLaterError, GiveUpError, SourceBlockedError, BudgetExhaustedError
   */
  read(item: WorkItem, context: JobContext): Promise<Commit>;
  /** Asks the source for something small that always exists. Throws when the source as a whole does not answer. */
  probe(signal: AbortSignal): Promise<void>;
  /** Work done and in all, in requests, guessed from the counters: what progress and time left are told from. */
  effort(counters: Record<string, PhaseCounts>): { done: number; total: number };
};
