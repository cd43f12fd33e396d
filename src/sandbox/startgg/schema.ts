import { bracketTypes } from './schema-brackets.ts';

const competitions = /* GraphQL */ `
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
    standings(query: StandingPaginationQuery!): StandingConnection
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
    authorizations(types: [SocialConnectionType]): [ProfileAuthorization]
    id: ID
    discriminator: String
    images(type: String): [Image]
    name: String
    player: Player
    slug: String
  }

  enum SocialConnectionType {
    TWITTER
    TWITCH
    DISCORD
    XBOX
    MIXER
  }

  type ProfileAuthorization {
    id: ID
    externalId: String
    externalUsername: String
    type: AuthorizationType
    url: String
  }

  enum AuthorizationType {
    TWITTER
    TWITCH
    STEAM
    DISCORD
    XBOX
    EPIC
    BATTLENET
    RIOT
    MIXER
  }

  enum BracketType {
    SINGLE_ELIMINATION
    DOUBLE_ELIMINATION
    ROUND_ROBIN
    SWISS
  }
`;

/**
 * The part of start.gg's public schema that the stand-in answers: every name, argument and type here exists
 * there with the same meaning, and what is not here is refused.
 */
export const schemaText = competitions + bracketTypes;
