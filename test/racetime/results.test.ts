import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { type RaceEntrant, raceTime, readRace, twitchLogin } from '../../src/matches/rooms/race-results.ts';
import { player, raceGround } from './ground.ts';

const ranks = sql<
  Record<string, unknown>
>`select name, finish_rank as rank, finish_time as time from match_player order by position`;

describe('the end of a race', () => {
  it('is read back onto the match', async () => {
    const { put, tick, world, view, run, room } = await raceGround();
    const players = [
      player('Ada', 'https://twitch.tv/AdaStreams'),
      player('Ben', null),
      player('Cas', 'cas'),
      player('Dee', null),
    ];
    await put({ players });
    await tick();
    const path = new URL((await view()).raceRoom ?? '').pathname;
    const join = (name: string, twitchName: string | null) => {
      const { id } = world.addUser({ name, twitchName });
      world.join(path, id);
      return id;
    };
    const ada = join('someone', 'adastreams');
    const ben = join('BEN', null);
    const cas = join('Cas', 'cas');
    const dee = join('dee', 'deedee');
    const eve = join('Eve', 'eve');
    world.start(path);
    await tick();
    expect(await room()).toMatchObject({ state: 'running' });
    world.done(path, ben, 5_402_000);
    world.done(path, ada, 5_025_678.9);
    world.done(path, eve, 6_000_000);
    world.dnf(path, cas);
    await tick();
    expect((await view()).state).toBe('scheduled');
    world.dq(path, dee);
    await tick();
    expect(await view()).toMatchObject({
      state: 'finished',
      score: '1. Ada 1:23:45 · 2. Ben 1:30:02 · 3. Eve#0005 (not in the match) 1:40:00 · Cas DNF · Dee DQ',
      raceRoom: expect.stringContaining(path),
    });
    expect(await run(ranks)).toEqual([
      { name: 'Ada', rank: 1, time: 'P0DT01H23M45.678900S' },
      { name: 'Ben', rank: 2, time: 'P0DT01H30M02.000000S' },
      { name: 'Cas', rank: null, time: null },
      { name: 'Dee', rank: null, time: null },
    ]);
    expect(await room()).toMatchObject({
      state: 'finished',
      unmatched: [{ name: 'Eve', fullName: 'Eve#0005', twitch: 'eve', place: 3, status: 'done' }],
    });
    await tick();
    expect(world.rooms()).toHaveLength(1);

    // What the schedule says later changes the match, not how its race ended.
    players[1] = player('Benjamin', 'https://www.twitch.tv/eve/');
    await put({ players, inMinutes: 15, title: 'Round 1 (VOD)' });
    expect(await view()).toMatchObject({
      state: 'finished',
      title: 'Round 1 (VOD)',
      score: expect.stringContaining('2. BEN#0002 (not in the match) 1:30:02 · 3. Benjamin 1:40:00'),
    });
    expect((await run(ranks))[1]).toMatchObject({ name: 'Benjamin', rank: 3 });
    const changes = await run(
      sql<{ what: string }>`select c->>'what' as what from match_change, jsonb_array_elements(changes) c`,
    );
    expect(changes.map(({ what }) => what).sort()).toEqual(['air time', 'players', 'time', 'title']);
  });

  it('says nothing of a match that is played on another day', async () => {
    const { put, tick, world, view } = await raceGround();
    await put({});
    await tick();
    const path = new URL((await view()).raceRoom ?? '').pathname;
    const [one, two] = [world.addUser(), world.addUser()];
    for (const { id } of [one, two]) world.join(path, id);
    world.start(path);
    for (const { id } of [one, two]) world.dnf(path, id);
    await tick();
    expect((await view()).state).toBe('finished');
    await put({ inMinutes: 24 * 60 });
    expect(await view()).toMatchObject({ state: 'scheduled', score: null, raceRoom: null });
    await put({ inMinutes: 20 });
    await tick();
    expect(await view()).toMatchObject({ state: 'finished', raceRoom: expect.stringContaining(path) });
  });
});

const entrant = (given: Partial<RaceEntrant>): RaceEntrant => ({
  name: 'x',
  fullName: 'x#0001',
  twitch: null,
  status: 'done',
  place: 1,
  time: 'PT1S',
  ...given,
});

describe('who is who', () => {
  it('goes by Twitch before it goes by name, and nobody is two', () => {
    const racers = [
      { id: 1, name: 'Ada', stream: null },
      { id: 2, name: 'Ben', stream: 'twitch.tv/ada' },
    ];
    const [other, ada] = [
      entrant({ name: 'Ada', twitch: 'ADA', place: 2 }),
      entrant({ name: ' ada ', place: 1 }),
    ];
    const { finishes, unmatched } = readRace([other, ada], racers);
    expect(finishes.map(({ id, rank }) => [id, rank]).sort()).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(unmatched).toEqual([]);
  });

  it('is never more than there are', () => {
    const names = fc.array(fc.constantFrom('Ada', 'Ben', 'ada '), { maxLength: 5 });
    fc.assert(
      fc.property(names, names, (racing, playing) => {
        const racers = playing.map((name, id) => ({ id, name, stream: name }));
        const { finishes, unmatched } = readRace(
          racing.map((name) => entrant({ name, twitch: name.trim() })),
          racers,
        );
        expect(new Set(finishes.map(({ id }) => id)).size).toBe(finishes.length);
        expect(finishes.length + unmatched.length).toBe(racing.length);
      }),
    );
  });

  it.each([
    ['https://www.twitch.tv/Ada_L/', 'ada_l'],
    ['twitch.tv/ada?x=1', 'ada'],
    ['@Ada', 'ada'],
    ['Ada', 'ada'],
    ['https://youtube.com/ada', null],
    ['not a name', null],
    [null, null],
  ])('reads the Twitch name in %j', (stream, login) => {
    expect(twitchLogin(stream)).toBe(login);
  });
});

it('shows a time with or without days and fractions', () => {
  expect(raceTime('PT59.9S')).toBe('0:00:59');
  expect(raceTime('P1DT02H03M04S')).toBe('26:03:04');
  expect(raceTime('soon')).toBe('soon');
  fc.assert(
    fc.property(fc.nat(99), fc.nat(59), fc.nat(59), (h, m, s) => {
      const two = (value: number) => String(value).padStart(2, '0');
      expect(raceTime(`P0DT${two(h)}H${two(m)}M${two(s)}.123456S`)).toBe(`${h}:${two(m)}:${two(s)}`);
    }),
  );
});
