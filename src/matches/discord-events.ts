import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';

/**
 * Matches changed: their Discord events are to be looked at again. A match that never was to have one costs nothing.
 */
export async function wantEvents(em: EntityManager, matchIds: readonly number[]): Promise<void> {
  if (matchIds.length === 0) return;
  await rows(
    em,
    sql`with wanted as (
          insert into discord_event as old (match_id, guild_id, dirty_at)
          select m.id, t.guild_id, clock_timestamp() from match m join tournament t on t.id = m.tournament_id
          where m.id = any(${[...matchIds]}::int[]) and (m.starts_at > now() and m.state in ('scheduled', 'live') and t.discord_events <> 'none'
            or exists (select 1 from discord_event e where e.match_id = m.id))
          order by m.id
          on conflict (match_id) do update set dirty_at = excluded.dirty_at returning 1
        ) select pg_notify('herald_event', '') where exists (select 1 from wanted)`,
  );
}
