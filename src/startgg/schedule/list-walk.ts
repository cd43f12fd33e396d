import { setTimeout as delay } from 'node:timers/promises';
import { GiveUpError } from '../../errors.ts';
import { TooComplexError } from '../errors.ts';
import type { List, PageSizes } from '../page-size.ts';

const PASSES = 3;
const AGAIN_AFTER_MS = 500;

/** One page of a list, already stored. */
export type ListPage = {
  keys: readonly string[];
  /** Entries that came as null or unreadable, and what was wrong with one of them. */
  empty: number;
  complaint: string | undefined;
  /** How many entries start.gg says the whole list has. */
  total: number;
  /** Pages of the list at this page size, where it does not follow from `total`. */
  pages?: number;
  /** Entries that the page's cost was paid for. */
  entries: number;
  cost: number | undefined;
};

/** How a walk ended: all was seen, or some of it never came, or the event is not shown. */
export type Walked =
  | { state: 'complete'; seen: ReadonlySet<string> }
  | { state: 'short'; reason: string }
  | { state: 'hidden' };

/**
 * Reads a list from its first page to its last, in one go: the sister of the work list's walk, for what is read again and
 * again and keeps no place in between. Lists shift while they are read, so a walk that came out short is walked again.
 *
 * @param read reads and stores one page; undefined when start.gg does not show the event
 */
export async function walkList(
  sizes: PageSizes,
  list: List,
  read: (page: number, perPage: number) => Promise<ListPage | undefined>,
): Promise<Walked> {
  let perPage = sizes.of(list);
  let reason = '';
  for (let pass = 1; pass <= PASSES; pass++) {
    if (pass > 1) await delay(AGAIN_AFTER_MS * (pass - 1));
    const seen = new Set<string>();
    let empty = 0;
    let total = 0;
    for (let page = 1, last = 1; page <= last; page++) {
      const one = await read(page, perPage).catch((error) => {
        if (!(error instanceof TooComplexError)) throw error;
        return error;
      });
      if (!one) return { state: 'hidden' };
      if (one instanceof TooComplexError) {
        if (perPage === 1) throw new GiveUpError('start.gg refuses even a single entry as too large');
        // Page boundaries move with the page size, so the walk begins anew.
        perPage = sizes.shrink(list, perPage, one.actual);
        seen.clear();
        [empty, page] = [0, 0];
        continue;
      }
      sizes.learn(list, one.entries, one.cost);
      for (const key of one.keys) seen.add(key);
      empty += one.empty;
      total = one.total;
      last = one.pages ?? Math.max(1, Math.ceil(total / perPage));
      reason = empty > 0 ? `${empty} of ${total} entries came empty${why(one.complaint)}` : reason;
    }
    if (empty === 0 && seen.size >= total) return { state: 'complete', seen };
    reason ||= `${total} entries are reported, but only ${seen.size} are listed`;
  }
  return { state: 'short', reason };
}

const why = (complaint: string | undefined) => (complaint ? ` (${complaint})` : '');
