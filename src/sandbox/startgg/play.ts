import type { PhaseGroupRecord, SetRecord } from './model.ts';
import { setState } from './model.ts';
import { fillSlotsOf } from './pool.ts';
import type { Random } from './random.ts';

/** Shares measured over 1.2 million real sets. */
const odds = { dq: 0.076, doubleDq: 0.006, dqAfterAGame: 0.01, noScore: 0.05, noStanding: 0.004 };

/**
 * Plays the first part of a pool, beginning at `time` (Unix seconds), and leaves it completed or under way.
 * Gives the time of its last result.
 */
export function playGroup(group: PhaseGroupRecord, share: number, time: number, random: Random): number {
  const last = Math.floor(group.sets.length * share);
  let now = time;
  group.sets.forEach((set, i) => {
    fillSlotsOf(set);
    if (set.bye) return;
    now += random.int(30, 240);
    schedule(set, time, random);
    if (i >= last) leaveOpen(set, i - last, now, random);
    else if (set.slots[0].seed && set.slots[1].seed) finish(set, now, random);
  });
  settle(group);
  return now;
}

/** Drops a reset that is not needed and marks a pool whose sets are all done as completed. */
export function settle(group: PhaseGroupRecord): void {
  const final = group.sets.find((set) => set.fullRoundText === 'Grand Final');
  if (final?.winner === 0) group.sets = group.sets.filter((set) => !set.isReset);
  const open = group.sets.some((set) => !set.bye && set.state !== setState.completed);
  if (!open) group.state = 3;
}

/** The number of games of the set's round; 3 where the round does not say. */
function bestOf(set: SetRecord): number {
  return set.group.rounds.find((round) => round.number === set.round)?.bestOf ?? 3;
}

function schedule(set: SetRecord, time: number, random: Random): void {
  if (random.chance(0.3)) set.startAt = time;
  if (random.chance(0.9)) set.totalGames = bestOf(set);
  const { streams, stationCount } = set.group.phase.event.tournament;
  if (streams.length > 0 && random.chance(0.06)) set.stream = random.pick(streams);
  if (stationCount > 0 && random.chance(0.3)) set.station = random.int(1, stationCount);
}

function leaveOpen(set: SetRecord, place: number, now: number, random: Random): void {
  const ready = set.slots.every((slot) => slot.seed?.entrant);
  if (!ready || place > 3) return;
  set.state = place % 2 === 0 ? setState.active : setState.called;
  set.updatedAt = now;
  if (set.state !== setState.active) return;
  set.startedAt = now;
  set.slots[0].standing = { placement: null, score: random.int(0, 1) };
  set.slots[1].standing = { placement: null, score: random.int(0, 1) };
}

function finish(set: SetRecord, now: number, random: Random): void {
  const [one, other] = set.slots;
  const favourite = (one.seed?.seedNum ?? 0) <= (other.seed?.seedNum ?? 0) ? 0 : 1;
  const winner = random.chance(0.75) ? favourite : ((1 - favourite) as 0 | 1);
  const loser = (1 - winner) as 0 | 1;
  const games = Math.ceil(bestOf(set) / 2);
  const scores: [number | null, number | null] = [null, null];
  const draw = random.next();
  if (draw < odds.dq) {
    // start.gg reports a disqualification as -1, and no score at all for the other side.
    scores[loser] = -1;
    if (draw < odds.doubleDq) {
      scores[winner] = -1;
      set.hidesWinner = draw < odds.doubleDq / 2;
    } else if (random.chance(odds.dqAfterAGame)) scores[winner] = random.int(1, games);
  } else if (draw < odds.dq + odds.noScore) {
    // Reported without a result: the winner alone is known.
    if (random.chance(0.5)) scores.fill(0);
    else set.hidesScore = true;
  } else {
    scores[winner] = games;
    scores[loser] = random.int(0, games - 1);
  }
  set.state = setState.completed;
  set.winner = winner;
  set.startedAt = random.orNull(0.1, now - random.int(120, 900));
  set.completedAt = random.orNull(0.003, now);
  set.updatedAt = now + random.int(0, 20);
  for (const place of [0, 1] as const) {
    const standing = { placement: place === winner ? 1 : 2, score: scores[place] };
    set.slots[place].standing = random.chance(odds.noStanding) ? null : standing;
  }
}
