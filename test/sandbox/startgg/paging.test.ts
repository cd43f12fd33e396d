import { afterEach, describe, expect, it } from 'vitest';
import { bigEvent, createWorld } from '../../../src/sandbox/startgg/create-world.ts';
import type { EventRecord } from '../../../src/sandbox/startgg/model.ts';
import { type Startgg, startStartgg } from '../../../src/sandbox/startgg/server.ts';
import type { World } from '../../../src/sandbox/startgg/world.ts';
import { ask, token } from './ask.ts';

const period = { from: new Date('2026-01-01'), to: new Date('2026-06-30') };

let startgg: Startgg;
afterEach(() => startgg.close());

async function serve(world: World): Promise<void> {
  startgg = await startStartgg({ world, token, limit: false });
}

/** The ids of all sets of an event in the order of a walk through its pages. */
async function walkSets(event: EventRecord, sortType: string, filters = '{}'): Promise<string[]> {
  const ids: string[] = [];
  for (let page = 1, pages = 1; page <= pages; page++) {
    const query = `{ event(id: ${event.id}) { sets(page: ${page}, perPage: 20, sortType: ${sortType}, filters: ${filters}) {
      pageInfo { total totalPages } nodes { id } } } }`;
    const { body } = await ask(startgg, query);
    pages = body.data.event.sets.pageInfo.totalPages;
    ids.push(...body.data.event.sets.nodes.map((node: { id: number }) => String(node.id)));
  }
  return ids;
}

describe('pages of sets', () => {
  const world = createWorld({ seed: 'paging', tournaments: 1, ...period });
  const tournament = world.addTournament({ startAt: world.now - 86_400 });
  const event = world.addEvent(tournament.id, {
    entrants: 60,
    state: 'COMPLETED',
    teamSize: 1,
    hasSets: true,
  });
  const total = () =>
    world
      .truth({ videogameId: 64423, since: new Date(0) })
      .startgg_set.filter((row) => row.event_id === event.id);

  it.each(['NONE', 'ROUND', 'RECENT'])(
    'holds each set once in order %s, as long as nothing happens',
    async (sortType) => {
      await serve(world);
      const ids = await walkSets(event, sortType);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBe(total().length);
    },
  );

  it.each(['STANDARD', 'CALL_ORDER'])('repeats and skips sets in order %s', async (sortType) => {
    await serve(world);
    const ids = await walkSets(event, sortType);
    expect(ids.length).toBe(total().length);
    expect(new Set(ids).size).toBeLessThan(ids.length);
  });

  it('shifts in order RECENT when a set is completed during the walk', async () => {
    const live = world.addEvent(tournament.id, {
      entrants: 30,
      state: 'ACTIVE',
      progress: 0.9,
      teamSize: 1,
      hasSets: true,
    });
    await serve(world);
    startgg.onRequest = (n) => {
      if (n !== 2) return;
      const open = world
        .bracket(live)
        .phases.flatMap((phase) => phase.groups)
        .flatMap((group) => group.sets);
      const ready = open.find(
        (set) => !set.bye && set.state !== 3 && set.slots.every((slot) => slot.seed?.entrant),
      );
      if (ready?.realId) world.completeSet(ready.realId);
    };
    const ids = await walkSets(live, 'RECENT');
    expect(new Set(ids).size).toBeLessThan(ids.length);
  });

  it('can be narrowed by pool, phase, state and time of change', async () => {
    await serve(world);
    const [pool] = world.bracket(event).phases[0]?.groups ?? [];
    const inPool = await walkSets(event, 'NONE', `{ phaseGroupIds: [${pool?.id}] }`);
    expect(inPool.length).toBe(pool?.sets.filter((set) => !set.bye).length);
    const withByes = await walkSets(event, 'NONE', `{ phaseGroupIds: [${pool?.id}], showByes: true }`);
    expect(withByes.length).toBe(pool?.sets.length);
    expect(await walkSets(event, 'NONE', '{ state: [1, 2] }')).toEqual([]);
    const clock = world.clock();
    const [id] = inPool;
    world.completeSet(id as string, { winner: 0, scores: [3, 0] });
    expect(await walkSets(event, 'NONE', `{ updatedAfter: ${clock} }`)).toContain(id);
    expect((await walkSets(event, 'NONE', `{ updatedAfter: ${clock} }`)).length).toBeLessThan(5);
  });
});

