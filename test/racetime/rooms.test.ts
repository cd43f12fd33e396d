import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { MINUTE, player, raceGround } from './ground.ts';

const isStart = ({ path }: { path: string }) => path.endsWith('/startrace');

describe('a room', () => {
  it('is opened once, shown, and sent to the players', async () => {
    const { put, tick, worker, world, view, sent } = await raceGround();
    await put({});
    await Promise.all([tick(), tick(worker()), tick(worker())]);
    await tick();
    const [room, ...others] = world.rooms('demo');
    expect(others).toEqual([]);
    expect(room?.settings).toMatchObject({
      goal: { name: 'Beat the game', custom: false },
      texts: { info_user: 'Round 1 · Spring Cup', info_bot: 'Herald match speedgaming/1' },
    });
    const path = `/demo/${room?.slug}`;
    expect((await view()).raceRoom).toContain(path);
    expect(await sent()).toEqual([
      { to: 'd-Ada', room: path },
      { to: 'd-Ben', room: path },
    ]);
  });

  it('is announced where the match had no announcement yet', async () => {
    const { put, tick, run } = await raceGround();
    await put({});
    await run(sql`delete from live_message`);
    await tick();
    expect(await run(sql`select kind, subject from live_message`)).toEqual([{ kind: 'match', subject: '1' }]);
  });

  it.each([
    ['is not due', { inMinutes: 27 }],
    ['began long ago', { inMinutes: -12 }],
    ['is not confirmed', { state: 'unconfirmed' as const }],
    ['is cancelled', { state: 'cancelled' as const }],
    ['has one player', { players: [player('Ada', null), { pairing: 1, name: 'Winner of A', person: null }] }],
  ])('is not opened for a match that %s', async (_, fields) => {
    const { put, tick, world } = await raceGround();
    await put(fields);
    await tick();
    expect(world.rooms()).toEqual([]);
  });

  it.each([
    ['tournament has no rooms', sql`update tournament set race_rooms = null`],
    ['tournament is deleted', sql`update tournament set deleted_at = now()`],
    ['link was taken off', sql`update match set link_id = null`],
    ['link is switched off', sql`update tournament_link set disabled_at = now()`],
    ['guild is left', sql`update guild set left_at = now()`],
  ])('is not opened where the %s', async (_, change) => {
    const { put, tick, world, run } = await raceGround();
    await put({});
    await run(change);
    await tick();
    expect(world.rooms()).toEqual([]);
  });

  it('is one for all tournaments that follow the match with the same setting', async () => {
    const { put, tick, worker, links, world, run, view, sent } = await raceGround();
    await run(sql`update tournament set race_rooms = 'demo/Beat the game'`);
    await put({});
    await put({}, links[1]);
    await Promise.all([tick(), tick(worker())]);
    await tick();
    expect(world.rooms()).toHaveLength(1);
    expect((await view(1)).raceRoom).toBe((await view(2)).raceRoom);
    expect((await sent()).map(({ to }) => to)).toEqual(['d-Ada', 'd-Ben']);
  });
});

describe('an attempt whose end nobody knows', () => {
  it('is looked for: the answer was lost', async () => {
    const { put, tick, racetime, world, view } = await raceGround();
    await put({});
    racetime.faults.add({ kind: 'lost-answer', match: isStart });
    await tick();
    expect([world.rooms().length, (await view()).raceRoom]).toEqual([1, null]);
    await tick();
    expect(world.rooms()).toHaveLength(1);
    expect((await view()).raceRoom).toContain(world.rooms()[0]?.slug);
  });

  it('is looked for: the process died before it could note the room', async () => {
    const { put, tick, worker, racetime, world, run, view } = await raceGround();
    await put({});
    const dying = new AbortController();
    const match = (request: { path: string }) => {
      if (isStart(request)) dying.abort();
      return isStart(request);
    };
    racetime.faults.add({ kind: 'lost-answer', match });
    await tick(worker(), dying.signal);
    await tick();
    expect([world.rooms().length, (await view()).raceRoom]).toEqual([1, null]);
    await run(sql`update race_room set claimed_until = now()`);
    await tick();
    expect([world.rooms().length, (await view()).raceRoom]).toEqual([1, expect.stringContaining('/demo/')]);
  });

  it('is not taken for a room that somebody else opened with the same words', async () => {
    const { put, tick, world, view } = await raceGround();
    await put({});
    const other = {
      goal: { name: 'Beat the game', custom: false },
      startDelay: 15,
      timeLimit: 24,
      chatMessageDelay: 0,
    };
    const texts = { info_user: 'Herald match speedgaming/1', info_bot: null };
    const flags = { unlisted: false } as never;
    const foreign = world.open('demo', { ...other, texts, flags }, '');
    await tick();
    expect(world.rooms()).toHaveLength(2);
    expect((await view()).raceRoom).not.toContain(foreign.slug);
  });
});

