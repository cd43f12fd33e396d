import type { MatchView, Seat } from '../change.ts';
import { pairings } from '../fields.ts';
import { twitchLogin } from '../rooms/race-results.ts';
import type { Channel, SourceMatch, SourcePerson } from '../source.ts';
import { ERASED, type Veil } from './erased.ts';

/** The parts of a match that can say who is in it. */
export type Hideable = Pick<SourceMatch, 'title' | 'note' | 'score' | 'channels' | 'players' | 'crew'>;

/** In a longer text a single letter is no name. */
const SHORTEST_NAME = 2;

/** A match without those who had themselves erased; the same object when it names none of them. */
export function hideErased<T extends Hideable>(match: T, veil: Veil): T {
  const hidden = peopleIn(match).filter((person) => veil(person) !== person);
  if (hidden.length === 0) return match;
  const players = match.players.map((slot) => {
    const person = slot.person && veil(slot.person);
    return person === slot.person ? slot : { ...slot, name: ERASED, person };
  });
  const crew = match.crew.map((signUp) => ({ ...signUp, person: veil(signUp.person) }));
  const slots = match.players.filter(({ person }) => person && hidden.includes(person));
  const words = [...slots.map(({ name }) => name), ...hidden.flatMap(wordsOf)];
  return {
    ...match,
    title: titleWithout(match, players, words),
    note: match.note && withoutWords(match.note, words),
    score: match.score && withoutWords(match.score, words),
    channels: channelsWithout(match.channels, words),
    players,
    crew,
  };
}

/** All whom a match names. */
export function peopleIn({ players, crew }: Pick<Hideable, 'players' | 'crew'>): SourcePerson[] {
  return [
    ...players.map(({ person }) => person).filter((person) => person !== null),
    ...crew.map(({ person }) => person),
  ];
}

/** A match as people were told of it, without those who had themselves erased. */
export function hideInView(view: MatchView, isTheirs: (seat: Seat) => boolean): MatchView {
  const theirs = [...view.players, ...view.crew].filter(isTheirs);
  if (theirs.length === 0) return view;
  const words = theirs.flatMap(({ name, stream }) => [name, stream ?? '']);
  const hide = <T extends Seat>(seat: T): T =>
    isTheirs(seat) ? { ...seat, name: ERASED, discordId: null, stream: null } : seat;
  const players = view.players.map(hide);
  return {
    ...view,
    title: titleWithout(view, players, words),
    score: view.score && withoutWords(view.score, words),
    channels: channelsWithout(view.channels, words),
    players,
    crew: view.crew.map(hide),
  };
}

/** A text in which these words, each as a whole, are replaced; upper and lower case are one. */
export function withoutWords(text: string, words: readonly string[]): string {
  const pattern = patternOf(words);
  return pattern ? text.replace(pattern, ERASED) : text;
}

/** Whether a text has one of these words in it. */
export function hasWord(text: string | null, words: readonly string[]): boolean {
  return text !== null && patternOf(words)?.test(text) === true;
}

/** A title made from the names is made anew; in one that somebody wrote, the names are replaced. */
function titleWithout(
  { title, players }: { title: string; players: Parameters<typeof pairings>[0] },
  now: Parameters<typeof pairings>[0],
  words: readonly string[],
): string {
  return title === pairings(players) ? (pairings(now) ?? ERASED) : withoutWords(title, words);
}

/** Somebody's own stream says who they are. */
function channelsWithout(channels: readonly Channel[], words: readonly string[]): Channel[] {
  const own = new Set(words.filter(Boolean).flatMap((word) => [word.toLowerCase(), twitchLogin(word)]));
  return channels.filter(
    ({ name, url }) => !own.has(name.toLowerCase()) && !(url !== null && own.has(twitchLogin(url) ?? url)),
  );
}

function wordsOf({ name, tag, stream, discordId }: SourcePerson): string[] {
  return [name, tag, stream, discordId].filter((word) => word !== null);
}

function patternOf(words: readonly string[]): RegExp | undefined {
  const long = [...new Set(words.map((word) => word.trim()))].filter(({ length }) => length >= SHORTEST_NAME);
  if (long.length === 0) return undefined;
  const any = long
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${any.join('|')})(?![\\p{L}\\p{N}_])`, 'giu');
}
