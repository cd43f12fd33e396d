import type { Change, ChangedField } from './change.ts';
import type { SourceMatch } from './source.ts';

/** What is kept of changes, field by field, as text. */
export type MatchFields = Record<ChangedField, string | null>;

type Player = { name: string; pairing: number; side?: number | null };

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
  players: readonly Player[];
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
    // Time alone makes a match that has one live and finished: that is no change at the source.
    state:
      match.startsAt !== null && (match.state === 'live' || match.state === 'finished')
        ? 'scheduled'
        : match.state,
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
export function pairings(players: readonly Player[]): string | null {
  const byPairing = Map.groupBy(players, ({ pairing }) => pairing);
  return [...byPairing.values()].map((pair) => versus(pair)).join(' / ') || null;
}

/** "A vs B" for the players of one pairing; "A & B vs C & D" where several play together. */
export function versus(players: readonly Player[], nameOf = (name: string) => name): string {
  const sides = Map.groupBy(players, (player) => player.side ?? player);
  return [...sides.values()].map((side) => side.map(({ name }) => nameOf(name)).join(' & ')).join(' vs ');
}
