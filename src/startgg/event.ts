import type { EntityManager } from '@mikro-orm/postgresql';
import type { z } from 'zod';
import type { NewItem } from '../jobs/item.ts';
import type { Commit, CountChanges } from '../jobs/kind.ts';
import type { WorkList } from '../jobs/work-list.ts';
import { entrant, eventAnswer, phaseGroup, readNodes, set } from './answers.ts';
import { EVENT } from './documents.ts';
import { COST } from './page-size.ts';
import { fillSets, readPools, storePools } from './pools.ts';
import { markHidden, vanishedEntrants, vanishedPools, vanishedSets } from './vanished.ts';
import { type FetchedPage, merge, type Reading, readPage } from './walk.ts';

/** What an event's items keep from the list of tournaments. */
export type EventData = { tournamentId: number; eventState: string | null; eventType: number | null };

/** Reads an event's phases and pools, and how many entrants and sets there are to come. */
export async function readEvent(reading: Reading): Promise<Commit> {
  const eventId = Number(reading.item.key);
  const { client, context, item } = reading;
  let gone = false;
  const commit = await readPage(
    reading,
    { list: 'phaseGroups', phase: 'pools' },
    async (page, perPage): Promise<FetchedPage> => {
      const variables = { id: eventId, page, perPage };
      const answer = await client.query(EVENT, variables, eventAnswer, {
        urgency: 'import',
        signal: context.signal,
      });
      const { event } = answer.data;
      gone = event === null;
      if (!event) return nothing;
      learnFromSamples(reading, event, answer.cost);
      const pools = readPools(event.phases, perPage);
      return {
        ...pools,
        entries: Math.max(1, ...pools.phases.map((phase) => phase.entries.length)),
        cost: answer.cost,
        async write(em) {
          const written = await storePools(em, eventId, pools.phases);
          return { new: 0, changed: written.changed };
        },
        async complete(em, list, seen, written) {
          if (written > 0) await fillSets(em, eventId);
          const lost = await vanishedPools(em, eventId, {
            phases: pools.phases.map(({ id }) => id),
            pools: seen,
          });
          const totals = { entrants: event.entrants.pageInfo.total, sets: event.sets.pageInfo.total };
          return merge(lost, await planEntries(em, list, reading, totals));
        },
      };
    },
  );
  if (gone)
    return async (em) =>
      merge(await markHidden(em, eventId), isTold(item.data) ? {} : { events: { done: 1, gone: 1 } });
  return async (em, list) => {
    // Pools are counted in the walk only; what people are shown are events.
    const { pools: _, ...counts } = await commit(em, list);
    return counts;
  };
}

/** Tells from the price of an answer with one entrant and one set what start.gg takes for these. */
function learnFromSamples(
  { sizes }: Reading,
  event: NonNullable<z.infer<typeof eventAnswer>['event']>,
  cost: number | undefined,
): void {
  const { entries: entrants } = readNodes(event.entrants.nodes, entrant);
  const { entries: sets } = readNodes(event.sets.nodes, set);
  // A set without scores costs less than others of its list will.
  const isWhole = sets.some(
    ({ slots }) => slots.length === 2 && slots.every((slot) => slot?.standing?.stats?.score),
  );
  if (cost === undefined || !isWhole) return;
  const pools = event.phases.flatMap((phase) => readNodes(phase.phaseGroups.nodes, phaseGroup).entries);
  const structure = event.phases.length + pools.reduce((sum, pool) => sum + 1 + pool.rounds.length, 0);
  const members = entrants.reduce((sum, { participants }) => sum + 1 + participants.length * 3, 0);
  const surcharge = Math.max(0, cost - (1 + structure + members + sets.length * COST.sets));
  for (const list of ['sets', 'setsWithSeeds', 'entrantsSingles'] as const) sizes.sample(list, surcharge);
}

const nothing: FetchedPage = {
  keys: [],
  empty: 0,
  total: 0,
  entries: 0,
  cost: undefined,
  write: async () => ({ new: 0, changed: 0 }),
  complete: async () => ({}),
};

const isTold = (data: Record<string, unknown>) => data.told === true;

/** Puts an event's entrants and sets on the work list, the first time that its pools are known. */
async function planEntries(
  em: EntityManager,
  list: WorkList,
  reading: Reading,
  totals: { entrants: number; sets: number },
): Promise<CountChanges> {
  const { item } = reading;
  const eventId = Number(item.key);
  const [first] = await list.pages(item.kind, item.key);
  if (!first || isTold(first.data)) return {};
  const { walk: _, ...own } = first.data;
  await list.keep(first.id, { ...first.data, told: true });
  const further: NewItem[] = [];
  const lost: CountChanges[] = [];
  for (const name of ['entrants', 'sets'] as const) {
    const total = totals[name];
    // Said to people already, so that the walk tells only where it finds another number.
    const data = { ...own, walk: { total } };
    if (total > 0) further.push({ phase: name, kind: name, key: item.key, label: item.label, data });
  }
  if (totals.entrants === 0) lost.push(await vanishedEntrants(em, eventId, new Set()));
  if (totals.sets === 0) lost.push(await vanishedSets(em, { eventId }, new Set()));
  await list.add(further);
  return merge(...lost, {
    events: { done: 1 },
    entrants: { total: totals.entrants },
    sets: { total: totals.sets },
  });
}
