import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';
import type { CountChanges } from '../jobs/kind.ts';

// What is gone at start.gg is marked deleted, with all that belongs to it; no row of the warehouse is ever taken away.

/** A tournament of the game that goes on with other games is on no list of the game's, and still there. */
export const lives = sql`exists (select 1 from startgg_event e where e.tournament_id = t.id and e.deleted_at is null)`;

/** Marks what tournaments have of a game deleted, and those that have nothing else. */
export async function deleteTournaments(
  em: EntityManager,
  videogameId: number,
  gone: readonly string[],
): Promise<CountChanges> {
  if (gone.length === 0) return {};
  const events = await ids(
    em,
    sql`select id::text from startgg_event where tournament_id = any(${[...gone]}::int[])
        and videogame_id = ${videogameId} and deleted_at is null`,
  );
  const lost = await deleteEvents(em, events);
  const over = await ids(
    em,
    sql`select t.id::text from startgg_tournament t where t.id = any(${[...gone]}::int[]) and not ${lives}`,
  );
  return { ...lost, tournaments: { gone: await mark(em, 'startgg_tournament', over) } };
}

/** Marks events deleted, with all that belongs to them. */
export async function deleteEvents(em: EntityManager, eventIds: readonly string[]): Promise<CountChanges> {
  if (eventIds.length === 0) return {};
  const own = sql`event_id = any(${[...eventIds]}::int[])`;
  const sets = await markSets(em, own);
  const entrants = await deleteEntrants(
    em,
    await ids(em, sql`select id::text from startgg_entrant where ${own} and deleted_at is null`),
  );
  const phases = await ids(em, sql`select id::text from startgg_phase where ${own} and deleted_at is null`);
  const pools = await ids(
    em,
    sql`select id::text from startgg_phase_group where phase_id = any(${phases}::int[]) and deleted_at is null`,
  );
  await mark(em, 'startgg_phase_group', pools);
  await mark(em, 'startgg_phase', phases);
  return {
    events: { gone: await mark(em, 'startgg_event', eventIds) },
    entrants: { gone: entrants },
    sets: { gone: sets },
  };
}

/** Marks entrants deleted, with their links to participants. */
export async function deleteEntrants(em: EntityManager, entrantIds: readonly string[]): Promise<number> {
  if (entrantIds.length === 0) return 0;
  await deleteLinks(em, sql`entrant_id = any(${[...entrantIds]}::int[])`);
  return await mark(em, 'startgg_entrant', entrantIds);
}

/** Members who are not with these entrants any more lose their links to them. */
export async function dropLinks(
  em: EntityManager,
  entrantIds: readonly number[],
  links: readonly { entrant: number; participant: number }[],
): Promise<void> {
  const kept = sql`select 1 from json_to_recordset(${JSON.stringify(links)}::json) as l(entrant int, participant int)
    where l.entrant = link.entrant_id and l.participant = link.participant_id`;
  await deleteLinks(em, sql`entrant_id = any(${[...entrantIds]}::int[]) and not exists (${kept})`);
}

/** Marks links between entrants and participants deleted, and participants who are in no other entrant. */
async function deleteLinks(em: EntityManager, which: ReturnType<typeof sql>): Promise<void> {
  const participants = await ids(
    em,
    sql`update startgg_entrant_participant link set deleted_at = now() where ${which} and deleted_at is null
        returning participant_id::text as id`,
  );
  if (participants.length === 0) return;
  await rows(
    em,
    sql`update startgg_participant p set deleted_at = now() where id = any(${participants}::int[]) and deleted_at is null
        and not exists (select 1 from startgg_entrant_participant l where l.participant_id = p.id and l.deleted_at is null)`,
  );
}

/** Marks rows of a table deleted. @returns how many were not yet */
export async function mark(em: EntityManager, table: string, gone: readonly string[]): Promise<number> {
  if (gone.length === 0) return 0;
  const marked = await rows(
    em,
    sql`update ${sql.table(table)} set deleted_at = now() where id = any(${[...gone]}::int[]) and deleted_at is null returning id`,
  );
  return marked.length;
}

/** Sets take a number of the sequence with every change, this one included. */
export async function markSets(em: EntityManager, which: ReturnType<typeof sql>): Promise<number> {
  const marked = await rows(
    em,
    sql`update startgg_set set deleted_at = now(), seq = nextval('startgg_set_seq') where ${which} and deleted_at is null returning id`,
  );
  return marked.length;
}

/** The `id`s, as text, that a query finds. */
export async function ids(em: EntityManager, query: ReturnType<typeof sql>): Promise<string[]> {
  return (await rows(em, query)).map((row) => (row as { id: string }).id);
}
