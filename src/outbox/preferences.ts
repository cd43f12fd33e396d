import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, firstRow, rows } from '../database/database.ts';

/** The longest lead time of a reminder: a day. */
export const MAX_REMINDER_MINUTES = 1440;

/** What a person wants to be told, in all guilds alike. */
export type Preferences = {
  /** Null: what a tournament is set to decides. */
  preference: 'on' | 'off' | null;
  /** Null: the tournament's. */
  reminderMinutes: number | null;
  /** Since when Discord takes no direct messages for them; null when it does. */
  blockedSince: Date | null;
};

/** What somebody wants; all null for a person who never said. */
export async function preferencesOf(em: EntityManager, discordId: string): Promise<Preferences> {
  const row = await firstRow(
    em,
    sql<Omit<Preferences, 'blockedSince'> & { blockedSince: string | null }>`
      select preference, reminder_minutes as "reminderMinutes", blocked_at as "blockedSince" from discord_user where discord_id = ${discordId}`,
  );
  if (!row) return { preference: null, reminderMinutes: null, blockedSince: null };
  return { ...row, blockedSince: row.blockedSince === null ? null : new Date(row.blockedSince) };
}

/** Somebody asks for direct messages; where Discord took none for them, it is tried again. */
export async function askForMessages(em: EntityManager, discordId: string): Promise<void> {
  await rows(
    em,
    sql`insert into discord_user (discord_id, preference) values (${discordId}, 'on')
        on conflict (discord_id) do update set preference = 'on', blocked_at = null`,
  );
  // What waited for its turn among people who did not ask is free to go.
  await rows(
    em,
    sql`with freed as (
          update notification set not_before = clock_timestamp()
          where discord_user_id = ${discordId} and state = 'pending' and channel_id is null returning 1
        ) select pg_notify('herald_notify', '') where exists (select 1 from freed)`,
  );
}

/** Somebody wants no direct messages: what is on its way to them is not sent any more. */
export async function stopMessages(db: Database, discordId: string): Promise<void> {
  await db.transaction(async (em) => {
    await rows(
      em,
      sql`insert into discord_user (discord_id, preference) values (${discordId}, 'off')
          on conflict (discord_id) do update set preference = 'off'`,
    );
    await rows(
      em,
      sql`update notification set state = 'void', claimed_until = null where discord_user_id = ${discordId} and state = 'pending'`,
    );
  });
}

/** Sets how long before a match somebody is reminded of it. @param minutes 0 to a day; 0: not at all */
export async function setReminder(em: EntityManager, discordId: string, minutes: number): Promise<void> {
  await rows(
    em,
    sql`insert into discord_user (discord_id, reminder_minutes) values (${discordId}, ${minutes})
        on conflict (discord_id) do update set reminder_minutes = excluded.reminder_minutes`,
  );
}
