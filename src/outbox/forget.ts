import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { removeInPortions } from '../database/portions.ts';

/** So long it is kept what people were told of matches that are over. */
const KEPT_DAYS = 90;
/** Rows that go in one transaction. */
const AT_ONCE = 5_000;

/**
 * Removes messages that nothing is compared with any more: sent, or given up, long ago, and about a match that is over. Of
 * a match to come all are kept, whenever they were sent, so that nobody is told twice.
 */
export async function forgetMessages(db: Database): Promise<void> {
  await removeInPortions(
    db,
    AT_ONCE,
    sql`delete from notification where id in (
            select n.id from notification n
            where n.state <> 'pending' and n.created_at < now() - make_interval(days => ${KEPT_DAYS}::int) and not exists (
              select 1 from match m where m.source = n.source and m.outside_id = n.outside_id
                and m.state in ('unconfirmed', 'scheduled', 'called', 'live') and (m.starts_at is null or m.starts_at > now() - interval '1 day'))
            order by n.id limit ${AT_ONCE})
          returning 1`,
  );
}
