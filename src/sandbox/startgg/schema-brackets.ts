/** The types inside an event: phases, pools, seeds, sets and what hangs on them. */
export const bracketTypes = /* GraphQL */ `
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

  type StandingConnection {
    pageInfo: PageInfo
    nodes: [Standing]
  }

  input StandingPaginationQuery {
    page: Int = 1
    perPage: Int = 25
    sortBy: String
    filter: StandingPageFilter
  }

  input StandingPageFilter {
    id: ID
    ids: [ID]
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
