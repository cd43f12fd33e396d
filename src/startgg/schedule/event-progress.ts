import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';

/** How much of everything an event has, as start.gg counts it. */
export type Totals = { entrants: number; sets: number; phases: number; pools: number };

/** start.gg may answer from a cache that is 5 minutes old, and its times of change are not exact. */
const OVERLAP_SECONDS = 10 * 60;

/** How far the reading of an event has come. */
export type Progress = {
  /** This moment by the database's clock, as text. */
  now: string;
  /** A pool of it was running when it was last read. */
  isRunning: boolean;
  /** It has to be read as a whole: never was, not for long, or the last walk missed something that another one must miss too. */
  isWholeDue: boolean;
  /** It was read within the hour. */
  isFresh: boolean;
  /** Unix seconds after which changes are not known for certain. */
  changedAfter: number;
  /** Of the last reading. */
  totals: Totals | null;
};

/** A condition: whether a pool of an event is running. @param eventId the id, or the column that holds it */
export const isRunning = (eventId: unknown) => sql<boolean>`exists (
  select 1 from startgg_phase p join startgg_phase_group g on g.phase_id = p.id
  where p.event_id = ${eventId} and g.state = 2 and g.deleted_at is null and p.deleted_at is null)`;

/** How far the reading of an event has come, whoever read it. */
export async function progressOf(em: EntityManager, eventId: number): Promise<Progress> {
  const key = String(eventId);
  const row = await firstRow(
    em,
    sql<Progress>`
      select now()::text as now, running as "isRunning", whole.totals,
        coalesce(changes.walked_at > now() - interval '1 hour', false) as "isFresh",
        floor(extract(epoch from coalesce(changes.walked_at, to_timestamp(0))))::int - ${OVERLAP_SECONDS}::int as "changedAfter",
        whole.walked_at is null or changes.walked_at is null
          or whole.walked_at < now() - case when running then interval '1 hour' else interval '1 day' end
          or exists (select 1 from startgg_sync where scope in ('pools', 'entrants', 'sets')
            and (key = ${key} or key like ${`${key}:%`}) and missing <> '[]') as "isWholeDue"
      from (select ${isRunning(eventId)} as running) r
        left join startgg_sync whole on whole.scope = 'whole' and whole.key = ${key}
        left join startgg_sync changes on changes.scope = 'changes' and changes.key = ${key}`,
  );
  if (!row) throw new Error('the database did not answer');
  return row;
}

/** Notes that an event was walked as a whole, beginning at a moment. */
export async function noteWhole(
  em: EntityManager,
  eventId: number,
  begun: string,
  totals: Totals,
): Promise<void> {
  await rows(
    em,
    sql`insert into startgg_sync (scope, key, walk, walked_at, totals)
        values ('whole', ${String(eventId)}, 1, ${begun}::timestamptz, ${JSON.stringify(totals)}::jsonb)
        on conflict (scope, key) do update set walk = startgg_sync.walk + 1, walked_at = excluded.walked_at, totals = excluded.totals`,
  );
  await noteChanges(em, eventId, begun);
}

/** Notes that all is known that had changed in an event up to a moment, and how much there is of everything now. */
export async function noteChanges(
  em: EntityManager,
  eventId: number,
  begun: string,
  totals?: Totals,
): Promise<void> {
  await rows(
    em,
    sql`insert into startgg_sync (scope, key, walk, walked_at) values ('changes', ${String(eventId)}, 1, ${begun}::timestamptz)
        on conflict (scope, key) do update set walk = startgg_sync.walk + 1, walked_at = excluded.walked_at`,
  );
  if (!totals) return;
  const now = sql`${JSON.stringify(totals)}::jsonb`;
  await rows(
    em,
    sql`update startgg_sync set totals = ${now} where scope = 'whole' and key = ${String(eventId)} and totals <> ${now}`,
  );
}

/** Events in the order in which they were last read, those first that never were. */
export async function longestUnread(em: EntityManager, eventIds: readonly number[]): Promise<number[]> {
  const found = await rows(
    em,
    sql<{ id: number }>`select given.id from unnest(${[...eventIds]}::int[]) as given(id)
        left join startgg_sync s on s.scope = 'changes' and s.key = given.id::text
      order by s.walked_at nulls first, given.id`,
  );
  return found.map(({ id }) => id);
}

/**
 * Sets show who plays in them, so they have changed too where an entrant or one of its people has since this was last
 * called. Whoever wrote it: an import of the game may have been first.
 */
export async function touchSets(em: EntityManager, eventId: number): Promise<void> {
  const key = String(eventId);
  const row = await firstRow(
    em,
    sql<{ since: string | null }>`
      insert into startgg_sync (scope, key, walk, walked_at) values ('people', ${key}, 1, now())
      on conflict (scope, key) do update set walk = startgg_sync.walk + 1, walked_at = excluded.walked_at
      returning (select walked_at::text from startgg_sync where scope = 'people' and key = ${key}) as since`,
  );
  if (!row?.since) return;
  // A row bears the time at which its transaction began, and is seen when that has ended.
  const since = sql`(${row.since}::timestamptz - interval '1 minute')`;
  await rows(
    em,
    sql`with changed as (
          select array_agg(distinct e.id) as ids from startgg_entrant e
            left join startgg_entrant_participant l on l.entrant_id = e.id left join startgg_participant p on p.id = l.participant_id
          where e.event_id = ${eventId} and (e.updated_at > ${since} or l.updated_at > ${since} or l.deleted_at > ${since} or p.updated_at > ${since})
        )
        update startgg_set set seq = nextval('startgg_set_seq') where id in (
          select s.id from startgg_set s, changed where s.event_id = ${eventId} and s.deleted_at is null
            and (s.slot1_entrant_id = any(changed.ids) or s.slot2_entrant_id = any(changed.ids))
          order by s.id for update of s)`,
  );
}
