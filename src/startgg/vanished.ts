import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import type { CountChanges } from '../jobs/kind.ts';

// start.gg leaves no trace of what was deleted, and a bracket that is being reset shows nothing for a moment. So a row is
// marked deleted only when two complete walks in a row did not show it.

/**
 * Ends a complete walk.
 *
 * @param expected a query for the `id`s (as text) of live rows that the walk should have shown and did not
 * @param elsewhere of the ids that the walk before missed, those about which this one says nothing
 * @returns ids that neither this walk nor the one before it showed
 */
async function endWalk(
  em: EntityManager,
  walk: { scope: string; key: string },
  expected: ReturnType<typeof sql>,
  elsewhere: (before: string[]) => Promise<string[]> = async () => [],
): Promise<string[]> {
  const row = await firstRow(
    em,
    sql<{ before: string[]; missing: string[] | null }>`
      insert into startgg_sync (scope, key, walk, walked_at) values (${walk.scope}, ${walk.key}, 1, now())
      on conflict (scope, key) do update set walk = startgg_sync.walk + 1, walked_at = now(), error = null, error_at = null
      returning missing as before, (select array_agg(m.id) from (${expected}) m) as missing`,
  );
  const before = row?.before ?? [];
  const missing = row?.missing ?? [];
  const gone = missing.filter((id) => before.includes(id));
  if (missing.length === 0 && before.length === 0) return gone;
  const still = [...(await elsewhere(before)), ...missing.filter((id) => !before.includes(id))];
  await rows(
    em,
    sql`update startgg_sync set missing = ${JSON.stringify(still)}::jsonb where scope = ${walk.scope} and key = ${walk.key}`,
  );
  return gone;
}

// A tournament of the game that goes on with other games is on no list of the game's, and still there.
const lives = sql`exists (select 1 from startgg_event e where e.tournament_id = t.id and e.deleted_at is null)`;

/**
 * Ends a complete walk over the tournaments of a game that start between two times.
 *
 * @returns ids of tournaments that were to be expected there, and were missing twice: gone, or moved out of the period
 */
export async function missedTournaments(
  em: EntityManager,
  of: { videogameId: number; after: number; before: number },
  seen: ReadonlySet<string>,
): Promise<string[]> {
  const isCovered = sql`start_at between to_timestamp(${of.after}) and to_timestamp(${of.before})`;
  const missing = sql`select t.id::text as id from startgg_tournament t where deleted_at is null and ${isCovered} and ${notIn(sql`t.id`, seen)}
        and exists (select 1 from startgg_event e where e.tournament_id = t.id and e.videogame_id = ${of.videogameId}
          and (e.deleted_at is null or not ${lives}))`;
  return await endWalk(em, { scope: 'tournaments', key: String(of.videogameId) }, missing, (before) =>
    ids(
      em,
      sql`select id::text from startgg_tournament where id = any(${before}::int[]) and deleted_at is null and not ${isCovered}`,
    ),
  );
}

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

/** Ends a complete walk over the events of a game that tournaments list. */
export async function vanishedEvents(
  em: EntityManager,
  of: { videogameId: number; tournaments: ReadonlySet<string> },
  seen: ReadonlySet<string>,
): Promise<CountChanges> {
  const isCovered = sql`tournament_id = any(${[...of.tournaments]}::int[])`;
  const missing = sql`select id::text from startgg_event where deleted_at is null and videogame_id = ${of.videogameId}
        and ${isCovered} and ${notIn(sql`id`, seen)}`;
  const gone = await endWalk(em, { scope: 'events', key: String(of.videogameId) }, missing, (before) =>
    ids(
      em,
      sql`select id::text from startgg_event where id = any(${before}::int[]) and deleted_at is null and not ${isCovered}`,
    ),
  );
  return await deleteEvents(em, gone);
}

/** Ends a complete walk over all events of a tournament, of whichever game. */
export async function vanishedFromTournament(
  em: EntityManager,
  tournamentId: number,
  seen: ReadonlySet<string>,
): Promise<CountChanges> {
  const missing = sql`select id::text from startgg_event where deleted_at is null and tournament_id = ${tournamentId}
        and ${notIn(sql`id`, seen)}`;
  return await deleteEvents(
    em,
    await endWalk(em, { scope: 'tournament', key: String(tournamentId) }, missing),
  );
}

