import type { CountChanges } from './kind.ts';
import { NO_COUNTS, type PhaseCounts } from './state.ts';

/** The counters after these changes. */
export function addCounts(
  counters: Record<string, PhaseCounts>,
  changes: CountChanges,
): Record<string, PhaseCounts> {
  const result = { ...counters };
  for (const [phase, change] of Object.entries(changes)) {
    const counts = { ...NO_COUNTS, ...result[phase] };
    for (const name of Object.keys(NO_COUNTS) as (keyof PhaseCounts)[]) counts[name] += change[name] ?? 0;
    result[phase] = counts;
  }
  return result;
}
