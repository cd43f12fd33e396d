/** A request may return fewer than 1,000 objects (start.gg developer documentation, Rate limits; exactly 1,000 is refused). */
const LIMIT = 999;
/** Until start.gg's own count was seen, so much of the limit is left free. */
const UNSEEN_SLACK = 0.15;
/** The object around a list: its event. */
const AROUND = 1;

/**
 * Objects per entry of a list by the cost rule: every object counts 1, null ones too; the list itself counts nothing.
 * A set: itself, phase group, station, stream, and per slot the slot, standing, stats, score and entrant.
 * Seeds add two objects to each of the two slots, a linked account one to each user. A pool has some 12 rounds, and most
 * pools are in one phase.
 */
export const COST = {
  tournaments: 1 + 2 + 2 * 2,
  followed: 1 + 2 + 1,
  phaseGroups: 1 + 12,
  entrantsSingles: 1 + 1 * 3,
  entrantsTeams: 1 + 3 * 3,
  linkedSingles: 1 + 1 * 4,
  linkedTeams: 1 + 3 * 4,
  sets: 4 + 2 * 5,
  setsWithSeeds: 4 + 2 * 7,
} as const;

export type List = keyof typeof COST;

/** Chooses page sizes from the cost rule and from what start.gg counted before. */
export class PageSizes {
  readonly #seen = new Map<List, number>();

  /** Entries per page so that one page stays below the limit, as far as is known. */
  of(list: List): number {
    const seen = this.#seen.get(list);
    const room = (seen === undefined ? LIMIT * (1 - UNSEEN_SLACK) : LIMIT) - AROUND;
    return Math.max(1, Math.floor(room / Math.max(COST[list], seen ?? 0)));
  }

  /** Notes what a page really cost. */
  learn(list: List, entries: number, cost: number | undefined): void {
    if (cost === undefined || entries === 0) return;
    this.#seen.set(list, Math.max(this.#seen.get(list) ?? 0, (cost - AROUND) / entries));
  }

  /** Notes how much more than the rule says one entry cost. */
  sample(list: List, surcharge: number): void {
    this.learn(list, 1, COST[list] + surcharge + AROUND);
  }

  /** A page was refused as too large. Returns a size that should pass: always smaller, at least 1. */
  shrink(list: List, perPage: number, actual: number | undefined): number {
    if (actual !== undefined) this.learn(list, perPage, actual);
    const fitting = actual
      ? Math.floor((perPage * LIMIT * (1 - UNSEEN_SLACK)) / actual)
      : Math.floor(perPage / 2);
    return Math.max(1, Math.min(fitting, perPage - 1));
  }

  /** A larger size worth beginning a walk anew for, after its first page was read; undefined when the old one may stay. */
  better(list: List, perPage: number, total: number): number | undefined {
    const size = this.of(list);
    const pagesLeft = Math.ceil(total / perPage) - 1;
    return Math.ceil(total / size) < pagesLeft ? size : undefined;
  }
}
