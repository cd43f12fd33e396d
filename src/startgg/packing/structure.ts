import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { z } from 'zod';
import { rows } from '../../database/database.ts';
import { RetryLaterError } from '../../errors.ts';
import type { NewItem, WorkItem } from '../../jobs/item.ts';
import type { CountChanges } from '../../jobs/kind.ts';
import { walkItems } from '../../jobs/walk.ts';
import { countedPool, structure } from '../answers.ts';
import { merge } from '../counting.ts';
import { isSingles } from '../event-type.ts';
import { fillSets, readPools, storePools } from '../pools.ts';
import { markHidden, vanishedPools } from '../vanished.ts';
import type { EntrantsData } from './entrants.ts';
import { type EventData, sizeOf } from './event-data.ts';
import { PAGE_PART, pageSize } from './plan.ts';
import type { Prices } from './prices.ts';
import { eventRoot, type PackedReader } from './reader.ts';
import type { SetsData } from './set-rules.ts';
import { completeWalks, HIDDEN, type PackedPage, pageOf, settleWalks, shrinkWalk } from './walks.ts';

/** Pools of each phase on one page: with a dozen rounds each, they fit into one request. */
export const POOLS_PER_PAGE = 60;

type Phases = ReturnType<typeof readPools<z.infer<typeof countedPool>>>['phases'];
type Read = PackedPage & { phases: Phases; entrants: number; members: number };

/** Reads an event's phases and pools, and how many entrants and sets there are to come. The key is the event's id. */
export const structureReader: PackedReader<Read> = {
  load: (item, prices) => ({
    root: `e${item.key}`,
    cost: Math.min(Math.ceil(prices.pools(sizeOf(item.data as EventData))), Math.floor(prices.room * 0.95)),
  }),
  asked: () => ({ sets: 0, details: 0, entrants: 0 }),
  ask(item) {
    const { page, perPage } = pageOf(item);
    const isTeams = !isSingles((item.data as EventData).eventType);
    // One team tells how many are in each.
    const sample = isTeams ? ' nodes { participants { id } }' : '';
    return [
      {
        root: eventRoot(Number(item.key)),
        selection: `entrantTotal: entrants(query: { page: 1, perPage: 1 }) { pageInfo { total }${sample} }
    phases { id name phaseOrder phaseGroups(query: { page: ${page}, perPage: ${perPage} }) { pageInfo { total } nodes { ...Pool } } }`,
        fragments: ['Pool'],
      },
    ];
  },
  parse(item, [answered], prices) {
    if (answered?.complaint) throw answered.complaint;
    if (answered?.value === null) return { ...HIDDEN, phases: [], entrants: 0, members: 1 };
    const parsed = structure.safeParse(answered?.value);
    if (!parsed.success) throw new RetryLaterError('start.gg gave an event that cannot be read');
    const { entrantTotal, phases } = parsed.data;
    const read = readPools(phases, pageOf(item).perPage, countedPool);
    const pools = read.phases.flatMap((phase) => phase.entries);
    const objects =
      phases.length + pools.reduce((sum, { rounds }) => sum + 1 + Math.max(1, rounds.length), 0);
    prices.learnPools(sizeOf(item.data as EventData), objects);
    const members = Math.max(1, entrantTotal.nodes[0]?.participants.length ?? 1);
    return { ...read, entrants: entrantTotal.pageInfo.total, members };
  },
  shrink: shrinkWalk,
  async commit(em, list, reads, prices) {
    const shown = reads.filter(({ read }) => !read.isHidden);
    const written = await storePools(
      em,
      shown.map(({ item, read }) => ({ eventId: Number(item.key), phases: read.phases })),
    );
    const walks = await settleWalks(list, 'pools', reads, () => ({ new: 0, changed: 0 }));
    const events = shown.map(({ item }) => Number(item.key));
    if (written.new + written.changed > 0) await fillSets(em, events);
    const phasesOf = new Map(shown.map(({ item, read }) => [item.key, read.phases.map(({ id }) => id)]));
    const lost = await vanishedPools(
      em,
      completeWalks(walks).map(({ key, seen }) => ({
        eventId: Number(key),
        phases: phasesOf.get(key) ?? [],
        pools: seen,
      })),
    );
    const hidden = walks.filter(({ isHidden }) => isHidden);
    await markHidden(
      em,
      hidden.map(({ item }) => Number(item.key)),
    );
    const told = walks.filter(({ result, isHidden }) => isHidden || result.state === 'complete');
    return merge(lost, await planLists(em, list, shown, prices), ...(await tell(list, told)));
  },
};

