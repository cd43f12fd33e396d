import { RetryLaterError } from '../../errors.ts';
import { leanSet, page, readNodes, type SetNode } from '../answers.ts';
import { merge } from '../counting.ts';
import { isPreview, storeSets } from '../store.ts';
import { markHidden, vanishedSets } from '../vanished.ts';
import { eventRoot, type PackedReader } from './reader.ts';
import { detailItems, divide, eventOf, leftTo, type OpenSet, poolOf, type SetsData } from './set-rules.ts';
import {
  completeWalks,
  HIDDEN,
  type PackedPage,
  pageLoad,
  pageOf,
  settleWalks,
  shrinkWalk,
} from './walks.ts';

type Read = PackedPage & { known: SetNode[]; open: OpenSet[] };

/** Reads pages of a pool's sets. The key is `event:pool`. */
export const setsReader: PackedReader<Read> = {
  load: (item, prices) => pageLoad(item, `e${eventOf(item)}`, prices.set),
  asked: (item) => ({ sets: pageOf(item).perPage, details: 0, entrants: 0 }),
  ask(item) {
    const { page, perPage } = pageOf(item);
    const filters = `filters: { phaseGroupIds: [${poolOf(item)}] }`;
    return [
      {
        root: eventRoot(eventOf(item)),
        part: `sets${poolOf(item)}x${page}`,
        selection: `sets(page: ${page}, perPage: ${perPage}, sortType: RECENT, ${filters}) { pageInfo { total } nodes { ...LeanSet } }`,
        fragments: ['LeanSet'],
      },
    ];
  },
  parse(item, [answered]) {
    if (answered?.complaint) throw answered.complaint;
    if (answered?.value === null) return { ...HIDDEN, known: [], open: [] };
    const parsed = page.safeParse(answered?.value);
    if (!parsed.success) throw new RetryLaterError('start.gg gave a list of sets that cannot be read');
    const { entries, ...read } = readNodes(parsed.data.nodes, leanSet);
    const sets = entries.map((node) => ({ node, poolId: poolOf(item) }));
    return { ...read, ...divide(sets, item.data as SetsData), total: parsed.data.pageInfo.total };
  },
  shrink: shrinkWalk,
  async commit(em, list, reads) {
    const left = leftTo(await list.add(reads.flatMap(({ item, read }) => detailItems(item, read.open))));
    const parts = reads.map(({ item, read }) => ({ eventId: eventOf(item), sets: read.known }));
    const { byPool } = await storeSets(em, parts);
    const walks = await settleWalks(list, 'sets', reads, (key) => ({
      ...(byPool.get(Number(key.split(':')[1])) ?? { new: 0, changed: 0 }),
      left: left.get(key) ?? 0,
    }));
    const hidden = walks.filter(({ isHidden }) => isHidden).map(({ item }) => eventOf(item));
    await markHidden(em, [...new Set(hidden)]);
    const complete = completeWalks(walks);
    const lost = await vanishedSets(
      em,
      complete.map(({ key, seen }) => ({ eventId: eventOf({ key }), poolId: poolOf({ key }), seen })),
    );
    // A pool that was reset: the previews that stood behind its real sets have a place now, and are read again.
    for (const { key, seen } of complete)
      if (lost.from.has(key) && [...seen].some(isPreview)) await list.reopen('sets', key);
    return merge(...walks.map(({ result }) => ({ sets: result.counts })), { sets: { gone: lost.gone } });
  },
};
