import type { CountChanges } from '../jobs/kind.ts';

/** Adds up changes to counters. */
export function merge(...changes: readonly CountChanges[]): CountChanges {
  const sum = new Map<string, Record<string, number>>();
  for (const change of changes)
    for (const [phase, counts] of Object.entries(change)) {
      const into = sum.get(phase) ?? {};
      for (const [name, value] of Object.entries(counts)) into[name] = (into[name] ?? 0) + value;
      sum.set(phase, into);
    }
  return Object.fromEntries(sum);
}
