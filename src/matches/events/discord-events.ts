import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../../database/database.ts';
import { NO_ROOM } from './event-delivery.ts';

/**
 * Matches changed: their Discord events are to be looked at again, and those of the same matches in other tournaments of
 * their guilds, since only one of them has the event. A match that never was to have one costs nothing; one that waits for
 * room waits no longer, since it may come before others now.
 */
export async function wantEvents(em: EntityManager, matchIds: readonly number[]): Promise<void> {
  if (matchIds.length === 0) return;
  await rows(
    em,
    sql`with wanted as (
          insert into discord_event as old (match_id, guild_id, dirty_at)
          select m.id, t.guild_id, clock_timestamp() from match m join tournament t on t.id = m.tournament_id
          where (m.source, m.outside_id, t.guild_id) in (
              select g.source, g.outside_id, gt.guild_id from match g join tournament gt on gt.id = g.tournament_id
              where g.id = any(${[...matchIds]}::int[]))
            and (m.starts_at > now() and m.state in ('scheduled', 'live') and t.discord_events <> 'none'
              or exists (select 1 from discord_event e where e.match_id = m.id))
          order by m.id
          on conflict (match_id) do update set dirty_at = excluded.dirty_at,
            retry_at = case when old.error = ${NO_ROOM} then null else old.retry_at end
          returning 1
        ) select pg_notify('herald_event', '') where exists (select 1 from wanted)`,
  );
}
