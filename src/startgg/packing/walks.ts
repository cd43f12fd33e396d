import { GiveUpError } from '../../errors.ts';
import type { WorkItem } from '../../jobs/item.ts';
import {
  entriesOf,
  type PageRead,
  restartWalk,
  settleWalk,
  type WalkResult,
  type WalkWritten,
  walkOf,
} from '../../jobs/walk.ts';
import type { WorkList } from '../../jobs/work-list.ts';
import type { Load } from './plan.ts';

/** A page as it was read; one of an event that is not shown is empty. */
export type PackedPage = PageRead & { isHidden?: boolean };

export const HIDDEN: PackedPage = { keys: [], empty: 0, total: 0, isHidden: true };

const PER_PAGE = 50;

/** Which page an item stands for. */
export const pageOf = (item: WorkItem) => ({ page: item.page, perPage: walkOf(item).perPage ?? PER_PAGE });

/** Begins a page's walk anew with smaller pages. @throws GiveUpError when there are none */
export function shrinkWalk(item: WorkItem): (list: WorkList) => Promise<void> {
  const { perPage } = pageOf(item);
  if (perPage === 1) throw new GiveUpError('start.gg refuses even a single entry as too large');
  return (list) => restartWalk(list, item, Math.ceil(perPage / 2));
}

/** What a page is thought to cost. */
export function pageLoad(item: WorkItem, root: string, entryCost: number): Load {
  return { root, cost: entriesOf(item, PER_PAGE) * entryCost };
}

/** One walk of which pages were read. */
export type SettledWalk = { item: WorkItem; result: WalkResult; isHidden: boolean };

/** Settles the pages of several walks. @param writtenOf what was written of a walk's pages, by the walk's key */
export async function settleWalks(
  list: WorkList,
  phase: string,
  reads: readonly { item: WorkItem; read: PackedPage }[],
  writtenOf: (key: string) => WalkWritten,
): Promise<SettledWalk[]> {
  const settled: SettledWalk[] = [];
  for (const [key, pages] of Map.groupBy(reads, ({ item }) => item.key)) {
    const [first] = pages;
    if (!first) continue;
    const { perPage } = pageOf(first.item);
    const given = pages.map(({ item, read }) => ({ item, page: read }));
    const result = await settleWalk(list, phase, perPage, given, writtenOf(key));
    settled.push({ item: first.item, result, isHidden: pages.some(({ read }) => read.isHidden) });
  }
  return settled;
}

/** Walks that showed all there is, with what they showed. */
export function completeWalks(walks: readonly SettledWalk[]): { key: string; seen: ReadonlySet<string> }[] {
  return walks.flatMap(({ item, result, isHidden }) =>
    result.state === 'complete' && !isHidden ? [{ key: item.key, seen: result.seen }] : [],
  );
}
