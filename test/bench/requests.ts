import { GraphQLClient } from 'graphql-request';
import { Query } from 'startgg-helper-node';
import { bigEvent } from '../../src/sandbox/startgg/create-world.ts';
import type { Startgg } from '../../src/sandbox/startgg/server.ts';
import { ENTRANTS, EVENT, SETS, TOURNAMENTS } from '../../src/startgg/documents.ts';
import { type Ground, type Measure, openApp, runImport, serve, worldOf } from './ground.ts';

const ENTRANT_COUNT = 923;
const SET_COUNT = 1_843;
/** The largest pages that the cost rule allows for these fields: what a user of a library would find by trying. */
const LARGEST = { pools: 65, entrants: 249, sets: 71 };

/** Requests for one large event, beside those of the best public library with the same documents and the best page sizes. */
export async function measureRequests(ground: Ground): Promise<Measure[]> {
  const world = worldOf({ tournaments: 0 });
  const event = bigEvent(world, {
    entrants: ENTRANT_COUNT,
    sets: SET_COUNT,
    startAt: new Date('2026-03-01'),
  });
  const startgg = await serve(world);
  const app = await openApp(await ground.database('requests'), startgg);
  await app.work();
  const before = startgg.requests.length;
  const job = await runImport(app);
  const own = startgg.requests.length - before - 1; // one asked for the game's name
  await app.close();
  const theirs = await walkWithLibrary(startgg, event.id);
  await startgg.close();
  const read = `${job.counters.entrants?.done} entrants, ${job.counters.sets?.done} sets`;
  return [
    {
      what: `requests for one event (${read}): Herald ${own}, startgg-helper-node ${theirs}`,
      value: (own / theirs).toFixed(2),
      bound: '≤ 1.00',
      holds:
        own <= theirs &&
        job.counters.sets?.done === SET_COUNT &&
        job.counters.entrants?.done === ENTRANT_COUNT,
    },
  ];
}

async function walkWithLibrary(startgg: Startgg, id: number): Promise<number> {
  const client = new GraphQLClient(startgg.url, { headers: { authorization: 'Bearer bench' } });
  const before = startgg.requests.length;
  const quiet = { silent: true };
  const period = { videogameId: 64423, after: 1767225600, before: 1798761599 };
  await new Query(TOURNAMENTS).executePaginated(
    client,
    period,
    'tournaments',
    null,
    { ...quiet, perPage: 50, maxElements: 1 },
    true,
  );
  await new Query(EVENT).execute(client, { id, page: 1, perPage: LARGEST.pools }, null, true);
  const entrants = await new Query(ENTRANTS).executePaginated(
    client,
    { id },
    'event.entrants',
    null,
    { ...quiet, perPage: LARGEST.entrants, maxElements: ENTRANT_COUNT },
    true,
  );
  const sets = await new Query(SETS).executePaginated(
    client,
    { id, withSeeds: false },
    'event.sets',
    null,
    { ...quiet, perPage: LARGEST.sets, maxElements: SET_COUNT },
    true,
  );
  if (entrants.length !== ENTRANT_COUNT || sets.length !== SET_COUNT)
    throw new Error('the library missed something');
  return startgg.requests.length - before;
}
