import { describe, expect, it } from 'vitest';
import { createWorld } from '../../src/sandbox/startgg/create-world.ts';
import { type EventRecord, setState, setsOf } from '../../src/sandbox/startgg/model.ts';
import { Random } from '../../src/sandbox/startgg/random.ts';
import type { World } from '../../src/sandbox/startgg/world.ts';
import {
  followedGame,
  followedGames,
  followedSince,
  followGame,
  unfollowAll,
  unfollowGame,
} from '../../src/startgg/follow/follows.ts';
import type { Herald } from '../support/herald.ts';
import { until } from '../support/until.ts';
import { asks, QUICK } from './faults.ts';
import { emptyWorld, GAME, Ground, PERIOD, worldOfOneEvent } from './ground.ts';

const STEPS = process.env.HERALD_SOAK ? 200 : 50;

/** A ground on which a game was imported and is followed. */
async function follow(world: World): Promise<{ ground: Ground; herald: Herald; sync(): Promise<void> }> {
  const ground = await Ground.open(world);
  const herald = await ground.herald(QUICK);
  await ground.run(herald);
  await herald.db.transaction((em) =>
    followGame(em, { guildId: '1', videogameId: GAME.id, since: '2026-01-01', channelId: '2' }),
  );
  const sync = async () => {
    expect(await herald.sync(GAME.id)).toBe('done');
    await until('what the sync found is read', async () => {
      const open = await ground.rows(
        `select 1 from import_job where kind = 'startgg-follow' and finished_at is null`,
      );
      return open.length === 0;
    });
  };
  return { ground, herald, sync };
}

const today = () => Math.floor(Date.now() / 1000);

/** Sets that are other than start.gg's own, in words. */
const setsAmiss = async (ground: Ground) =>
  (await ground.differences()).filter((text) => text.startsWith('startgg_set '));

/** What happens at tournaments as they go on. Nothing of it takes anything away. */
const GOING_ON: ((world: World, random: Random) => void)[] = [
  (world, random) => finishOne(world, random),
  (world, random) => finishOne(world, random),
  (world, random) => finishOne(world, random),
  (world, random) => {
    const open = running(world).flatMap((event) => [...setsOf(world.bracket(event))].filter(isReady));
    if (open.length > 0)
      world.dqSet(random.pick(open).realId as number, random.pick([0, 1, 'both'] as const));
  },
  (world, random) => {
    const tournament = world.addTournament({ startAt: today() - 600 });
    world.addEvent(tournament.id, {
      entrants: random.int(2, 20),
      state: 'ACTIVE',
      progress: 0.3,
      hasSets: true,
    });
  },
  (world, random) => {
    const waiting = [...world.events()].filter(
      (event) => event.state === 'CREATED' && event.game?.id === GAME.id,
    );
    const pools = waiting.flatMap((event) => world.bracket(event).phases[0]?.groups ?? []);
    const pool = pools.filter((group) => !group.started && group.sets.length > 0);
    if (pool.length > 0) world.startPool(random.pick(pool).id);
  },
  (world) => {
    const tournament = world.addTournament({ startAt: today() + 86_400 });
    world.addEvent(tournament.id, { entrants: 6, teamSize: 1, state: 'CREATED', hasSets: true });
  },
];

const running = (world: World) =>
  [...world.events()].filter((event: EventRecord) => event.state === 'ACTIVE' && event.game?.id === GAME.id);

const isReady = (set: {
  realId: number | null;
  state: number;
  slots: { seed: { entrant: unknown } | null }[];
}) =>
  set.realId !== null && set.state !== setState.completed && set.slots.every((slot) => slot.seed?.entrant);

function finishOne(world: World, random: Random): void {
  const open = running(world).flatMap((event) => [...setsOf(world.bracket(event))].filter(isReady));
  if (open.length > 0) world.completeSet(random.pick(open).realId as number);
}

