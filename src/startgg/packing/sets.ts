import { createHash } from 'node:crypto';
import { RetryLaterError } from '../../errors.ts';
import type { NewItem, WorkItem } from '../../jobs/item.ts';
import { type LeanSet, leanSet, page, readNodes, type SetNode } from '../answers.ts';
import { merge } from '../counting.ts';
import { isPreview, storeSets } from '../store.ts';
import { markHidden, vanishedSets } from '../vanished.ts';
import { eventRoot, type PackedReader } from './reader.ts';
import {
  complete,
  type DetailsData,
  eventOf,
  type Needs,
  needsOf,
  poolOf,
  type SetsData,
  standingsOf,
  walkKeyOf,
} from './set-rules.ts';
import {
  completeWalks,
  HIDDEN,
  type PackedPage,
  pageLoad,
  pageOf,
  settleWalks,
  shrinkWalk,
} from './walks.ts';

type Read = PackedPage & {
  /** Sets of which all is known. */
  known: SetNode[];
  /** Sets that have to be asked for more. */
  open: { node: LeanSet; needs: Needs }[];
};

/** Sets whose details are asked for together. */
const DETAILS_AT_ONCE = 20;

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
    return { ...read, ...divide(entries, item), total: parsed.data.pageInfo.total };
  },
  shrink: shrinkWalk,
  async commit(em, list, reads) {
    const open = await list.add(reads.flatMap(({ item, read }) => detailItems(item, read.open)));
    const left = new Map<string, number>();
    for (const { key, data } of open) {
      const pool = walkKeyOf(key);
      left.set(pool, (left.get(pool) ?? 0) + (data as DetailsData).sets.length);
    }
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

function divide(sets: readonly LeanSet[], item: WorkItem): Pick<Read, 'known' | 'open'> {
  const known: SetNode[] = [];
  const open: Read['open'] = [];
  for (const node of sets) {
    const needs = needsOf(node, item.data as SetsData);
    const standings = standingsOf(node);
    if (needs.seeds || !standings) open.push({ node, needs: { ...needs, scores: !standings } });
    else known.push(complete(node, poolOf(item), standings, []));
  }
  return { known, open };
}

/** Items for what is to be asked in addition. Asked once in a job for the same sets in the same state. */
function detailItems(item: WorkItem, open: Read['open']): NewItem[] {
  const items: NewItem[] = [];
  const { walk: _, ...own } = item.data;
  for (let i = 0; i < open.length; i += DETAILS_AT_ONCE) {
    const sets = open.slice(i, i + DETAILS_AT_ONCE);
    const hash = createHash('sha1').update(JSON.stringify(sets)).digest('base64url').slice(0, 12);
    const data = { ...own, sets } as DetailsData;
    items.push({ phase: 'sets', kind: 'details', key: `${item.key}:${hash}`, label: item.label, data });
  }
  return items;
}
