import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { z } from 'zod';
import { rows } from '../../database/database.ts';
import { RetryLaterError } from '../../errors.ts';
import type { NewItem, WorkItem } from '../../jobs/item.ts';
import type { CountChanges } from '../../jobs/kind.ts';
import { walkItems } from '../../jobs/walk.ts';
import type { WorkList } from '../../jobs/work-list.ts';
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
type Read = PackedPage & { phases: Phases; entrants: number; sets: number; members: number };

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
    setTotal: sets(page: 1, perPage: 1) { pageInfo { total } }
    phases { id name phaseOrder phaseGroups(query: { page: ${page}, perPage: ${perPage} }) { pageInfo { total } nodes { ...Pool } } }`,
        fragments: ['Pool'],
      },
    ];
  },
  parse(item, [answered], prices) {
    if (answered?.complaint) throw answered.complaint;
    if (answered?.value === null) return { ...HIDDEN, phases: [], entrants: 0, sets: 0, members: 1 };
    const parsed = structure.safeParse(answered?.value);
    if (!parsed.success) throw new RetryLaterError('start.gg gave an event that cannot be read');
    const { entrantTotal, setTotal, phases } = parsed.data;
    const read = readPools(phases, pageOf(item).perPage, countedPool);
    const pools = read.phases.flatMap((phase) => phase.entries);
    const objects =
      phases.length + pools.reduce((sum, { rounds }) => sum + 1 + Math.max(1, rounds.length), 0);
    prices.learnPools(sizeOf(item.data as EventData), objects);
    const members = Math.max(1, entrantTotal.nodes[0]?.participants.length ?? 1);
    return { ...read, entrants: entrantTotal.pageInfo.total, sets: setTotal.pageInfo.total, members };
  },
  shrink: shrinkWalk,
  async commit(em, list, reads, prices) {
    const shown = reads.filter(({ read }) => !read.isHidden);
    const lists = await wantedLists(em, shown, prices);
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
    await noteRead(
      em,
      shown.filter(({ item }) => told.some((walk) => walk.item.key === item.key)),
    );
    return merge(lost, await plan(list, lists), ...(await tell(list, told)));
  },
};

/** Counts events as done, each once. */
async function tell(
  list: WorkList,
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

/** What there is to read of events: the pages of their entrants, and of the sets of the pools that are shown. */
async function wantedLists(
  em: EntityManager,
  reads: readonly { item: WorkItem; read: Read }[],
  prices: Prices,
): Promise<NewItem[]> {
  const wanted: ListItem[] = [];
  for (const { item, read } of reads) {
    const { walk: _, told: __, only, ...own } = item.data as EventData & { walk?: unknown; told?: unknown };
    const { key, label } = item;
    if (item.page === 1) {
      const data: EntrantsData = { ...own, members: read.members };
      const perPage = pageSize(read.entrants, prices.entrant(read.members), prices.room * PAGE_PART.entrants);
      const of = { phase: 'entrants', kind: 'entrants', key, label, data };
      wanted.push({
        items: walkItems(of, perPage, read.entrants),
        kind: 'entrants',
        key,
        total: read.entrants,
        only,
      });
    }
    const pools = read.phases.flatMap((phase) => phase.entries);
    for (const { id, state, displayIdentifier, sets } of pools) {
      const { total } = sets.pageInfo;
      const data: SetsData = { ...own, poolState: state };
      const name = pools.length > 1 ? `${label}, pool ${displayIdentifier ?? id}` : label;
      const perPage = pageSize(total, prices.set, prices.room * PAGE_PART.sets);
      const of = { phase: 'sets', kind: 'sets', key: `${key}:${id}`, label: name, data };
      wanted.push({ items: walkItems(of, perPage, total), kind: 'sets', key: of.key, total, state, only });
    }
  }
  return (await needed(em, wanted)).flatMap(({ items }) => items);
}

type ListItem = {
  items: NewItem[];
  kind: 'entrants' | 'sets';
  key: string;
  total: number;
  /** Of the pool. */
  state?: number | null;
  only: 'changed' | undefined;
};

/**
 * Lists that have to be read. One in which there is nothing need not be, unless there was something before; where only
 * what changed is wanted, one that has its length still, and whose pool is as far as it was, need not be either.
 */
async function needed(em: EntityManager, lists: readonly ListItem[]): Promise<ListItem[]> {
  const asked = lists.filter(({ total, only }) => total === 0 || only === 'changed');
  if (asked.length === 0) return [...lists];
  const given = asked.map(({ kind, key, total, state, only }) => ({
    kind,
    key,
    event: Number(key.split(':')[0]),
    pool: Number(key.split(':')[1]) || null,
    total: only === 'changed' ? total : 0,
    state: only === 'changed' ? state : undefined,
  }));
  const found = await rows(
    em,
    sql<{ kind: string; key: string }>`
      select given.kind, given.key from json_to_recordset(${JSON.stringify(given)}::json)
          as given(kind text, key text, event int, pool int, total int, state int)
        left join startgg_phase_group g on g.id = given.pool
      where given.total <> case given.kind
          when 'entrants' then (select count(*) from startgg_entrant e where e.event_id = given.event and e.deleted_at is null)
          else (select count(*) from startgg_set s where s.phase_group_id = given.pool and s.deleted_at is null) end
        or (given.state is not null and given.state is distinct from g.state)`,
  );
  const kept = new Set(found.map(({ kind, key }) => `${kind} ${key}`));
  return lists.filter((list) => !asked.includes(list) || kept.has(`${list.kind} ${list.key}`));
}

/** Puts lists on the work list, those that are not on it yet, and tells how much there is to come. */
async function plan(list: WorkList, lists: readonly NewItem[]): Promise<CountChanges> {
  const counts: CountChanges = { entrants: { total: 0 }, sets: { total: 0 } };
  for (const { phase, page, data } of await list.add(lists)) {
    const { total = 0 } = page === 1 ? (data as { walk: { total?: number } }).walk : {};
    const counted = counts[phase];
    if (counted) counted.total = (counted.total ?? 0) + total;
  }
  return counts;
}

/** Notes how much there is of events, and when all of it was last asked for, for whoever follows them. */
async function noteRead(em: EntityManager, reads: readonly { item: WorkItem; read: Read }[]): Promise<void> {
  if (reads.length === 0) return;
  const given = reads.map(({ item, read }) => ({
    key: item.key,
    totals: { entrants: read.entrants, sets: read.sets },
    whole: (item.data as EventData).only !== 'changed',
  }));
  await rows(
    em,
    sql`insert into startgg_sync (scope, key, walk, walked_at, totals)
      select distinct on (key) 'event', key, 1, case when whole then now() end, totals
      from json_to_recordset(${JSON.stringify(given)}::json) as given(key text, totals jsonb, whole boolean) order by key
      on conflict (scope, key) do update set walk = startgg_sync.walk + 1, totals = excluded.totals,
        walked_at = coalesce(excluded.walked_at, startgg_sync.walked_at)`,
  );
}
