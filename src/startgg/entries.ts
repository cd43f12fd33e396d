import { sql } from 'kysely';
import { rows } from '../database/database.ts';
import type { Commit } from '../jobs/kind.ts';
import { entrant, entrantsAnswer, readNodes, set, setsAnswer } from './answers.ts';
import { ENTRANTS, SETS } from './documents.ts';
import type { EventData } from './event.ts';
import { isPreview, storeEntrants, storeSets } from './store.ts';
import { markHidden, vanishedEntrants, vanishedSets } from './vanished.ts';
import { type FetchedPage, type Reading, reachesTooDeep, readPage } from './walk.ts';

/** Event.type of singles (start.gg documentation); all others are teams of some size. */
const SINGLES = 1;

/** Whether every entrant of an event is one person. */
export const isSingles = (eventType: number | null) => eventType === SINGLES;

/** Reads one page of an event's entrants with their participants, players and users. */
export async function readEntrants(reading: Reading): Promise<Commit> {
  const { client, context, item } = reading;
  const eventId = Number(item.key);
  const { tournamentId, eventType } = item.data as EventData;
  const list = isSingles(eventType) ? 'entrantsSingles' : 'entrantsTeams';
  return await readPage(reading, { list, phase: 'entrants' }, async (page, perPage): Promise<FetchedPage> => {
    const variables = { id: eventId, page, perPage };
    const answer = await client.query(ENTRANTS, variables, entrantsAnswer, {
      urgency: 'import',
      signal: context.signal,
    });
    if (!answer.data.event) return goneEvent(eventId);
    const { pageInfo, nodes } = answer.data.event.entrants;
    const { entries, ...read } = readNodes(nodes, entrant);
    return {
      ...read,
      entries: nodes.length,
      cost: answer.cost,
      total: pageInfo.total,
      write: (em) => storeEntrants(em, entries, { eventId, tournamentId }),
      complete: (em, _, seen) => vanishedEntrants(em, eventId, seen),
    };
  });
}

/**
 * Reads one page of an event's sets, or of one pool's: an event with more than 10,000 sets is read pool by pool. The key
 * is `event` or `event:pool`.
 */
export async function readSets(reading: Reading): Promise<Commit> {
  const { client, context, item, deepestEntry } = reading;
  const [eventId, poolId] = item.key.split(':').map(Number) as [number, number | undefined];
  const { eventState } = item.data as EventData;
  // Once an event is over every slot names its entrant, and the seeds' two objects a slot can be saved.
  const withSeeds = eventState !== 'COMPLETED';
  let isTooLong = false;
  const commit = await readPage(
    reading,
    { list: withSeeds ? 'setsWithSeeds' : 'sets', phase: 'sets' },
    async (page, perPage): Promise<FetchedPage> => {
      const filters = poolId === undefined ? undefined : { phaseGroupIds: [poolId] };
      const variables = { id: eventId, page, perPage, withSeeds, filters };
      const answer = await client.query(SETS, variables, setsAnswer, {
        urgency: 'import',
        signal: context.signal,
      });
      if (!answer.data.event) return goneEvent(eventId);
      const { pageInfo, nodes } = answer.data.event.sets;
      isTooLong = poolId === undefined && reachesTooDeep(pageInfo.total, perPage, deepestEntry);
      const { entries, ...read } = readNodes(nodes, set);
      return {
        ...read,
        entries: nodes.length,
        cost: answer.cost,
        total: pageInfo.total,
        async write(em, list) {
          const { unknownPool, ...written } = await storeSets(em, entries, eventId);
          if (unknownPool) await list.reopen('event', String(eventId));
          return written;
        },
        async complete(em, list, seen) {
          const lost = await vanishedSets(em, { eventId, poolId }, seen);
          // A pool that was reset: the previews that stood behind its real sets have a place now, and are read again.
          const wasReset = (lost.sets?.gone ?? 0) > 0 && [...seen].some(isPreview);
          if (wasReset) await list.reopen(item.kind, item.key);
          return lost;
        },
      };
    },
  );
  return isTooLong ? splitByPool(item, eventId) : commit;
}

/** Puts each pool of an event on the work list, instead of the event as a whole. */
function splitByPool(item: Reading['item'], eventId: number): Commit {
  return async (em, list) => {
    const pools = await rows(
      em,
      sql<{ id: number; name: string | null }>`select g.id, g.display_identifier as name
        from startgg_phase_group g join startgg_phase p on p.id = g.phase_id
        where p.event_id = ${eventId} and g.deleted_at is null and p.deleted_at is null`,
    );
    const { walk, ...data } = item.data as { walk?: { total?: number } };
    await list.dropPages(item.kind, item.key);
    await list.add(
      pools.map((pool) => ({
        phase: 'sets',
        kind: 'sets',
        key: `${eventId}:${pool.id}`,
        label: `${item.label}, pool ${pool.name ?? pool.id}`,
        data,
      })),
    );
    // The pools tell their own totals.
    return { sets: { total: -(walk?.total ?? 0) } };
  };
}

/** The page of an event that was there a moment ago and is gone or private now. */
function goneEvent(eventId: number): FetchedPage {
  return {
    keys: [],
    empty: 0,
    total: 0,
    entries: 0,
    cost: undefined,
    write: async () => ({ new: 0, changed: 0 }),
    complete: (em) => markHidden(em, eventId),
  };
}
