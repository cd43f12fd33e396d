import { sql } from 'kysely';
import type { z } from 'zod';
import { rows } from '../../database/database.ts';
import { entrantsAnswer, eventAnswer, linkedEntrant, phaseGroup, readNodes } from '../answers.ts';
import { EVENT, LINKED_ENTRANTS } from '../documents.ts';
import { TooDeepError } from '../errors.ts';
import { isSingles } from '../event-type.ts';
import { fillSets, readPools, storePools } from '../pools.ts';
import { isPreview, storeEntrants } from '../store.ts';
import { vanishedEntrants, vanishedPools, vanishedSets } from '../vanished.ts';
import { ask, type EventReading, hiddenEvent, IncompleteError, walkOf, walkSets } from './event-lists.ts';
import { noteWhole, type Totals, touchSets } from './event-progress.ts';
import type { Walked } from './list-walk.ts';

/**
 * Reads all of an event: pools, entrants with their linked accounts, sets. What two such walks did not show is gone.
 *
 * @param begun the moment before, as the database writes it
 * @throws IncompleteError when part of it did not come; it is read again when the whole is due the next time
 */
export async function readWhole(reading: EventReading, begun: string): Promise<void> {
  const pools = await readStructure(reading);
  const entrants = await readPeople(reading);
  const sets = await readBracket(reading);
  // Behind the sets of a pool that was reset stood its previews, which have a place only now: the next run reads them.
  if (sets.isOnceMore) return;
  await noteWhole(reading.db.em(), reading.event.id, begun, pools.totals);
  for (const walked of [pools.walked, entrants, ...sets.walked])
    if (walked.state === 'short') throw new IncompleteError(walked.reason);
}

type Found = NonNullable<z.infer<typeof eventAnswer>['event']>;

async function readStructure(reading: EventReading): Promise<{ walked: Walked; totals: Totals }> {
  const { db, event } = reading;
  const found: Found[] = [];
  let written = 0;
  const walked = await walkOf(reading, 'phaseGroups', async (page, perPage) => {
    const answer = await ask(reading, EVENT, { page, perPage }, eventAnswer);
    if (!answer.data.event) return undefined;
    found.push(answer.data.event);
    const pools = readPools(answer.data.event.phases, perPage, phaseGroup);
    written += await db.transaction(async (em) => {
      const stored = await storePools(em, [{ eventId: event.id, phases: pools.phases }]);
      if (stored.new + stored.changed > 0) await reading.onPools(em);
      return stored.new + stored.changed;
    });
    const entries = Math.max(1, ...pools.phases.map((phase) => phase.entries.length));
    return { ...pools, entries, cost: answer.cost };
  });
  const last = found.at(-1);
  if (!last) throw await hiddenEvent(reading);
  await db.transaction(async (em) => {
    if (written > 0) await fillSets(em, [event.id]);
    if (walked.state !== 'complete') return;
    const phases = last.phases.map(({ id }) => id);
    await vanishedPools(em, [{ eventId: event.id, phases, pools: walked.seen }]);
  });
  return { walked, totals: totalsOf(last.phases, last.entrants, last.sets) };
}

type Counted = { pageInfo: { total: number } };

/** How much of everything start.gg says there is. */
export function totalsOf(
  phases: readonly { phaseGroups: Counted }[],
  entrants: Counted,
  sets: Counted,
): Totals {
  return {
    entrants: entrants.pageInfo.total,
    sets: sets.pageInfo.total,
    phases: phases.length,
    pools: phases.reduce((sum, { phaseGroups }) => sum + phaseGroups.pageInfo.total, 0),
  };
}

/** Reads the entrants of an event with their linked accounts. */
export async function readPeople(reading: EventReading): Promise<Walked> {
  const { db, event } = reading;
  const of = { eventId: event.id, tournamentId: event.tournamentId };
  const list = isSingles(event.type) ? 'linkedSingles' : 'linkedTeams';
  const walked: Walked = await walkOf(reading, list, async (page, perPage) => {
    const answer = await ask(reading, LINKED_ENTRANTS, { page, perPage }, entrantsAnswer);
    if (!answer.data.event) return undefined;
    const { pageInfo, nodes } = answer.data.event.entrants;
    const { entries, ...read } = readNodes(nodes, linkedEntrant);
    await db.transaction(async (em) => {
      const { storeMembers } = await storeEntrants(em, [{ ...of, entrants: entries }]);
      await storeMembers();
    });
    return { ...read, total: pageInfo.total, entries: nodes.length, cost: answer.cost };
  }).catch((error) => {
    if (!(error instanceof TooDeepError)) throw error;
    return { state: 'short', reason: 'start.gg lists only its first 10,000 entrants' };
  });
  await db.transaction(async (em) => {
    if (walked.state === 'complete') await vanishedEntrants(em, [{ eventId: event.id, seen: walked.seen }]);
    await touchSets(em, event.id);
  });
  return walked;
}

/** The sets in one list; where that is too long for start.gg, pool by pool. */
async function readBracket(reading: EventReading): Promise<{ walked: Walked[]; isOnceMore: boolean }> {
  try {
    return await readSetsOf(reading, undefined);
  } catch (error) {
    if (!(error instanceof TooDeepError)) throw error;
  }
  const pools = await rows(
    reading.db.em(),
    sql<{ id: number }>`select g.id from startgg_phase_group g join startgg_phase p on p.id = g.phase_id
      where p.event_id = ${reading.event.id} and g.deleted_at is null and p.deleted_at is null order by g.id`,
  );
  const all: { walked: Walked[]; isOnceMore: boolean } = { walked: [], isOnceMore: false };
  for (const { id } of pools) {
    const { walked, isOnceMore } = await readSetsOf(reading, id);
    all.walked.push(...walked);
    all.isOnceMore ||= isOnceMore;
  }
  return all;
}

async function readSetsOf(
  reading: EventReading,
  poolId: number | undefined,
): Promise<{ walked: Walked[]; isOnceMore: boolean }> {
  const walked = await walkSets(reading, poolId === undefined ? {} : { phaseGroupIds: [poolId] });
  if (walked.state !== 'complete') return { walked: [walked], isOnceMore: false };
  const of = { eventId: reading.event.id, poolId, seen: walked.seen };
  const lost = await reading.db.transaction((em) => vanishedSets(em, [of]));
  return { walked: [walked], isOnceMore: lost.gone > 0 && [...walked.seen].some(isPreview) };
}
