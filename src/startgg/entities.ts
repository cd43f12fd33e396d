import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';

// A copy of what start.gg shows publicly, shared by all guilds. `id` is start.gg's own id; columns carry start.gg's field
// names. What vanished there keeps its row and gets `deleted_at`. `updated_at` moves only when a value changed.

const time = () => p.datetime().columnType('timestamptz');
const bookkeeping = () => ({
  createdAt: time().defaultRaw('now()'),
  updatedAt: time().defaultRaw('now()'),
  deletedAt: time().nullable(),
});
const id = () => p.integer().primary().autoincrement(false);

export const Videogame = defineEntity({
  name: 'StartggVideogame',
  tableName: 'startgg_videogame',
  properties: {
    id: id(),
    name: p.text(),
    displayName: p.text().nullable(),
    slug: p.text().nullable(),
    ...bookkeeping(),
  },
});

export const Tournament = defineEntity({
  name: 'StartggTournament',
  tableName: 'startgg_tournament',
  indexes: [{ properties: ['startAt'] }, { properties: ['slug'] }],
  properties: {
    id: id(),
    name: p.text().nullable(),
    slug: p.text().nullable(),
    startAt: time().nullable(),
    endAt: time().nullable(),
    city: p.text().nullable(),
    countryCode: p.text().nullable(),
    /** The state of a country (`addrState`), not the tournament's progress. */
    state: p.text().nullable(),
    venueAddress: p.text().nullable(),
    venueName: p.text().nullable(),
    numAttendees: p.integer().nullable(),
    primaryContact: p.text().nullable(),
    registrationClosesAt: time().nullable(),
    timezone: p.text().nullable(),
    imageUrl: p.text().nullable(),
    bannerUrl: p.text().nullable(),
    hashtag: p.text().nullable(),
    isOnline: p.boolean().default(false),
    hasOfflineEvents: p.boolean().default(false),
    ...bookkeeping(),
  },
});

export const Event = defineEntity({
  name: 'StartggEvent',
  tableName: 'startgg_event',
  indexes: [{ properties: ['tournament'] }, { properties: ['videogame'] }],
  properties: {
    id: id(),
    tournament: () => p.manyToOne(Tournament).mapToPk(),
    name: p.text().nullable(),
    slug: p.text().nullable(),
    /** 1 singles, 5 teams (start.gg documentation, Event.type). */
    type: p.integer().nullable(),
    videogame: () => p.manyToOne(Videogame).mapToPk(),
    videogameName: p.text().nullable(),
    startAt: time().nullable(),
    numEntrants: p.integer().nullable(),
    /** ActivityState: CREATED, ACTIVE, COMPLETED, … */
    state: p.text().nullable(),
    isOnline: p.boolean().default(false),
    /** The best of it, best first, once it is over; read only of tournaments that are followed as schedules. */
    standings: p.json().$type<Placed[]>().nullable(),
    ...bookkeeping(),
  },
});

/** An entrant with the place that it finished in. */
export type Placed = { placement: number; name: string; entrantId: number };

export const Phase = defineEntity({
  name: 'StartggPhase',
  tableName: 'startgg_phase',
  indexes: [{ properties: ['event'] }],
  properties: {
    id: id(),
    event: () => p.manyToOne(Event).mapToPk(),
    name: p.text().nullable(),
    phaseOrder: p.integer().nullable(),
    ...bookkeeping(),
  },
});

export const PhaseGroup = defineEntity({
  name: 'StartggPhaseGroup',
  tableName: 'startgg_phase_group',
  indexes: [{ properties: ['phase'] }],
  properties: {
    id: id(),
    /** Null only between a set that names a new pool and the next read of the event's pools. */
    phase: () => p.manyToOne(Phase).mapToPk().nullable(),
    displayIdentifier: p.text().nullable(),
    /** 1 not started, 2 running, 3 over. */
    state: p.integer().nullable(),
    /** Round number → best of. */
    rounds: p.json().$type<Record<string, number>>().defaultRaw(`'{}'`),
    ...bookkeeping(),
  },
});

export const Entrant = defineEntity({
  name: 'StartggEntrant',
  tableName: 'startgg_entrant',
  indexes: [{ properties: ['event'] }, { properties: ['name'] }],
  properties: {
    id: id(),
    event: () => p.manyToOne(Event).mapToPk(),
    name: p.text().nullable(),
    initialSeedNum: p.integer().nullable(),
    ...bookkeeping(),
  },
});

export const Player = defineEntity({
  name: 'StartggPlayer',
  tableName: 'startgg_player',
  properties: {
    id: id(),
    /** The tag of today; a participant's tag is that of the day of registration. */
    gamerTag: p.text().nullable(),
    prefix: p.text().nullable(),
    ...bookkeeping(),
  },
});

export const User = defineEntity({
  name: 'StartggUser',
  tableName: 'startgg_user',
  indexes: [
    {
      name: 'startgg_user_account_index',
      expression:
        'create index startgg_user_account_index on startgg_user (discord_id) where discord_id is not null',
    },
  ],
  properties: {
    id: id(),
    slug: p.text().nullable(),
    /** The Discord account linked at start.gg; read only of tournaments that are followed as schedules. */
    discordId: p.text().nullable(),
    ...bookkeeping(),
  },
});

