import { shortenEscaped } from '../src/discord/embed-limits.ts';
import type { Change, ChangedField } from '../src/matches/change.ts';
import { escapeText, stamp } from '../src/text.ts';

const LENGTH = 200;
/** What only organisers may see. */
const PRIVATE: readonly ChangedField[] = ['note', 'time note', 'approval'];
const TIMES: readonly ChangedField[] = ['time', 'air time'];

/**
 * What changed, in words: "**time** <t:…> → <t:…>". Members are not shown what the source keeps for organisers. The
 * air time is left out where it is the time.
 */
export function changeWords(changes: readonly Change[], isOrganiser: boolean): string[] {
  const time = changes.find(({ what }) => what === 'time');
  return changes
    .filter(({ what }) => isOrganiser || !PRIVATE.includes(what))
    .filter(({ what, from, to }) => what !== 'air time' || from !== time?.from || to !== time.to)
    .map(({ what, from, to }) => `**${what}** ${valueWords(what, from)} → ${valueWords(what, to)}`);
}

function valueWords(what: ChangedField, value: string | null): string {
  if (value === null) return 'none';
  if (TIMES.includes(what)) return stamp(new Date(value), 'f');
  return shortenEscaped(escapeText(value), LENGTH);
}
