import type {
  BracketType,
  PhaseGroupRecord,
  SeedRecord,
  SetRecord,
  SlotRecord,
  SlotSource,
} from './model.ts';
import { setState } from './model.ts';
import { letters } from './names.ts';

/**
 * Lays out the sets of one pool from its seeds, in an order in which every set comes after those that feed it.
 * Sets in which one side has a bye are there too, marked, since start.gg numbers them and hides them.
 */
export function layOutSets(group: PhaseGroupRecord, type: BracketType, createdAt: number): SetRecord[] {
  if (group.seeds.length < 2) return [];
  const sets = type === 'DOUBLE_ELIMINATION' ? doubleElimination(group) : everyoneMeets(group, type);
  for (const set of sets) {
    set.createdAt = createdAt;
    set.updatedAt = createdAt;
  }
  return sets;
}

/** Puts into each slot whom the sets before it send there, as far as they are decided. */
export function fillSlots(group: PhaseGroupRecord): void {
  group.sets.forEach(fillSlotsOf);
}

/** The same for one set. A completed set stays as it was played. */
export function fillSlotsOf(set: SetRecord): void {
  if (set.state === setState.completed) return;
  for (const slot of set.slots) {
    if (slot.source) slot.seed = decided(slot.source, set.isReset);
  }
}

function decided({ set, take }: SlotSource, isReset: boolean): SeedRecord | null {
  if (set.bye) return take === 'winner' ? (set.slots[0].seed ?? set.slots[1].seed) : null;
  if (set.winner === null) return null;
  // A reset is played only when the winner of the winners' side lost the grand final.
  if (isReset && set.winner === 0) return null;
  const place = take === 'winner' ? set.winner : 1 - set.winner;
  return set.slots[place as 0 | 1].seed;
}

function newSet(
  group: PhaseGroupRecord,
  round: number,
  index: number,
  text: string,
  slots: [SlotRecord, SlotRecord],
): SetRecord {
  return {
    realId: null,
    group,
    round,
    index,
    identifier: null,
    fullRoundText: text,
    bye: slots[0].bye || slots[1].bye,
    isReset: false,
    state: setState.created,
    slots,
    winner: null,
    hidesWinner: false,
    startAt: null,
    startedAt: null,
    completedAt: null,
    createdAt: 0,
    updatedAt: 0,
    totalGames: null,
    hidesScore: false,
    stream: null,
    station: null,
  };
}

function seeded(seed: SeedRecord | undefined): SlotRecord {
  return { seed: seed ?? null, bye: seed === undefined, source: null, standing: null };
}

function from(set: SetRecord, take: 'winner' | 'loser'): SlotRecord {
  const nobody = take === 'loser' ? set.bye : set.slots[0].bye && set.slots[1].bye;
  return { seed: null, bye: nobody, source: { set, take }, standing: null };
}

/** 1 meets the last, 2 the last but one …, so that the best two can only meet in the final. */
function seedOrder(size: number): number[] {
  let order = [0];
  while (order.length < size) order = order.flatMap((seed) => [seed, order.length * 2 - 1 - seed]);
  return order;
}

function doubleElimination(group: PhaseGroupRecord): SetRecord[] {
  const size = 2 ** Math.ceil(Math.log2(group.seeds.length));
  const depth = Math.log2(size);
  const order = seedOrder(size);
  const winners: SetRecord[][] = [];
  for (let round = 1; round <= depth; round++) {
    const before = winners.at(-1);
    winners.push(
      Array.from({ length: size / 2 ** round }, (_, i) => {
        const slots: [SlotRecord, SlotRecord] = before
          ? [from(before[2 * i] as SetRecord, 'winner'), from(before[2 * i + 1] as SetRecord, 'winner')]
          : [seeded(group.seeds[order[2 * i] as number]), seeded(group.seeds[order[2 * i + 1] as number])];
        return newSet(group, round, i, roundText('Winners', round, depth), slots);
      }),
    );
  }
  const losers = losersSide(group, winners, depth);
  const finals = group.hasFinals ? grandFinals(group, winners, losers, depth) : [];
  let letter = 0;
  for (const set of [...winners.flat(), ...finals, ...losers.flat()]) {
    if (!set.bye) set.identifier = letters(letter++);
  }
  return playable(winners, losers, finals);
}

