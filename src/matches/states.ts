import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';
import { RACED } from './race-finish.ts';

/** Where no race says when a match is over: so long after it should have been, it is. */
const SURELY_OVER_HOURS = 4;
/** Where the source does not say how long a match takes. */
export const USUAL_MINUTES = 60;

/**
 * Lets time do its part: what was scheduled goes live at its start, and is finished when its race is; at the latest some
 * hours after its end, judged by the later of its two times.
 *
 * @param matchId one match alone; otherwise all that are followed
 * @returns ids of the matches whose state changed
 */
export async function settleStates(em: EntityManager, matchId?: number): Promise<number[]> {
  const which = matchId === undefined ? sql`m.link_id is not null` : sql`m.id = ${matchId}`;
  const changed = await rows(
    em,
    sql<{ id: number }>`update match m set state = due.state
      from (
        select m.id, case
          when ${RACED} or greatest(starts_at, airs_at) + make_interval(mins => coalesce(length_minutes, ${USUAL_MINUTES})::int, hours => ${SURELY_OVER_HOURS}::int) <= now()
            then 'finished' else 'live' end as state
        from match m left join race_room r on r.match_id = m.id
        where m.state in ('scheduled', 'live') and m.source = 'speedgaming' and (starts_at <= now() or ${RACED})
      ) due
      where m.id = due.id and m.state <> due.state and ${which} returning m.id`,
  );
  return changed.map(({ id }) => id);
}
