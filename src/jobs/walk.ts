import type { CountChanges, NewItem, WorkItem } from './kind.ts';
import type { PhaseCounts } from './state.ts';
import type { WorkList } from './work-list.ts';

/** What the first page of a walk keeps: the frozen page size, the pass, and what was already counted. */
export type WalkData = { perPage: number; pass?: number; counted?: number; total?: number; written?: number };

/** One page of a list at the source. */
export type PageRead = {
  /** Keys of the entries on the page. */
  keys: readonly string[];
  /** Entries that the source sent as null. */
  empty: number;
  /** How many entries the source says the whole list has. */
  total: number;
  /** Pages of the list at this page size, where it does not follow from `total`. */
  pages?: number;
};

export type WalkResult =
  | { state: 'open' | 'again'; counts: Partial<PhaseCounts> }
  /** Every entry was seen, none was empty: what is not in `seen` is gone at the source. */
  | { state: 'complete'; counts: Partial<PhaseCounts>; seen: ReadonlySet<string> }
  | { state: 'failed'; counts: Partial<PhaseCounts>; reason: string };

const PASSES = 3;

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
  page: PageRead,
  written: { new: number; changed: number },
): Promise<WalkResult> {
  await list.keep(item.id, { ...item.data, seen: page.keys, empty: page.empty });
  const before = await list.pages(item.kind, item.key);
  const first = before[0];
  if (!first) throw new Error('a walk without its first page');
  const data = first.data as WalkData;
  const last = page.pages ?? Math.max(1, Math.ceil(page.total / data.perPage));
  const known = new Set(before.map((entry) => entry.page));
  const further: NewItem[] = [];
  for (let number = 2; number <= last; number++)
    if (!known.has(number))
      further.push({
        phase,
        kind: item.kind,
        key: item.key,
        page: number,
        label: item.label,
        data: { perPage: data.perPage },
      });
  await list.add(further);

  const pages = before.filter((entry) => entry.page <= last || entry.state === 'done');
  const seen = new Set(pages.flatMap((entry) => (entry.data.seen as string[] | undefined) ?? []));
  const empty = pages.reduce((sum, entry) => sum + ((entry.data.empty as number | undefined) ?? 0), 0);
  const isEnd =
    further.length === 0 && before.every((entry) => entry.state !== 'pending' || entry.page > last);
  const isWhole = seen.size >= page.total && empty === 0;

  const counted = isEnd && isWhole ? seen.size : Math.max(data.counted ?? 0, Math.min(seen.size, page.total));
  const total = isEnd && isWhole ? seen.size : page.total;
  const rowsWritten = (data.written ?? 0) + written.new + written.changed;
  const counts = {
    done: counted - (data.counted ?? 0),
    total: total - (data.total ?? 0),
    new: written.new,
    changed: written.changed,
  };
  const keep: WalkData = { ...data, counted, total, written: rowsWritten };
  if (!isEnd || before.some((entry) => entry.state === 'failed')) {
    await list.keep(first.id, { ...first.data, ...keep });
    return { state: 'open', counts };
  }
  await list.dropPages(item.kind, item.key);
  const pass = data.pass ?? 1;
  if (!isWhole && pass < PASSES) {
    await list.reopen(item.kind, item.key, { data: { ...keep, pass: pass + 1 }, afterMs: 500 * pass });
    return { state: 'again', counts };
  }
  await list.keep(first.id, { perPage: data.perPage, counted, total });
  const final = { ...counts, unchanged: Math.max(0, seen.size - rowsWritten) };
  if (isWhole) return { state: 'complete', counts: final, seen };
  const reason =
    empty > 0
      ? `sent ${empty} empty of ${page.total} entries`
      : `reports ${page.total} entries but lists ${seen.size}`;
  await list.fail(first.id, reason);
  return { state: 'failed', counts: final, reason };
}

/** Begins a walk anew with another page size: page boundaries move with it, so no page of the old size can be used. */
export async function restartWalk(list: WorkList, item: WorkItem, perPage: number): Promise<CountChanges> {
  const [first] = await list.pages(item.kind, item.key);
  const { seen: _, empty: __, ...data } = first?.data ?? {};
  await list.dropPages(item.kind, item.key);
  await list.reopen(item.kind, item.key, { data: { ...data, perPage } });
  return {};
}
