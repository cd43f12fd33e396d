import { GraphQLClient } from 'graphql-request';
import { sql } from 'kysely';
import { Query } from 'startgg-helper-node';
import type { App } from '../../src/app.ts';
import { firstRow } from '../../src/database/database.ts';
import { bigEvent } from '../../src/sandbox/startgg/create-world.ts';
import type { Startgg } from '../../src/sandbox/startgg/server.ts';
import type { World } from '../../src/sandbox/startgg/world.ts';
import { EVENT, FRAGMENTS, SETS, TOURNAMENTS } from '../../src/startgg/documents.ts';
import { type Ground, type Measure, openApp, runImport, serve, worldOf } from './ground.ts';

const ENTRANT_COUNT = 923;
const SET_COUNT = 1_843;
/** The largest pages that the cost rule allows for these fields: what a user of a library would find by trying. */
const LARGEST = { pools: 45, entrants: 249, teams: 76, sets: 71 };
const PERIOD = { videogameId: 64423, after: 1767225600, before: 1798761599 };

const ENTRANTS = `
  query Entrants($id: ID!, $page: Int!, $perPage: Int!) {
    event(id: $id) { entrants(query: { page: $page, perPage: $perPage }) { pageInfo { total } nodes { ...EntrantFields } } }
  }
  ${FRAGMENTS.EntrantFields}`;

/** Requests for one large event, and for a season, beside the fewest there can be and those of a public library. */
export async function measureRequests(ground: Ground, tournaments: number): Promise<Measure[]> {
  return [await measureEvent(ground), ...(await measureSeason(ground, tournaments))];
}

async function measureEvent(ground: Ground): Promise<Measure> {
  const world = worldOf({ tournaments: 0 });
  bigEvent(world, { entrants: ENTRANT_COUNT, sets: SET_COUNT, startAt: new Date('2026-03-01') });
  const { requests, bound } = await imported(ground, 'requests_event', world);
  return {
    what: `requests for one event with ${ENTRANT_COUNT} entrants and ${SET_COUNT.toLocaleString('en-US')} sets (by the cost rule at least ${bound})`,
    value: String(requests),
    bound: '≤ 22',
    holds: requests <= 22,
  };
}

async function measureSeason(ground: Ground, tournaments: number): Promise<Measure[]> {
  const world = worldOf({ tournaments });
  const { requests, bound, refused, fill } = await imported(ground, 'requests_season', world);
  const startgg = await serve(world);
  const theirs = await walkWithLibrary(startgg);
  await startgg.close();
  const what = `a season of ${tournaments} tournaments: ${requests} requests`;
  return [
    {
      what: `${what}, ${Math.round(fill * 100)} % full, ${refused} of them refused in part, relative to the ${bound} that the cost rule needs`,
      value: (requests / bound).toFixed(2),
      bound: '≤ 1.25',
      holds: requests / bound <= 1.25,
    },
    {
      what: `${what}; startgg-helper-node, event by event, as a multiple of it: ${theirs}`,
      value: (theirs / requests).toFixed(1),
      bound: '≥ 4',
      holds: theirs / requests >= 4,
    },
  ];
}

/** Imports a world and compares the database with it. */
async function imported(ground: Ground, name: string, world: World) {
  const startgg = await serve(world);
  const app = await openApp(await ground.database(name), startgg);
  await app.work();
  const job = await runImport(app);
  const bound = await fewest(app);
  await app.close();
  await startgg.close();
  if (job.errorCount > 0) throw new Error('the import missed something');
  // One more asked for the game's name.
  const requests = startgg.requests.filter(({ operationName }) => operationName !== 'Videogame');
  const packed = requests.filter(({ operationName }) => operationName === 'Packed');
  return {
    requests: requests.length,
    bound,
    refused: packed.filter(({ refused }) => refused).length,
    fill: packed.reduce((sum, { cost }) => sum + cost, 0) / (packed.length * 999),
  };
}

/**
 * The fewest requests in which all of it can be had: 999 objects each, 7 per set, 4 per entrant, and the tournaments with
 * their events, games, images, phases, pools and rounds. Seeds are left out.
 */
async function fewest(app: App): Promise<number> {
  const row = await firstRow(
    app.db.em(),
    sql<{ objects: number }>`select (
      7 * (select count(*) from startgg_set) + 4 * (select count(*) from startgg_entrant where deleted_at is null)
      + (select count(*) + count(image_url) + count(banner_url) from startgg_tournament)
      + 2 * (select count(*) from startgg_event) + (select count(*) from startgg_phase)
      + (select sum(1 + (select count(*) from jsonb_object_keys(rounds))) from startgg_phase_group))::int as objects`,
  );
  return Math.ceil((row?.objects ?? 0) / 999);
}

/** Reads what an import reads with a public library: the list of tournaments, then each event for itself. */
async function walkWithLibrary(startgg: Startgg): Promise<number> {
  const client = new GraphQLClient(startgg.url, { headers: { authorization: 'Bearer bench' } });
  const read = async (document: string, params: Record<string, unknown>, path: string, perPage: number) =>
    // Told the number of pages, the library does not ask for one more to see that it is empty.
    await new Query(
      document.replaceAll('pageInfo { total }', 'pageInfo { total totalPages }'),
    ).executePaginated(client, params, path, null, { silent: true, perPage, maxElements: 10_000 }, true);
  const tournaments = (await read(TOURNAMENTS, PERIOD, 'tournaments', 120)) as {
    events: { id: number; type: number }[] | null;
  }[];
  for (const { id, type } of tournaments.flatMap(({ events }) => events ?? [])) {
    await new Query(EVENT).execute(client, { id, page: 1, perPage: LARGEST.pools }, null, true);
    await read(ENTRANTS, { id }, 'event.entrants', type === 1 ? LARGEST.entrants : LARGEST.teams);
    await read(SETS, { id, withSeeds: false }, 'event.sets', LARGEST.sets);
  }
  return startgg.requests.length;
}
