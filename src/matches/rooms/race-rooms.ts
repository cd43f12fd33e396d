import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, firstRow, rows } from '../../database/database.ts';
import { LOCKS } from '../../database/locks.ts';
import { hideRacers } from '../privacy/erased-racers.ts';
import { iso } from '../snapshots.ts';
import { RACED, ROOM_AHEAD_MINUTES } from './race-finish.ts';
import type { RaceEntrant } from './race-results.ts';

/**
 * - `wanted`: there is none yet, or none any more
 * - `open`: people can enter
 * - `running`, `finished`: the race
 * - `cancelled`: people closed it, so no other is opened
 * - `refused`: racetime.gg does not open it as the tournament is set
 */
export type RoomState = 'wanted' | 'open' | 'running' | 'finished' | 'cancelled' | 'refused';

/** A match whose room this process may open, or look at, until its claim runs out. */
export type ClaimedRoom = {
  matchId: number;
  tournamentId: number;
  guildId: string;
  source: string;
  outsideId: string;
  title: string;
  tournament: string;
  /** ISO text; a match that has a room may have lost its time. */
  startsAt: string | null;
  setting: string;
  state: RoomState;
  /** Of one that is wanted: the room that another tournament has for the same match. */
  url: string | null;
  openedAt: string | null;
  /** Names this claim. */
  claim: string;
};

/** How long one process keeps a room to itself: longer than it may take to open one, and than racetime.gg keeps old answers. */
export const CLAIM_MS = 60_000;
/** Rooms that are opened for one start: the first, and after those that nobody entered. */
const ROOMS_PER_START = 3;
/** A match that began longer ago gets no room any more. */
const LATE_MINUTES = 10;

const isFree = sql`(r.claimed_until is null or r.claimed_until <= clock_timestamp())`;

const COLUMNS = sql`m.id as "matchId", t.id as "tournamentId", t.guild_id as "guildId", m.source, m.outside_id as "outsideId",
  m.title, t.name as tournament, ${iso('m.starts_at')} as "startsAt"`;

/** Matches that are followed in a guild that Herald is in. */
const FOLLOWED = sql`match m join tournament t on t.id = m.tournament_id and t.deleted_at is null
  join guild g on g.id = t.guild_id and g.left_at is null
  join tournament_link l on l.id = m.link_id and l.disabled_at is null and l.ready_at is not null`;

/**
 * Takes the next match that is to have a room and has none, soonest first. Of one match in several tournaments with the
 * same setting only one is taken at a time; the others get its room.
 */
export async function claimDue(db: Database): Promise<ClaimedRoom | undefined> {
  return await db.transaction(async (em) => {
    // Claims are made one after the other, so that each sees what the one before has taken.
    await rows(em, sql`select pg_advisory_xact_lock(${LOCKS.raceRooms})`);
    return await firstRow(
      em,
      sql<ClaimedRoom>`
        with due as (
          select m.id, m.starts_at, t.race_rooms as setting, twin.url, twin.opened_at
          from ${FOLLOWED} left join race_room r on r.match_id = m.id
            left join lateral (
              select x.url, x.opened_at, x.claimed_until from match o join race_room x on x.match_id = o.id
              where (o.source, o.outside_id) = (m.source, m.outside_id) and o.id <> m.id and x.setting = t.race_rooms
                and x.for_start = m.starts_at and (x.state in ('open', 'running') or x.state = 'wanted' and x.claimed_until > clock_timestamp())
              order by x.url nulls last limit 1) twin on true
          where t.race_rooms is not null and m.state in ('scheduled', 'live')
            and m.starts_at between now() - make_interval(mins => ${LATE_MINUTES}::int) and now() + make_interval(mins => ${ROOM_AHEAD_MINUTES}::int)
            and (select count(*) from match_player p where p.match_id = m.id and p.identity_id is not null) >= 2
            and (r.match_id is null or ${isFree} and case
              when r.state in ('open', 'running') or ${RACED} then false
              when (r.for_start, r.setting) = (m.starts_at, t.race_rooms) then r.state = 'wanted' and r.attempts < ${ROOMS_PER_START}::int
              else true end)
            and (twin.claimed_until is null or twin.url is not null)
          order by m.starts_at, m.id limit 1
        ), claimed as (
          insert into race_room as old (match_id, setting, for_start, claimed_until)
          select id, setting, starts_at, clock_timestamp() + ${interval(CLAIM_MS)} from due
          on conflict (match_id) do update set setting = excluded.setting, for_start = excluded.for_start, state = 'wanted', url = null,
            attempts = case when (old.for_start, old.setting) = (excluded.for_start, excluded.setting) then old.attempts else 0 end,
            opened_at = null, started_at = null, ended_at = null, entrants = null, unmatched = null, score = null,
            claimed_until = excluded.claimed_until
          returning match_id, claimed_until::text as claim
        )
        select ${COLUMNS}, due.setting, 'wanted' as state, due.url, ${iso('due.opened_at')} as "openedAt", claimed.claim
        from claimed join due on due.id = claimed.match_id join match m on m.id = due.id join tournament t on t.id = m.tournament_id`,
    );
  });
}

