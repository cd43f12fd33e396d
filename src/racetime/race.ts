import type { RaceEntrant } from '../matches/rooms/race-results.ts';
import type { RoomState } from '../matches/rooms/race-rooms.ts';
import type { RaceAnswer } from './answers.ts';

const MINUTE = 60_000;
/** A room lives so long without a race: with fewer than two entrants, and with more (racetime-app, racebot.py). */
const LIFE_MS = { few: 30 * MINUTE, enough: 240 * MINUTE };
/** racetime.gg looks for rooms to cancel now and then, and its clock is not ours. */
const SLACK_MS = MINUTE;

/**
 * What a room is to a match.
 *
 * @param startsAt when the match starts, as ISO text; null when nobody knows any more
 * @returns `wanted` when another is needed: nobody came to this one, or the match was moved to when this one will be gone
 */
export function stateOf(race: RaceAnswer, startsAt: string | null): RoomState {
  if (race.status === 'finished') return 'finished';
  if (race.status === 'in_progress') return 'running';
  const openedAt = Date.parse(race.opened_at);
  const life = race.entrants_count < 2 ? LIFE_MS.few : LIFE_MS.enough;
  if (race.status === 'cancelled' || race.status === 'partitioned') {
    const age = Date.parse(race.cancelled_at ?? '') - openedAt;
    return race.entrants_count < 2 && age >= life - SLACK_MS ? 'wanted' : 'cancelled';
  }
  const isInTime = startsAt === null || Date.parse(startsAt) <= openedAt + life;
  return isInTime || race.status === 'pending' ? 'open' : 'wanted';
}

/** Who was in a race, in the order in which racetime.gg lists them. */
export function entrantsOf({ entrants }: RaceAnswer): RaceEntrant[] {
  return entrants.map(({ user, status, place, finish_time }) => ({
    name: user.name,
    fullName: user.full_name,
    twitch: user.twitch_name || null,
    status,
    place: place ?? null,
    time: finish_time ?? null,
  }));
}
