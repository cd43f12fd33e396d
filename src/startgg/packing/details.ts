import { GiveUpError, RetryLaterError } from '../../errors.ts';
import type { WorkItem } from '../../jobs/item.ts';
import { type SetDetails, type SetNode, setDetails } from '../answers.ts';
import { TooComplexError } from '../errors.ts';
import { storeSets } from '../store.ts';
import type { Prices } from './prices.ts';
import type { Answered, Ask, PackedReader } from './reader.ts';
import { complete, type DetailsData, eventOf, type Needs, poolOf, walkKeyOf } from './set-rules.ts';

type Read = {
  sets: SetNode[];
  /** Sets that are there no more, as when their pool started meanwhile. */
  missing: number;
};

/** Reads what the list of a pool's sets does not tell for certain. The key is `event:pool:hash`. */
export const detailsReader: PackedReader<Read> = {
  load: (item, prices) => ({
    root: `d${item.id}`,
    // Each of the sets is an object at the top.
    cost: setsOf(item).reduce((sum, { needs }) => sum + costOf(needs, prices), 0) - 1,
  }),
  asked: (item) => ({ sets: 0, details: setsOf(item).length, entrants: 0 }),
  ask: (item) =>
    setsOf(item).map(
      ({ node, needs }, i): Ask => ({
        root: { alias: `d${item.id}x${i}`, field: `set(id: ${JSON.stringify(node.id)})` },
        selection: `slots { ${needs.scores ? '...Scores ' : ''}${needs.seeds ? '...Seeds ' : ''}}`,
        fragments: [
          ...(needs.scores ? (['Scores'] as const) : []),
          ...(needs.seeds ? (['Seeds'] as const) : []),
        ],
      }),
    ),
  parse(item, answers) {
    const read: Read = { sets: [], missing: 0 };
    for (const [i, { node, needs }] of setsOf(item).entries()) {
      const details = detailsIn(answers[i]);
      if (!details) read.missing++;
      else {
        const standings = needs.scores ? details.slots.map((slot) => slot?.standing) : [];
        const seeds = needs.seeds ? details.slots.map((slot) => slot?.seed) : [];
        read.sets.push(complete(node, poolOf(item), standings, seeds));
      }
    }
    return read;
  },
  shrink(item) {
    const sets = setsOf(item);
    if (sets.length === 1) throw new GiveUpError('start.gg refuses even a single set as too large');
    const middle = Math.ceil(sets.length / 2);
    const { kind, key, label, data } = item;
    return async (list) => {
      const halves = [sets.slice(0, middle), sets.slice(middle)];
      await list.add(
        halves.map((half, i) => ({
          phase: 'sets',
          kind,
          key: `${key}${i}`,
          label,
          data: { ...data, sets: half },
        })),
      );
    };
  },
  async commit(em, list, reads) {
    const parts = reads.map(({ item, read }) => ({ eventId: eventOf(item), sets: read.sets }));
    const { written } = await storeSets(em, parts);
    const moved = reads.filter(({ read }) => read.missing > 0).map(({ item }) => walkKeyOf(item.key));
    // Others stand in their place, and have not been seen.
    for (const key of new Set(moved)) await list.reopen('sets', key);
    return { sets: written };
  },
};

const setsOf = (item: WorkItem) => (item.data as DetailsData).sets;

function costOf({ scores, seeds }: Needs, prices: Prices): number {
  // Asked for both, the set and its slots come once.
  return scores && seeds ? prices.score + prices.seed - 3 : scores ? prices.score : prices.seed;
}

/** Undefined when start.gg does not know the set any more. */
function detailsIn(answered: Answered | undefined): SetDetails | undefined {
  const complaint = answered?.complaint;
  if (complaint instanceof TooComplexError) throw complaint;
  if (complaint && /set not found/i.test(complaint.message)) return undefined;
  if (complaint || !answered) throw complaint ?? new RetryLaterError('start.gg left out a set');
  if (answered.value === null) return undefined;
  const parsed = setDetails.safeParse(answered.value);
  if (!parsed.success) throw new RetryLaterError('start.gg gave a set that cannot be read');
  return parsed.data;
}
