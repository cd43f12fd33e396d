// Every document is checked against start.gg's schema by a test. What a document costs stands in page-size.ts.

export const FIND_VIDEOGAMES = /* GraphQL */ `
  query FindVideogames($name: String!) {
    videogames(query: { filter: { name: $name }, perPage: 25 }) { nodes { id name displayName slug } }
  }`;

export const VIDEOGAME = /* GraphQL */ `
  query Videogame($id: ID!) {
    videogame(id: $id) { id name displayName slug }
  }`;

const TOURNAMENT_FIELDS = `
  id name slug startAt endAt city countryCode addrState venueAddress venueName numAttendees primaryContact
  registrationClosesAt timezone hashtag isOnline hasOfflineEvents
  images { type url }
  events(filter: { videogameId: [$videogameId] }) {
    id name slug type startAt numEntrants state isOnline
    videogame { id name }
  }`;

export const TOURNAMENTS = /* GraphQL */ `
  query Tournaments($videogameId: ID!, $after: Timestamp!, $before: Timestamp!, $page: Int!, $perPage: Int!) {
    tournaments(query: {
      page: $page, perPage: $perPage, sortBy: "startAt asc",
      filter: { videogameIds: [$videogameId], afterDate: $after, beforeDate: $before }
    }) {
      pageInfo { total }
      nodes { ${TOURNAMENT_FIELDS} }
    }
  }`;

/** Tournaments by id that still have the game: what a list of a period does not show may have moved out of it. */
export const TOURNAMENTS_BY_ID = /* GraphQL */ `
  query TournamentsById($videogameId: ID!, $ids: [ID]!, $perPage: Int!) {
    tournaments(query: { page: 1, perPage: $perPage, filter: { ids: $ids, videogameIds: [$videogameId] } }) {
      pageInfo { total }
      nodes { ${TOURNAMENT_FIELDS} }
    }
  }`;

const ENTRANT_FIELDS = `
  id name initialSeedNum
  participants {
    id gamerTag prefix
    player { id gamerTag prefix }
    user { id slug }
  }`;

const SET_FIELDS = `
  id fullRoundText round identifier state startAt startedAt completedAt winnerId displayScore totalGames
  phaseGroup { id }
  station { number }
  stream { streamSource streamName streamId }`;

const SLOT_FIELDS = `
  standing { placement stats { score { value } } }
  entrant { id name initialSeedNum }`;

/** The one entrant and the one set are samples: what the answer cost tells what a page of them will cost. */
export const EVENT = /* GraphQL */ `
  query Event($id: ID!, $page: Int!, $perPage: Int!) {
    event(id: $id) {
      id
      entrants(query: { page: 1, perPage: 1 }) { pageInfo { total } nodes { ${ENTRANT_FIELDS} } }
      sets(page: 1, perPage: 1, sortType: RECENT) { pageInfo { total } nodes { ${SET_FIELDS} slots { ${SLOT_FIELDS} } } }
      phases {
        id name phaseOrder
        phaseGroups(query: { page: $page, perPage: $perPage }) {
          pageInfo { total }
          nodes { id displayIdentifier rounds { number bestOf } }
        }
      }
    }
  }`;

export const ENTRANTS = /* GraphQL */ `
  query Entrants($id: ID!, $page: Int!, $perPage: Int!) {
    event(id: $id) {
      id
      entrants(query: { page: $page, perPage: $perPage }) {
        pageInfo { total }
        nodes { ${ENTRANT_FIELDS} }
      }
    }
  }`;

/**
 * The slots' seeds are asked for only where they may tell something: before an event starts, start.gg may leave
 * `slot.entrant` null though the seed knows who it is.
 */
export const SETS = /* GraphQL */ `
  query Sets($id: ID!, $page: Int!, $perPage: Int!, $filters: SetFilters, $withSeeds: Boolean!) {
    event(id: $id) {
      id
      sets(page: $page, perPage: $perPage, sortType: RECENT, filters: $filters) {
        pageInfo { total }
        nodes {
          ${SET_FIELDS}
          slots { ${SLOT_FIELDS} seed @include(if: $withSeeds) { entrant { id name initialSeedNum } } }
        }
      }
    }
  }`;
