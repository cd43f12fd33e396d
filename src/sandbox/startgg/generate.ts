import type {
  EventRecord,
  EventState,
  GameRecord,
  ImageRecord,
  StreamRecord,
  TournamentRecord,
} from './model.ts';
import { places, tournamentName } from './names.ts';
import type { Random } from './random.ts';

/** What is given out in blocks, so that the owner of any id can be found by its place in order. */
export interface Counters {
  tournament: number;
  event: number;
  participant: number;
  entrant: number;
  phase: number;
  group: number;
  set: number;
  seed: number;
}

export function firstCounters(): Counters {
  return {
    tournament: 700_001,
    event: 1_200_001,
    participant: 15_000_001,
    entrant: 18_000_001,
    phase: 1_900_001,
    group: 2_700_001,
    set: 90_000_001,
    seed: 40_000_001,
  };
}

/** Entrants by share of events, measured over 26,745 real ones (p50 15, p90 40, p99 157, most 2,988). */
const entrantQuantiles: [share: number, entrants: number][] = [
  [0, 1],
  [0.05, 3],
  [0.2, 8],
  [0.5, 15],
  [0.75, 25],
  [0.9, 40],
  [0.97, 88],
  [0.99, 157],
  [0.999, 640],
  [1, 2988],
];

/** A number of entrants for a draw from 0 to 1. */
export function entrantsAt(draw: number): number {
  for (let i = 1; i < entrantQuantiles.length; i++) {
    const [share, entrants] = entrantQuantiles[i] as [number, number];
    const [shareBefore, before] = entrantQuantiles[i - 1] as [number, number];
    if (draw <= share) {
      const part = (draw - shareBefore) / (share - shareBefore);
      return Math.round(before * (entrants / before) ** part);
    }
  }
  return entrantQuantiles.at(-1)?.[1] ?? 1;
}

export interface TournamentPlan {
  number: number;
  startAt: number;
  now: number;
}

/** A tournament without events, some of its fields null, as real ones are. */
export function generateTournament(random: Random, ids: Counters, plan: TournamentPlan): TournamentRecord {
  const id = ids.tournament++;
  const online = random.chance(0.45);
  const place = online ? null : random.pick(places);
  const days = random.chance(0.8) ? 0 : random.int(1, 3);
  const endAt = plan.startAt + days * 86_400 + random.int(4, 12) * 3600;
  return {
    id,
    name: tournamentName(random, plan.number),
    slug: `tournament/${random.pick(['weekly', 'clash', 'open', 'local'])}-${plan.number}`,
    startAt: plan.startAt,
    endAt: random.orNull(0.01, endAt),
    createdAt: plan.startAt - 30 * 86_400,
    updatedAt: Math.min(plan.now, plan.startAt),
    city: place && random.orNull(0.1, place.city),
    countryCode: place && random.orNull(0.05, place.countryCode),
    addrState: place && random.orNull(0.1, place.addrState),
    venueAddress: place && random.orNull(0.2, `${random.int(1, 300)} Main Street, ${place.city}`),
    venueName:
      place && random.orNull(0.3, `The ${random.pick(['Hall', 'Arcade', 'Café & Bar', 'LAN "Cave"'])}`),
    numAttendees: null,
    primaryContact: random.orNull(0.4, `https://discord.example/${id}`),
    registrationClosesAt: random.orNull(0.2, plan.startAt - 3600),
    timezone: place ? place.timezone : random.orNull(0.3, 'Europe/Berlin'),
    hashtag: random.orNull(0.8, `open${plan.number}`),
    isOnline: random.orNull(0.03, online),
    hasOfflineEvents: random.orNull(0.05, !online),
    hasOnlineEvents: random.orNull(0.05, online),
    state: endAt < plan.now ? 3 : plan.startAt > plan.now ? 1 : 2,
    images: images(random, id),
    streams: streams(random, id),
    stationCount: online ? 0 : random.int(0, 12),
    published: true,
    events: [],
    pool: { start: 0, stride: 1, size: 1 },
    participantBase: 0,
  };
}

function images(random: Random, id: number): ImageRecord[] {
  const draw = random.next();
  const types =
    draw < 0.15 ? [] : draw < 0.6 ? ['profile'] : draw < 0.95 ? ['banner', 'profile'] : ['banner'];
  return types.map((type, i) => ({
    id: id * 10 + i,
    type,
    url: `https://images.example/tournament/${id}/${type}.png?ehk=${id}%3D`,
    width: type === 'banner' ? 1280 : 400,
    height: 400,
  }));
}

