/**
 * The part of start.gg's public schema that the stand-in answers: every name, argument and type here exists
 * there with the same meaning, and what is not here is refused.
 */
export const schemaText = /* GraphQL */ `
  scalar Timestamp

  type Query {
    currentUser: User
    entrant(id: ID!): Entrant
    event(id: ID, slug: String): Event
    phase(id: ID): Phase
    phaseGroup(id: ID): PhaseGroup
    player(id: ID!): Player
    set(id: ID!): Set
    tournament(id: ID, slug: String): Tournament
    tournaments(query: TournamentQuery!): TournamentConnection
    user(id: ID, slug: String): User
    videogame(id: ID, slug: String): Videogame
    videogames(query: VideogameQuery!): VideogameConnection
  }

  type PageInfo {
    total: Int
    totalPages: Int
    page: Int
    perPage: Int
    sortBy: String
  }

  type Image {
    id: ID
    height: Float
    ratio: Float
    type: String
    url: String
    width: Float
  }

  type Videogame {
    id: ID
    displayName: String
    images(type: String): [Image]
    name: String
    slug: String
  }

  type VideogameConnection {
    pageInfo: PageInfo
    nodes: [Videogame]
  }

  input VideogameQuery {
    page: Int = 1
    perPage: Int = 25
    sortBy: String
    filter: VideogamePageFilter
  }

  input VideogamePageFilter {
    id: [ID]
    name: String
  }

  type Tournament {
    id: ID
    addrState: String
    city: String
    countryCode: String
    createdAt: Timestamp
    endAt: Timestamp
    eventRegistrationClosesAt: Timestamp
    events(limit: Int, filter: EventFilter): [Event]
    hasOfflineEvents: Boolean
    hasOnlineEvents: Boolean
    hashtag: String
    images(type: String): [Image]
    isOnline: Boolean
    isRegistrationOpen: Boolean
    name: String
    numAttendees: Int
    participants(query: ParticipantPaginationQuery!, isAdmin: Boolean): ParticipantConnection
    primaryContact: String
    primaryContactType: String
    registrationClosesAt: Timestamp
    shortSlug: String
    slug: String
    startAt: Timestamp
    state: Int
    stations(page: Int, perPage: Int): StationsConnection
    streams: [Streams]
    timezone: String
    updatedAt: Timestamp
    venueAddress: String
    venueName: String
  }

  type TournamentConnection {
    pageInfo: PageInfo
    nodes: [Tournament]
  }

  enum TournamentPaginationSort {
    startAt
    endAt
    eventRegistrationClosesAt
    computedUpdatedAt
  }

  input TournamentQuery {
    page: Int = 1
    perPage: Int = 25
    sortBy: String
    filter: TournamentPageFilter
    sort: TournamentPaginationSort
  }

  input TournamentPageFilter {
    id: ID
    ids: [ID]
    countryCode: String
    addrState: String
    afterDate: Timestamp
    beforeDate: Timestamp
    computedUpdatedAt: Timestamp
    name: String
    past: Boolean
    published: Boolean
    publiclySearchable: Boolean
    hasOnlineEvents: Boolean
    upcoming: Boolean
    videogameIds: [ID]
  }

  enum ActivityState {
    CREATED
    ACTIVE
    COMPLETED
    READY
    INVALID
    CALLED
    QUEUED
  }

  type Event {
    id: ID
    createdAt: Timestamp
    entrants(query: EventEntrantPageQuery): EntrantConnection
    images(type: String): [Image]
    isOnline: Boolean
    name: String
    numEntrants: Int
    phaseGroups: [PhaseGroup]
    phases(state: ActivityState, phaseId: ID): [Phase]
    sets(page: Int, perPage: Int, sortType: SetSortType, filters: SetFilters): SetConnection
    slug: String
    startAt: Timestamp
    state: ActivityState
    stations(query: StationFilter): StationsConnection
    teamRosterSize: TeamRosterSize
    tournament: Tournament
    type: Int
    updatedAt: Timestamp
    videogame: Videogame
  }

  input EventFilter {
    videogameId: [ID]
    type: [Int]
    published: Boolean
    id: ID
    ids: [ID]
    slug: String
  }

  type TeamRosterSize {
    maxAlternates: Int
    maxPlayers: Int
    minAlternates: Int
    minPlayers: Int
  }

  type Entrant {
    id: ID
    event: Event
    initialSeedNum: Int
    isDisqualified: Boolean
    name: String
    paginatedSets(page: Int, perPage: Int, sortType: SetSortType, filters: SetFilters): SetConnection
    participants: [Participant]
    seeds: [Seed]
    standing: Standing
  }

  type EntrantConnection {
    pageInfo: PageInfo
    nodes: [Entrant]
  }

  input EventEntrantPageQuery {
    page: Int
    perPage: Int
    sortBy: String
    filter: EventEntrantPageQueryFilter
  }

  input EventEntrantPageQueryFilter {
    name: String
  }

  type Participant {
    id: ID
    entrants: [Entrant]
    gamerTag: String
    images(type: String): [Image]
    player: Player
    prefix: String
    user: User
  }

  type ParticipantConnection {
    pageInfo: PageInfo
    nodes: [Participant]
  }

  input ParticipantPaginationQuery {
    page: Int = 1
    perPage: Int = 25
    sortBy: String
    filter: ParticipantPageFilter
  }

  input ParticipantPageFilter {
    id: ID
    ids: [ID]
    eventIds: [ID]
    gamerTag: String
  }

  type Player {
    id: ID
    gamerTag: String
    prefix: String
    user: User
  }

  type User {
    id: ID
    discriminator: String
    images(type: String): [Image]
    name: String
    player: Player
    slug: String
  }

  enum BracketType {
    SINGLE_ELIMINATION
    DOUBLE_ELIMINATION
    ROUND_ROBIN
    SWISS
  }

  type Phase {
    id: ID
    bracketType: BracketType
    event: Event
    groupCount: Int
    isExhibition: Boolean
    name: String
    numSeeds: Int
    phaseGroups(query: PhaseGroupPageQuery): PhaseGroupConnection
    phaseOrder: Int
    seeds(query: SeedPaginationQuery!, eventId: ID): SeedConnection
    sets(page: Int, perPage: Int, sortType: SetSortType, filters: SetFilters): SetConnection
    state: ActivityState
  }

  input PhaseGroupPageQuery {
    page: Int
    perPage: Int
    sortBy: String
    entrantIds: [ID]
    filter: PhaseGroupPageQueryFilter
  }

  input PhaseGroupPageQueryFilter {
    id: [ID]
  }

  type PhaseGroupConnection {
    pageInfo: PageInfo
    nodes: [PhaseGroup]
  }

  type PhaseGroup {
    id: ID
    bracketType: BracketType
    displayIdentifier: String
    numRounds: Int
    phase: Phase
    rounds: [Round]
    seeds(query: SeedPaginationQuery!, eventId: ID): SeedConnection
    sets(page: Int, perPage: Int, sortType: SetSortType, filters: SetFilters): SetConnection
    startAt: Timestamp
    state: Int
  }

  type Round {
    id: ID
    bestOf: Int
    number: Int
    startAt: Timestamp
  }

  type Seed {
    id: ID
    entrant: Entrant
    groupSeedNum: Int
    isBye: Boolean
    phase: Phase
    phaseGroup: PhaseGroup
    placeholderName: String
    seedNum: Int
  }

  type SeedConnection {
    pageInfo: PageInfo
    nodes: [Seed]
  }

  input SeedPaginationQuery {
    page: Int = 1
    perPage: Int = 25
    sortBy: String
    filter: SeedPageFilter
  }

  input SeedPageFilter {
    id: ID
    phaseGroupId: [ID]
    phaseId: [ID]
  }

  enum SetSortType {
    NONE
    CALL_ORDER
    MAGIC
    RECENT
    STANDARD
    ROUND
  }

  input SetFilters {
    entrantIds: [ID]
    entrantSize: [Int]
    hideEmpty: Boolean
    showByes: Boolean
    isEventOnline: Boolean
    participantIds: [ID]
    phaseGroupIds: [ID]
    phaseIds: [ID]
    eventIds: [ID]
    tournamentIds: [ID]
    playerIds: [ID]
    roundNumber: Int
    state: [Int]
    stationNumbers: [Int]
    updatedAfter: Timestamp
  }

  type SetConnection {
    pageInfo: PageInfo
    nodes: [Set]
  }

  type Set {
    id: ID
    completedAt: Timestamp
    createdAt: Timestamp
    displayScore(mainEntrantId: ID): String
    event: Event
    fullRoundText: String
    hasPlaceholder: Boolean
    identifier: String
    images(type: String): [Image]
    lPlacement: Int
    phaseGroup: PhaseGroup
    round: Int
    setGamesType: Int
    slots(includeByes: Boolean = false): [SetSlot]
    startAt: Timestamp
    startedAt: Timestamp
    state: Int
    station: Stations
    stream: Streams
    totalGames: Int
    updatedAt: Timestamp
    vodUrl: String
    wPlacement: Int
    winnerId: Int
  }

  type SetSlot {
    id: ID
    entrant: Entrant
    prereqId: String
    prereqPlacement: Int
    prereqType: String
    seed: Seed
    slotIndex: Int
    standing: Standing
  }

  type Standing {
    id: ID
    entrant: Entrant
    isFinal: Boolean
    placement: Int
    stats: StandingStats
  }

  type StandingStats {
    score: Score
  }

  type Score {
    label: String
    value: Float
    displayValue: String
  }

  type Stations {
    id: ID
    enabled: Boolean
    identifier: Int
    number: Int
    prefix: String
    state: Int
    stream: Streams
    updatedAt: Timestamp
  }

  type StationsConnection {
    pageInfo: PageInfo
    nodes: [Stations]
  }

  input StationFilter {
    page: Int
    perPage: Int
  }

  enum StreamSource {
    TWITCH
    HITBOX
    STREAMME
    YOUTUBE
  }

  type Streams {
    enabled: Boolean
    id: ID
    isOnline: Boolean
    streamGame: String
    streamId: String
    streamLogo: String
    streamName: String
    streamSource: StreamSource
    streamStatus: String
    streamType: Int
  }
`;
