import { createHash } from 'node:crypto';
import type { MatchView } from '../matches/change.ts';
import type { CrewRole } from '../matches/source.ts';
import { USUAL_MINUTES } from '../matches/states.ts';
import { playerStreams } from '../matches/streams.ts';
import { escapeText, shorten, withoutControls } from '../text.ts';
import { packLines } from './embed-limits.ts';

/** What Discord takes in one event (Discord docs, Guild Scheduled Event Object). */
const EVENT = { name: 100, description: 1000, location: 100 };
/** Names are cut before they are escaped, so that a long one leaves room for the others. */
const NAME = 40;
const NAMES = 12;
/** Below this a tournament's name is left out rather than cut. */
const LEAST_TITLE = 40;

const CREW: Record<CrewRole, string> = {
  commentator: 'Commentary',
  tracker: 'Tracking',
  broadcaster: 'Broadcast',
  helper: 'Helping',
};

/** An event as Discord shall show it. Times are ISO text. */
export type EventBody = {
  name: string;
  description: string;
  location: string;
  startsAt: string;
  endsAt: string;
};

/** Draws the event of a match. The name and the location are plain text at Discord, the description is markdown. */
export function drawEvent(matchId: number, view: MatchView, tournament: string, startsAt: string): EventBody {
  const minutes = view.lengthMinutes || USUAL_MINUTES;
  return {
    name: nameOf(plain(view.title), plain(tournament)),
    description: describe(matchId, view),
    location: locationOf(view),
    startsAt,
    endsAt: new Date(Date.parse(startsAt) + minutes * 60_000).toISOString(),
  };
}

/** The match whose event has this description. Its last line says so, which text from outside cannot: it has no lines. */
export function matchOf(description: string | null | undefined): number | undefined {
  const found = /(?:^|\n)Herald · match (\d+)$/.exec(description?.trim() ?? '');
  return found ? Number(found[1]) : undefined;
}

/** Two hashes joined by a colon: of what people are told (when, and who plays), and of all that the event shows. */
export function hashOf(body: EventBody, view: MatchView): string {
  const core = [Date.parse(body.startsAt), view.players.map(({ name, pairing }) => [pairing, name])];
  return `${digest(core)}:${digest(body)}`;
}

/** Whether two hashes agree in what people are told. */
export function isCoreSame(one: string, other: string | null): boolean {
  return one.split(':')[0] === other?.split(':')[0];
}

function nameOf(title: string, tournament: string): string {
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(title)) return shorten(tournament || 'Match', EVENT.name);
  const whole = `${title} · ${tournament}`;
  if (whole.length <= EVENT.name) return tournament ? whole : title;
  const room = EVENT.name - title.length - ' · '.length;
  return room >= LEAST_TITLE ? `${title} · ${shorten(tournament, room)}` : shorten(title, EVENT.name);
}

function describe(matchId: number, view: MatchView): string {
  const marker = `Herald · match ${matchId}`;
  const players = Map.groupBy(view.players, ({ pairing }) => pairing);
  const lines = [
    ...[...players.values()].map((pair) => names(pair, ' vs ')),
    ...Object.entries(CREW).flatMap(([role, label]) => {
      const crew = view.crew.filter((member) => member.role === role);
      return crew.length > 0 ? [`${label}: ${names(crew, ', ')}`] : [];
    }),
    ...view.channels.map(({ name, language, url }) => {
      const spoken = language ? ` (${escapeText(shorten(language, NAME))})` : '';
      return `Stream: ${isLink(url) ? url : escapeText(shorten(name, NAME))}${spoken}`;
    }),
    ...playerStreams(view).map(
      ({ name, stream, url }) =>
        `Stream of ${escapeText(shorten(name, NAME))}: ${url ?? escapeText(shorten(stream, NAME))}`,
    ),
  ];
  const room = isLink(view.raceRoom) ? [`Race room: ${view.raceRoom}`] : [];
  const source = isLink(view.url) && view.url.length <= EVENT.description / 2 ? [view.url] : [];
  const end = [...room, ...source, marker].join('\n');
  const packed = packLines(lines, EVENT.description - end.length - 1);
  return packed ? `${packed}\n${end}` : end;
}

function names(people: readonly { name: string }[], between: string): string {
  const shown = people.slice(0, NAMES).map(({ name }) => escapeText(shorten(name, NAME)));
  const left = people.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(between);
}

function locationOf({ channels, url }: MatchView): string {
  const stream = channels.find((channel) => isLink(channel.url))?.url;
  return [stream, url].find((place) => isLink(place) && place.length <= EVENT.location) ?? 'To be announced';
}

function isLink(url: string | null | undefined): url is string {
  return /^https?:\/\/[^\s<>]+$/.test(url ?? '');
}

function plain(text: string): string {
  return withoutControls(text).replace(/\s+/g, ' ').trim();
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}