export const Participant = defineEntity({
  name: 'StartggParticipant',
  tableName: 'startgg_participant',
  indexes: [{ properties: ['tournament'] }, { properties: ['gamerTag'] }, { properties: ['player'] }],
  properties: {
    id: id(),
    tournament: () => p.manyToOne(Tournament).mapToPk(),
    gamerTag: p.text().nullable(),
    prefix: p.text().nullable(),
    player: () => p.manyToOne(Player).mapToPk().nullable(),
    user: () => p.manyToOne(User).mapToPk().nullable(),
    // Not read: each would cost an object of the request's allowance.
    country: p.text().nullable(),
    state: p.text().nullable(),
    imageUrl: p.text().nullable(),
    twitterHandle: p.text().nullable(),
    ...bookkeeping(),
  },
});

export const EntrantParticipant = defineEntity({
  name: 'StartggEntrantParticipant',
  tableName: 'startgg_entrant_participant',
  indexes: [{ properties: ['participant'] }],
  properties: {
    entrant: () => p.manyToOne(Entrant).mapToPk().primary(),
    participant: () => p.manyToOne(Participant).mapToPk().primary(),
    ...bookkeeping(),
  },
});

/** Named `StartggSet` in code, since `Set` is JavaScript's own. */
export const StartggSet = defineEntity({
  name: 'StartggSet',
  tableName: 'startgg_set',
  indexes: [
    { properties: ['event'] },
    { properties: ['state'] },
    { properties: ['startAt'] },
    { properties: ['completedAt'] },
    { properties: ['phaseGroup'] },
    { properties: ['seq'] },
  ],
  properties: {
    /** A number, or `preview_…` while the pool has not started. */
    id: p.text().primary(),
    event: () => p.manyToOne(Event).mapToPk(),
    phase: () => p.manyToOne(Phase).mapToPk().nullable(),
    phaseGroup: () => p.manyToOne(PhaseGroup).mapToPk().nullable(),
    fullRoundText: p.text().nullable(),
    round: p.integer().nullable(),
    identifier: p.text().nullable(),
    /** 1 created, 2 active, 3 completed, 4 ready, 5 invalid, 6 called, 7 queued. */
    state: p.integer().nullable(),
    startAt: time().nullable(),
    startedAt: time().nullable(),
    completedAt: time().nullable(),
    slot1Entrant: () => p.manyToOne(Entrant).mapToPk().nullable().fieldName('slot1_entrant_id'),
    /** -1 is a disqualification. */
    slot1Score: p.double().nullable().fieldName('slot1_score'),
    slot1Standing: p.integer().nullable().fieldName('slot1_standing'),
    slot2Entrant: () => p.manyToOne(Entrant).mapToPk().nullable().fieldName('slot2_entrant_id'),
    slot2Score: p.double().nullable().fieldName('slot2_score'),
    slot2Standing: p.integer().nullable().fieldName('slot2_standing'),
    /** An entrant's id; it need not follow from the scores. */
    winnerId: p.integer().nullable(),
    displayScore: p.text().nullable(),
    totalGames: p.integer().nullable(),
    bestOf: p.integer().nullable(),
    streamUrl: p.text().nullable(),
    stationNumber: p.integer().nullable(),
    /** Rises with every change, so that a reader of changes goes on from its own mark. */
    seq: p
      .bigint()
      .$type<string>()
      .defaultRaw(`nextval('startgg_set_seq'::regclass)`)
      // MikroORM reads this default back as that of a serial column.
      .ignoreSchemaChanges('default'),
    ...bookkeeping(),
  },
});

/** A guild follows a game: it is kept in step for all that follow it. */
export const Follow = defineEntity({
  name: 'Follow',
  tableName: 'follow',
  indexes: [{ properties: ['videogame'] }],
  properties: {
    guildId: p.text().primary(),
    videogame: () => p.manyToOne(Videogame).mapToPk().primary(),
    /** The first UTC day on which a tournament may start, as YYYY-MM-DD. */
    since: p.text(),
    createdAt: time().defaultRaw('now()'),
  },
});

/** What is known about reading a part of start.gg, apart from the data, so that an unchanged row is never touched. */
export const Sync = defineEntity({
  name: 'StartggSync',
  tableName: 'startgg_sync',
  properties: {
    /**
     * What was walked: `tournaments` and `events` of a game; `pools`, `entrants`, `sets` of an event; for schedules also the
     * events of a `tournament`, an event as a `whole` and the `changes` of one. `walkedAt` of these two is when it began. For
     * followed games: the `game` as a whole (when its last sync began), and of an `event` when all of it was last read.
     */
    scope: p.text().primary(),
    key: p.text().primary(),
    /** Number of complete walks so far. */
    walk: p.integer().default(0),
    walkedAt: time().nullable(),
    /** Ids that the latest complete walk missed; those missing once more are marked deleted. */
    missing: p.json().$type<string[]>().defaultRaw(`'[]'`),
    /** What start.gg counted when the event was last read. */
    totals: p.json().$type<Record<string, number>>().nullable(),
    error: p.text().nullable(),
    errorAt: time().nullable(),
  },
});
export type Sync = InferEntity<typeof Sync>;

export const startggEntities = [
  Videogame,
  Tournament,
  Event,
  Phase,
  PhaseGroup,
  Entrant,
  Player,
  User,
  Participant,
  EntrantParticipant,
  StartggSet,
  Sync,
  Follow,
];
