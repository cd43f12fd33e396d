import { RetryLaterError } from '../../errors.ts';
import { changedSet, type LeanSet, page, readNodes, type SetNode } from '../answers.ts';
import { merge } from '../counting.ts';
import { storeSets } from '../store.ts';
import { markHidden } from '../vanished.ts';
import type { EventData } from './event-data.ts';
import { eventRoot, type PackedReader } from './reader.ts';
import { detailItems, divide, eventOf, leftTo, type OpenSet } from './set-rules.ts';
import { HIDDEN, type PackedPage, pageLoad, pageOf, settleWalks, shrinkWalk } from './walks.ts';

type Read = PackedPage & { known: SetNode[]; open: OpenSet[] };

/** Reads what changed of an event's sets since a moment (Unix seconds). The key is `event:moment`. */
export const changesReader: PackedReader<Read> = {
  load: (item, prices) => pageLoad(item, `e${eventOf(item)}`, prices.set + 1),
  asked: (item) => ({ sets: pageOf(item).perPage, details: 0, entrants: 0 }),
  ask(item) {
    const { page, perPage } = pageOf(item);
    const since = item.key.split(':')[1];
    return [
      {
        root: eventRoot(eventOf(item)),
        part: `changed${since}x${page}`,
        selection: `sets(page: ${page}, perPage: ${perPage}, sortType: RECENT, filters: { updatedAfter: ${since} }) { pageInfo { total } nodes { ...ChangedSet } }`,
        fragments: ['ChangedSet'],
      },
    ];
  },
  parse(item, [answered]) {
    if (answered?.complaint) throw answered.complaint;
    if (answered?.value === null) return { ...HIDDEN, known: [], open: [] };
    const parsed = page.safeParse(answered?.value);
    if (!parsed.success) throw new RetryLaterError('start.gg gave a list of changes that cannot be read');
    const { entries, ...read } = readNodes(parsed.data.nodes, changedSet);
    const sets = entries.map(({ phaseGroup, ...node }) => ({ node: node as LeanSet, poolId: phaseGroup.id }));
    const divided = divide(sets, { ...(item.data as EventData), poolState: null });
    return { ...read, ...divided, total: parsed.data.pageInfo.total };
  },
  shrink: shrinkWalk,
  async commit(em, list, reads) {
    const left = leftTo(await list.add(reads.flatMap(({ item, read }) => detailItems(item, read.open))));
    const { byPool, unknownPools } = await storeSets(
      em,
      reads.map(({ item, read }) => ({ eventId: eventOf(item), sets: read.known })),
    );
    // A pool that nobody has read yet: its event tells what it is.
    const strange = reads.filter(({ read }) =>
      read.known.some((set) => unknownPools.has(set.phaseGroup?.id)),
    );
    await list.add(
      strange.map(({ item }) => ({
        phase: 'events',
        kind: 'event',
        key: String(eventOf(item)),
        label: item.label,
        data: { ...item.data, walk: undefined, only: 'changed' },
      })),
    );
    const walks = await settleWalks(list, 'sets', reads, (key) => {
      const own = reads.filter(({ item }) => item.key === key);
      const pools = new Set(own.flatMap(({ read }) => read.known.map((set) => set.phaseGroup?.id)));
      const counts = { new: 0, changed: 0, left: left.get(key) ?? 0 };
      for (const pool of pools) {
        counts.new += byPool.get(pool)?.new ?? 0;
        counts.changed += byPool.get(pool)?.changed ?? 0;
      }
      return counts;
    });
    const hidden = walks.filter(({ isHidden }) => isHidden).map(({ item }) => eventOf(item));
    await markHidden(em, [...new Set(hidden)]);
    return merge(...walks.map(({ result }) => ({ sets: result.counts })));
  },
};
