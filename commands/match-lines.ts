import { shortenEscaped } from '../src/discord/embed-limits.ts';
import { pairings } from '../src/matches/fields.ts';
import type { ListedMatch } from '../src/matches/schedule.ts';
import type { MatchState } from '../src/matches/source.ts';
import { playerStreamLinks } from '../src/matches/streams.ts';
import { escapeText, stamp } from '../src/text.ts';

const WORDS: Partial<Record<MatchState, string>> = {
  unconfirmed: '🕑 not confirmed',
  called: '📣 called',
  live: '🔴 under way',
};
const LINE = 200;
/** So many streams stand on a list. */
const STREAMS = 3;

/** A match on a list: what, when, who, where it is shown. Markdown; text from outside escaped. */
export function matchBlock(match: ListedMatch, options: { withTournament: boolean }): string {
  const { matchId, tournament, isLinked, view } = match;
  const players = pairings(view.players);
  const streams = view.channels
    .slice(0, STREAMS)
    .map(({ name, url }) => (url ? `[${line(name, 60)}](${url})` : line(name, 60)));
  const watched = playerStreamLinks(view).slice(0, STREAMS);
  const crew = view.crew.map(({ name, role }) => `${escapeText(name)} (${role})`);
  return [
    [
      `**${line(view.title)}**`,
      `match ${matchId}`,
      ...(WORDS[view.state] ? [WORDS[view.state]] : []),
      ...(isLinked ? [] : ['no longer followed']),
    ].join(' · '),
    [timeWords(view.startsAt, view.isTimeKnown), ...(options.withTournament ? [line(tournament)] : [])].join(
      ' · ',
    ),
    ...(players && players !== view.title ? [line(players)] : []),
    ...(streams.length > 0 ? [`**Stream** ${streams.join(', ')}`] : []),
    ...(watched.length > 0 ? [`**Players' streams** ${watched.join(', ')}`] : []),
    ...(crew.length > 0 ? [`**Crew** ${shortenEscaped(crew.join(', '), LINE)}`] : []),
  ].join('\n');
}

/** When a match starts, in each reader's own zone. */
export function timeWords(startsAt: string | null, isTimeKnown: boolean): string {
  if (startsAt === null) return 'no time yet';
  const at = new Date(startsAt);
  return isTimeKnown ? `${stamp(at, 'f')} (${stamp(at, 'R')})` : `${stamp(at, 'f')}, not confirmed`;
}

function line(text: string, length = LINE): string {
  return shortenEscaped(escapeText(text), length);
}
