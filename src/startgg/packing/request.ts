import { RetryLaterError } from '../../errors.ts';
import type { Complaint, PackedAnswer } from '../client.ts';
import { FRAGMENTS } from '../documents.ts';
import { TooComplexError } from '../errors.ts';
import type { Answered, Ask } from './reader.ts';

/** Writes one document that asks for everything. */
export function documentOf(asks: readonly Ask[]): string {
  const roots = [...Map.groupBy(asks, ({ root }) => root.alias)].map(([alias, own]) => {
    const selections = own.map(({ part, selection }) => (part ? `${part}: ${selection}` : selection));
    return `  ${alias}: ${own[0]?.root.field} {\n    id\n    ${selections.join('\n    ')}\n  }`;
  });
  const fragments = [...new Set(asks.flatMap((ask) => ask.fragments))].map((name) => FRAGMENTS[name]);
  return [`query Packed {\n${roots.join('\n')}\n}`, ...fragments].join('\n');
}

/** Finds what was answered to each ask. */
export function answersTo(asks: readonly Ask[], { data, complaints }: PackedAnswer): Answered[] {
  return asks.map(({ root, part }) => {
    const about = complaints.find(({ path: [alias, field] }) => {
      if (alias !== root.alias) return false;
      return field === undefined || !part || field === part;
    });
    const whole = data[root.alias] as Record<string, unknown> | null | undefined;
    const value = part && whole ? whole[part] : whole;
    if (about) return { value: null, complaint: errorOf(about) };
    // A refusal of the whole request may name its first field only (seen for "complexity is too high"), and leave all the
    // others null without a word: beside any complaint, null does not say that something is hidden.
    const [other] = complaints;
    if (!whole && other) return { value: null, complaint: errorOf(other) };
    const isMissing = value === undefined || (value === null && whole !== null);
    return {
      value,
      complaint: isMissing ? new RetryLaterError('start.gg left out a part of it') : undefined,
    };
  });
}

const isTooLarge = (message: string) => /complexity.*too high/i.test(message);

function errorOf({ message }: Complaint): Error {
  if (isTooLarge(message)) return new TooComplexError(message);
  return new RetryLaterError(`start.gg: ${message}`);
}
