import type { EntityManager } from '@mikro-orm/postgresql';
import { GiveUpError } from '../errors.ts';
import type { WorkItem } from '../jobs/item.ts';
import type { CountChanges, JobContext } from '../jobs/kind.ts';
import { type PageRead, restartWalk, settleWalk, walkOf } from '../jobs/walk.ts';
import type { WorkList } from '../jobs/work-list.ts';
import type { StartggClient } from './client.ts';
import { merge } from './counting.ts';
import { TooComplexError, TooDeepError } from './errors.ts';
import type { List, PageSizes } from './page-size.ts';

/** Writes what was read of one item. */
export type Commit = (em: EntityManager, list: WorkList) => Promise<CountChanges>;

/** What the reading of an item that has its requests for itself is given. */
export type Reading = {
  client: StartggClient;
  sizes: PageSizes;
  context: JobContext;
  item: WorkItem;
  /** The last entry of a list that start.gg serves. */
  deepestEntry: number;
};

/** start.gg serves no list beyond its 10,000th entry. */
export const DEEPEST_ENTRY = 10_000;

/** Whether the last page of a list reaches beyond what is served: a page counts with all the entries it could hold. */
export function reachesTooDeep(total: number, perPage: number, deepestEntry: number): boolean {
  return Math.ceil(total / perPage) * perPage > deepestEntry;
}

/** One page that was read, with the ways to write it. */
export type FetchedPage = PageRead & {
  /** Entries that the page's cost was paid for. */
  entries: number;
  cost: number | undefined;
  write(em: EntityManager, list: WorkList): Promise<{ new: number; changed: number; also?: CountChanges }>;
  /** After the last page of a walk that showed everything; `written` rows of it were new or changed. */
  complete(
    em: EntityManager,
    list: WorkList,
    seen: ReadonlySet<string>,
    written: number,
  ): Promise<CountChanges>;
};

/**
 * Reads one page of a walk. The page size is chosen on the first page and frozen for the walk; a page refused as too
 * large, or a much better size, begins the walk anew.
 */
export async function readPage(
  reading: Reading,
  what: { list: List; phase: string },
  fetchPage: (page: number, perPage: number) => Promise<FetchedPage>,
): Promise<Commit> {
  const { sizes } = reading;
  const { item } = reading;
  const perPage = walkOf(item).perPage ?? sizes.of(what.list);
  let fetched: FetchedPage;
  try {
    fetched = await fetchPage(item.page, perPage);
  } catch (error) {
    if (error instanceof TooDeepError)
      throw new GiveUpError(`start.gg lists only the first 10,000 entries here`);
    if (!(error instanceof TooComplexError)) throw error;
    if (perPage === 1) throw new GiveUpError('start.gg refuses even a single entry as too large');
    const smaller = sizes.shrink(what.list, perPage, error.actual);
    return async (_, list) => {
      await restartWalk(list, item, smaller);
      return {};
    };
  }
  sizes.learn(what.list, fetched.entries, fetched.cost);
  const better = item.page === 1 ? sizes.better(what.list, perPage, fetched.total) : undefined;
  return async (em, list) => {
    const { also = {}, ...written } = await fetched.write(em, list);
    const result = await settleWalk(list, what.phase, perPage, [{ item, page: fetched }], written);
    if (result.state === 'open' && better !== undefined) await restartWalk(list, item, better);
    const after =
      result.state === 'complete' ? await fetched.complete(em, list, result.seen, result.written) : {};
    return merge({ [what.phase]: result.counts }, also, after);
  };
}
