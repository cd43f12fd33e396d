import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../../database/database.ts';
import { isRunning } from './event-progress.ts';

/** Schedules whose sets are being played are read this often, as long as they are few. */
const ACTIVE_SECONDS = 60;
/** Events of which such schedules may cost a request in a minute: as many as syncs have of start.gg's 80. */
const EVENTS_PER_MINUTE = 60;

// A tournament that start.gg gives no end lasts three days at most; one that it does not know yet is not over.
const IS_OVER = sql`coalesce(coalesce(t.end_at, t.start_at + interval '3 days') < now() - interval '1 day', false)`;
// However large the warehouse is, only the few tournaments that are followed are looked up in it.
const FOLLOWED = sql`tournament_link l left join lateral (
    select id, start_at, end_at from startgg_tournament where slug = 'tournament/' || l.slug order by id desc limit 1) t on true`;
const IS_LINKED = sql`l.source = 'startgg' and l.disabled_at is null`;
/** When it was last tried, by the link that was tried least lately. */
const TRIED = sql`coalesce(min(greatest(l.last_synced_at, l.last_failed_at)), to_timestamp(0))`;

/** The schedules that are due with the others: all, but those that ended more than a day ago only once a day. */
export async function dueSlugs(em: EntityManager): Promise<string[]> {
  const found = await rows(
    em,
    sql<{ slug: string }>`select l.slug from ${FOLLOWED} where ${IS_LINKED}
      group by l.slug having not bool_or(${IS_OVER}) or min(coalesce(l.last_synced_at, to_timestamp(0))) < now() - interval '1 day'
      order by l.slug`,
  );
  return found.map(({ slug }) => slug);
}

/** The schedules with running pools whose last reading is a minute old; older, when all of them have too many events. */
export async function activeSlugs(em: EntityManager): Promise<string[]> {
  const found = await rows(
    em,
    sql<{ slug: string }>`
      with active as (
        select l.slug, t.id, ${TRIED} as tried from ${FOLLOWED} cross join lateral (
            select 1 from startgg_event e where e.tournament_id = t.id and e.deleted_at is null and ${isRunning(sql.ref('e.id'))} limit 1) running
        where ${IS_LINKED} and not ${IS_OVER}
        group by l.slug, t.id
      ), load as (
        select coalesce(sum(events), 0)::float8 / ${EVENTS_PER_MINUTE}::float8 as minutes from active cross join lateral (
          select count(*) as events from startgg_event e
          where e.tournament_id = active.id and e.deleted_at is null and e.state is distinct from 'COMPLETED') open
      )
      select distinct slug from active, load
      where tried <= now() - make_interval(secs => ${ACTIVE_SECONDS}::float8 * greatest(1, minutes)) order by slug`,
  );
  return found.map(({ slug }) => slug);
}
