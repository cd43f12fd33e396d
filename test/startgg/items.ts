import type { WorkItem } from '../../src/jobs/item.ts';

let ids = 0;

/** An item of an import's work list. */
export function item(kind: string, key: string, data: Record<string, unknown> = {}): WorkItem {
  const known = { tournamentId: 1, eventState: 'COMPLETED', eventType: 1, numEntrants: 16 };
  return { id: String(++ids), kind, key, page: 1, label: key, data: { ...known, ...data }, attempts: 0 };
}
