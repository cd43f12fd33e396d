import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';
import type { MatchEvent, MatchView } from './change.ts';
import { RACED } from './rooms/race-finish.ts';

/** A match at one moment: what can be told of it, and whom it belongs to. */
export type Snapshot = {
  matchId: number;
  tournamentId: number;
  guildId: string;
  source: string;
  outsideId: string;
  revision: number;
  /** It is followed, and the first sync of its link is complete. */
  isFollowed: boolean;
  view: MatchView;
};

/** A time as ISO text, the form in which views are kept and compared. */
export const iso = (column: string) =>
  sql`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/** Matches as they are now, by their ids. Who signed up twice for the same stands there once. */
export async function snapshotsOf(
  em: EntityManager,
  matchIds: readonly number[],
): Promise<Map<number, Snapshot>> {
  if (matchIds.length === 0) return new Map();
  const found = await rows(
    em,
    sql<Snapshot>`
      select m.id as "matchId", m.tournament_id as "tournamentId", t.guild_id as "guildId", m.source, m.outside_id as "outsideId",
        m.revision, coalesce(l.ready_at is not null, false) as "isFollowed",
        json_build_object(
          'state', state, 'url', url, 'title', title, 'startsAt', ${iso('starts_at')}, 'isTimeKnown', time_note is null, 'lengthMinutes', length_minutes,
          'score', coalesce(score, (select r.score from race_room r where r.match_id = m.id and ${RACED})),
          'raceRoom', (select r.url from race_room r where r.match_id = m.id and m.state <> 'cancelled' and (r.state in ('open', 'running') or ${RACED})),
          'station', station, 'channels', channels,
          'players', (
            select coalesce(json_agg(json_build_object('name', s.name, 'discordId', p.discord_id, 'stream', s.stream, 'pairing', pairing, 'side', side)
              order by pairing, position), '[]')
            from match_player s left join person_identity i on i.id = s.identity_id left join person p on p.id = i.person_id
            where s.match_id = m.id),
          'crew', (
            select coalesce(json_agg(json_build_object('name', c.name, 'discordId', c.discord_id, 'stream', c.stream, 'role', c.role)
              order by c.role, c.id), '[]')
            from (
              select distinct on (c.role, i.person_id) c.id, c.role, c.name, c.stream, p.discord_id
              from crew_member c join person_identity i on i.id = c.identity_id join person p on p.id = i.person_id
              where c.match_id = m.id order by c.role, i.person_id, c.id) c)
        ) as view
      from match m join tournament t on t.id = m.tournament_id left join tournament_link l on l.id = m.link_id
      where m.id = any(${[...matchIds]}::int[]) order by m.id`,
  );
  return new Map(found.map((snapshot) => [snapshot.matchId, snapshot]));
}

/**
 * What became of matches between two moments.
 *
 * @param step names the step among others at the same revision, where it was not the source that caused it
 */
export function eventsBetween(
  before: ReadonlyMap<number, Snapshot>,
  after: ReadonlyMap<number, Snapshot>,
  step = '',
): MatchEvent[] {
  return [...after.values()].map(({ view, revision, isFollowed, ...match }) => ({
    ...match,
    revision: `${revision}${step}`,
    before: before.get(match.matchId)?.view ?? null,
    after: view,
    isQuiet: !isFollowed,
  }));
}
