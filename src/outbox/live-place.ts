import { setTimeout as delay } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, firstRow, rows } from '../database/database.ts';
import type { Listener } from '../database/listener.ts';
import { touchLive } from './live-message.ts';

/** Where a live message stands, or why it does not. */
export type LivePlace = {
  id: string;
  guildId: string;
  channelId: string;
  messageId: string | null;
  error: string | null;
};

/** Where the live message about something stands; undefined when none was asked for. */
export async function findLive(
  em: EntityManager,
  kind: string,
  subject: string,
): Promise<LivePlace | undefined> {
  return await firstRow(
    em,
    sql<LivePlace>`select id::text as id, guild_id as "guildId", channel_id as "channelId", message_id as "messageId", error
      from live_message where kind = ${kind} and subject = ${subject}`,
  );
}

/** Asks anew for a live message that could not be shown: in `channelId` this time. Does nothing for one that stands. */
export async function reviveLive(
  em: EntityManager,
  kind: string,
  subject: string,
  channelId: string,
): Promise<void> {
  await rows(
    em,
    sql`update live_message set channel_id = ${channelId}, message_id = null, posted_at = null, rendered_hash = null,
          edited_at = null, claimed_until = null, attempts = 0, error = null
        where kind = ${kind} and subject = ${subject} and error is not null`,
  );
  await touchLive(em, kind, subject);
}

/**
 * Sends live messages that were refused, or are not posted yet, to another channel. One whose posting was begun stays
 * where it is as long as nothing says that it is not there.
 *
 * @param isWanted they are asked for now; otherwise the next change of what they show does that
 */
export async function moveUnposted(
  em: EntityManager,
  ids: readonly string[],
  channelId: string,
  isWanted: boolean,
): Promise<void> {
  if (ids.length === 0) return;
  await rows(
    em,
    sql`update live_message set channel_id = ${channelId}, message_id = null, posted_at = null, rendered_hash = null,
          edited_at = null, claimed_until = null, attempts = 0, error = null,
          dirty_at = case when ${isWanted} then clock_timestamp() else dirty_at end
        where id = any(${[...ids]}::bigint[]) and (error is not null or message_id is null and posted_at is null)
        returning pg_notify('herald_live', id::text)`,
  );
}

/** Waits until a live message stands or was refused. Gives what is known when the time is over. */
export async function waitForLive(
  db: Database,
  listener: Listener,
  about: { kind: string; subject: string },
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<LivePlace | undefined> {
  const deadline = Date.now() + options.timeoutMs;
  let wake = new AbortController();
  const off = listener.on('herald_live', () => wake.abort());
  try {
    for (;;) {
      const place = await findLive(db.em(), about.kind, about.subject);
      const isSettled = !place || place.messageId !== null || place.error !== null;
      if (isSettled || Date.now() >= deadline || options.signal.aborted) return place;
      // A notification may be lost with its connection, so the row is looked at every second in any case.
      await delay(1_000, undefined, { signal: AbortSignal.any([wake.signal, options.signal]) }).catch(
        () => {},
      );
      wake = new AbortController();
    }
  } finally {
    off();
  }
}
