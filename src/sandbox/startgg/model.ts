/** The records that a world is made of. Times are Unix seconds, as start.gg gives them. */

export type EventState = 'CREATED' | 'ACTIVE' | 'COMPLETED' | 'READY' | 'INVALID' | 'CALLED' | 'QUEUED';
export type BracketType = 'DOUBLE_ELIMINATION' | 'ROUND_ROBIN' | 'SWISS';
export type StreamSource = 'TWITCH' | 'YOUTUBE' | 'HITBOX' | 'STREAMME';

/** Set states by number (start.gg, ActivityState by its order). */
export const setState = { created: 1, active: 2, completed: 3, ready: 4, called: 6, queued: 7 } as const;

export interface GameRecord {
  id: number;
  name: string;
  displayName: string | null;
  slug: string;
}

export interface ImageRecord {
  id: number;
  type: string;
  url: string;
  width: number;
  height: number;
}

export interface StreamRecord {
  id: number;
  streamName: string | null;
  streamSource: StreamSource | null;
  streamId: string | null;
}

export interface TournamentRecord {
  id: number;
  name: string | null;
  slug: string;
  startAt: number;
  endAt: number | null;
  createdAt: number;
  updatedAt: number;
  city: string | null;
  countryCode: string | null;
  addrState: string | null;
  venueAddress: string | null;
  venueName: string | null;
  numAttendees: number | null;
  primaryContact: string | null;
  registrationClosesAt: number | null;
  timezone: string | null;
  hashtag: string | null;
  isOnline: boolean | null;
  hasOfflineEvents: boolean | null;
  hasOnlineEvents: boolean | null;
  state: number;
  images: ImageRecord[];
  streams: StreamRecord[];
  stationCount: number;
  /** False: not listed and null by id, as a private tournament is. */
  published: boolean;
  events: EventRecord[];
  /** Which players register here: `(start + i * stride) mod size`. */
  pool: { start: number; stride: number; size: number };
  participantBase: number;
}

export interface EventRecord {
  id: number;
  tournament: TournamentRecord;
  game: GameRecord | null;
  name: string | null;
  slug: string;
  type: number | null;
  teamSize: number;
  startAt: number | null;
  createdAt: number;
  updatedAt: number;
  state: EventState | null;
  isOnline: boolean | null;
  numEntrants: number | null;
  plan: EventPlan;
}

/** What the bracket of an event is made from when somebody asks for it. */
export interface EventPlan {
  entrants: number;
  /** False: the event never got a bracket. */
  hasSets: boolean;
  /** How much of the bracket is played, 0 to 1. */
  progress: number;
  /** The exact number of sets to give it, if it matters. */
  sets?: number;
  /** Where its entrants begin among the tournament's participants. */
  rosterOffset: number;
  entrantBase: number;
  phaseBase: number;
  groupBase: number;
  setBase: number;
  seedBase: number;
}

export interface UserRecord {
  id: number;
  slug: string;
  name: string | null;
  playerIndex: number;
}

/** An account elsewhere that a user linked. */
export interface AuthorizationRecord {
  id: number;
  type: 'DISCORD' | 'TWITCH';
  externalId: string | null;
  externalUsername: string | null;
  url: string | null;
}

export interface PlayerRecord {
  id: number;
  gamerTag: string | null;
  prefix: string | null;
  user: UserRecord | null;
}

export interface ParticipantRecord {
  id: number;
  tournament: TournamentRecord;
  gamerTag: string | null;
  prefix: string | null;
  playerIndex: number | null;
}

export interface EntrantRecord {
  id: number;
  event: EventRecord;
  name: string | null;
  initialSeedNum: number | null;
  isDisqualified: boolean | null;
  participants: ParticipantRecord[];
}

export interface PhaseRecord {
  id: number;
  event: EventRecord;
  name: string | null;
  phaseOrder: number;
  bracketType: BracketType;
  groups: PhaseGroupRecord[];
}

export interface RoundRecord {
  id: string;
  number: number;
  bestOf: number | null;
}

export interface PhaseGroupRecord {
  id: number;
  phase: PhaseRecord;
  displayIdentifier: string | null;
  /** 1, 2 or 3; a started pool may go on serving preview sets (public clients report it). */
  state: number;
  /** True: its sets have integer ids. */
  started: boolean;
  /** Pools end with a winner of each side; a final bracket has a grand final. */
  hasFinals: boolean;
  /** Not started: the entrants are known by seed, and not yet put into the slots. */
  hidesEntrants: boolean;
  rounds: RoundRecord[];
  seeds: SeedRecord[];
  sets: SetRecord[];
}

export interface SeedRecord {
  id: number;
  group: PhaseGroupRecord;
  seedNum: number;
  groupSeedNum: number;
  entrant: EntrantRecord | null;
}

export interface SlotSource {
  set: SetRecord;
  take: 'winner' | 'loser';
}

export interface SlotRecord {
  seed: SeedRecord | null;
  bye: boolean;
  source: SlotSource | null;
  /** Null: start.gg knows no standing for this slot. */
  standing: { placement: number | null; score: number | null } | null;
}

export interface SetRecord {
  realId: number | null;
  group: PhaseGroupRecord;
  round: number;
  /** Place within its round, hidden bye sets counted: the last part of a preview id. */
  index: number;
  identifier: string | null;
  fullRoundText: string | null;
  bye: boolean;
  /** The grand final's reset exists until it is known that it is not needed. */
  isReset: boolean;
  state: number;
  slots: [SlotRecord, SlotRecord];
  winner: 0 | 1 | null;
  /** A set both sides were disqualified from may name no winner. */
  hidesWinner: boolean;
  startAt: number | null;
  startedAt: number | null;
  completedAt: number | null;
  createdAt: number;
  updatedAt: number;
  totalGames: number | null;
  hidesScore: boolean;
  stream: StreamRecord | null;
  station: number | null;
}

/** Everything inside one event. */
export interface BracketRecord {
  event: EventRecord;
  entrants: EntrantRecord[];
  phases: PhaseRecord[];
}

/** start.gg's id of a set: a number once its pool was started, `preview_{group}_{round}_{index}` before. */
export function setId(set: SetRecord): number | string {
  return set.realId ?? `preview_${set.group.id}_${set.round}_${set.index}`;
}

/** All sets of an event, hidden bye sets included. */
export function* setsOf(bracket: BracketRecord): Generator<SetRecord> {
  for (const phase of bracket.phases) for (const group of phase.groups) yield* group.sets;
}
