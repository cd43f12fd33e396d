import type { EntrantRecord, SetRecord, SlotRecord } from './model.ts';
import { setState } from './model.ts';

/** The entrant that start.gg shows in a slot: before a pool starts it may be known by its seed alone. */
export function slotEntrant(set: SetRecord, slot: SlotRecord): EntrantRecord | null {
  return set.group.hidesEntrants ? null : (slot.seed?.entrant ?? null);
}

/** `Ada 2 - Bo 1`, or `DQ`; null as long as there is nothing to show. */
export function displayScore(set: SetRecord): string | null {
  const scores = set.slots.map((slot) => slot.standing?.score ?? null);
  if (set.state !== setState.completed || set.hidesScore) return null;
  if (scores.includes(-1)) return 'DQ';
  if (scores.includes(null)) return null;
  const sides = set.slots.map((slot, i) => `${slot.seed?.entrant?.name ?? 'Unknown'} ${scores[i]}`);
  return sides.join(' - ');
}
