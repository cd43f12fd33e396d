import type { Startgg } from '../../../src/sandbox/startgg/server.ts';
import type { Truth, TruthRow } from '../../../src/sandbox/startgg/truth.ts';
import { ask } from './ask.ts';

// biome-ignore lint/suspicious/noExplicitAny: nodes have the shape of the documents below
type Node = any;

const time = (seconds: number | null) => (seconds === null ? null : new Date(seconds * 1000).toISOString());

/** Reads a whole connection page by page; `document` takes $id, $page and `pick` finds the connection. */
async function all(
  startgg: Startgg,
  document: string,
  variables: object,
  pick: (data: Node) => Node,
): Promise<Node[]> {
  const nodes: Node[] = [];
  for (let page = 1; ; page++) {
    const { body } = await ask(startgg, document, { ...variables, page });
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    const connection = pick(body.data);
    nodes.push(...connection.nodes);
    if (page >= connection.pageInfo.totalPages) return nodes;
  }
}

const tournaments = `query ($game: ID!, $after: Timestamp, $before: Timestamp, $page: Int!) {
  tournaments(query: { page: $page, perPage: 60, sortBy: "startAt asc",
      filter: { videogameIds: [$game], afterDate: $after, beforeDate: $before } }) {
    pageInfo { totalPages }
    nodes { id name slug startAt endAt city countryCode addrState venueAddress venueName numAttendees primaryContact
      registrationClosesAt timezone hashtag isOnline hasOfflineEvents images { type url }
      events(filter: { videogameId: [$game] }) { id name slug type startAt numEntrants state isOnline videogame { id name } } } } }`;

const phaseGroups = `query ($id: ID!, $page: Int!) { phase(id: $id) { phaseGroups(query: { page: $page, perPage: 20 }) {
  pageInfo { totalPages } nodes { id displayIdentifier rounds { number bestOf } } } } }`;

const entrants = `query ($id: ID!, $page: Int!) { event(id: $id) { entrants(query: { page: $page, perPage: 60 }) {
  pageInfo { totalPages } nodes { id name initialSeedNum
    participants { id gamerTag prefix player { id gamerTag prefix } user { id slug } } } } } }`;

const sets = `query ($id: ID!, $page: Int!) { event(id: $id) { sets(page: $page, perPage: 45, sortType: RECENT) {
  pageInfo { totalPages }
  nodes { id fullRoundText round identifier state startAt startedAt completedAt winnerId displayScore totalGames
    phaseGroup { id phase { id } } station { number } stream { streamSource streamName streamId }
    slots { entrant { id } seed { entrant { id } } standing { placement stats { score { value } } } } } } } }`;

/** A naive import over the stand-in's own HTTP API, to be compared with the world's truth. */
export async function walk(startgg: Startgg, game: number, since: Date, until: Date): Promise<Truth> {
  const found = new Map<string, Map<string, TruthRow>>();
  const put = (table: keyof Truth, key: unknown, row: TruthRow) => {
    found.set(table, (found.get(table) ?? new Map()).set(String(key), row));
  };
  const { body } = await ask(
    startgg,
    'query ($id: ID!) { videogame(id: $id) { id name displayName slug } }',
    { id: game },
  );
  const { displayName, ...rest } = body.data.videogame;
  put('startgg_videogame', game, { ...rest, display_name: displayName });
  const period = { after: since.getTime() / 1000 - 1, before: until.getTime() / 1000 + 86_400 };
  for (const one of await all(startgg, tournaments, { game, ...period }, (data) => data.tournaments)) {
    put('startgg_tournament', one.id, tournamentRow(one));
    for (const event of one.events ?? []) {
      put('startgg_event', event.id, eventRow(event, one.id));
      const bestOf = await walkPhases(startgg, event.id, put);
      for (const entrant of await all(startgg, entrants, { id: event.id }, (data) => data.event.entrants)) {
        putEntrant(put, entrant, event.id, one.id);
      }
      for (const set of await all(startgg, sets, { id: event.id }, (data) => data.event.sets)) {
        put('startgg_set', set.id, setRow(set, event.id, bestOf));
      }
    }
  }
  return Object.fromEntries(
    [...found].map(([table, rows]) => [table, [...rows.values()]]),
  ) as unknown as Truth;
}

type Put = (table: keyof Truth, key: unknown, row: TruthRow) => void;