function streams(random: Random, id: number): StreamRecord[] {
  if (random.chance(0.5)) return [];
  return Array.from({ length: random.int(1, 2) }, (_, i) => {
    const draw = random.next();
    const streamSource = draw < 0.8 ? 'TWITCH' : draw < 0.93 ? 'YOUTUBE' : draw < 0.97 ? null : 'HITBOX';
    return {
      id: id * 10 + i,
      streamName: `channel_${id}_${i}`,
      streamSource,
      streamId: streamSource === 'YOUTUBE' && random.chance(0.5) ? `UC${id}x${i}` : null,
    };
  });
}

export interface EventRequest {
  game: GameRecord | null;
  entrants: number;
  now: number;
  name?: string;
  state?: EventState;
  teamSize?: number;
  /** The exact number of sets, where it matters. */
  sets?: number;
  hasSets?: boolean;
  /** How much of the bracket is played, 0 to 1; follows from the state unless given. */
  progress?: number;
}

/** An event of a tournament; its bracket is made later, when somebody asks for it. */
export function generateEvent(
  random: Random,
  ids: Counters,
  tournament: TournamentRecord,
  request: EventRequest,
): EventRecord {
  const number = tournament.events.length + 1;
  const teamSize = request.teamSize ?? (random.chance(0.88) ? 1 : random.chance(0.75) ? 2 : random.int(3, 4));
  const startAt = random.orNull(0.01, tournament.startAt + random.int(0, 2) * 1800);
  const ends = tournament.endAt ?? tournament.startAt + 6 * 3600;
  const byTime = tournament.startAt > request.now ? 'CREATED' : ends >= request.now ? 'ACTIVE' : 'COMPLETED';
  // Some organisers never start a bracket, and some never finish one.
  const oddly = random.chance(0.006) ? 'CREATED' : random.chance(0.008) ? 'ACTIVE' : byTime;
  const state = request.state ?? (byTime === 'COMPLETED' ? oddly : byTime);
  const sized = request.entrants;
  const title = teamSize > 1 ? 'Teams' : 'Singles';
  const event: EventRecord = {
    id: ids.event++,
    tournament,
    game: request.game,
    name: request.name ?? `${request.game?.displayName ?? request.game?.name ?? 'Side'} ${title}`,
    slug: `${tournament.slug}/event/${title.toLowerCase()}-${number}`,
    type: teamSize > 1 ? 5 : 1,
    teamSize,
    startAt,
    createdAt: tournament.createdAt,
    updatedAt: Math.min(request.now, tournament.startAt + 3600),
    state,
    isOnline: tournament.isOnline,
    numEntrants: random.orNull(0.01, sized),
    plan: {
      entrants: sized,
      hasSets: request.hasSets ?? !random.chance(0.07),
      progress: request.progress ?? progressOf(state, random),
      sets: request.sets,
      rosterOffset: random.int(0, 3),
      entrantBase: ids.entrant,
      phaseBase: ids.phase,
      groupBase: ids.group,
      setBase: ids.set,
      seedBase: ids.seed,
    },
  };
  ids.entrant += sized + 4;
  ids.phase += 8;
  ids.group += Math.ceil(sized / 2) + 8;
  ids.set += 8 * sized + 40;
  ids.seed += 4 * sized + 8;
  tournament.events.push(event);
  return event;
}

function progressOf(state: EventState, random: Random): number {
  if (state === 'COMPLETED') return 1;
  return state === 'ACTIVE' ? 0.2 + random.next() * 0.6 : 0;
}

/** Reserves participant ids for a tournament and chooses which players come: some of them again and again. */
export function generateRoster(
  random: Random,
  ids: Counters,
  tournament: TournamentRecord,
  players: number,
): void {
  const roster = rosterSize(tournament);
  const size = nextPrime(Math.max(players, roster + 1));
  tournament.pool = { start: random.int(0, size - 1), stride: random.int(1, size - 1), size };
  tournament.participantBase = ids.participant;
  tournament.numAttendees = random.orNull(0.1, roster);
  ids.participant += roster + 4;
}

function rosterSize(tournament: TournamentRecord): number {
  return Math.max(0, ...tournament.events.map((e) => e.plan.rosterOffset + e.plan.entrants * e.teamSize));
}

function nextPrime(from: number): number {
  for (let n = Math.max(3, from | 1); ; n += 2) {
    let prime = true;
    for (let d = 3; d * d <= n && prime; d += 2) prime = n % d !== 0;
    if (prime) return n;
  }
}
