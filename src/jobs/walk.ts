import type { NewItem, WorkItem } from './item.ts';
import type { PhaseCounts } from './state.ts';
import type { WorkList } from './work-list.ts';

/**
 * What an item keeps as a page of a walk. The first page also keeps what holds for all: the frozen page size, the pass,
 * and what was already counted.
 */
export type WalkState = {
  perPage?: number;
  /** How many entries the page is thought to hold. */
  entries?: number;
  pass?: number;
  counted?: number;
  total?: number;
  written?: number;
  seen?: readonly string[];
  outside?: readonly string[];
  empty?: number;
};

/** One page of a list at the source. */
export type PageRead = {
  /** Keys of the entries on the page. */
  keys: readonly string[];
  /** Keys of entries that are on the list, but not wanted: they are looked for and not counted. */
  outside?: readonly string[];
  /** Entries that the source sent as null or unreadable. */
  empty: number;
  /** What was wrong with the entries that count as empty, if something was. */
  complaint?: string;
  /** How many entries the source says the whole list has. */
  total: number;
  /** Pages of the list at this page size, where it does not follow from `total`. */
  pages?: number;
};

export type WalkResult =
  | { state: 'open' | 'again' | 'failed'; counts: Partial<PhaseCounts> }
  /** Every entry was seen, none was empty: what is not in `seen` is gone at the source. */
  | { state: 'complete'; counts: Partial<PhaseCounts>; seen: ReadonlySet<string>; written: number };

/** What was written of a walk's pages; what is `left` to be written later counts itself then. */
export type WalkWritten = { new: number; changed: number; left?: number };

const PASSES = 3;
const AGAIN_AFTER_MS = 500;

/** The walk's part of what an item keeps. */
export function walkOf(item: Pick<WorkItem, 'data'>): WalkState {
  return (item.data.walk as WalkState | undefined) ?? {};
}

/** Work items for all pages of a list whose length is known. `data` goes with each of them. */
export function walkItems(item: Omit<NewItem, 'page'>, perPage: number, total: number): NewItem[] {
  const pages = Math.max(1, Math.ceil(total / perPage));
  return Array.from({ length: pages }, (_, i) => {
    const walk: WalkState = { perPage, entries: entriesOn(i + 1, perPage, total) };
    // Said to people already, so that the walk tells only where it finds another number.
    if (i === 0) walk.total = total;
    return { ...item, page: i + 1, data: { ...item.data, walk } };
  });
}

/** How many entries a page is thought to hold; a full page, where nothing is known. */
export function entriesOf(item: Pick<NewItem, 'data'>, otherwise = 0): number {
  const { perPage = otherwise, entries = perPage } = walkOf({ data: item.data ?? {} });
  return entries;
}

const entriesOn = (page: number, perPage: number, total: number) =>
  Math.max(0, Math.min(perPage, total - (page - 1) * perPage));

/**
 * Settles pages of one walk: adds the further pages once their number is known, and after the last one compares what was
 * seen with what the source reports. Lists shift while they are read, so a walk that came out short is walked again.
 *
 * A walk counts each entry once, however often its pages are read: `new` and `changed` come with the pages that wrote
 * them, `unchanged` with the end of the walk.
 */