async function walkPhases(startgg: Startgg, eventId: number, put: Put): Promise<Map<string, number | null>> {
  const bestOf = new Map<string, number | null>();
  const { body } = await ask(
    startgg,
    'query ($id: ID!) { event(id: $id) { phases { id name phaseOrder } } }',
    { id: eventId },
  );
  for (const phase of body.data.event.phases) {
    put('startgg_phase', phase.id, {
      id: phase.id,
      event_id: eventId,
      name: phase.name,
      phase_order: phase.phaseOrder,
    });
    for (const group of await all(startgg, phaseGroups, { id: phase.id }, (data) => data.phase.phaseGroups)) {
      const row = { id: group.id, phase_id: phase.id, display_identifier: group.displayIdentifier };
      put('startgg_phase_group', group.id, row);
      for (const round of group.rounds) bestOf.set(`${group.id}/${round.number}`, round.bestOf);
    }
  }
  return bestOf;
}

function putEntrant(put: Put, entrant: Node, eventId: number, tournamentId: number): void {
  const { id, name, initialSeedNum } = entrant;
  put('startgg_entrant', id, { id, event_id: eventId, name, initial_seed_num: initialSeedNum });
  for (const { player, user, ...one } of entrant.participants) {
    put('startgg_participant', one.id, {
      id: one.id,
      tournament_id: tournamentId,
      gamer_tag: one.gamerTag,
      prefix: one.prefix,
      player_id: player?.id ?? null,
      user_id: user?.id ?? null,
    });
    put('startgg_entrant_participant', `${id}/${one.id}`, { entrant_id: id, participant_id: one.id });
    if (player)
      put('startgg_player', player.id, { id: player.id, gamer_tag: player.gamerTag, prefix: player.prefix });
    if (user) put('startgg_user', user.id, user);
  }
}

function tournamentRow(one: Node): TruthRow {
  const image = (type: string) => one.images.find((each: Node) => each.type === type)?.url ?? null;
  return {
    id: one.id,
    name: one.name,
    slug: one.slug,
    start_at: time(one.startAt),
    end_at: time(one.endAt),
    city: one.city,
    country_code: one.countryCode,
    state: one.addrState,
    venue_address: one.venueAddress,
    venue_name: one.venueName,
    num_attendees: one.numAttendees,
    primary_contact: one.primaryContact,
    registration_closes_at: time(one.registrationClosesAt),
    timezone: one.timezone,
    image_url: image('profile'),
    banner_url: image('banner'),
    hashtag: one.hashtag,
    is_online: one.isOnline ?? false,
    has_offline_events: one.hasOfflineEvents ?? false,
  };
}

function eventRow(event: Node, tournamentId: number): TruthRow {
  return {
    id: event.id,
    tournament_id: tournamentId,
    name: event.name,
    slug: event.slug,
    type: event.type,
    videogame_id: event.videogame.id,
    videogame_name: event.videogame.name,
    start_at: time(event.startAt),
    num_entrants: event.numEntrants,
    state: event.state,
    is_online: event.isOnline ?? false,
  };
}

function setRow(set: Node, eventId: number, bestOf: Map<string, number | null>): TruthRow {
  const row: TruthRow = {
    id: String(set.id),
    event_id: eventId,
    phase_id: set.phaseGroup.phase.id,
    phase_group_id: set.phaseGroup.id,
    full_round_text: set.fullRoundText,
    round: set.round,
    identifier: set.identifier,
    state: set.state,
    start_at: time(set.startAt),
    started_at: time(set.startedAt),
    completed_at: time(set.completedAt),
    winner_id: set.winnerId,
    display_score: set.displayScore,
    total_games: set.totalGames,
    best_of: bestOf.get(`${set.phaseGroup.id}/${set.round}`) ?? null,
    stream_url: streamUrl(set.stream),
    station_number: set.station?.number ?? null,
  };
  set.slots.forEach((slot: Node, i: number) => {
    row[`slot${i + 1}_entrant_id`] = (slot.entrant ?? slot.seed?.entrant)?.id ?? null;
    row[`slot${i + 1}_score`] = slot.standing?.stats?.score?.value ?? null;
    row[`slot${i + 1}_standing`] = slot.standing?.placement ?? null;
  });
  return row;
}

function streamUrl(stream: Node): string | null {
  if (stream?.streamSource === 'TWITCH') return `https://www.twitch.tv/${stream.streamName}`;
  if (stream?.streamSource !== 'YOUTUBE') return null;
  const path = stream.streamId ? `channel/${stream.streamId}` : `@${stream.streamName}`;
  return `https://www.youtube.com/${path}`;
}
