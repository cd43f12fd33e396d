import type { EntityManager } from '@mikro-orm/postgresql';
import type { WorkItem } from '../../jobs/item.ts';
import type { CountChanges } from '../../jobs/kind.ts';
import type { WorkList } from '../../jobs/work-list.ts';
import type { FragmentName } from '../documents.ts';
import type { Load } from './plan.ts';
import type { Asked, Prices } from './prices.ts';

/** One selection of a request. Selections of the same object are put together. */
export type Ask = {
  /** The object and the name under which it is asked for. */
  root: { alias: string; field: string };
  /** Of its fields, the one that holds the answer; the object itself, where it is all of it. */
  part?: string;
  selection: string;
  fragments: readonly FragmentName[];
};

/** What was answered: a value (null where start.gg shows nothing), or why there is none. */
export type Answered = { value: unknown; complaint: Error | undefined };

/** How one kind of work item is read, in requests that it shares with others. */
export type PackedReader<Read> = {
  load(item: WorkItem, prices: Prices): Load;
  /** What is asked for an item, in numbers. */
  asked(item: WorkItem): Asked;
  ask(item: WorkItem): Ask[];
  /**
   * Understands what was answered, in the order in which it was asked for.
   *
   * @throws RetryLaterError when it cannot be understood; the complaint, if there is one that matters
   */
  parse(item: WorkItem, answers: readonly Answered[], prices: Prices): Read;
  /** Writes what was read of several items. What it gives back instead of counts is called after all others have written. */
  commit(
    em: EntityManager,
    list: WorkList,
    reads: readonly { item: WorkItem; read: Read }[],
    prices: Prices,
  ): Promise<CountChanges | (() => Promise<CountChanges>)>;
  /** The item alone is too large for a request: puts it on the list in smaller parts. @throws GiveUpError when it has none */
  shrink(item: WorkItem): (list: WorkList) => Promise<void>;
};

/** An event as the object around what is asked of it. */
export const eventRoot = (id: number) => ({ alias: `e${id}`, field: `event(id: ${id})` });