/** Takes the next room that may have news; who waited longest comes first. That of a cancelled match is nobody's business. */
export async function claimOpen(em: EntityManager): Promise<ClaimedRoom | undefined> {
  return await firstRow(
    em,
    sql<ClaimedRoom>`
      update race_room r set claimed_until = clock_timestamp() + ${interval(CLAIM_MS)}
      from match m join tournament t on t.id = m.tournament_id
      where m.id = r.match_id and r.match_id = (
        select r.match_id from race_room r join match m on m.id = r.match_id
          join tournament t on t.id = m.tournament_id and t.deleted_at is null join guild g on g.id = t.guild_id and g.left_at is null
        where r.state in ('open', 'running') and ${isFree} and m.state <> 'cancelled'
        order by r.claimed_until nulls first limit 1 for update of r skip locked)
      returning ${COLUMNS}, r.setting, r.state, r.url, ${iso('r.opened_at')} as "openedAt", r.claimed_until::text as claim`,
  );
}

/** Keeps the room that was opened. False when the claim is no longer this process's. */
export async function saveRoom(
  em: EntityManager,
  claimed: ClaimedRoom,
  room: { url: string; openedAt: string | null },
): Promise<boolean> {
  return await write(
    em,
    claimed,
    sql`state = 'open', url = ${room.url}, opened_at = coalesce(${room.openedAt}::timestamptz, clock_timestamp()),
      attempts = attempts + 1, error = null, claimed_until = null`,
  );
}

/** What a look at a room brought. Times are ISO text. */
export type RoomNews = {
  state: RoomState;
  startedAt: string | null;
  endedAt: string | null;
  entrants: RaceEntrant[] | null;
};

/** Keeps how a room is by now. False when the claim is no longer this process's. @param afterMs when to look again */
export async function noteRoom(
  em: EntityManager,
  claimed: ClaimedRoom,
  { state, startedAt, endedAt, entrants }: RoomNews,
  afterMs: number,
): Promise<boolean> {
  // One that is wanted anew may be due at once.
  const rest = state === 'wanted' ? 0 : afterMs;
  const kept = entrants && (await hideRacers(em, claimed.matchId, entrants));
  return await write(
    em,
    claimed,
    sql`state = ${state}, started_at = ${startedAt}::timestamptz, entrants = ${kept && JSON.stringify(kept)}::jsonb,
      ended_at = case when ${state} = 'finished' then coalesce(${endedAt}::timestamptz, clock_timestamp()) end,
      claimed_until = clock_timestamp() + ${interval(rest)}`,
  );
}

/** racetime.gg will not open it as the tournament is set: nobody asks again until that, or the start, is another. */
export async function refuseRoom(em: EntityManager, claimed: ClaimedRoom): Promise<boolean> {
  return await write(em, claimed, sql`state = 'refused', claimed_until = null`);
}

/** Leaves it alone for some time. */
export async function postponeRoom(em: EntityManager, claimed: ClaimedRoom, afterMs: number): Promise<void> {
  await write(em, claimed, sql`claimed_until = clock_timestamp() + ${interval(afterMs)}`);
}

/** Keeps what is in the way. @returns whether it is new for the tournament, so that it is worth telling */
export async function noteRoomError(
  em: EntityManager,
  { matchId, tournamentId }: ClaimedRoom,
  error: string,
): Promise<boolean> {
  const row = await firstRow(
    em,
    sql<{
      isNew: boolean;
    }>`update race_room set error = ${error} where match_id = ${matchId} returning not exists (
      select 1 from match m join race_room r on r.match_id = m.id
      where m.tournament_id = ${tournamentId} and r.error = ${error} and r.for_start > now() - interval '1 day') as "isNew"`,
  );
  return row?.isNew ?? false;
}

async function write(
  em: EntityManager,
  { matchId, claim }: ClaimedRoom,
  changes: ReturnType<typeof sql>,
): Promise<boolean> {
  const row = await firstRow(
    em,
    sql`update race_room set ${changes} where match_id = ${matchId} and claimed_until = ${claim}::timestamptz returning 1`,
  );
  return row !== undefined;
}

function interval(ms: number) {
  return sql`make_interval(secs => ${ms / 1000}::float8)`;
}
