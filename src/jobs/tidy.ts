import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { removeInPortions } from '../database/portions.ts';

/** So long after its end a job can still be retried, for which its whole work list is needed. */
export const RETRY_DAYS = 30;
/** A day more, so that no list goes while somebody has it retried. */
const KEPT_DAYS = RETRY_DAYS + 1;
/** Rows that go in one transaction. */
const AT_ONCE = 10_000;

/**
 * Takes the work lists of jobs off that ended long ago and cannot go on: an import of a whole game leaves 100,000 items.
 * What failed stays, since it is shown. A failed job keeps its list, where it can be resumed whenever.
 */
export async function tidyWorkLists(db: Database): Promise<void> {
  await removeInPortions(
    db,
    AT_ONCE,
    sql`delete from import_item where id in (
            select i.id from import_job j join import_item i on i.job_id = j.id
            where j.state in ('COMPLETED', 'CANCELLED') and j.finished_at < now() - make_interval(days => ${KEPT_DAYS}::int) and i.state <> 'failed'
            limit ${AT_ONCE})
          returning 1`,
  );
}
