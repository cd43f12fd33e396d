/** Something to be asked for: what it costs by itself, and the object around it, which is paid once per request. */
export type Load = { cost: number; root: string };

/** A request as it is planned. */
export type Plan<T> = { loads: T[]; cost: number };

/** The object around what is asked for: its event, say. */
const ROOT = 1;

/**
 * The part of a request that one page may take. Pages of large lists fill what others leave over, the better the smaller
 * they are; but sets move from page to page while they are played, and so are read in few.
 */
export const PAGE_PART = { entrants: 1 / 10, sets: 1 / 4 } as const;

/**
 * The size of the pages in which a list is read: all at once if it is short, else in pages of nearly the same length.
 *
 * @param entryCost objects per entry
 * @param room objects that one page may return
 */
export function pageSize(total: number, entryCost: number, room: number): number {
  const most = Math.max(1, Math.floor(room / entryCost));
  if (total <= most) return Math.max(1, total);
  return Math.ceil(total / Math.ceil(total / most));
}

/**
 * Divides loads into as few requests as it can: the largest first, each into the first request that has room for it
 * (first fit decreasing, at most 11/9 of the best division and a request more; Dósa 2007). A load that is larger than all
 * room goes alone.
 */
export function pack<T extends Load>(loads: readonly T[], room: number): Plan<T>[] {
  const plans: (Plan<T> & { roots: Set<string> })[] = [];
  for (const load of [...loads].sort((one, other) => other.cost - one.cost)) {
    const costIn = (plan: { roots: Set<string> }) => load.cost + (plan.roots.has(load.root) ? 0 : ROOT);
    let plan = plans.find((one) => one.cost + costIn(one) <= room);
    if (!plan) {
      plan = { loads: [], cost: 0, roots: new Set() };
      plans.push(plan);
    }
    plan.cost += costIn(plan);
    plan.roots.add(load.root);
    plan.loads.push(load);
  }
  return plans.map(({ loads: packed, cost }) => ({ loads: packed, cost }));
}
