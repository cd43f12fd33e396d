import { RetryLaterError } from '../../errors.ts';
import { type EntrantNode, entrant, page, readNodes } from '../answers.ts';
import { merge } from '../counting.ts';
import { storeEntrants } from '../store.ts';
import { markHidden, vanishedEntrants } from '../vanished.ts';
import type { EventData } from './event-data.ts';
import { eventRoot, type PackedReader } from './reader.ts';
import {
  completeWalks,
  HIDDEN,
  type PackedPage,
  pageLoad,
  pageOf,
  settleWalks,
  shrinkWalk,
} from './walks.ts';

/** What the items of an event's entrants keep. */
export type EntrantsData = EventData & {
  /** People per entrant. */
  members: number;
};

type Read = PackedPage & { entries: EntrantNode[] };

/** Reads pages of an event's entrants with their participants, players and users. The key is the event's id. */
export const entrantsReader: PackedReader<Read> = {
  load: (item, prices) =>
    pageLoad(item, `e${item.key}`, prices.entrant((item.data as Partial<EntrantsData>).members ?? 1)),
  asked: (item) => ({ sets: 0, details: 0, entrants: pageOf(item).perPage }),
  ask(item) {
    const { page, perPage } = pageOf(item);
    return [
      {
        root: eventRoot(Number(item.key)),
        part: `entrants${item.key}x${page}`,
        selection: `entrants(query: { page: ${page}, perPage: ${perPage} }) { pageInfo { total } nodes { ...EntrantFields } }`,
        fragments: ['EntrantFields'],
      },
    ];
  },
  parse(_, [answered]) {
    if (answered?.complaint) throw answered.complaint;
    if (answered?.value === null) return { ...HIDDEN, entries: [] };
    const parsed = page.safeParse(answered?.value);
    if (!parsed.success) throw new RetryLaterError('start.gg gave a list of entrants that cannot be read');
    return { ...readNodes(parsed.data.nodes, entrant), total: parsed.data.pageInfo.total };
  },
  shrink: shrinkWalk,
  async commit(em, list, reads) {
    const parts = reads.map(({ item, read }) => ({
      eventId: Number(item.key),
      tournamentId: (item.data as EntrantsData).tournamentId,
      entrants: read.entries,
    }));
    const { written, storeMembers } = await storeEntrants(em, parts);
    return async () => {
      await storeMembers();
      const walks = await settleWalks(
        list,
        'entrants',
        reads,
        (key) => written.get(Number(key)) ?? { new: 0, changed: 0 },
      );
      await markHidden(
        em,
        walks.filter(({ isHidden }) => isHidden).map(({ item }) => Number(item.key)),
      );
      const complete = completeWalks(walks).map(({ key, seen }) => ({ eventId: Number(key), seen }));
      return merge(
        ...walks.map(({ result }) => ({ entrants: result.counts })),
        await vanishedEntrants(em, complete),
      );
    };
  },
};
