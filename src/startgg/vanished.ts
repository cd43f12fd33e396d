import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';
import type { CountChanges } from '../jobs/kind.ts';
import { deleteEntrants, deleteEvents, ids, lives, mark, markSets } from './deletion.ts';

// start.gg leaves no trace of what was deleted, and a bracket that is being reset shows nothing for a moment. So a row is
// marked deleted only when two complete walks in a row did not show it.

/**
 * Ends complete walks of one scope.
 *
 * @param expected a query for the `id`s (as text) of live rows that a walk should have shown and did not, each with the
 *   walk's `key`
 * @param elsewhere of the ids that the walk before missed, those about which this one says nothing
 * @returns ids that neither a walk nor the one before it showed, by the walk's key; walks without any are left out
 */
async function endWalks(
  em: EntityManager,
  scope: string,
  keys: readonly string[],
  expected: ReturnType<typeof sql>,
  elsewhere: (before: string[]) => Promise<string[]> = async () => [],
): Promise<Map<string, string[]>> {
  const ended = await rows(
    em,
    sql<{ key: string; before: string[]; missing: string[] | null }>`
      with missing as materialized (select key, array_agg(id) as ids from (${expected}) m group by key)
      insert into startgg_sync (scope, key, walk, walked_at)
      select ${scope}, key, 1, now() from unnest(${[...keys]}::text[]) as given(key) order by key
      on conflict (scope, key) do update set walk = startgg_sync.walk + 1, walked_at = now(), error = null, error_at = null
      returning key, missing as before, (select ids from missing where missing.key = startgg_sync.key) as missing`,
  );
  const gone = new Map<string, string[]>();
  for (const { key, before, missing } of ended) {
    const now = missing ?? [];
    if (now.length === 0 && before.length === 0) continue;
    const twice = now.filter((id) => before.includes(id));
    if (twice.length > 0) gone.set(key, twice);
    const still = [...(await elsewhere(before)), ...now.filter((id) => !before.includes(id))];
    await rows(
      em,
      sql`update startgg_sync set missing = ${JSON.stringify(still)}::jsonb where scope = ${scope} and key = ${key}`,
    );
  }
  return gone;
}

/** The same for one walk. */
async function endWalk(
  em: EntityManager,
  { scope, key }: { scope: string; key: string },
  expected: ReturnType<typeof sql>,
  elsewhere?: (before: string[]) => Promise<string[]>,
): Promise<string[]> {
  const keyed = sql`select ${key}::text as key, e.id from (${expected}) e`;
  return (await endWalks(em, scope, [key], keyed, elsewhere)).get(key) ?? [];
}

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

/** Ends complete walks over the phases and pools of events. Their sets go with them. */
export async function vanishedPools(
  em: EntityManager,
  walks: readonly { eventId: number; phases: readonly number[]; pools: ReadonlySet<string> }[],
): Promise<CountChanges> {
  if (walks.length === 0) return {};
  const events = walks.map(({ eventId }) => eventId);
  const seen = {
    phases: walks.flatMap(({ phases }) => phases),
    pools: walks.flatMap(({ pools }) => [...pools]),
  };
  const missing = sql`select event_id::text as key, 'phase ' || id as id from startgg_phase
          where event_id = any(${events}::int[]) and deleted_at is null and ${notIn(sql`id`, seen.phases)}
        union all
        select p.event_id::text, 'pool ' || g.id from startgg_phase_group g join startgg_phase p on p.id = g.phase_id
          where p.event_id = any(${events}::int[]) and g.deleted_at is null and ${notIn(sql`g.id`, seen.pools)}`;
  const gone = [...(await endWalks(em, 'pools', events.map(String), missing)).values()].flat();
  const those = (kind: string) =>
    gone.filter((id) => id.startsWith(kind)).map((id) => id.slice(kind.length + 1));
  const pools = those('pool');
  await mark(em, 'startgg_phase', those('phase'));
  await mark(em, 'startgg_phase_group', pools);
  return pools.length > 0
    ? { sets: { gone: await markSets(em, sql`phase_group_id = any(${pools}::int[])`) } }
    : {};
}

/** Ends complete walks over the entrants of events. */
export async function vanishedEntrants(
  em: EntityManager,
  walks: readonly { eventId: number; seen: ReadonlySet<string> }[],
): Promise<CountChanges> {
  if (walks.length === 0) return {};
  const events = walks.map(({ eventId }) => eventId);
  const seen = walks.flatMap((walk) => [...walk.seen]);
  const missing = sql`select event_id::text as key, id::text as id from startgg_entrant
    where event_id = any(${events}::int[]) and deleted_at is null and ${notIn(sql`id`, seen)}`;
  const gone = await endWalks(em, 'entrants', events.map(String), missing);
  return { entrants: { gone: await deleteEntrants(em, [...gone.values()].flat()) } };
}

/**
 * Ends complete walks over the sets of events, or of one pool each.
 *
 * @returns how many sets are gone, and from which walks: by `event` or `event:pool`
 */
export async function vanishedSets(
  em: EntityManager,
  walks: readonly { eventId: number; poolId?: number | undefined; seen: ReadonlySet<string> }[],
): Promise<{ gone: number; from: ReadonlySet<string> }> {
  if (walks.length === 0) return { gone: 0, from: new Set() };
  const given = walks.map(({ eventId, poolId }) => ({
    key: poolId === undefined ? String(eventId) : `${eventId}:${poolId}`,
    event: eventId,
    pool: poolId ?? null,
  }));
  const seen = walks.flatMap((walk) => [...walk.seen]);
  const [whole, pools] = [
    given.filter(({ pool }) => pool === null),
    given.filter(({ pool }) => pool !== null),
  ];
  const table = (some: typeof given) =>
    sql`json_to_recordset(${JSON.stringify(some)}::json) as given(key text, event int, pool int)`;
  const isMissing = sql`s.deleted_at is null and s.id <> all(${seen}::text[])`;
  const missing = sql`
    select given.key, s.id from ${table(whole)} join startgg_set s on s.event_id = given.event where ${isMissing}
    union all
    select given.key, s.id from ${table(pools)} join startgg_set s
      on s.phase_group_id = given.pool and s.event_id = given.event where ${isMissing}`;
  const keys = given.map(({ key }) => key);
  const gone = await endWalks(em, 'sets', keys, missing);
  const ids = [...gone.values()].flat();
  const marked = ids.length > 0 ? await markSets(em, sql`id = any(${ids}::text[])`) : 0;
  return { gone: marked, from: new Set(gone.keys()) };
}

function notIn(column: ReturnType<typeof sql>, seen: Iterable<string | number>) {
  return sql`${column} <> all(${[...seen]}::int[])`;
}

/**
 * start.gg lists events and does not show them: they were made private, or are about to leave the list. Their rows stay as
 * they are until the list tells.
 */
export async function markHidden(em: EntityManager, eventIds: readonly number[]): Promise<void> {
  if (eventIds.length === 0) return;
  const error = 'start.gg does not show this event any more: it is private or gone';
  await rows(
    em,
    sql`insert into startgg_sync (scope, key, error, error_at)
        select distinct 'pools', id::text, ${error}, now() from unnest(${[...eventIds]}::int[]) as hidden(id)
        on conflict (scope, key) do update set error = excluded.error, error_at = excluded.error_at`,
  );
}
