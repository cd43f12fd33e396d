import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';
import { MATCH_ENDS } from './event-wish.ts';

/** The Discord event of a match that this process may bring up to date until its claim runs out. */
export type ClaimedEvent = {
  matchId: number;
  guildId: string;
  /** Null while none is known. */
  eventId: string | null;
  /** It was created, or that was tried: without an id, it may exist. */
  isCreated: boolean;
  renderedHash: string | null;
  attempts: number;
  /** When it was last asked for, as the database writes it: a later wish must not be taken off with this one. */
  dirtyAt: string;
  /** Names this claim. */
  claim: string;
};

/** How long one process keeps an event to itself. Longer than any delivery takes, short enough for a restart. */
export const CLAIM_MS = 20_000;
export const HOUR_MS = 3_600_000;
/** Discord notes the end of an event some time after it. */
const AFTER_END_MS = 60_000;

/** Why an event is not there, in words for the organiser. */
export const NO_ROOM =
  'Discord takes 100 coming events per server, and this server has them. This one follows when there is room.';

const isFree = (row: string) =>
  sql`(${sql.ref(`${row}.claimed_until`)} is null or ${sql.ref(`${row}.claimed_until`)} <= clock_timestamp())`;
const isDue = (row: string) =>
  sql`${sql.ref(`${row}.dirty_at`)} is not null
    and (${sql.ref(`${row}.retry_at`)} is null or ${sql.ref(`${row}.retry_at`)} <= clock_timestamp())`;

/**
 * Takes events that are to be looked at, one per guild at a time and the nearest match first, so that the nearest get the
 * places that there are. No two processes get the same one.
 */
export async function claimEvents(em: EntityManager, limit: number): Promise<ClaimedEvent[]> {
  return await rows(
    em,
    sql<ClaimedEvent>`
      with next as (
        select distinct on (e.guild_id) e.match_id, e.dirty_at from discord_event e join match m on m.id = e.match_id
        where ${isDue('e')} and not exists (
          select 1 from discord_event o where o.guild_id = e.guild_id and o.dirty_at is not null and not ${isFree('o')})
        order by e.guild_id, m.starts_at nulls first, e.match_id)
      update discord_event set claimed_until = clock_timestamp() + ${interval(CLAIM_MS)}
      where match_id in (
        select e.match_id from discord_event e
        where e.match_id in (select match_id from next order by dirty_at limit ${limit}) and ${isDue('e')} and ${isFree('e')}
        for update skip locked)
      returning match_id as "matchId", guild_id as "guildId", event_id as "eventId", created_at is not null as "isCreated",
        rendered_hash as "renderedHash", attempts, dirty_at::text as "dirtyAt", claimed_until::text as claim`,
  );
}

/**
 * Notes that an event is about to be created. From here on the guild's events are searched before it is created again.
 *
 * @returns whether the claim is still this process's
 */
export async function markCreating(em: EntityManager, event: ClaimedEvent): Promise<boolean> {
  const row = await firstRow(
    em,
    sql`update discord_event set created_at = clock_timestamp(), event_id = null, ended_at = null, rendered_hash = null
        where ${isClaimed(event)} returning 1`,
  );
  return row !== undefined;
}

/** Notes what Discord has now (nothing, when it needed no change) and ends the claim; a wish that came meanwhile stays. */
export async function settleEvent(
  em: EntityManager,
  event: ClaimedEvent,
  sent?: { eventId: string; hash: string },
): Promise<void> {
  await rows(
    em,
    sql`update discord_event set ${settled(event)}, event_id = coalesce(${sent?.eventId ?? null}, event_id),
          rendered_hash = coalesce(${sent?.hash ?? null}, rendered_hash)
        where ${isClaimed(event)}`,
  );
}

/**
 * There is no event any more, or none that needs anything. Others may have its place.
 *
 * @param hash what it last showed, where people took it away: it is not made again until that differs
 */
export async function endEvent(em: EntityManager, event: ClaimedEvent, hash: string | null): Promise<void> {
  await rows(
    em,
    sql`update discord_event set ${settled(event)}, event_id = null, created_at = null, rendered_hash = ${hash},
          ended_at = case when created_at is null then ended_at else clock_timestamp() end
        where ${isClaimed(event)}`,
  );
  if (event.isCreated) await releaseEvents(em, event.guildId, NO_ROOM);
}

/** Leaves an event alone for some time, after which it is tried again. */
export async function postponeEvent(
  em: EntityManager,
  event: ClaimedEvent,
  options: { afterMs: number; failed: boolean; error?: string },
): Promise<void> {
  await rows(
    em,
    sql`update discord_event set retry_at = clock_timestamp() + ${interval(options.afterMs)}, claimed_until = null,
          attempts = attempts + ${options.failed ? 1 : 0}, error = ${options.error ?? null}
        where ${isClaimed(event)}`,
  );
}

