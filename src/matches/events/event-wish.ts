import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow } from '../../database/database.ts';
import type { MatchView } from '../change.ts';
import { snapshotsOf } from '../snapshots.ts';
import { USUAL_MINUTES } from '../states.ts';

/**
 * Where a match stands as to its Discord event:
 * - `none`: it is to have none, whatever was before
 * - `ahead`: it is to have one
 * - `running`: it began; an event that it has stays, none is made any more
 * - `over`: an event that it had ends by itself
 */
export type EventPhase = 'none' | 'ahead' | 'running' | 'over';

export type EventWish = {
  phase: EventPhase;
  /** Herald is no longer in the guild. */
  hasLeft: boolean;
  tournament: string;
  view: MatchView;
};

/** When a match `m` should be over. */
export const MATCH_ENDS = sql`m.starts_at + make_interval(mins => coalesce(nullif(m.length_minutes, 0), ${USUAL_MINUTES})::int)`;

/** A tournament is set to have events for a match. */
const isSet = (tournament: string, match: string) =>
  sql`(${sql.ref(`${tournament}.discord_events`)} = 'all'
    or ${sql.ref(`${tournament}.discord_events`)} = 'streamed' and ${sql.ref(`${match}.has_restream`)})`;

/**
 * Another tournament of the guild has the same match of the source, and its event: the one that is there stays, and of
 * several that could be made it is that of the tournament which was linked first.
 */
const IS_ELSEWHERE = sql`exists (
  select 1 from match o join tournament ot on ot.id = o.tournament_id join tournament_link ol on ol.id = o.link_id
    left join discord_event oe on oe.match_id = o.id
  where (o.source, o.outside_id) = (m.source, m.outside_id) and o.id <> m.id and ot.guild_id = t.guild_id
    and ot.deleted_at is null and ol.disabled_at is null and ${isSet('ot', 'o')}
    and (oe.created_at is null, ol.id) < (e.created_at is null, l.id))`;

/**
 * What the Discord event of a match is to be now: it is followed, its tournament is set to have events for it, and it is
 * approved with a time that can be relied on. Undefined when there is no such match.
 */
export async function eventWish(em: EntityManager, matchId: number): Promise<EventWish | undefined> {
  const row = await firstRow(
    em,
    sql<Omit<EventWish, 'view'>>`
      select t.name as tournament, g.left_at is not null as "hasLeft", case
          when m.starts_at is null then 'none'
          when m.state = 'finished' or ${MATCH_ENDS} <= now() then 'over'
          when m.state in ('unconfirmed', 'cancelled') or l.id is null or l.disabled_at is not null or t.deleted_at is not null
            or not ${isSet('t', 'm')} or ${IS_ELSEWHERE} then 'none'
          when m.state = 'scheduled' and m.starts_at > now() then 'ahead'
          else 'running' end as phase
      from match m join tournament t on t.id = m.tournament_id join guild g on g.id = t.guild_id
        left join tournament_link l on l.id = m.link_id left join discord_event e on e.match_id = m.id
      where m.id = ${matchId}`,
  );
  const view = (await snapshotsOf(em, [matchId])).get(matchId)?.view;
  return row && view && { ...row, view };
}