function losersSide(group: PhaseGroupRecord, winners: SetRecord[][], depth: number): SetRecord[][] {
  const losers: SetRecord[][] = [];
  const rounds = 2 * (depth - 1);
  for (let round = 1; round <= rounds; round++) {
    const before = losers.at(-1);
    const dropping = winners[round / 2] as SetRecord[];
    const count =
      round === 1
        ? (winners[0]?.length ?? 0) / 2
        : round % 2 === 0
          ? dropping.length
          : (before?.length ?? 0) / 2;
    losers.push(
      Array.from({ length: count }, (_, i) => {
        const slots: [SlotRecord, SlotRecord] = !before
          ? [
              from(winners[0]?.[2 * i] as SetRecord, 'loser'),
              from(winners[0]?.[2 * i + 1] as SetRecord, 'loser'),
            ]
          : round % 2 === 0
            ? [from(dropping[count - 1 - i] as SetRecord, 'loser'), from(before[i] as SetRecord, 'winner')]
            : [from(before[2 * i] as SetRecord, 'winner'), from(before[2 * i + 1] as SetRecord, 'winner')];
        // start.gg pads the numbers of losers' rounds: the first is -3 (recorded preview of six entrants).
        return newSet(group, -(round + 2), i, roundText('Losers', round, rounds), slots);
      }),
    );
  }
  return losers;
}

function grandFinals(
  group: PhaseGroupRecord,
  winners: SetRecord[][],
  losers: SetRecord[][],
  depth: number,
): SetRecord[] {
  const winnersFinal = winners.at(-1)?.[0] as SetRecord;
  const losersFinal = losers.at(-1)?.[0];
  const challenger = losersFinal ? from(losersFinal, 'winner') : from(winnersFinal, 'loser');
  const final = newSet(group, depth + 1, 0, 'Grand Final', [from(winnersFinal, 'winner'), challenger]);
  const reset = newSet(group, depth + 1, 1, 'Grand Final Reset', [
    from(final, 'winner'),
    from(final, 'loser'),
  ]);
  reset.isReset = true;
  return [final, reset];
}

/** Both sides interleaved: a losers' round of even number needs those who drop out of a later winners' round. */
function playable(winners: SetRecord[][], losers: SetRecord[][], finals: SetRecord[]): SetRecord[] {
  const sets = winners[0] ? [...winners[0]] : [];
  for (let round = 1; round < winners.length; round++) {
    sets.push(
      ...(winners[round] as SetRecord[]),
      ...(losers[2 * round - 2] ?? []),
      ...(losers[2 * round - 1] ?? []),
    );
  }
  return [...sets, ...finals];
}

function roundText(side: 'Winners' | 'Losers', round: number, rounds: number): string {
  if (round === rounds) return `${side} Final`;
  if (round > 1 && round === rounds - 1) return `${side} Semi-Final`;
  if (round > 1 && round === rounds - 2) return `${side} Quarter-Final`;
  return `${side} Round ${round}`;
}

/** Round robin by the circle method; Swiss is its first rounds, which is all that an importer can see of it. */
function everyoneMeets(group: PhaseGroupRecord, type: BracketType): SetRecord[] {
  const ring: (SeedRecord | undefined)[] = [...group.seeds];
  if (ring.length % 2 === 1) ring.push(undefined);
  const rounds =
    type === 'SWISS' ? Math.min(ring.length - 1, Math.ceil(Math.log2(ring.length))) : ring.length - 1;
  const sets: SetRecord[] = [];
  for (let round = 1; round <= rounds; round++) {
    let index = 0;
    for (let i = 0; i < ring.length / 2; i++) {
      const [one, other] = [ring[i], ring[ring.length - 1 - i]];
      if (!one || !other) continue;
      const set = newSet(group, round, index++, `Round ${round}`, [seeded(one), seeded(other)]);
      set.identifier = letters(sets.length);
      sets.push(set);
    }
    ring.splice(1, 0, ring.pop());
  }
  return sets;
}
