import type {
  BracketRecord,
  BracketType,
  EntrantRecord,
  EventRecord,
  PhaseGroupRecord,
  PhaseRecord,
  SeedRecord,
  SetRecord,
} from './model.ts';
import { setState } from './model.ts';
import { playerPrefix, playerTag, teamName } from './names.ts';
import { playGroup } from './play.ts';
import { fillSlots, layOutSets } from './pool.ts';
import { Random } from './random.ts';

/** One phase as planned: the number of entrants of each pool. */
interface PhasePlan {
  name: string;
  type: BracketType;
  pools: number[];
}

/**
 * Makes everything inside an event from the world's seed and the event's plan: the same call always gives the
 * same entrants, phases and sets, so a world need not keep what nobody has changed.
 */
export function buildBracket(worldSeed: string, event: EventRecord): BracketRecord {
  const random = new Random(`${worldSeed}/bracket/${event.id}`);
  const entrants = Array.from({ length: event.plan.entrants }, (_, i) => makeEntrant(worldSeed, event, i));
  const bracket: BracketRecord = { event, entrants, phases: [] };
  if (entrants.length < 2 || !event.plan.hasSets) {
    if (entrants.length > 0) bracket.phases = [emptyPhase(event)];
    return bracket;
  }
  const ids = { group: event.plan.groupBase, seed: event.plan.seedBase, set: event.plan.setBase };
  const plans = planPhases(entrants.length, random);
  plans.forEach((plan, i) => {
    bracket.phases.push(makePhase(event, plan, i, plans.length, ids));
  });
  const first = bracket.phases[0] as PhaseRecord;
  // Snake seeding: 1 2 3 3 2 1 …, as organisers spread strong players over pools.
  const open = first.groups.map((group) => [...group.seeds]);
  entrants.forEach((entrant, i) => {
    const lap = Math.floor(i / open.length);
    const column = lap % 2 === 0 ? i % open.length : open.length - 1 - (i % open.length);
    const seed = open[column]?.shift() ?? (open.find((seeds) => seeds.length > 0) as SeedRecord[]).shift();
    if (seed) seed.entrant = entrant;
  });
  const createdAt = (event.startAt ?? event.tournament.startAt) - 2 * 86_400;
  for (const phase of bracket.phases) {
    for (const group of phase.groups) {
      group.sets = layOutSets(group, phase.bracketType, createdAt);
      group.hidesEntrants = event.state === 'CREATED' && event.id % 2 === 0;
    }
  }
  play(bracket, random, ids);
  if (event.plan.sets !== undefined) trim(bracket, event.plan.sets);
  return bracket;
}

/** The pools of each phase: small events have one bracket, larger ones pools of about 16 before it. */
function planPhases(entrants: number, random: Random): PhasePlan[] {
  if (entrants <= 8 && random.chance(0.2))
    return [{ name: 'Round Robin', type: 'ROUND_ROBIN', pools: [entrants] }];
  if (entrants <= 32) {
    const type = random.chance(0.05) ? 'SWISS' : 'DOUBLE_ELIMINATION';
    return [{ name: type === 'SWISS' ? 'Swiss' : 'Bracket', type, pools: [entrants] }];
  }
  const roundRobin = entrants <= 128 && random.chance(0.15);
  const first = split(entrants, roundRobin ? 6 : entrants > 1000 ? 24 : 16);
  const phases: PhasePlan[] = [
    { name: 'Pools', type: roundRobin ? 'ROUND_ROBIN' : 'DOUBLE_ELIMINATION', pools: first },
  ];
  let left = first.length * 2;
  if (left > 64) {
    const second = split(left, 16);
    phases.push({ name: 'Round 2 "Pools"', type: 'DOUBLE_ELIMINATION', pools: second });
    left = second.length * 2;
  }
  phases.push({ name: `Top ${left}`, type: 'DOUBLE_ELIMINATION', pools: [left] });
  return phases;
}

function split(entrants: number, size: number): number[] {
  const count = Math.max(2, Math.ceil(entrants / size));
  return Array.from({ length: count }, (_, i) => Math.floor((entrants + count - 1 - i) / count));
}

interface Ids {
  group: number;
  seed: number;
  set: number;
}

function makePhase(
  event: EventRecord,
  plan: PhasePlan,
  order: number,
  phases: number,
  ids: Ids,
): PhaseRecord {
  const phase: PhaseRecord = {
    id: event.plan.phaseBase + order,
    event,
    name: plan.name,
    phaseOrder: order + 1,
    bracketType: plan.type,
    groups: [],
  };
  let seedNum = 1;
  phase.groups = plan.pools.map((size, i) => {
    const group: PhaseGroupRecord = {
      id: ids.group++,
      phase,
      displayIdentifier:
        plan.pools.length === 1 ? '1' : `${String.fromCharCode(65 + (i % 26))}${Math.floor(i / 26) + 1}`,
      state: 1,
      started: false,
      hasFinals: order === phases - 1,
      hidesEntrants: false,
      rounds: [],
      seeds: [],
      sets: [],
    };
    group.seeds = Array.from({ length: size }, (_, k) => ({
      id: ids.seed++,
      group,
      seedNum: seedNum++,
      groupSeedNum: k + 1,
      entrant: null,
    }));
    return group;
  });
  return phase;
}

function emptyPhase(event: EventRecord): PhaseRecord {
  const ids = { group: event.plan.groupBase, seed: event.plan.seedBase, set: event.plan.setBase };
  return makePhase(event, { name: 'Bracket', type: 'DOUBLE_ELIMINATION', pools: [0] }, 0, 1, ids);
}

