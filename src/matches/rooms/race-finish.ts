import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';
import { type RaceEntrant, type Racer, readRace } from './race-results.ts';

/**
 * racetime.gg cancels a room with fewer than two entrants 30 minutes after it was opened (racetime-app, racebot.py).
 * Opened 25 minutes ahead, it outlives the start of the match by five, for those who come in the last moment.
 */
export const ROOM_AHEAD_MINUTES = 25;

/**
 * Whether the race in a room (`r`) decided a match (`m`): it is over, and the match was not moved since to a start for
 * which another room is due.
 */
export const RACED = sql`(r.state = 'finished' and (m.starts_at is null
  or r.ended_at > m.starts_at - make_interval(mins => ${ROOM_AHEAD_MINUTES}::int)))`;

/**
 * Writes how its race ended to a match: ranks and times of its players, who else was in it, and the score. For a match
 * without such a race it does nothing; it can be run again whenever the players change.
 */
export async function writeResults(em: EntityManager, matchId: number): Promise<void> {
  const race = await firstRow(
    em,
    sql<{ entrants: RaceEntrant[] }>`select coalesce(r.entrants, '[]') as entrants
      from race_room r join match m on m.id = r.match_id where r.match_id = ${matchId} and ${RACED}`,
  );
  if (!race) return;
  const racers = await rows(
    em,
    sql<Racer>`select id, name, stream from match_player where match_id = ${matchId} order by pairing, position`,
  );
  const { finishes, unmatched, score } = readRace(race.entrants, racers);
  await rows(
    em,
    sql`update match_player p set finish_rank = now.rank, finish_time = now.time
        from match_player old left join json_to_recordset(${JSON.stringify(finishes)}::json) as now(id int, rank smallint, time text)
          on now.id = old.id
        where p.id = old.id and old.match_id = ${matchId}
          and (old.finish_rank, old.finish_time) is distinct from (now.rank, now.time)`,
  );
  await rows(
    em,
    sql`update race_room set unmatched = ${JSON.stringify(unmatched)}::jsonb, score = ${score} where match_id = ${matchId}`,
  );
}
