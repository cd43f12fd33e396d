import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';

/** A live message that this process may draw and send until its claim runs out. */
export type ClaimedLive = {
  id: string;
  kind: string;
  subject: string;
  guildId: string;
  channelId: string;
  messageId: string | null;
  /** Milliseconds since 1970 of the first attempt to post it; null before. */
  postedAt: number | null;
  renderedHash: string | null;
  attempts: number;
  /** When it was last asked for, as the database writes it: a later wish must not be taken off with this one. */
  dirtyAt: string;
  /** Names this claim. */
  claim: string;
};

const COLUMNS = sql`id::text as id, kind, subject, guild_id as "guildId", channel_id as "channelId", message_id as "messageId",
  (extract(epoch from posted_at) * 1000)::float8 as "postedAt", rendered_hash as "renderedHash", attempts,
  dirty_at::text as "dirtyAt", claimed_until::text as claim`;

/** How long one process keeps a message to itself. Longer than any delivery takes, short enough for a restart. */
export const CLAIM_MS = 20_000;
const EDIT_EVERY_MS = 2_000;
/** Discord limits edits of messages older than an hour (error 30046), to a rate that it does not tell. */
const OLD_EDIT_EVERY_MS = 10_000;

/**
 * Takes live messages that are to be drawn anew and may be edited again by now. No two processes get the same one. In a
 * guild that Herald was removed from they wait until it is back.
 *
 * @param kinds the kinds that the caller can draw
 */
export async function claimLive(
  em: EntityManager,
  kinds: readonly string[],
  limit: number,
): Promise<ClaimedLive[]> {
  return await rows(
    em,
    sql<ClaimedLive>`update live_message set claimed_until = clock_timestamp() + ${interval(CLAIM_MS)}
      where id in (
        select id from live_message
        where dirty_at is not null and kind = any(${[...kinds]}::text[])
          and not exists (select 1 from guild g where g.id = live_message.guild_id and g.left_at is not null)
          and (claimed_until is null or claimed_until <= clock_timestamp())
          and (edited_at is null or edited_at <= clock_timestamp() - case
            when posted_at < now() - interval '1 hour' then ${interval(OLD_EDIT_EVERY_MS)} else ${interval(EDIT_EVERY_MS)} end)
        order by dirty_at limit ${limit} for update skip locked)
      returning ${COLUMNS}`,
  );
}

/**
 * Notes that a message is about to be posted for the first time. From here on its channel is searched before it is
 * posted again. Undefined when the claim is no longer this process's.
 */
export async function markPosting(em: EntityManager, live: ClaimedLive): Promise<number | undefined> {
  const row = await firstRow(
    em,
    sql<{ at: number }>`update live_message set posted_at = clock_timestamp()
      where id = ${live.id} and claimed_until = ${live.claim}::timestamptz
      returning (extract(epoch from posted_at) * 1000)::float8 as at`,
  );
  return row?.at;
}

/** Notes what was sent (nothing, when it was shown already) and ends the claim; a wish that came meanwhile stays. */
export async function settleLive(
  em: EntityManager,
  live: ClaimedLive,
  sent: { messageId: string; hash: string } | undefined,
): Promise<void> {
  const isNew = sent !== undefined && sent.messageId !== live.messageId;
  await rows(
    em,
    sql`with settled as (
          update live_message set
            dirty_at = case when dirty_at = ${live.dirtyAt}::timestamptz then null else dirty_at end,
            message_id = coalesce(${sent?.messageId ?? null}, message_id),
            rendered_hash = coalesce(${sent?.hash ?? null}, rendered_hash),
            edited_at = case when ${sent !== undefined} then clock_timestamp() else edited_at end,
            claimed_until = null, attempts = 0, error = null
          where id = ${live.id} and claimed_until = ${live.claim}::timestamptz returning id
        ) select pg_notify('herald_live', id::text) from settled where ${isNew}`,
  );
}

/** Leaves a message alone for some time, after which it is tried again. */
export async function postponeLive(
  em: EntityManager,
  live: ClaimedLive,
  options: { afterMs: number; failed: boolean },
): Promise<void> {
  await rows(
    em,
    sql`update live_message set claimed_until = clock_timestamp() + ${interval(options.afterMs)},
          attempts = attempts + ${options.failed ? 1 : 0}
        where id = ${live.id} and claimed_until = ${live.claim}::timestamptz`,
  );
}

/** The message is gone, or its channel is no good: it is to be posted anew, in `channelId`. */
export async function repostLive(em: EntityManager, live: ClaimedLive, channelId: string): Promise<void> {
  await rows(
    em,
    sql`update live_message set channel_id = ${channelId}, message_id = null, posted_at = null, rendered_hash = null,
          edited_at = null, claimed_until = null, attempts = 0
        where id = ${live.id} and claimed_until = ${live.claim}::timestamptz`,
  );
}

/** It cannot be shown, for a reason that people have to remove. Tried again at the next change after `restMs`. */
export async function refuseLive(
  em: EntityManager,
  live: ClaimedLive,
  options: { error: string; restMs: number },
): Promise<void> {
  await rows(
    em,
    sql`with refused as (
          update live_message set error = ${options.error},
            dirty_at = case when dirty_at = ${live.dirtyAt}::timestamptz then null else dirty_at end,
            claimed_until = clock_timestamp() + ${interval(options.restMs)}
          where id = ${live.id} and claimed_until = ${live.claim}::timestamptz returning id
        ) select pg_notify('herald_live', id::text) from refused`,
  );
}

function interval(ms: number) {
  return sql`make_interval(secs => ${ms / 1000}::float8)`;
}
