// Every document is checked against start.gg's schema by a test. What a document costs stands in page-size.ts and
// packing/prices.ts.

export const FIND_VIDEOGAMES = /* GraphQL */ `
  query FindVideogames($name: String!) {
    videogames(query: { filter: { name: $name }, perPage: 25 }) { nodes { id name displayName slug } }
  }`;

export const VIDEOGAME = /* GraphQL */ `
  query Videogame($id: ID!) {
    videogame(id: $id) { id name displayName slug }
  }`;

const OWN_FIELDS = `
  id name slug startAt endAt city countryCode addrState venueAddress venueName numAttendees primaryContact
  registrationClosesAt timezone hashtag isOnline hasOfflineEvents
  images { type url }`;

const EVENT_FIELDS = `
  id name slug type startAt numEntrants state isOnline
  videogame { id name displayName slug }`;

const TOURNAMENT_FIELDS = `
  ${OWN_FIELDS}
  events(filter: { videogameId: [$videogameId] }) { ${EVENT_FIELDS} }`;

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

/**
 * Tournaments of a followed game, the latest first, and what there is of each of their events. The numbers cost no objects:
 * a quiet event is one, whatever is in it.
 */
export const FOLLOWED = /* GraphQL */ `
  query Followed($videogameId: ID!, $after: Timestamp!, $updatedAfter: Timestamp!, $page: Int!, $perPage: Int!) {
    tournaments(query: {
      page: $page, perPage: $perPage, sortBy: "startAt desc",
      filter: { videogameIds: [$videogameId], afterDate: $after }
    }) {
      pageInfo { total }
      nodes {
        ${OWN_FIELDS}
        events(filter: { videogameId: [$videogameId] }) {
          id name slug type startAt numEntrants state isOnline
          entrants(query: { page: 1, perPage: 1 }) { pageInfo { total } }
          sets(page: 1, perPage: 1) { pageInfo { total } }
          changed: sets(page: 1, perPage: 1, filters: { updatedAfter: $updatedAfter }) { pageInfo { total } }
        }
      }
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

/** One tournament with the events of all games, by one of the two. */
export const TOURNAMENT = /* GraphQL */ `
  query Tournament($slug: String, $id: ID) {
    tournament(slug: $slug, id: $id) { ${OWN_FIELDS} events { ${EVENT_FIELDS} } }
  }`;

export const TOURNAMENT_NAME = /* GraphQL */ `
  query TournamentName($slug: String!) {
    tournament(slug: $slug) { id name slug }
  }`;

const entrantFields = (ofUser = '') => `
  id name initialSeedNum
  participants {
    id gamerTag prefix
    player { id gamerTag prefix }
    user { id slug ${ofUser} }
  }`;
const ENTRANT_FIELDS = entrantFields();

const LEAN_SET_FIELDS = `
  id fullRoundText round identifier state startAt startedAt completedAt winnerId displayScore totalGames
  station { number }
  stream { streamSource streamName streamId }`;

const SET_FIELDS = `
  ${LEAN_SET_FIELDS}
  phaseGroup { id }`;

const SLOT_FIELDS = `
  standing { placement stats { score { value } } }
  entrant { id name initialSeedNum }`;

const SEEDED_SET_FIELDS = `
  ${SET_FIELDS}
  slots { ${SLOT_FIELDS} seed @include(if: $withSeeds) { entrant { id name initialSeedNum } } }`;

/**
 * What requests that ask for parts of many events are put together from. A set is asked for with nothing that follows from
 * the rest: its pool is known, placements follow from the winner, and scores mostly stand in `displayScore`.
 */
export const FRAGMENTS = {
  Pool: /* GraphQL */ `
  fragment Pool on PhaseGroup {
    id displayIdentifier state rounds { number bestOf } sets(page: 1, perPage: 1) { pageInfo { total } }
  }`,
  EntrantFields: /* GraphQL */ `
  fragment EntrantFields on Entrant { ${ENTRANT_FIELDS} }`,
  LeanSet: /* GraphQL */ `
  fragment LeanSet on Set { ${LEAN_SET_FIELDS} slots { entrant { id name initialSeedNum } } }`,
  ChangedSet: /* GraphQL */ `
  fragment ChangedSet on Set { ${SET_FIELDS} slots { entrant { id name initialSeedNum } } }`,
  Scores: /* GraphQL */ `
  fragment Scores on SetSlot { standing { placement stats { score { value } } } }`,
  Seeds: /* GraphQL */ `
  fragment Seeds on SetSlot { seed { entrant { id name initialSeedNum } } }`,
} as const;
export type FragmentName = keyof typeof FRAGMENTS;

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
          nodes { id displayIdentifier state rounds { number bestOf } }
        }
      }
    }
  }`;

/** The same with the Discord accounts that people linked, an object more for each. */
export const LINKED_ENTRANTS = /* GraphQL */ `
  query LinkedEntrants($id: ID!, $page: Int!, $perPage: Int!) {
    event(id: $id) {
      id
      entrants(query: { page: $page, perPage: $perPage }) {
        pageInfo { total }
        nodes { ${entrantFields('authorizations(types: [DISCORD]) { type externalId }')} }
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
        nodes { ${SEEDED_SET_FIELDS} }
      }
    }
  }`;

/** What became of an event since a moment: sets that changed, the states of its pools, and how much there is of all. */
export const CHANGES = /* GraphQL */ `
  query Changes($id: ID!, $updatedAfter: Timestamp!, $perPage: Int!, $pools: Int!, $withSeeds: Boolean!) {
    event(id: $id) {
      id
      entrants(query: { page: 1, perPage: 1 }) { pageInfo { total } }
      listed: sets(page: 1, perPage: 1, sortType: RECENT) { pageInfo { total } }
      changed: sets(page: 1, perPage: $perPage, sortType: RECENT, filters: { updatedAfter: $updatedAfter }) {
        pageInfo { total }
        nodes { ${SEEDED_SET_FIELDS} }
      }
      phases { id phaseGroups(query: { page: 1, perPage: $pools }) { pageInfo { total } nodes { id state } } }
    }
  }`;

/** The best of an event, best first. */
export const STANDINGS = /* GraphQL */ `
  query Standings($id: ID!, $perPage: Int!) {
    event(id: $id) {
      id
      standings(query: { page: 1, perPage: $perPage }) { nodes { id placement entrant { id name } } }
    }
  }`;