describe('what racetime.gg refuses', () => {
  it('is told to organisers once, in its words, and tried again with another setting', async () => {
    const { put, tick, run, world, notices } = await raceGround();
    await run(sql`update tournament set race_rooms = 'demo/Lose the game' where id = 1`);
    await put({});
    await put({ outsideId: '2', title: 'Round *2*' });
    await tick();
    await tick();
    expect(world.rooms()).toEqual([]);
    expect(await notices()).toEqual([
      expect.stringMatching(/Round 1.*Spring Cup.*could not be opened.*This category has no such goal\. `/s),
    ]);
    await run(sql`update tournament set race_rooms = 'demo/Beat the game' where id = 1`);
    await tick();
    expect(world.rooms()).toHaveLength(2);
  });

  it('may be all of a category', async () => {
    const { put, tick, run, notices } = await raceGround();
    await run(sql`update tournament set race_rooms = 'foreign/Beat the game' where id = 1`);
    await put({});
    await tick();
    expect(await notices()).toEqual([expect.stringContaining('it has to be the category')]);
    await run(sql`update tournament set race_rooms = 'nowhere/Beat the game' where id = 1`);
    await tick();
    expect(await notices()).toHaveLength(2);
  });

  it('may be the credentials', async () => {
    const { put, tick, worker, notices, world } = await raceGround();
    await put({});
    const wrong = worker({ clientId: 'herald', clientSecret: 'wrong' });
    await tick(wrong);
    await tick(wrong);
    expect(await notices()).toEqual([expect.stringMatching(/RACETIME\\?_CLIENT\\?_ID.*goes on trying/s)]);
    await tick();
    expect(world.rooms()).toHaveLength(1);
  });
});

describe('an outage', () => {
  it('is told when the match is about to start', async () => {
    const { put, tick, racetime, notices, world } = await raceGround();
    const end = racetime.faults.add({ kind: 'http', status: 502, times: Infinity });
    await put({});
    await tick();
    expect(await notices()).toEqual([]);
    await put({ inMinutes: 5 });
    await tick();
    expect(await notices()).toEqual([expect.stringContaining('does not answer')]);
    end();
    await tick();
    expect(world.rooms()).toHaveLength(1);
  });
});

describe('a room that was cancelled', () => {
  it('is opened again when nobody came, and sent again, but not for ever', async () => {
    const { put, tick, clock, world, view, sent } = await raceGround();
    await put({});
    await tick();
    for (let times = 0; times < 4; times++) {
      clock.aheadMs += 30 * MINUTE;
      await tick();
    }
    const paths = world.rooms().map(({ slug }) => `/demo/${slug}`);
    expect(paths).toHaveLength(3);
    expect(await sent()).toEqual(paths.flatMap((room) => ['d-Ada', 'd-Ben'].map((to) => ({ to, room }))));
    expect((await view()).raceRoom).toBeNull();
  });

  it('stays so when people did it', async () => {
    const { put, tick, world, view } = await raceGround();
    await put({});
    await tick();
    world.cancel(`demo/${world.rooms()[0]?.slug}`);
    await tick();
    expect([world.rooms().length, (await view()).raceRoom]).toEqual([1, null]);
  });
});

describe('a match with a room', () => {
  it('leaves it alone when it is cancelled, and has it again when it is on again', async () => {
    const { put, tick, racetime, world, view, sent } = await raceGround();
    await put({});
    await tick();
    const { raceRoom } = await view();
    await put({ state: 'cancelled' });
    expect((await view()).raceRoom).toBeNull();
    const asked = racetime.requests.length;
    await tick();
    expect([racetime.requests.length, world.rooms()[0]?.state]).toEqual([asked, 'open']);
    await put({});
    await tick();
    expect((await view()).raceRoom).toBe(raceRoom);
    expect(await sent()).toHaveLength(2);
  });

  it('keeps it when it is moved within its life, and gets another when it is moved further', async () => {
    const { put, tick, world, view } = await raceGround();
    await put({});
    await tick();
    const { raceRoom } = await view();
    await put({ inMinutes: 28 });
    await tick();
    expect((await view()).raceRoom).toBe(raceRoom);
    await put({ inMinutes: 60 });
    await tick();
    expect([(await view()).raceRoom, world.rooms().length]).toEqual([null, 1]);
  });

  it('gets a new one where the old one would not last until the new start', async () => {
    const { put, tick, clock, world, view } = await raceGround();
    clock.aheadMs = -20 * MINUTE;
    await put({ inMinutes: 5 });
    await tick();
    const { raceRoom } = await view();
    clock.aheadMs = 0;
    await put({ inMinutes: 20 });
    await tick();
    expect(world.rooms()).toHaveLength(2);
    expect((await view()).raceRoom).not.toBe(raceRoom);
  });
});
