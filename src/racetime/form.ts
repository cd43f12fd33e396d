import type { ClaimedRoom } from '../matches/rooms/race-rooms.ts';
import { shorten } from '../text.ts';
import { readSetting } from './setting.ts';

/** racetime.gg takes 1,000 characters of text about a room. */
const INFO = 300;

type About = Pick<ClaimedRoom, 'source' | 'outsideId' | 'setting' | 'title' | 'tournament'>;

/**
 * The text by which Herald knows a room again: it names the match as its source does, so that all tournaments that have
 * the match find the same room.
 */
export function markerOf({ source, outsideId }: Pick<About, 'source' | 'outsideId'>): string {
  return `Herald match ${source}/${outsideId}`;
}

/** What a room is opened with (racetime-app wiki, Category bots); all else is as the category has it. */
export function formFor(room: About): Record<string, string> {
  const { goal } = readSetting(room.setting);
  return {
    goal,
    info_user: shorten(`${room.title} · ${room.tournament}`, INFO),
    info_bot: markerOf(room),
    // Rooms that are not listed could not be found again.
    unlisted: 'false',
  };
}
