import { isPreparing, joined, type Room } from './shapes.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Source of the two limits: racetime-app, racebot.py. */
const FEW_ENTRANTS_LIMIT = 30 * MINUTE;
const OPEN_LIMIT = 4 * HOUR;

/** Lets happen to a room what time alone brings, up to `now` (milliseconds). Returns whether something did. */
export function passTime(room: Room, now: number): boolean {
  const before = room.state;
  if (isPreparing(room)) cancelWhenDead(room, now);
  if (room.state === 'pending' && now >= (room.startedAt ?? Infinity)) beginRace(room);
  if (room.state === 'in_progress') endAtLimit(room, now);
  if (room.state !== before) room.version += 1;
  return room.state !== before;
}

/** The countdown, when everybody is ready and the room starts by itself. */
export function beginWhenReady(room: Room, now: number): void {
  const entrants = joined(room);
  if (!isPreparing(room) || !room.settings.flags.auto_start || entrants.length < 2) return;
  if (entrants.some(({ status }) => status !== 'ready')) return;
  room.state = 'pending';
  room.startedAt = now + room.settings.startDelay * 1000;
}

/** The end of the countdown: whoever only asked to join is out. */
export function beginRace(room: Room): void {
  room.state = 'in_progress';
  room.entrants = joined(room);
  for (const entrant of room.entrants) entrant.status = 'in_progress';
}

/** Places by finish time, and the end of the race when nobody is left in it. */
export function rank(room: Room, now: number): void {
  const times = room.entrants.filter(({ status }) => status === 'done').map((one) => one.finishTime ?? 0);
  for (const entrant of room.entrants) {
    const faster = times.filter((time) => time < (entrant.finishTime ?? 0)).length;
    entrant.place = entrant.status === 'done' ? faster + 1 : null;
  }
  if (room.state !== 'in_progress') return;
  if (room.entrants.some(({ status }) => status === 'in_progress')) return;
  room.state = 'finished';
  room.endedAt = now;
}

function cancelWhenDead(room: Room, now: number): void {
  const limit = joined(room).length < 2 ? FEW_ENTRANTS_LIMIT : OPEN_LIMIT;
  // Whoever leaves an old room to one alone ends it at once.
  const due = Math.max(room.openedAt + limit, room.changedAt);
  if (now < due) return;
  room.state = 'cancelled';
  room.cancelledAt = due;
}

function endAtLimit(room: Room, now: number): void {
  const due = (room.startedAt ?? now) + room.settings.timeLimit * HOUR;
  if (now < due) return;
  for (const entrant of room.entrants) if (entrant.status === 'in_progress') entrant.status = 'dnf';
  rank(room, due);
}
