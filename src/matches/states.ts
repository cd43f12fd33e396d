import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';
import { RACED, ROOM_AHEAD_MINUTES } from './rooms/race-finish.ts';

/** Where no race says when a match is over: so long after it should have been, it is. */
const SURELY_OVER_HOURS = 4;
/** Where the source does not say how long a match takes. */
export const USUAL_MINUTES = 60;

/** The room (`r`) of a match (`m`), looked up for each: the few that are due are not worth reading all rooms. */
const ROOM = sql`lateral (select * from race_room where match_id = m.id limit 1) r`;

/** What a match (`m`) with its room (`r`) is once time has its way with it. */
const NOW = sql`case
  when ${RACED} or greatest(m.starts_at, m.airs_at) + make_interval(mins => coalesce(m.length_minutes, ${USUAL_MINUTES})::int, hours => ${SURELY_OVER_HOURS}::int) <= now()
    then 'finished' else 'live' end`;
const IS_DUE = sql`m.state in ('scheduled', 'live') and m.source = 'speedgaming' and (m.starts_at <= now() or ${RACED})
  and m.state <> ${NOW}`;
/**
 * A race that decides a match ended when its room was due or later, so the match is about to start: with that bound of its
 * own the index of what is to come is used. The hour more is for racetime.gg's clock.
 */
const IS_NEAR = sql`m.starts_at <= now() + make_interval(mins => ${ROOM_AHEAD_MINUTES}::int, hours => 1)`;

/** The guilds that follow matches for which something is due, in the order in which they are to be held. */
export async function guildsToSettle(em: EntityManager): Promise<string[]> {
  const found = await rows(
    em,
    sql<{ id: string }>`select distinct t.guild_id as id
      from match m join tournament t on t.id = m.tournament_id left join ${ROOM} on true
      where m.link_id is not null and ${IS_NEAR} and ${IS_DUE} order by id`,
  );
  return found.map(({ id }) => id);
}

/**
 * Lets time do its part: what was scheduled goes live at its start, and is finished when its race is; at the latest some
 * hours after its end, judged by the later of its two times. The caller holds the guild.
 *
 * @param of one match, or all that a guild follows
 * @returns ids of the matches whose state changed
 */
export async function settleStates(
  em: EntityManager,
  of: { matchId: number } | { guildId: string },
): Promise<number[]> {
  const isMeant =
    'matchId' in of
      ? sql`m.id = ${of.matchId}`
      : sql`m.link_id is not null and ${IS_NEAR} and m.tournament_id in (select id from tournament where guild_id = ${of.guildId})`;
  const changed = await rows(
    em,
    sql<{ id: number }>`update match set state = due.state
      from (
        select m.id, ${NOW} as state from match m left join ${ROOM} on true
        where ${isMeant} and ${IS_DUE} order by m.id for update of m
      ) due
      where match.id = due.id returning match.id`,
  );
  return changed.map(({ id }) => id);
}
