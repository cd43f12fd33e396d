import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, firstRow, rows } from '../database/database.ts';
import { LOCKS } from '../database/locks.ts';
import type { NotificationClass, NotificationState } from './notification-entities.ts';

/** A notification that this process may send until its claim runs out. */
export type ClaimedNotification = {
  id: string;
  guildId: string;
  discordUserId: string | null;
  channelId: string | null;
  class: NotificationClass;
  source: string;
  outsideId: string;
  revision: string;
  subject: string;
  payload: Record<string, unknown>;
  attempts: number;
  /** Hours since it was written. */
  ageHours: number;
  /** Milliseconds since 1970 of a first attempt whose end is not known; null before. */
  triedAt: number | null;
  claim: string;
};

/** How long one process keeps a notification to itself: longer than any delivery takes. */
export const CLAIM_MS = 20_000;

const COLUMNS = sql`id::text as id, guild_id as "guildId", discord_user_id as "discordUserId", channel_id as "channelId", class, source,
  outside_id as "outsideId", revision, subject, payload, attempts, (extract(epoch from clock_timestamp() - created_at) / 3600)::float8 as "ageHours",
  (extract(epoch from sending_at) * 1000)::float8 as "triedAt", claimed_until::text as claim`;

/** What is about this minute goes before what is about next week. */
const URGENCY = sql`array['called', 'room', 'reminder', 'notice', 'change']`;

/** Same person, same match, same class. */
const SAME = sql`(o.discord_user_id, o.source, o.outside_id, o.class) = (c.discord_user_id, c.source, c.outside_id, c.class)`;

/**
 * Takes notifications that are due. Of several to one person about one match only the newest is taken, since it says all,
 * and none while another of them is being sent.
 */
export async function claimNotifications(db: Database, limit: number): Promise<ClaimedNotification[]> {
  return await db.transaction(async (em) => {
    // Claims are made one after the other, so that each sees what the one before has taken.
    await rows(em, sql`select pg_advisory_xact_lock(${LOCKS.notifications})`);
    return await rows(
      em,
      sql<ClaimedNotification>`update notification set claimed_until = clock_timestamp() + ${interval(CLAIM_MS)}
        where id in (
          select id from notification c
          where state = 'pending' and not_before <= clock_timestamp() and (claimed_until is null or claimed_until <= clock_timestamp())
            and not exists (select 1 from notification o where ${SAME} and o.state = 'pending'
              and (o.id > c.id or o.claimed_until > clock_timestamp()))
          order by array_position(${URGENCY}, class), not_before, id limit ${limit})
        returning ${COLUMNS}`,
    );
  });
}

/** Earlier ones about the same, which the claimed one speaks for: oldest first. */
export async function supersededBy(
  em: EntityManager,
  claimed: ClaimedNotification,
): Promise<Pick<ClaimedNotification, 'id' | 'payload' | 'triedAt'>[]> {
  if (claimed.discordUserId === null) return [];
  return await rows(
    em,
    sql<Pick<ClaimedNotification, 'id' | 'payload' | 'triedAt'>>`
      select o.id::text as id, o.payload, (extract(epoch from o.sending_at) * 1000)::float8 as "triedAt" from notification c join notification o on ${SAME}
      where c.id = ${claimed.id} and o.state = 'pending' and o.id < c.id order by o.id`,
  );
}

/** What the person was last told about the match by one of its class, in whichever guild; undefined when nothing yet. */
export async function lastTold(
  em: EntityManager,
  claimed: ClaimedNotification,
): Promise<Record<string, unknown> | undefined> {
  const row = await firstRow(
    em,
    sql<{ payload: Record<string, unknown> }>`select payload from notification
      where discord_user_id = ${claimed.discordUserId} and source = ${claimed.source} and outside_id = ${claimed.outsideId}
        and class = ${claimed.class} and state = 'sent'
      order by sent_at desc, id desc limit 1`,
  );
  return row?.payload;
}

/**
 * Notes that it is about to be sent, and what it tells. False when the claim is no longer this process's.
 *
 * @param told becomes part of the payload: what is said later is compared with it
 */
export async function markSending(
  em: EntityManager,
  claimed: ClaimedNotification,
  told: Record<string, unknown> = {},
): Promise<boolean> {
  const row = await firstRow(
    em,
    sql`update notification set sending_at = coalesce(sending_at, clock_timestamp()), payload = payload || ${JSON.stringify(told)}::jsonb
        where id = ${claimed.id} and claimed_until = ${claimed.claim}::timestamptz and state = 'pending' returning 1`,
  );
  return row !== undefined;
}

/** Ends a notification, and with it the earlier ones that it speaks for. */
export async function settleNotification(
  em: EntityManager,
  claimed: ClaimedNotification,
  end: { state: Exclude<NotificationState, 'pending'>; messageId?: string; error?: string },
): Promise<void> {
  await rows(
    em,
    sql`update notification set state = ${end.state}, message_id = ${end.messageId ?? null}, error = ${end.error ?? null},
          sent_at = case when ${end.state} = 'sent' then clock_timestamp() end, claimed_until = null
        where id = ${claimed.id} and state = 'pending'
          and (${end.state} = 'sent' or claimed_until = ${claimed.claim}::timestamptz)`,
  );
  await rows(
    em,
    sql`update notification o set state = 'void', claimed_until = null from notification c
        where c.id = ${claimed.id} and ${SAME} and o.id < c.id and o.state = 'pending'`,
  );
}

/** One that was sent after all, as its message in the channel shows. */
export async function noteFound(em: EntityManager, id: string, messageId: string): Promise<void> {
  await rows(
    em,
    sql`update notification set state = 'sent', message_id = ${messageId}, sent_at = coalesce(sending_at, clock_timestamp()), claimed_until = null
        where id = ${id} and state = 'pending'`,
  );
}

/** Leaves it alone for some time, after which it is tried again. */
export async function postponeNotification(
  em: EntityManager,
  claimed: ClaimedNotification,
  options: { afterMs: number; failed: boolean },
): Promise<void> {
  await rows(
    em,
    sql`update notification set claimed_until = null, not_before = clock_timestamp() + ${interval(options.afterMs)},
          attempts = attempts + ${options.failed ? 1 : 0}
        where id = ${claimed.id} and claimed_until = ${claimed.claim}::timestamptz`,
  );
}

/** Discord takes no direct messages for this person: it is said in a channel instead. */
export async function redirectNotification(
  em: EntityManager,
  claimed: ClaimedNotification,
  channelId: string,
): Promise<void> {
  await rows(
    em,
    sql`update notification set channel_id = ${channelId}, claimed_until = null, sending_at = null, attempts = 0, not_before = clock_timestamp()
        where id = ${claimed.id} and claimed_until = ${claimed.claim}::timestamptz`,
  );
}

/** A reminder of a start that is not the match's any more: should it be again, it is written anew. */
export async function forgetReminder(em: EntityManager, claimed: ClaimedNotification): Promise<void> {
  await rows(
    em,
    sql`delete from notification where id = ${claimed.id} and class = 'reminder' and claimed_until = ${claimed.claim}::timestamptz
        and not exists (select 1 from match m where m.source = notification.source and m.outside_id = notification.outside_id
          and m.starts_at = notification.revision::timestamptz)`,
  );
}

function interval(ms: number) {
  return sql`make_interval(secs => ${ms / 1000}::float8)`;
}
