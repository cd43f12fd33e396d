import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';

/** What is shown has changed: the message is drawn anew once this transaction is committed. */
export async function touchLive(em: EntityManager, kind: string, subject: string): Promise<void> {
  await rows(em, touchingLive(kind, subject));
}

/** The same as a statement, to be run as a part of another one (`with live as (…)`). */
export function touchingLive(kind: string, subject: string) {
  return sql`update live_message set dirty_at = clock_timestamp() where kind = ${kind} and subject = ${subject}
    returning pg_notify('herald_live', id::text)`;
}

/** Asks for a new live message in a channel. It is posted once this transaction is committed. */
export async function createLive(
  em: EntityManager,
  message: { kind: string; subject: string; guildId: string; channelId: string },
): Promise<void> {
  await rows(
    em,
    sql`insert into live_message (kind, subject, guild_id, channel_id) values
        (${message.kind}, ${message.subject}, ${message.guildId}, ${message.channelId})`,
  );
  await touchLive(em, message.kind, message.subject);
}

/** What they are about is gone: the messages stay in Discord as they are and are drawn no more. */
export async function dropLive(em: EntityManager, kind: string, subjects: readonly string[]): Promise<void> {
  await rows(
    em,
    sql`delete from live_message where kind = ${kind} and subject = any(${[...subjects]}::text[])`,
  );
}