/** Plays the share of the bracket that the plan says, phase by phase. */
function play(bracket: BracketRecord, random: Random, ids: Ids): void {
  const total = bracket.phases.flatMap((phase) => phase.groups).length;
  let budget = bracket.event.plan.progress * total;
  let time = bracket.event.startAt ?? bracket.event.tournament.startAt;
  for (const phase of bracket.phases) {
    let end = time;
    for (const group of phase.groups) {
      addRounds(group);
      fillSlots(group);
      const share = Math.min(1, Math.max(0, budget));
      budget -= 1;
      if (share <= 0) continue;
      startGroup(group, () => ids.set++);
      // A pool can be started and still serve preview sets (seen by public clients).
      if (share < 1 && group.id % 16 === 3) for (const set of group.sets) set.realId = null;
      end = Math.max(end, playGroup(group, share, time, random));
    }
    time = end + 1800;
    if (!phase.groups.every((group) => group.state === 3)) return;
    promote(bracket, phase);
  }
}

/** Gives the sets of a pool integer ids. */
export function startGroup(group: PhaseGroupRecord, nextId: () => number): void {
  group.started = true;
  group.state = 2;
  group.hidesEntrants = false;
  for (const set of group.sets) set.realId = nextId();
}

/** Puts those who came through a finished phase into the seeds of the next. */
export function promote(bracket: BracketRecord, phase: PhaseRecord): void {
  const next = bracket.phases[bracket.phases.indexOf(phase) + 1];
  if (!next) return;
  const placed = phase.groups.map(bestTwo);
  const order = [...placed.map((pair) => pair[0]), ...placed.map((pair) => pair[1]).reverse()].filter(
    (e) => e !== null,
  );
  const seeds = next.groups.flatMap((group) => group.seeds).sort((a, b) => a.groupSeedNum - b.groupSeedNum);
  seeds.forEach((seed, i) => {
    seed.entrant = order[i] ?? null;
  });
  for (const group of next.groups) fillSlots(group);
}

function bestTwo(group: PhaseGroupRecord): [EntrantRecord | null, EntrantRecord | null] {
  const wins = new Map<EntrantRecord, number>();
  for (const seed of group.seeds) if (seed.entrant) wins.set(seed.entrant, 0);
  group.sets.forEach((set, i) => {
    const winner = set.winner === null ? null : set.slots[set.winner].seed?.entrant;
    // Later sets weigh more: who wins the last set of a side goes on.
    if (winner)
      wins.set(
        winner,
        group.phase.bracketType === 'DOUBLE_ELIMINATION' ? i + 1 : (wins.get(winner) ?? 0) + 1,
      );
  });
  const ranked = [...wins].sort((a, b) => b[1] - a[1]).map(([entrant]) => entrant);
  return [ranked[0] ?? null, ranked[1] ?? null];
}

function addRounds(group: PhaseGroupRecord): void {
  const numbers = [...new Set(group.sets.map((set) => set.round))];
  const deepest = Math.max(0, ...numbers);
  group.rounds = numbers.map((number) => ({
    id: `${group.id}${number < 0 ? '0' : '1'}${Math.abs(number)}`,
    number,
    bestOf: (group.id + number) % 29 === 0 ? null : number >= deepest - 1 && deepest > 2 ? 5 : 3,
  }));
}

/** Removes sets that no other set waits for until the event has the wanted number. */
function trim(bracket: BracketRecord, wanted: number): void {
  const groups = bracket.phases.flatMap((phase) => phase.groups);
  let surplus = groups.reduce((sum, group) => sum + group.sets.filter((set) => !set.bye).length, 0) - wanted;
  if (surplus < 0)
    throw new Error(`an event of ${bracket.entrants.length} entrants has fewer than ${wanted} sets`);
  const removable = (set: SetRecord) => !set.bye && set.round < 0 && set.state === setState.completed;
  for (const group of groups) {
    group.sets = group.sets.filter((set) => !(surplus > 0 && removable(set) && surplus-- > 0));
  }
}

function makeEntrant(worldSeed: string, event: EventRecord, index: number): EntrantRecord {
  const random = new Random(`${worldSeed}/entrant/${event.id}/${index}`);
  const participants = Array.from({ length: event.teamSize }, (_, member) =>
    participantAt(worldSeed, event, event.plan.rosterOffset + index * event.teamSize + member),
  );
  const [first] = participants;
  const tag = first?.prefix ? `${first.prefix} | ${first.gamerTag}` : (first?.gamerTag ?? null);
  return {
    id: event.plan.entrantBase + index,
    event,
    name: event.teamSize > 1 ? teamName(random) : tag,
    initialSeedNum: random.orNull(0.02, index + 1),
    isDisqualified: random.chance(0.9) ? null : random.chance(0.1),
    participants,
  };
}

/** The `index`-th person who registered for the event's tournament, the same in each of its events. */
function participantAt(worldSeed: string, event: EventRecord, index: number) {
  const { tournament } = event;
  const { start, stride, size } = tournament.pool;
  const playerIndex = (start + index * stride) % size;
  const random = new Random(`${worldSeed}/participant/${tournament.id}/${index}`);
  // Tags change over the years: what a participant registered with is not always the player's tag of today.
  const identity = new Random(
    random.chance(0.08) ? `${worldSeed}/old/${playerIndex}` : `${worldSeed}/player/${playerIndex}`,
  );
  return {
    id: tournament.participantBase + index,
    tournament,
    gamerTag: random.chance(0.004) ? null : playerTag(identity),
    prefix: playerPrefix(identity),
    playerIndex: random.chance(0.003) ? null : playerIndex,
  };
}
