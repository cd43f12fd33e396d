import type { Change, ChangedField } from './change.ts';
import type { SourceMatch } from './source.ts';

/** What is kept of changes, field by field, as text. */
export type MatchFields = Record<ChangedField, string | null>;

type Given = Pick<
  SourceMatch,
  | 'state'
  | 'title'
  | 'startsAt'
  | 'airsAt'
  | 'lengthMinutes'
  | 'timeNote'
  | 'isApproved'
  | 'hasRestream'
  | 'note'
  | 'channels'
  | 'score'
> & {
  players: readonly { name: string; pairing: number }[];
  crew: readonly { role: string; name: string }[];
};

/** A match's fields as they are compared and shown. */
export function fieldsOf(match: Given): MatchFields {
  return {
    time: match.startsAt,
    'air time': match.airsAt,
    'time note': match.timeNote,
    length: match.lengthMinutes === null ? null : `${match.lengthMinutes} min`,
    title: match.title,
    // Time alone makes a match live and finished: that is no change at the source.
    state: match.state === 'live' || match.state === 'finished' ? 'scheduled' : match.state,
    score: match.score,
    players: pairings(match.players),
    crew:
      match.crew
        .map(({ role, name }) => `${role} ${name}`)
        .sort()
        .join(', ') || null,
    channels:
      match.channels
        .map(({ name, language }) => `${name} (${language})`)
        .sort()
        .join(', ') || null,
    restream: match.hasRestream ? 'yes' : 'no',
    approval: match.isApproved ? 'yes' : 'no',
    note: match.note,
  };
}

/** The fields in which two states of a match differ. */
export function changesBetween(from: MatchFields, to: MatchFields): Change[] {
  return (Object.keys(to) as ChangedField[])
    .filter((what) => from[what] !== to[what])
    .map((what) => ({ what, from: from[what], to: to[what] }));
}

/** "A vs B", pairing by pairing. */
export function pairings(players: readonly { name: string; pairing: number }[]): string | null {
  const byPairing = Map.groupBy(players, ({ pairing }) => pairing);
  return [...byPairing.values()].map((pair) => pair.map(({ name }) => name).join(' vs ')).join(' / ') || null;
}