describe('a followed game', () => {
  it(`has its sets as start.gg has them after each of ${STEPS} steps, and the rest after two full walks`, async () => {
    const world = createWorld({ seed: 'follow', tournaments: 12, scale: 0.4, now: new Date(), ...PERIOD });
    const random = new Random('steps');
    for (const _ of [1, 2]) GOING_ON[4]?.(world, random);
    const { ground, herald, sync } = await follow(world);
    for (let step = 0; step < STEPS; step++) {
      random.pick(GOING_ON)(world, random);
      await sync();
      expect(await setsAmiss(ground), `step ${step}`).toEqual([]);
    }
    // Nothing tells of these but another look at all of it.
    const events = [...world.events()].filter(
      (event) => event.game?.id === GAME.id && event.plan.entrants > 4,
    );
    const [one, other, third] = events as [EventRecord, EventRecord, EventRecord];
    world.renameEntrant(world.bracket(one).entrants[0]?.id as number, 'Somebody else');
    world.addEntrant(other.id, 'Late');
    const [gone] = [...setsOf(world.bracket(third))].filter((set) => !set.bye && set.realId);
    if (gone?.realId) world.removeSet(gone.realId);
    world.removeTournament(one.tournament.id === other.tournament.id ? 0 : other.tournament.id);
    for (const _ of [1, 2]) await ground.run(herald);
    expect(await ground.differences()).toEqual([]);
  }, 900_000);

  it('costs a request and writes nothing when nothing has happened', async () => {
    const world = createWorld({ seed: 'quiet', tournaments: 20, ...PERIOD });
    const { ground, sync } = await follow(world);
    await sync();
    const versions = () =>
      ground.rows(`select xmin::text, ctid::text from startgg_tournament union all select xmin::text, ctid::text from startgg_event
        union all select xmin::text, ctid::text from startgg_entrant union all select xmin::text, ctid::text from startgg_set`);
    const before = await versions();
    const asked = ground.startgg.requests.length;
    await sync();
    expect(ground.startgg.requests.slice(asked).map(({ operationName }) => operationName)).toEqual([
      'Followed',
    ]);
    expect(await versions()).toEqual(before);
  });

  it('finds a set that is gone, a new entrant and a pool that was reset by their numbers, within a sync or two', async () => {
    const { world, event } = worldOfOneEvent('numbers', 12);
    const { ground, sync } = await follow(world);
    await sync();
    world.addEntrant(event.id, 'Late');
    await sync();
    expect(await ground.rows(`select name from startgg_entrant where name = 'Late'`)).toHaveLength(1);
    const [set] = [...setsOf(world.bracket(event))].filter((one) => !one.bye && one.round < 0);
    world.removeSet(set?.realId as number);
    for (const _ of [1, 2]) await sync();
    expect(await ground.differences()).toEqual([]);
  });

  it('reads a new event together with others, and only what changed of an old one', async () => {
    const { world, event } = worldOfOneEvent('only', 16);
    const { ground, sync } = await follow(world);
    await sync();
    const fresh = [1, 2, 3].map(() => {
      const tournament = world.addTournament({ startAt: today() - 60 });
      return world.addEvent(tournament.id, { entrants: 5, teamSize: 1, state: 'ACTIVE', hasSets: true });
    });
    const [set] = [...setsOf(world.bracket(event))].filter((one) => !one.bye);
    world.change(event);
    if (set) Object.assign(set, { updatedAt: today(), station: 7 });
    const asked = ground.startgg.requests.length;
    await sync();
    const packed = ground.startgg.requests
      .slice(asked)
      .filter(({ operationName }) => operationName === 'Packed');
    expect(packed.length).toBeLessThanOrEqual(4);
    expect(packed.some((one) => fresh.every(({ id }) => asks('Event', id)(one)))).toBe(true);
    for (const one of packed)
      expect(asks('Sets', event.id)(one) || asks('Entrants', event.id)(one)).toBe(false);
    expect(await ground.differences()).toEqual([]);
  });

  it('keeps its rows and says what is wrong while start.gg does not answer', async () => {
    const { world } = worldOfOneEvent('away', 8);
    const { ground, herald, sync } = await follow(world);
    await sync();
    ground.startgg.faults.add({ kind: 'http', status: 503, times: 1 });
    expect(await herald.sync(GAME.id)).toBe('unreadable');
    expect(await ground.rows(`select error from startgg_sync where scope = 'game'`)).toEqual([
      { error: expect.stringMatching(/HTTP 503/) },
    ]);
    await sync();
    expect(await ground.rows(`select error from startgg_sync where scope = 'game'`)).toEqual([
      { error: null },
    ]);
    expect(await ground.differences()).toEqual([]);
  });

  it('never makes a person wait who types an import, however much it brings in itself', async () => {
    const other = { id: 43868, name: 'Street Fighter 6', displayName: 'SF6', slug: 'game/street-fighter-6' };
    const world = createWorld({ seed: 'wait', tournaments: 150, ...PERIOD });
    const { id } = world.addTournament({ startAt: today() - 86_400 });
    world.addEvent(id, {
      entrants: 6,
      teamSize: 1,
      videogameId: other.id,
      state: 'COMPLETED',
      hasSets: true,
    });
    const limit = { requests: 12, windowMs: 4_000 };
    const ground = await Ground.open(world, { limit, latency: { minMs: 5, maxMs: 30 } });
    const herald = await ground.herald({
      ...QUICK,
      requestsPerMinute: limit.requests,
      windowMs: limit.windowMs,
    });
    // The game is known and nothing of it was read: following it begins with everything.
    await herald.games.resolve(String(GAME.id));
    await herald.db.transaction((em) =>
      followGame(em, { guildId: '1', videogameId: GAME.id, since: '2026-01-01', channelId: '2' }),
    );
    await herald.sync(GAME.id);
    await ground.startgg.waitFor((requests) => requests.filter((one) => asks('Event')(one)).length > 0);
    ground.period('2026-06-01', null);
    const job = await ground.ended(herald, await ground.start(herald, '1', other));
    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    const [background] = await ground.rows(`select state from import_job where kind = 'startgg-follow'`);
    expect(background).toEqual({ state: 'RUNNING' });
    // The import in the background goes on asking.
    const answered = ground.startgg.requests.filter(({ answeredAt }) => answeredAt !== undefined);
    expect(answered.filter(({ status }) => status !== 200)).toEqual([]);
  });

  it('has what changed minutes before the last sync, and start.gg showed only after it', async () => {
    const world = emptyWorld('cached');
    const { id } = world.addTournament({ startAt: today() - 3_600 });
    const event = world.addEvent(id, { entrants: 12, state: 'ACTIVE', progress: 0.4, hasSets: true });
    const { ground, sync } = await follow(world);
    await sync();
    const before = new Map([...setsOf(world.bracket(event))].map((set) => [set, JSON.stringify(set.state)]));
    finishOne(world, new Random('cached'));
    const changed = [...before].filter(([set, state]) => JSON.stringify(set.state) !== state);
    expect(changed).not.toEqual([]);
    for (const set of before.keys()) if (set.updatedAt > today() - 300) set.updatedAt = today() - 300;
    await sync();
    expect(await setsAmiss(ground)).toEqual([]);
  });

  it('is looked at once for all guilds, from the earliest day of any, until the last has unfollowed it', async () => {
    const ground = await Ground.open(emptyWorld('guilds'));
    const { db, games } = await ground.herald(QUICK, { works: false });
    await games.resolve(String(GAME.id));
    const follows = async () => [await followedGames(db.em()), await followedSince(db.em(), GAME.id)];
    await db.transaction(async (em) => {
      const follow = { videogameId: GAME.id, channelId: '3' };
      await followGame(em, { ...follow, guildId: '1', since: '2026-02-01' });
      await followGame(em, { ...follow, guildId: '1', since: '2026-03-01' });
      await followGame(em, { ...follow, guildId: '2', since: '2026-06-01' });
    });
    expect(await follows()).toEqual([[GAME.id], '2026-02-01']);
    expect(await db.transaction((em) => unfollowGame(em, '1', GAME.id))).toBe(true);
    expect(await db.transaction((em) => unfollowGame(em, '1', GAME.id))).toBe(false);
    expect(await follows()).toEqual([[GAME.id], '2026-06-01']);
    await unfollowAll(db.em(), '2');
    expect(await follows()).toEqual([[], undefined]);
  });

  it('is read anew as a whole in time: what runs every hour, what is long over every month', async () => {
    const world = emptyWorld('cadence');
    const played = { entrants: 6, teamSize: 1, hasSets: true } as const;
    const at = (startAt: number) => world.addTournament({ startAt }).id;
    const runs = world.addEvent(at(today() - 3_600), { ...played, state: 'ACTIVE', progress: 0.4 });
    const isOver = world.addEvent(at(today() - 90 * 86_400), { ...played, state: 'COMPLETED' });
    const { ground, sync } = await follow(world);
    await sync();
    for (const event of [runs, isOver])
      world.renameEntrant(world.bracket(event).entrants[0]?.id as number, 'Renamed');
    const renamed = async () =>
      (
        await ground.rows<{ event: number }>(
          `select event_id as event from startgg_entrant where name = 'Renamed' order by event_id`,
        )
      ).map(({ event }) => event);
    const pass = (time: string) =>
      ground.rows(`update startgg_sync set walked_at = walked_at - $1::interval where scope = 'event'`, [
        time,
      ]);
    await sync();
    expect(await renamed()).toEqual([]);
    await pass('61 minutes');
    await sync();
    expect(await renamed()).toEqual([runs.id]);
    await pass('29 days');
    await sync();
    expect(await renamed()).toEqual([runs.id]);
    await pass('1 day');
    await sync();
    expect(await renamed()).toEqual([runs.id, isOver.id]);
  });

  it('tells of a tournament that is gone, when it was missed twice, an hour apart', async () => {
    const world = emptyWorld('gone');
    const [stays, goes] = [1, 2].map((days) => {
      const tournament = world.addTournament({ startAt: today() - days * 86_400 });
      world.addEvent(tournament.id, { entrants: 4, state: 'COMPLETED', hasSets: true });
      return tournament;
    });
    const { ground, sync } = await follow(world);
    await sync();
    world.removeTournament(goes?.id as number);
    const left = async () =>
      (await ground.rows<{ id: number }>('select id from startgg_tournament where deleted_at is null')).map(
        ({ id }) => id,
      );
    for (const known of [[stays?.id, goes?.id], [stays?.id]]) {
      await ground.rows(
        `update startgg_sync set walked_at = walked_at - interval '61 minutes' where scope = 'tournaments'`,
      );
      for (const _ of [1, 2]) await sync();
      expect((await left()).toSorted()).toEqual(known.toSorted());
    }
  });

  it('tells what the last change brought, however many syncs bring nothing after it', async () => {
    const world = emptyWorld('told');
    const tournament = world.addTournament({ startAt: today() - 3_600 });
    world.addEvent(tournament.id, { entrants: 12, state: 'ACTIVE', progress: 0.4, hasSets: true });
    const { herald, sync } = await follow(world);
    await sync();
    finishOne(world, new Random('told'));
    await sync();
    const brought = await followedGame(herald.db.em(), `1-${GAME.id}`);
    expect(brought?.latest?.counters.sets?.changed).toBeGreaterThan(0);
    await sync();
    expect((await followedGame(herald.db.em(), `1-${GAME.id}`))?.latest).toEqual(brought?.latest);
  });

  it('waits with its first sync for the import that began with it', async () => {
    const { world } = worldOfOneEvent('first', 8);
    const ground = await Ground.open(world);
    const herald = await ground.herald(QUICK, { works: false });
    const job = await ground.start(herald);
    await herald.db.transaction((em) =>
      followGame(em, { guildId: '1', videogameId: GAME.id, since: '2026-01-01', channelId: '2' }),
    );
    expect(await herald.sync(GAME.id)).toBeUndefined();
    await herald.work();
    await ground.ended(herald, job);
    expect(await herald.sync(GAME.id)).toBe('done');
    expect(await ground.rows(`select 1 from import_job where kind = 'startgg-follow'`)).toEqual([]);
  });
});
