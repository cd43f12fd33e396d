import { afterEach, describe, expect, it, vi } from 'vitest';
import { RetryLaterError, SourceBlockedError, UserError } from '../../src/errors.ts';
import { RefusedError } from '../../src/racetime/client.ts';
import { checkRaceRooms } from '../../src/racetime/setting.ts';
import { raceGround } from './ground.ts';

const GOAL = { goal: 'Beat the game' };
afterEach(() => void vi.useRealTimers());

describe('the token', () => {
  it('is asked for once, and again when it was taken away or has run out', async () => {
    const { client, clock, racetime, world } = await raceGround();
    const herald = client();
    const tokens = () => racetime.requests.filter(({ path }) => path === '/o/token').length;
    await herald.open('demo', GOAL);
    await herald.open('demo', GOAL);
    expect(tokens()).toBe(1);
    racetime.revokeTokens();
    await herald.open('demo', GOAL);
    expect([tokens(), world.rooms().length]).toEqual([2, 3]);
    const later = Date.now() + 36_000_000 - 30_000;
    vi.useFakeTimers({ toFake: ['Date'], now: later });
    clock.aheadMs = 0;
    await herald.open('demo', GOAL);
    const refused = racetime.requests.filter(({ status }) => status === 403).length;
    expect([tokens(), refused]).toEqual([3, 1]);
  });

  it('is not to be had with the wrong secret', async () => {
    const { client } = await raceGround();
    const wrong = client({ clientId: 'herald', clientSecret: 'wrong' });
    await expect(wrong.open('demo', GOAL)).rejects.toThrow(SourceBlockedError);
  });
});

describe('an answer', () => {
  it('is told from none', async () => {
    const { client, racetime, world } = await raceGround();
    const herald = client();
    for (const kind of ['html', 'cut-off', 'lost-connection', 'http'] as const) {
      racetime.faults.add({ kind, status: 503 });
      await expect(herald.category('demo')).rejects.toThrow(RetryLaterError);
    }
    racetime.faults.add({ kind: 'lost-answer', match: ({ path }) => path.endsWith('/startrace') });
    await expect(herald.open('demo', GOAL)).rejects.toThrow(RetryLaterError);
    expect(world.rooms()).toHaveLength(1);
  });

  it('is a refusal where racetime.gg says so', async () => {
    const { client } = await raceGround();
    const herald = client();
    await expect(herald.open('demo', {})).rejects.toThrow(
      new RefusedError('racetime.gg says: A goal is required'),
    );
    await expect(herald.open('foreign', GOAL)).rejects.toThrow(SourceBlockedError);
    await expect(herald.open('nowhere', GOAL)).rejects.toThrow(RefusedError);
    await expect(herald.race('/demo/no-room-1')).rejects.toThrow(RefusedError);
  });
});

describe('the setting', () => {
  it.each([
    ['off', null],
    [' OFF ', null],
    ['demo/Beat the game', 'demo/Beat the game'],
    [' Demo / beat THE game ', 'demo/Beat the game'],
  ])('%j is %j', async (typed, setting) => {
    const { client } = await raceGround();
    expect(await checkRaceRooms(client(), typed)).toBe(setting);
  });

  it.each([
    ['demo', /a category and a goal/],
    ['demo/', /a category and a goal/],
    ['../admin/x', /a category and a goal/],
    ['nowhere/Beat the game', /no category "nowhere"/],
    ['demo/Lose', /no goal "Lose". Its goals are: "Beat the game", "All dungeons"\./],
  ])('%j is refused with the reason', async (typed, reason) => {
    const { client } = await raceGround();
    const check = checkRaceRooms(client(), typed);
    await expect(check).rejects.toThrow(UserError);
    await expect(check).rejects.toThrow(reason);
  });

  it('needs credentials, but for "off"', async () => {
    expect(await checkRaceRooms(undefined, 'off')).toBeNull();
    await expect(checkRaceRooms(undefined, 'demo/Beat the game')).rejects.toThrow(/RACETIME_CLIENT_ID/);
  });
});
