import { type RawBuilder, sql } from 'kysely';
import type { CountChanges } from './kind.ts';
import { NO_COUNTS, type PhaseCounts } from './state.ts';

const NAMES = Object.keys(NO_COUNTS) as (keyof PhaseCounts)[];

/** The value of a job's `counters` after these changes, as an SQL expression over its present value. */
export function countersAfter(changes: CountChanges): RawBuilder<unknown> {
  const phases = Object.entries(changes).map(([phase, change]) => {
    const counts = NAMES.map((name) => {
      const before = sql`coalesce((counters #>> ${[phase, name]}::text[])::bigint, 0)`;
      return sql`${name}::text, ${before} + ${change[name] ?? 0}::bigint`;
    });
    return sql`jsonb_build_object(${phase}::text, jsonb_build_object(${sql.join(counts)}))`;
  });
  return sql.join([sql`counters`, ...phases], sql` || `);
}