/** Counts events as done, each once. */
async function tell(
  list: Parameters<typeof settleWalks>[0],
  walks: readonly { item: WorkItem; isHidden: boolean }[],
): Promise<CountChanges[]> {
  const counts: CountChanges[] = [];
  for (const { item, isHidden } of walks) {
    const [first] = await list.pages(item.kind, item.key);
    if (!first || first.data.told === true) continue;
    list.keep(first, { ...first.data, told: true });
    counts.push({ events: { done: 1, ...(isHidden ? { gone: 1 } : {}) } });
  }
  return counts;
}

/** Puts entrants and sets on the work list, the first time that an event or a pool is seen in this job. */
async function planLists(
  em: EntityManager,
  list: Parameters<typeof settleWalks>[0],
  reads: readonly { item: WorkItem; read: Read }[],
  prices: Prices,
): Promise<CountChanges> {
  const wanted: NewItem[] = [];
  for (const { item, read } of reads) {
    const { walk: _, told: __, ...own } = item.data as EventData & { walk?: unknown; told?: unknown };
    const { key, label } = item;
    if (item.page === 1) {
      const data: EntrantsData = { ...own, members: read.members };
      const perPage = pageSize(read.entrants, prices.entrant(read.members), prices.room * PAGE_PART.entrants);
      wanted.push(
        ...walkItems({ phase: 'entrants', kind: 'entrants', key, label, data }, perPage, read.entrants),
      );
    }
    const pools = read.phases.flatMap((phase) => phase.entries);
    for (const pool of pools) {
      const total = pool.sets.pageInfo.total;
      const data: SetsData = { ...own, poolState: pool.state };
      const name = pools.length > 1 ? `${label}, pool ${pool.displayIdentifier ?? pool.id}` : label;
      const perPage = pageSize(total, prices.set, prices.room * PAGE_PART.sets);
      const of = { phase: 'sets', kind: 'sets', key: `${key}:${pool.id}`, label: name, data };
      wanted.push(...walkItems(of, perPage, total));
    }
  }
  const added = await list.add(await withoutEmpty(em, wanted));
  const counts: CountChanges = { entrants: { total: 0 }, sets: { total: 0 } };
  for (const { phase, page, data } of added) {
    const { total = 0 } = page === 1 ? (data as { walk: { total?: number } }).walk : {};
    const counted = counts[phase];
    if (counted) counted.total = (counted.total ?? 0) + total;
  }
  return counts;
}

/** Lists in which there is nothing need not be asked for, unless there was something before. */
async function withoutEmpty(em: EntityManager, items: readonly NewItem[]): Promise<NewItem[]> {
  const isEmpty = (item: NewItem) => (item.data as { walk: { total?: number } }).walk.total === 0;
  const empty = items.filter(isEmpty);
  if (empty.length === 0) return [...items];
  const found = await rows(
    em,
    sql<{ key: string }>`
      select key from json_to_recordset(${JSON.stringify(empty)}::json) as given(kind text, key text)
      where kind = 'entrants' and exists (
          select 1 from startgg_entrant e where e.event_id = key::int and e.deleted_at is null)
        or kind = 'sets' and exists (
          select 1 from startgg_set s where s.phase_group_id = split_part(key, ':', 2)::int and s.deleted_at is null)`,
  );
  const held = new Set(found.map(({ key }) => key));
  return items.filter((item) => !isEmpty(item) || held.has(item.key));
}