/** Ends a complete walk over the phases and pools of an event. Their sets go with them. */
export async function vanishedPools(
  em: EntityManager,
  eventId: number,
  seen: { phases: readonly number[]; pools: ReadonlySet<string> },
): Promise<CountChanges> {
  const missing = sql`select 'phase ' || id as id from startgg_phase
          where event_id = ${eventId} and deleted_at is null and ${notIn(sql`id`, seen.phases)}
        union all
        select 'pool ' || g.id from startgg_phase_group g join startgg_phase p on p.id = g.phase_id
          where p.event_id = ${eventId} and g.deleted_at is null and ${notIn(sql`g.id`, seen.pools)}`;
  const gone = await endWalk(em, { scope: 'pools', key: String(eventId) }, missing);
  const those = (kind: string) =>
    gone.filter((id) => id.startsWith(kind)).map((id) => id.slice(kind.length + 1));
  const pools = those('pool');
  await mark(em, 'startgg_phase', those('phase'));
  await mark(em, 'startgg_phase_group', pools);
  return pools.length > 0
    ? { sets: { gone: await markSets(em, sql`phase_group_id = any(${pools}::int[])`) } }
    : {};
}

/** Ends a complete walk over the entrants of an event. */
export async function vanishedEntrants(
  em: EntityManager,
  eventId: number,
  seen: ReadonlySet<string>,
): Promise<CountChanges> {
  const missing = sql`select id::text from startgg_entrant where event_id = ${eventId} and deleted_at is null and ${notIn(sql`id`, seen)}`;
  const gone = await endWalk(em, { scope: 'entrants', key: String(eventId) }, missing);
  return { entrants: { gone: await deleteEntrants(em, gone) } };
}

/** Ends a complete walk over the sets of an event, or of one pool of it. */
export async function vanishedSets(
  em: EntityManager,
  of: { eventId: number; poolId?: number },
  seen: ReadonlySet<string>,
): Promise<CountChanges> {
  const pool = of.poolId === undefined ? sql`true` : sql`phase_group_id = ${of.poolId}`;
  const missing = sql`select id from startgg_set where event_id = ${of.eventId} and deleted_at is null and ${pool}
        and id <> all(${[...seen]}::text[])`;
  const key = of.poolId === undefined ? String(of.eventId) : `${of.eventId}:${of.poolId}`;
  const gone = await endWalk(em, { scope: 'sets', key }, missing);
  return { sets: { gone: gone.length > 0 ? await markSets(em, sql`id = any(${gone}::text[])`) : 0 } };
}

function notIn(column: ReturnType<typeof sql>, seen: Iterable<string | number>) {
  return sql`${column} <> all(${[...seen]}::int[])`;
}

/**
 * start.gg lists an event and does not show it: it was made private, or is about to leave the list. Its rows stay as they
 * are until the list tells.
 */
export async function markHidden(em: EntityManager, eventId: number): Promise<CountChanges> {
  const error = 'start.gg does not show this event any more: it is private or gone';
  await rows(
    em,
    sql`insert into startgg_sync (scope, key, error, error_at) values ('pools', ${String(eventId)}, ${error}, now())
        on conflict (scope, key) do update set error = excluded.error, error_at = excluded.error_at`,
  );
  return {};
}

/** Marks events deleted, with all that belongs to them. */
async function deleteEvents(em: EntityManager, eventIds: readonly string[]): Promise<CountChanges> {
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
async function deleteEntrants(em: EntityManager, entrantIds: readonly string[]): Promise<number> {
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

async function mark(em: EntityManager, table: string, gone: readonly string[]): Promise<number> {
  if (gone.length === 0) return 0;
  const marked = await rows(
    em,
    sql`update ${sql.table(table)} set deleted_at = now() where id = any(${[...gone]}::int[]) and deleted_at is null returning id`,
  );
  return marked.length;
}

/** Sets take a number of the sequence with every change, this one included. */
async function markSets(em: EntityManager, which: ReturnType<typeof sql>): Promise<number> {
  const marked = await rows(
    em,
    sql`update startgg_set set deleted_at = now(), seq = nextval('startgg_set_seq') where ${which} and deleted_at is null returning id`,
  );
  return marked.length;
}

async function ids(em: EntityManager, query: ReturnType<typeof sql>): Promise<string[]> {
  return (await rows(em, query)).map((row) => (row as { id: string }).id);
}
