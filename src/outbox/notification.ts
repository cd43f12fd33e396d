import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';
import type { NotificationClass } from './notification-entities.ts';

/** Something about a match that one person may have to be told. */
export type NewNotification = {
  discordUserId: string;
  guildId: string;
  class: NotificationClass;
  source: string;
  outsideId: string;
  /** Names what it is about among all of the same class and match: nobody is told the same twice. */
  revision: string;
  subject: string;
  payload: Record<string, unknown>;
};

/** Puts messages to people on their way. What somebody was told already, in whichever guild, is not told again. */
export async function notify(em: EntityManager, given: readonly NewNotification[]): Promise<void> {
  if (given.length === 0) return;
  await rows(
    em,
    sql`with added as (
          insert into notification (discord_user_id, guild_id, class, source, outside_id, revision, subject, payload)
          select "discordUserId", "guildId", class, source, "outsideId", revision, subject, payload
          from json_to_recordset(${JSON.stringify(given)}::json) as given("discordUserId" text, "guildId" text, class text,
            source text, "outsideId" text, revision text, subject text, payload jsonb)
          order by "discordUserId" on conflict (discord_user_id, source, outside_id, class, revision) do nothing returning 1
        ) select pg_notify('herald_notify', '') where exists (select 1 from added)`,
  );
}

/** A button under a notice. `style` is Discord's: 2 secondary, 3 success, 4 danger (Discord docs, Button Styles). */
export type NoticeButton = { label: string; customId: string; style: 2 | 3 | 4 };

/** Puts a notice on its way to a channel. Markdown that pings nobody; what comes from outside in it is escaped. */
export async function notice(
  em: EntityManager,
  to: { guildId: string; channelId: string },
  text: string,
  buttons: readonly NoticeButton[] = [],
): Promise<void> {
  const payload = { text, ...(buttons.length > 0 ? { buttons } : {}) };
  await rows(
    em,
    sql`insert into notification (guild_id, channel_id, class, payload)
        values (${to.guildId}, ${to.channelId}, 'notice', ${JSON.stringify(payload)}::jsonb)`,
  );
  await rows(em, sql`select pg_notify('herald_notify', '')`);
}