export async function settleWalk(
  list: WorkList,
  phase: string,
  perPage: number,
  read: readonly { item: WorkItem; page: PageRead }[],
  written: WalkWritten,
): Promise<WalkResult> {
  const latest = read.at(-1);
  if (!latest) throw new Error('no page of the walk was read');
  const { item, page } = latest;
  const keep = (entry: WorkItem, walk: WalkState) => list.keep(entry, { ...entry.data, walk });
  const ofPage = new Map(read.map((one) => [one.item.id, one.page]));
  const own = (entry: WorkItem): WalkState => {
    const one = ofPage.get(entry.id);
    return one
      ? { ...walkOf(entry), perPage, seen: one.keys, outside: one.outside, empty: one.empty }
      : walkOf(entry);
  };
  const pages = (await list.pages(item.kind, item.key)).map((entry) => ({
    ...entry,
    data: { ...entry.data, walk: own(entry) },
  }));
  const [first] = pages;
  if (!first) throw new Error('a walk without its first page');
  const walk = walkOf(first);
  const last = page.pages ?? Math.max(1, Math.ceil(page.total / perPage));
  const further = furtherPages(
    first,
    phase,
    perPage,
    last,
    page.total,
    new Set(pages.map((entry) => entry.page)),
  );
  const added = (await list.add(further)).length;

  const seen = new Set(pages.flatMap((entry) => walkOf(entry).seen ?? []));
  const outside = new Set(pages.flatMap((entry) => walkOf(entry).outside ?? [])).size;
  const empty = pages.reduce((sum, entry) => sum + (walkOf(entry).empty ?? 0), 0);
  const isOpen =
    added > 0 ||
    pages.some((entry) => entry.state === 'failed' || (entry.state === 'pending' && entry.page <= last));
  const reported = Math.max(0, page.total - outside);
  const isComplete = !isOpen && seen.size >= reported && empty === 0;

  const counted = isComplete ? seen.size : Math.max(walk.counted ?? 0, Math.min(seen.size, reported));
  // A total that shrinks under the walk does not fall below what was already told as done.
  const total = isComplete ? seen.size : Math.max(reported, counted);
  const all = (walk.written ?? 0) + written.new + written.changed + (written.left ?? 0);
  const counts = {
    new: written.new,
    changed: written.changed,
    done: counted - (walk.counted ?? 0),
    total: total - (walk.total ?? 0),
  };
  const told = { perPage, counted, total, written: all };
  if (isOpen) {
    for (const entry of pages) if (entry !== first && ofPage.has(entry.id)) keep(entry, walkOf(entry));
    keep(first, { ...walk, ...told });
    return { state: 'open', counts };
  }
  if (pages.length > 1) await list.dropPages(item.kind, item.key);
  const pass = walk.pass ?? 1;
  if (!isComplete && pass < PASSES) {
    await list.reopen(item.kind, item.key, {
      data: { ...first.data, walk: { ...told, pass: pass + 1 } },
      afterMs: AGAIN_AFTER_MS * pass,
    });
    return { state: 'again', counts };
  }
  const unchanged = Math.max(0, seen.size - all);
  // Should a failed walk be taken up again, what is counted now is not counted once more.
  keep(first, { perPage, counted, total, written: all + unchanged });
  const final = { ...counts, unchanged };
  if (isComplete) return { state: 'complete', counts: final, seen, written: all };
  await list.fail(first.id, shortfall(page, seen.size + outside, empty));
  return { state: 'failed', counts: final };
}

/** Begins a walk anew with another page size: page boundaries move with it, so no page of the old size can be used. */
export async function restartWalk(list: WorkList, item: WorkItem, perPage: number): Promise<void> {
  const [first = item] = await list.pages(item.kind, item.key);
  const { seen: _, empty: __, entries: ___, ...walk } = walkOf(first);
  await list.dropPages(item.kind, item.key);
  await list.reopen(item.kind, item.key, { data: { ...first.data, walk: { ...walk, perPage } } });
}

function furtherPages(
  first: WorkItem,
  phase: string,
  perPage: number,
  last: number,
  total: number,
  known: ReadonlySet<number>,
): NewItem[] {
  const { kind, key, label } = first;
  const further: NewItem[] = [];
  for (let page = 2; page <= last; page++)
    if (!known.has(page)) {
      const walk: WalkState = { perPage, entries: entriesOn(page, perPage, total) };
      further.push({ phase, kind, key, page, label, data: { ...first.data, walk } });
    }
  return further;
}

function shortfall(page: PageRead, seen: number, empty: number): string {
  if (empty === 0) return `${page.total} entries are reported, but only ${seen} are listed`;
  return `${empty} of ${page.total} entries came empty${page.complaint ? ` (${page.complaint})` : ''}`;
}
