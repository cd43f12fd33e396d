import type { MatchView } from '../matches/change.ts';
import { playerStreamLinks } from '../matches/streams.ts';
import { escapeText, stamp } from '../text.ts';
import { areSame, isSame, type Opponent, type Role, type Told, toldTo } from './told.ts';

/** What is said to one person about one match: Discord markdown, text from outside escaped. */
export type Saying = { headline: string; lines: string[] };

const ROLE: Record<Role, string> = {
  player: 'player',
  commentator: 'commentator',
  tracker: 'tracker',
  broadcaster: 'broadcaster',
  helper: 'helper',
};

/**
 * What somebody is to learn between two states of a match; undefined when that is nothing, or all of it past.
 *
 * @param before as they were last told of it, or as it was before they could be; null when it is new
 */
export function sayingOf(
  discordId: string,
  before: MatchView | null,
  after: MatchView,
  now: Date,
): Saying | undefined {
  const [was, is] = [toldTo(discordId, before), toldTo(discordId, after)];
  if (isSame(was, is)) return undefined;
  const matters = [was?.startsAt, is?.startsAt].some((time) => !time || new Date(time) > now);
  if (is ? isOver(is, now) : !matters) return undefined;
  if (!is) return removed(was);
  if (is.isCancelled) return was && !was.isCancelled ? cancelled(was, is) : undefined;
  if (!was) return { headline: firstHeadline(discordId, before), lines: [time(is), ...parts(is)] };
  return changed(was, is);
}

/** What somebody is reminded of. */
export function reminderOf(discordId: string, view: MatchView, now: Date): Saying | undefined {
  const told = toldTo(discordId, view);
  if (!told || told.isCancelled || isOver(told, now)) return undefined;
  return { headline: 'Your match starts soon', lines: [time(told), ...parts(told)] };
}

/** What somebody is told when their match is called; undefined when it is not, or not any more. */
export function callOf(discordId: string, view: MatchView): Saying | undefined {
  const told = toldTo(discordId, view);
  if (!told || view.state !== 'called') return undefined;
  return { headline: 'Your match is called', lines: parts(told) };
}

/** What a player is told when the room for their race is open; undefined when the match is off. */
export function roomOf(discordId: string, view: MatchView): Saying | undefined {
  const told = toldTo(discordId, view);
  if (!told || !view.raceRoom || view.state === 'cancelled' || view.state === 'finished') return undefined;
  return { headline: 'Your race room is open', lines: [time(told), ...parts(told)] };
}

/** The match itself: where it is played and shown, who else is in it, and where it stands. */
export function matchLines(view: MatchView): string[] {
  const streams = view.channels.map(({ name, url, language }) => {
    const text = `${escapeText(name)}${language ? ` (${escapeText(language)})` : ''}`;
    return url ? `[${text}](${url})` : text;
  });
  const watched = playerStreamLinks(view);
  const crew = view.crew.map(({ name, role }) => `${escapeText(name)} (${ROLE[role]})`);
  return [
    ...(view.raceRoom ? [`**Race room** ${roomLink(view.raceRoom)}`] : []),
    ...(view.station == null ? [] : [`**Station** ${view.station}`]),
    ...(streams.length > 0 ? [`**Stream** ${streams.join(', ')}`] : []),
    ...(watched.length > 0 ? [`**Players' streams** ${watched.join(', ')}`] : []),
    ...(crew.length > 0 ? [`**Crew** ${crew.join(', ')}`] : []),
    ...(view.url ? [`[${new URL(view.url).hostname}](${view.url})`] : []),
  ];
}

/** "Sunday, 1 March 2026 18:00 (in 3 days)", in each reader's own zone. */
export function when(startsAt: string): string {
  const date = new Date(startsAt);
  return `${stamp(date, 'F')} (${stamp(date, 'R')})`;
}

/** "demo/tidy-zelda-1234", with its address behind it. */
function roomLink(address: string): string {
  return `[${escapeText(new URL(address).pathname.slice(1))}](${address})`;
}

function isOver({ startsAt }: Told, now: Date): boolean {
  return startsAt !== null && new Date(startsAt) <= now;
}

function firstHeadline(discordId: string, before: MatchView | null): string {
  if (!before) return 'Match scheduled';
  const wasIn = [...before.players, ...before.crew].some((seat) => seat.discordId === discordId);
  if (!wasIn) return 'You were added to a match';
  return before.isTimeKnown ? 'Match scheduled' : 'Time confirmed';
}

function removed(was: Told | null): Saying | undefined {
  if (!was || was.isCancelled) return undefined;
  return {
    headline: 'You are no longer in this match',
    lines: [`You were down as ${roles(was)}.`, ...(was.startsAt ? [`It is on ${when(was.startsAt)}.`] : [])],
  };
}

function cancelled(was: Told, is: Told): Saying {
  const at = was.startsAt ?? is.startsAt;
  return {
    headline: 'Match cancelled',
    lines: [...(at ? [`It was to be on ${when(at)}.`] : []), ...parts(is)],
  };
}

function changed(was: Told, is: Told): Saying {
  const moved = was.startsAt !== is.startsAt;
  const opponents = !areSame(was.opponents, is.opponents);
  const headline = was.isCancelled
    ? 'Match is on again'
    : moved
      ? 'Match moved'
      : opponents
        ? isPlayer(is)
          ? 'Opponent changed'
          : 'Players changed'
        : 'Your part in a match changed';
  const instead = opponents && was.opponents.length > 0 ? [`Instead of ${names(was.opponents)}.`] : [];
  const before = moved && was.startsAt ? [`**Before** ~~${stamp(new Date(was.startsAt), 'F')}~~`] : [];
  const formerly = was.roles.join() === is.roles.join() ? [] : [`Before: ${roles(was)}.`];
  return { headline, lines: [time(is), ...before, ...parts(is), ...instead, ...formerly] };
}

function time(told: Told): string {
  return told.startsAt ? `**When** ${when(told.startsAt)}` : '**When** not set yet';
}

function parts(told: Told): string[] {
  return [
    ...(told.opponents.length > 0
      ? [`**${isPlayer(told) ? 'Opponent' : 'Players'}** ${names(told.opponents)}`]
      : []),
    `**You** ${roles(told)}`,
  ];
}

const isPlayer = (told: Told) => told.roles.includes('player');
const names = (list: readonly Opponent[]) => list.map(({ name }) => escapeText(name)).join(', ');
const roles = (told: Told) => told.roles.map((role) => ROLE[role]).join(' and ');