describe('the 10,000th entry', () => {
  it('ends a list of sets; pool by pool they can all be read', async () => {
    const world = createWorld({ seed: 'many', tournaments: 0, ...period });
    const event = bigEvent(world, { entrants: 5600, sets: 11_000 });
    await serve(world);
    const sets = (page: number) =>
      ask(
        startgg,
        `{ event(id: ${event.id}) { sets(page: ${page}, perPage: 100) { pageInfo { total } nodes { id } } } }`,
      );
    const last = await sets(100);
    expect(last.body.data.event.sets.nodes).toHaveLength(100);
    expect(last.body.data.event.sets.pageInfo.total).toBe(11_000);
    const beyond = await sets(101);
    expect(beyond.body.errors).toEqual([{ message: 'Cannot query more than the 10,000th entry' }]);
    expect(beyond.body.data).toBeNull();
    const pools = world.bracket(event).phases.flatMap((phase) => phase.groups);
    expect(pools.reduce((sum, pool) => sum + pool.sets.filter((set) => !set.bye).length, 0)).toBe(11_000);
  });

  it('ends a list of tournaments; by windows of dates they can all be read', async () => {
    const world = createWorld({ seed: 'windows', tournaments: 11_500, ...period });
    await serve(world);
    const find = async (filter: string, page = 1) => {
      const query = `{ tournaments(query: { page: ${page}, perPage: 200, sortBy: "startAt asc",
        filter: { videogameIds: [64423] ${filter} } }) { pageInfo { total } nodes { id startAt } } }`;
      return (await ask(startgg, query)).body;
    };
    const everything = (await find('')).data.tournaments.pageInfo.total;
    expect(everything).toBeGreaterThan(10_000);
    expect((await find('', 51)).errors[0].message).toBe('Cannot query more than the 10,000th entry');
    const middle = Date.parse('2026-03-31T12:34:56Z') / 1000;
    const early = (await find(`, beforeDate: ${middle}`)).data.tournaments.pageInfo.total;
    const late = (await find(`, afterDate: ${middle - 1}`)).data.tournaments.pageInfo.total;
    expect(early + late).toBe(everything);
    expect(early).toBeLessThan(10_000);
  });
});

describe('lists of tournaments', () => {
  const world = createWorld({ seed: 'lists', tournaments: 80, ...period });
  const total = async (filter: string) => {
    const { body } = await ask(
      startgg,
      `{ tournaments(query: { filter: { ${filter} } }) { pageInfo { total } } }`,
    );
    return body.data.tournaments.pageInfo.total as number;
  };

  it('are empty when a date is null, and not when it is left out', async () => {
    await serve(world);
    expect(await total('videogameIds: [64423], afterDate: null')).toBe(0);
    const query =
      'query ($after: Timestamp) { tournaments(query: { filter: { afterDate: $after } }) { pageInfo { total } } }';
    expect((await ask(startgg, query, { after: null })).body.data.tournaments.pageInfo.total).toBe(0);
    expect((await ask(startgg, query)).body.data.tournaments.pageInfo.total).toBe(80);
  });

  it('fall apart into past and not past', async () => {
    await serve(world);
    const [past, coming] = [await total('past: true'), await total('past: false')];
    expect([past > 0, coming > 0, past + coming]).toEqual([true, true, 80]);
  });

  it('leave out the very second of a date', async () => {
    const tournament = [...world.tournaments.values()][0];
    await serve(world);
    const only = `ids: [${tournament?.id}]`;
    expect(await total(`${only}, afterDate: ${tournament?.startAt}`)).toBe(0);
    expect(await total(`${only}, afterDate: ${(tournament?.startAt ?? 0) - 1}`)).toBe(1);
  });
});