/**
 * The guild has no room for this event, so for none of those that come after it: they wait until one of Herald's own is
 * over, or an hour.
 */
export async function awaitRoom(em: EntityManager, event: ClaimedEvent): Promise<void> {
  const ofGuild = sql`e.guild_id = ${event.guildId} and e.event_id is null`;
  await postponeAll(em, event, ofGuild, roomAt(event.guildId), NO_ROOM);
}

/**
 * Herald's own events of the guild whose matches come after this one's, the farthest first.
 *
 * @returns their ids at Discord
 */
export async function laterEvents(em: EntityManager, event: ClaimedEvent): Promise<string[]> {
  const found = await rows(
    em,
    sql<{ id: string }>`select e.event_id as id from discord_event e join match m on m.id = e.match_id
      where e.guild_id = ${event.guildId} and e.event_id is not null and ${isFree('e')}
        and m.starts_at > (select starts_at from match where id = ${event.matchId})
      order by m.starts_at desc, m.id desc`,
  );
  return found.map(({ id }) => id);
}

/**
 * One of the guild's events is about to be called off for a match that comes before its own: it is made again when there
 * is room. Should this process end before that was done, it is looked at as it is.
 */
export async function markDisplaced(em: EntityManager, guildId: string, eventId: string): Promise<void> {
  await rows(
    em,
    sql`update discord_event set dirty_at = clock_timestamp(), retry_at = ${roomAt(guildId)}, rendered_hash = null, attempts = 0,
          error = ${NO_ROOM}
        where guild_id = ${guildId} and event_id = ${eventId}`,
  );
}

/** That one is called off. Nobody but the match that it was for may have its place, so no others are released. */
export async function noteDisplaced(em: EntityManager, guildId: string, eventId: string): Promise<void> {
  await rows(
    em,
    sql`update discord_event set event_id = null, created_at = null where guild_id = ${guildId} and event_id = ${eventId}`,
  );
}

/** Nothing can be done in this guild for an hour, for a reason that its people have to remove. */
export async function awaitPeople(em: EntityManager, event: ClaimedEvent, error: string): Promise<void> {
  const until = sql`clock_timestamp() + ${interval(HOUR_MS)}`;
  await postponeAll(em, event, sql`e.guild_id = ${event.guildId}`, until, error);
}

/** Events that wait for the same reason are looked at again at once. */
export async function releaseEvents(em: EntityManager, guildId: string, error: string): Promise<void> {
  await rows(
    em,
    sql`update discord_event set retry_at = null where match_id in (
          select match_id from discord_event where guild_id = ${guildId} and dirty_at is not null and error = ${error}
          order by match_id for update skip locked)`,
  );
}

/** Herald is not in this guild: nothing more is tried until something changes. */
export async function giveUpEvents(em: EntityManager, guildId: string, error: string): Promise<void> {
  await rows(
    em,
    sql`update discord_event set dirty_at = null, claimed_until = null, retry_at = null, attempts = 0, error = ${error}
        where match_id in (
          select match_id from discord_event where guild_id = ${guildId} and dirty_at is not null
          order by match_id for update skip locked)`,
  );
}

/** When a guild that is full is looked at again: when the next of Herald's own events there is over, or in an hour. */
function roomAt(guildId: string) {
  return sql`least(clock_timestamp() + ${interval(HOUR_MS)}, (
    select min(${MATCH_ENDS}) + ${interval(AFTER_END_MS)} from discord_event e join match m on m.id = e.match_id
    where e.guild_id = ${guildId} and e.event_id is not null and ${MATCH_ENDS} > clock_timestamp()))`;
}

/** Ends the claim, and makes the others that it speaks for wait as well; who waits already goes on doing so. */
async function postponeAll(
  em: EntityManager,
  event: ClaimedEvent,
  which: ReturnType<typeof sql>,
  until: ReturnType<typeof sql>,
  error: string,
): Promise<void> {
  await rows(
    em,
    sql`update discord_event set claimed_until = null, retry_at = ${until}, attempts = 0, error = ${error}
        where match_id in (
          select match_id from discord_event e
          where ${which} and ${isDue('e')} and (${isFree('e')} or ${isClaimed(event)})
          order by match_id for update skip locked)`,
  );
}

function isClaimed(event: ClaimedEvent) {
  return sql`match_id = ${event.matchId} and claimed_until = ${event.claim}::timestamptz`;
}

function settled(event: ClaimedEvent) {
  return sql`dirty_at = case when dirty_at = ${event.dirtyAt}::timestamptz then null else dirty_at end,
    claimed_until = null, retry_at = null, attempts = 0, error = null`;
}

function interval(ms: number) {
  return sql`make_interval(secs => ${ms / 1000}::float8)`;
}
