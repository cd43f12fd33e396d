import { escapeText, shorten } from '../text.ts';
import type { MatchView } from './change.ts';

/** What a Twitch login looks like. */
const TWITCH_LOGIN = /^\w{2,25}$/;
/** An address that can stand in a markdown link as it is. */
const ADDRESS = /^https?:\/\/[^\s<>()[\]]{1,100}$/i;
const NAME = 40;

/** A player's own stream; `url` is null where what the source has is no address. */
export type PlayerStream = { name: string; stream: string; url: string | null };

/** Where the players themselves can be watched, each stream once; nothing where the match is broadcast. */
export function playerStreams({
  channels,
  players,
}: Pick<MatchView, 'channels' | 'players'>): PlayerStream[] {
  if (channels.length > 0) return [];
  const streams = players.flatMap(({ name, stream }) =>
    stream ? [{ name, stream, url: addressOf(stream) }] : [],
  );
  const byPlace = new Map(streams.map((each) => [(each.url ?? each.stream).toLowerCase(), each]));
  return [...byPlace.values()];
}

/** The same as markdown, text from outside escaped: "[Ada](https://twitch.tv/ada_tv)", or "Ben: what stands there". */
export function playerStreamLinks(view: Pick<MatchView, 'channels' | 'players'>): string[] {
  return playerStreams(view).map(({ name, stream, url }) => {
    const who = escapeText(shorten(name, NAME));
    return url ? `[${who}](${url})` : `${who}: ${escapeText(shorten(stream, NAME))}`;
  });
}

function addressOf(stream: string): string | null {
  if (TWITCH_LOGIN.test(stream)) return `https://twitch.tv/${stream}`;
  return ADDRESS.test(stream) && URL.canParse(stream) ? stream : null;
}
