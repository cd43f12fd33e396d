import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COST, type List, PageSizes } from '../../src/startgg/page-size.ts';

const LIMIT = 1_000;
const LISTS = Object.keys(COST) as List[];
const list = fc.constantFrom(...LISTS);
const seen = fc.array(
  fc.record({ entries: fc.integer({ min: 1, max: 200 }), cost: fc.integer({ min: 1, max: 999 }) }),
);

function sizesAfter(what: List, pages: readonly { entries: number; cost: number }[]): PageSizes {
  const sizes = new PageSizes();
  for (const { entries, cost } of pages) sizes.learn(what, entries, cost);
  return sizes;
}

describe('page sizes', () => {
  it.each(LISTS)('leave room below the limit before anything of %s was seen', (what) => {
    const size = new PageSizes().of(what);
    expect(size).toBeGreaterThan(1);
    expect(size * COST[what] + 1).toBeLessThan(LIMIT * 0.86);
  });

  it('keep a page below the limit at all costs that were seen', () => {
    fc.assert(
      fc.property(list, seen, (what, pages) => {
        const size = sizesAfter(what, pages).of(what);
        const dearest = Math.max(COST[what], ...pages.map(({ entries, cost }) => (cost - 1) / entries));
        expect(Number.isInteger(size) && size >= 1).toBe(true);
        if (size > 1) expect(size * dearest + 1).toBeLessThan(LIMIT);
      }),
    );
  });

  it('shrink always, and to one entry at the least', () => {
    const actual = fc.option(fc.integer({ min: 1_000, max: 1_000_000 }), { nil: undefined });
    fc.assert(
      fc.property(list, fc.integer({ min: 2, max: 500 }), actual, (what, perPage, counted) => {
        const smaller = new PageSizes().shrink(what, perPage, counted);
        expect(smaller).toBeLessThan(perPage);
        expect(smaller).toBeGreaterThanOrEqual(1);
        if (counted && smaller > 1) expect((counted / perPage) * smaller).toBeLessThan(LIMIT);
      }),
    );
  });

  it('change in the middle of a walk only where that saves requests', () => {
    fc.assert(
      fc.property(
        list,
        seen,
        fc.integer({ min: 1, max: 500 }),
        fc.nat(10_000),
        (what, pages, perPage, total) => {
          const better = sizesAfter(what, pages).better(what, perPage, total);
          if (better === undefined) return;
          // The first page is read already, and would be read again.
          expect(Math.ceil(total / better) + 1).toBeLessThan(Math.ceil(total / perPage) + 1);
          expect(better).toBeGreaterThan(perPage);
        },
      ),
    );
  });
});
