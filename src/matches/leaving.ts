import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, firstRow, rows } from '../database/database.ts';
import { holdGuild } from './apply.ts';
import { giveUpEvents } from './events/event-delivery.ts';

/** How long the rows of a guild that Herald was removed from are kept, should it come back. */
const KEPT_DAYS = 30;
const LEFT = 'Herald is not in this server.';

/**
 * Herald was removed from a guild: what it follows is switched off, and nothing is said or made there any more. May be
 * called again for the same guild.
 */
export async function leaveGuild(db: Database, guildId: string): Promise<void> {
  await db.transaction(async (em) => {
    await holdGuild(em, guildId);
    await rows(
      em,
      sql`update tournament_link l set disabled_at = now() from tournament t
          where t.id = l.tournament_id and t.guild_id = ${guildId} and l.disabled_at is null`,
    );
    await voidMessages(em, guildId);
    await giveUpEvents(em, guildId, LEFT);
  });
}

/** Of a match that another guild follows too, people are told from there: only one of the guilds wrote the message. */
async function voidMessages(em: EntityManager, guildId: string): Promise<void> {
  await rows(
    em,
    sql`update notification n set state = 'void', claimed_until = null
        where guild_id = ${guildId} and state = 'pending' and (discord_user_id is null or not exists (
          select 1 from match m join tournament_link l on l.id = m.link_id and l.disabled_at is null
            join tournament t on t.id = m.tournament_id join guild g on g.id = t.guild_id and g.left_at is null
          where (m.source, m.outside_id) = (n.source, n.outside_id) and g.id <> ${guildId}))`,
  );
}

/** Removes all that belongs to guilds which Herald was removed from long ago. */
export async function purgeGuilds(db: Database): Promise<void> {
  const isLongGone = sql`left_at < now() - make_interval(days => ${KEPT_DAYS}::int)`;
  const gone = await rows(
    db.em(),
    sql<{ id: string }>`select id from guild where ${isLongGone} order by left_at`,
  );
  for (const { id } of gone)
    await db.transaction(async (em) => {
      const still = await firstRow(
        em,
        sql`select 1 from guild where id = ${id} and ${isLongGone} for update`,
      );
      if (still) await purgeGuild(em, id);
    });
}

/** What refers to the guild goes with its row; these name it only. */
async function purgeGuild(em: EntityManager, guildId: string): Promise<void> {
  for (const table of ['notification', 'live_message', 'guild_member', 'import_job'] as const)
    await rows(em, sql`delete from ${sql.table(table)} where guild_id = ${guildId}`);
  await rows(em, sql`delete from guild where id = ${guildId}`);
}
