import type { NewItem, WorkItem } from './item.ts';
import type { PhaseCounts } from './state.ts';
import type { WorkList } from './work-list.ts';

/**
 * What an item keeps as a page of a walk. The first page also keeps what holds for all: the frozen page size, the pass,
 * and what was already counted.
 */
export type WalkState = {
  perPage?: number;
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

const PASSES = 3;
const AGAIN_AFTER_MS = 500;

/** The walk's part of what an item keeps. */
export function walkOf(item: Pick<WorkItem, 'data'>): WalkState {
  return (item.data.walk as WalkState | undefined) ?? {};
}

/**
 * Settles one page of a walk: adds the further pages once their number is known, and after the last one compares what was
 * seen with what the source reports. Lists shift while they are read, so a walk that came out short is walked again.
 *
 * A walk counts each entry once, however often its pages are read: `new` and `changed` come with the page that wrote
 * them, `unchanged` with the end of the walk.
 */
export async function settlePage(
  list: WorkList,
  item: WorkItem,
  phase: string,
  perPage: number,
  page: PageRead,
  written: { new: number; changed: number },
): Promise<WalkResult> {
  const keep = (entry: WorkItem, walk: WalkState) => list.keep(entry.id, { ...entry.data, walk });
  const own = { ...walkOf(item), perPage, seen: page.keys, outside: page.outside, empty: page.empty };
  const pages = (await list.pages(item.kind, item.key)).map((entry) =>
    entry.id === item.id ? { ...entry, data: { ...entry.data, walk: own } } : entry,
  );
  const [first] = pages;
  if (!first) throw new Error('a walk without its first page');
  const walk = walkOf(first);
  const last = page.pages ?? Math.max(1, Math.ceil(page.total / perPage));
  const added = await list.add(
    furtherPages(first, phase, perPage, last, new Set(pages.map((entry) => entry.page))),
  );

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
  const all = (walk.written ?? 0) + written.new + written.changed;
  const counts = {
    new: written.new,
    changed: written.changed,
    done: counted - (walk.counted ?? 0),
    total: total - (walk.total ?? 0),
  };
  const told = { perPage, counted, total, written: all };
  if (isOpen) {
    if (item.id !== first.id) await keep(item, own);
    await keep(first, { ...walk, ...told });
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
  await keep(first, { perPage, counted, total, written: all + unchanged });
  const final = { ...counts, unchanged };
  if (isComplete) return { state: 'complete', counts: final, seen, written: all };
  await list.fail(first.id, shortfall(page, seen.size + outside, empty));
  return { state: 'failed', counts: final };
}

/** Begins a walk anew with another page size: page boundaries move with it, so no page of the old size can be used. */
export async function restartWalk(list: WorkList, item: WorkItem, perPage: number): Promise<void> {
  const [first = item] = await list.pages(item.kind, item.key);
  const { seen: _, empty: __, ...walk } = walkOf(first);
  await list.dropPages(item.kind, item.key);
  await list.reopen(item.kind, item.key, { data: { ...first.data, walk: { ...walk, perPage } } });
}

function furtherPages(
  first: WorkItem,
  phase: string,
  perPage: number,
  last: number,
  known: ReadonlySet<number>,
): NewItem[] {
  const { kind, key, label } = first;
  const further: NewItem[] = [];
  for (let page = 2; page <= last; page++)
    if (!known.has(page))
      further.push({ phase, kind, key, page, label, data: { ...first.data, walk: { perPage } } });
  return further;
}

function shortfall(page: PageRead, seen: number, empty: number): string {
  if (empty === 0) return `${page.total} entries are reported, but only ${seen} are listed`;
  return `${empty} of ${page.total} entries came empty${page.complaint ? ` (${page.complaint})` : ''}`;
}
