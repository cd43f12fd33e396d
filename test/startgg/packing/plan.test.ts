import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entriesOf, walkItems } from '../../../src/jobs/walk.ts';
import { pack, pageSize } from '../../../src/startgg/packing/plan.ts';

const ROOM = 990;

/** Lists of events: how long each is, and what an entry of it costs. */
const lists = fc.array(
  fc.record({
    event: fc.nat(40),
    total: fc.oneof(fc.nat(60), fc.nat(3_000)),
    entryCost: fc.integer({ min: 1, max: 40 }),
    part: fc.constantFrom(1 / 4, 1 / 10),
  }),
  { maxLength: 60 },
);

type Lists = typeof lists extends fc.Arbitrary<infer T> ? T : never;

/** Every page of every list, as a load. */
function loadsOf(given: Lists) {
  return given.flatMap(({ event, total, entryCost, part }, list) => {
    const perPage = pageSize(total, entryCost, ROOM * part);
    return walkItems({ phase: 'sets', kind: 'sets', key: String(list), label: '' }, perPage, total).map(
      (item) => ({
        list,
        page: item.page ?? 1,
        perPage,
        root: `e${event}`,
        cost: entriesOf(item) * entryCost,
      }),
    );
  });
}

describe('the plan of requests', () => {
  it('has every entry of every list in exactly one page', () => {
    fc.assert(
      fc.property(lists, (given) => {
        const loads = loadsOf(given);
        for (const [list, { total }] of given.entries()) {
          const entries = loads
            .filter((load) => load.list === list)
            .flatMap(({ page, perPage }) =>
              Array.from({ length: perPage }, (_, i) => (page - 1) * perPage + i).filter(
                (entry) => entry < total,
              ),
            );
          expect(entries.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i));
        }
      }),
    );
  });

  it('asks for every page exactly once, and for no more than a request may return', () => {
    fc.assert(
      fc.property(lists, (given) => {
        const loads = loadsOf(given);
        const plans = pack(loads, ROOM);
        expect(new Set(plans.flatMap((plan) => plan.loads))).toEqual(new Set(loads));
        expect(plans.flatMap((plan) => plan.loads)).toHaveLength(loads.length);
        for (const plan of plans) {
          const roots = new Set(plan.loads.map(({ root }) => root));
          const cost = plan.loads.reduce((sum, load) => sum + load.cost, 0) + roots.size;
          expect(plan.cost).toBe(cost);
          if (plan.loads.length > 1) expect(cost).toBeLessThanOrEqual(ROOM);
        }
      }),
    );
  });

  it('fills all requests but the last to more than what the largest page leaves', () => {
    fc.assert(
      fc.property(lists, (given) => {
        const loads = loadsOf(given);
        const plans = pack(loads, ROOM);
        const largest = Math.max(0, ...loads.map(({ cost }) => cost)) + 1;
        // No two requests that are less than half full: one would have taken what the other holds.
        expect(plans.filter(({ cost }) => cost <= (ROOM - 1) / 2).length).toBeLessThanOrEqual(1);
        for (const plan of plans.slice(0, -1))
          if (largest < ROOM / 2) expect(plan.cost).toBeGreaterThan(ROOM / 2);
      }),
    );
  });

  it('asks for large lists in pages that leave room for others', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 60 }),
        (total, entryCost) => {
          const size = pageSize(total, entryCost, ROOM / 4);
          expect(size).toBeGreaterThanOrEqual(1);
          if (size > 1) expect(size * entryCost).toBeLessThanOrEqual(ROOM / 4);
          // Nearly the same length: the last page is not a mere rest.
          const last = total - (Math.ceil(total / size) - 1) * size;
          expect(size - last).toBeLessThan(Math.ceil(total / size));
        },
      ),
    );
  });
});
