import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';
import { createLive, touchLive } from '../../outbox/live-message.ts';
import { findLive, reviveLive } from '../../outbox/live-place.ts';

/** The kind of live message that shows a followed game; its subject is `guild-game`. */
export const FOLLOW_MESSAGE = 'follow';
/** Followed games as a source of syncs; what is read is a game, by its id. */
export const GAMES_SOURCE = 'startgg-game';
/** The kind of the import jobs that bring in what a sync found. */
export const FOLLOW_JOB = 'startgg-follow';

const subjectOf = (guildId: string, videogameId: number) => `${guildId}-${videogameId}`;

/**
 * Subscribes a guild to a game and asks for the message that shows it. A guild that follows the game already goes on, from
 * the earlier of both days.
 *
 * @param wanted.since the first UTC day on which a tournament may start
 */
export async function followGame(
  em: EntityManager,
  wanted: { guildId: string; videogameId: number; since: string; channelId: string },
): Promise<void> {
  const { guildId, videogameId, since, channelId } = wanted;
  await rows(
    em,
    sql`insert into follow as old (guild_id, videogame_id, since) values (${guildId}, ${videogameId}, ${since})
      on conflict (guild_id, videogame_id) do update set since = least(old.since, excluded.since)`,
  );
  const subject = subjectOf(guildId, videogameId);
  if (await findLive(em, FOLLOW_MESSAGE, subject)) await reviveLive(em, FOLLOW_MESSAGE, subject, channelId);
  else await createLive(em, { kind: FOLLOW_MESSAGE, subject, guildId, channelId });
}

/** Ends a guild's subscription; the rows stay. False when there was none. */
export async function unfollowGame(
  em: EntityManager,
  guildId: string,
  videogameId: number,
): Promise<boolean> {
  const ended = await firstRow(
    em,
    sql`delete from follow where guild_id = ${guildId} and videogame_id = ${videogameId} returning 1 as ended`,
  );
  await touchLive(em, FOLLOW_MESSAGE, subjectOf(guildId, videogameId));
  return ended !== undefined;
}

/** Ends all subscriptions of a guild, as when Herald was removed from it. */
export async function unfollowAll(em: EntityManager, guildId: string): Promise<void> {
  await rows(em, sql`delete from follow where guild_id = ${guildId}`);
}

/** Games that anybody follows. */
export async function followedGames(em: EntityManager): Promise<number[]> {
  const found = await rows(
    em,
    sql<{ id: number }>`select distinct videogame_id as id from follow order by videogame_id`,
  );
  return found.map(({ id }) => id);
}

/** The games that a guild follows, and how that stands; `syncedAt` as PostgreSQL writes it. */
export async function gamesOf(
  em: EntityManager,
  guildId: string,
): Promise<{ name: string; syncedAt: string | null; error: string | null }[]> {
  return await rows(
    em,
    sql<{ name: string; syncedAt: string | null; error: string | null }>`
      select v.name, s.walked_at as "syncedAt", s.error from follow f join startgg_videogame v on v.id = f.videogame_id
        left join startgg_sync s on s.scope = 'game' and s.key = v.id::text
      where f.guild_id = ${guildId} order by v.name limit 25`,
  );
}

/** The earliest day that any guild follows a game from; undefined when nobody does. */
export async function followedSince(em: EntityManager, videogameId: number): Promise<string | undefined> {
  const row = await firstRow(
    em,
    sql<{ since: string | null }>`select min(since) as since from follow where videogame_id = ${videogameId}`,
  );
  return row?.since ?? undefined;
}

/** The games that a guild follows, for autocomplete. */
export async function suggestFollowed(
  em: EntityManager,
  guildId: string,
  typed: string,
): Promise<{ name: string; value: string }[]> {
  const pattern = `%${typed.trim().replace(/[\\%_]/g, '\\$&')}%`;
  return await rows(
    em,
    sql<{ name: string; value: string }>`select v.name, v.id::text as value
      from follow f join startgg_videogame v on v.id = f.videogame_id
      where f.guild_id = ${guildId} and (v.name ilike ${pattern} or v.id::text = ${typed.trim()}) order by v.name limit 25`,
  );
}

/** The messages of a game are drawn anew. */
export async function touchFollowers(em: EntityManager, videogameId: number): Promise<void> {
  const found = await rows(
    em,
    sql<{
      guild: string;
    }>`select guild_id as guild from follow where videogame_id = ${videogameId} order by guild_id`,
  );
  for (const { guild } of found) await touchLive(em, FOLLOW_MESSAGE, subjectOf(guild, videogameId));
}

/** What the message of a followed game tells. */
export type FollowedGame = {
  name: string;
  /** Null when the guild follows it no more. */
  since: string | null;
  /** As PostgreSQL writes it, like `at`. */
  syncedAt: string | null;
  error: string | null;
  /** Something is being read. */
  isRunning: boolean;
  /** The last read that brought anything; most bring nothing, since each reads ten minutes of the past again. */
  latest: {
    counters: Record<string, Partial<Record<'new' | 'changed' | 'gone', number>>>;
    errors: number;
    at: string;
  } | null;
};

/** @param subject of a live message; @returns undefined when there is no such game */
export async function followedGame(em: EntityManager, subject: string): Promise<FollowedGame | undefined> {
  const [guildId, videogameId] = subject.split('-');
  return await firstRow(
    em,
    sql<FollowedGame>`
      with job as (
        select * from import_job where kind = ${FOLLOW_JOB} and params = jsonb_build_object('videogameId', ${Number(videogameId)}::int)
      )
      select v.name, f.since, s.walked_at as "syncedAt", s.error,
        exists (select 1 from job where finished_at is null) as "isRunning",
        (select jsonb_build_object('counters', counters, 'errors', error_count, 'at', coalesce(finished_at, created_at)) from job
          where error_count > 0 or jsonb_path_exists(counters, '$.* ? (@.new > 0 || @.changed > 0 || @.gone > 0)')
          order by id desc limit 1) as latest
      from startgg_videogame v
        left join follow f on f.videogame_id = v.id and f.guild_id = ${guildId}
        left join startgg_sync s on s.scope = 'game' and s.key = v.id::text
      where v.id = ${Number(videogameId)}`,
  );
}
