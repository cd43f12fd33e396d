import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../../database/database.ts';

/**
 * Discord events that were wanted when a backup was made may have been created after that: they are looked for among the
 * guild's before they are created. Where another tournament has the event of the same match, it keeps it.
 *
 * @param at when the backup was made
 */
export async function distrustEvents(em: EntityManager, at: string): Promise<void> {
  await rows(
    em,
    sql`update discord_event set claimed_until = null, created_at = coalesce(created_at, ${at}::timestamptz)
        where event_id is null and dirty_at is not null and not exists (
          select 1 from discord_event o join match om on om.id = o.match_id
            join match m on (m.source, m.outside_id) = (om.source, om.outside_id)
          where m.id = discord_event.match_id and o.guild_id = discord_event.guild_id and o.created_at is not null)`,
  );
}
