import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Racetime, startRacetime } from '../../../src/sandbox/racetime/server.ts';

const SAMPLES = new URL('../../../../shared/samples/speedgaming/racetime_shapes.json', import.meta.url);
const MINUTE = 60_000;
const client = { clientId: 'herald', clientSecret: 'secret' };
const begun = Date.parse('2026-12-01T17:30:00.100Z');

let clock: number;
let racetime: Racetime;
beforeEach(async () => {
  clock = begun;
  racetime = await startRacetime({
    ...client,
    categories: [
      { slug: 'demo', goals: ['Beat the game'] },
      { slug: 'foreign', goals: ['Beat the game'], hasBot: false },
    ],
    now: () => clock,
  });
});
afterEach(() => racetime.close());

type Form = Record<string, string>;
type Answer = { status: number; location: string | null; body: ReturnType<typeof JSON.parse> };

const answer = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    location: response.headers.get('location'),
    body: isJson ? JSON.parse(text) : text,
  };
};
const get = async (path: string) => answer(await fetch(`${racetime.url}${path}`));
const post = async (path: string, form: Form, token = '') =>
  answer(
    await fetch(`${racetime.url}${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { authorization: `Bearer ${token}` },
    }),
  );
const logIn = (secret = client.clientSecret, grant = 'client_credentials') =>
  post('/o/token', { client_id: client.clientId, client_secret: secret, grant_type: grant });
const token = async (): Promise<string> => (await logIn()).body.access_token;
const open = async (form: Form = { goal: 'Beat the game' }) => {
  const { status, location } = await post('/o/demo/startrace', form, await token());
  expect(status).toBe(201);
  return location ?? '';
};
const read = async (room: string) => (await get(`${room}/data`)).body;

describe('the token', () => {
  it('is given for the client and its secret', async () => {
    expect(await logIn()).toMatchObject({
      status: 200,
      body: { access_token: expect.any(String), expires_in: 36_000, token_type: 'Bearer' },
    });
    expect(await logIn('wrong')).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(await logIn('secret', 'password')).toMatchObject({
      status: 400,
      body: { error: 'unsupported_grant_type' },
    });
  });

  it('expires, and can be revoked', async () => {
    const goal = { goal: 'Beat the game' };
    const old = await token();
    clock += 36_000_000;
    expect((await post('/o/demo/startrace', goal, old)).status).toBe(403);
    const other = await token();
    racetime.revokeTokens();
    expect((await post('/o/demo/startrace', goal, other)).status).toBe(403);
    expect((await post('/o/demo/startrace', goal)).status).toBe(403);
  });
});

describe('opening a room', () => {
  it('tells only where it is', async () => {
    const response = await post('/o/demo/startrace', { goal: 'Beat the game' }, await token());
    expect(response).toEqual({
      status: 201,
      location: expect.stringMatching(/^\/demo\/[a-z]+-[a-z]+-\d{4}$/),
      body: '',
    });
    const category = await get('/demo/data');
    expect(category.body).toMatchObject({
      goals: ['Beat the game'],
      current_races: [{ url: response.location, status: { value: 'open' } }],
    });
  });

  it('keeps what the form says, and takes defaults for the rest', async () => {
    const form = { custom_goal: 'Ada vs Ben', invitational: 'true', unlisted: 'True', info_user: 'Round 1' };
    const room = await open({ ...form, start_delay: '30', streaming_required: 'false' });
    expect(await read(room)).toMatchObject({
      status: { value: 'invitational' },
      goal: { name: 'Ada vs Ben', custom: true },
      info: 'Round 1',
      start_delay: 'P0DT00H00M30.000000S',
      time_limit: 'P1DT00H00M00.000000S',
      streaming_required: false,
      recordable: false,
      opened_at: '2026-12-01T17:30:00.100Z',
    });
    expect((await get('/demo/data')).body.current_races).toEqual([]);
  });

  it.each<[string, Form, string]>([
    ['no goal', {}, '__all__'],
    ['two goals', { goal: 'Beat the game', custom_goal: 'Another' }, '__all__'],
    ['a goal of nobody', { goal: 'Lose the game' }, 'goal'],
    ['too long a countdown', { goal: 'Beat the game', start_delay: '61' }, 'start_delay'],
    ['no number', { goal: 'Beat the game', time_limit: 'long' }, 'time_limit'],
    ['hidden teams', { goal: 'Beat the game', team_race: '1', hide_entrants: '1' }, '__all__'],
  ])('refuses %s', async (_, form, field) => {
    const { status, body } = await post('/o/demo/startrace', form, await token());
    expect([status, Object.keys(body.errors)]).toEqual([422, [field]]);
    expect(racetime.world.rooms()).toEqual([]);
  });

  it('refuses JSON, a category of another bot and one that is not there', async () => {
    const bearer = { authorization: `Bearer ${await token()}` };
    const json = await fetch(`${racetime.url}/o/demo/startrace`, {
      method: 'POST',
      body: JSON.stringify({ goal: 'Beat the game' }),
      headers: { ...bearer, 'content-type': 'application/json' },
    });
    expect(json.status).toBe(422);
    const goal = { goal: 'Beat the game' };
    expect((await post('/o/foreign/startrace', goal, await token())).status).toBe(403);
    expect((await post('/o/nowhere/startrace', goal, await token())).status).toBe(404);
    expect([(await get('/nowhere/data')).status, (await get('/demo/no-room-1/data')).status]).toEqual([
      404, 404,
    ]);
  });
});

describe('editing a room', () => {
  it('puts a default where a field is left out', async () => {
    const room = await open({ goal: 'Beat the game', info_user: 'Round 1', streaming_required: 'false' });
    const form = { custom_goal: 'Something else' };
    expect((await post(`/o${room}/edit`, form, await token())).status).toBe(200);
    expect(await read(room)).toMatchObject({
      goal: { name: 'Something else', custom: true },
      info: '',
      streaming_required: true,
      version: 2,
    });
    expect((await post(`/o${room}/edit`, {}, await token())).status).toBe(422);
    racetime.world.cancel(room);
    expect((await post(`/o${room}/edit`, form, await token())).status).toBe(403);
    expect((await post('/o/demo/no-room-1/edit', form, await token())).status).toBe(404);
  });
});

describe('a race', () => {
  it('goes from joining to results', async () => {
    const { world } = racetime;
    const [ada, ben, cas] = ['Ada', 'Ben', 'Cas'].map((name) => world.addUser({ name }).id) as [
      string,
      string,
      string,
    ];
    const room = await open({ goal: 'Beat the game', invitational: 'true' });
    for (const user of [ada, ben]) world.invite(room, user);
    for (const user of [ada, ben, cas]) world.join(room, user);
    expect((await read(room)).entrants_count).toBe(2);
    world.acceptRequest(room, cas);
    for (const user of [ada, ben]) world.ready(room, user);
    world.unready(room, ben);
    world.ready(room, ben);
    expect((await read(room)).status.value).toBe('invitational');
    world.ready(room, cas);
    expect(await read(room)).toMatchObject({
      status: { value: 'pending' },
      started_at: '2026-12-01T17:30:15.100Z',
    });
    clock += 15_000;
    expect((await read(room)).entrants[0].status.value).toBe('in_progress');
    world.done(room, ben, 5_025_678.9);
    clock += 90 * MINUTE;
    world.done(room, ada);
    world.dnf(room, cas);
    const race = await read(room);
    expect(race.status.value).toBe('finished');
    expect(
      race.entrants.map((one: Record<string, unknown> & { user: { name: string } }) => [
        one.user.name,
        one.finish_time,
        one.place_ordinal,
      ]),
    ).toEqual([
      ['Ben', 'P0DT01H23M45.678900S', '1st'],
      ['Ada', 'P0DT01H30M00.000000S', '2nd'],
      ['Cas', null, null],
    ]);
    world.dq(room, ben);
    expect((await read(room)).entrants[0]).toMatchObject({ user: { name: 'Ada' }, place: 1 });
    expect((await get('/demo/data')).body.current_races).toEqual([]);
  });

  it('is refused to whoever cannot take part, and starts when a person says so', async () => {
    const { world } = racetime;
    const [ada, ben] = [world.addUser(), world.addUser()];
    const room = await open();
    world.join(room, ada.id);
    expect(() => world.join(room, ada.id)).toThrow('not_ready');
    expect(() => world.ready(room, ben.id)).toThrow('is not in');
    world.join(room, ben.id);
    world.leave(room, ben.id);
    world.start(room);
    expect(() => world.join(room, ben.id)).toThrow('in_progress');
    clock += 24 * 60 * MINUTE;
    expect(await read(room)).toMatchObject({
      status: { value: 'finished' },
      entrants: [{ status: { value: 'dnf' } }],
    });
  });
});

describe('a dead room', () => {
  it('is cancelled after 30 minutes with fewer than two entrants', async () => {
    const room = await open();
    racetime.world.join(room, racetime.world.addUser().id);
    racetime.world.invite(room, racetime.world.addUser().id);
    clock += 30 * MINUTE - 1;
    expect((await read(room)).status.value).toBe('open');
    clock += 1;
    expect(racetime.world.tick()).toHaveLength(1);
    expect(await read(room)).toMatchObject({
      status: { value: 'cancelled' },
      cancelled_at: '2026-12-01T18:00:00.100Z',
    });
  });

  it('is cancelled after 4 hours in any case', async () => {
    const room = await open();
    for (let i = 0; i < 2; i++) racetime.world.join(room, racetime.world.addUser().id);
    clock += 239 * MINUTE;
    expect((await read(room)).status.value).toBe('open');
    clock += MINUTE;
    expect((await read(room)).status.value).toBe('cancelled');
  });
});

describe('faults', () => {
  it('lose the answer after the room was opened', async () => {
    racetime.faults.add({ kind: 'lost-answer', match: ({ path }) => path.endsWith('/startrace') });
    await expect(open()).rejects.toThrow();
    expect(racetime.world.rooms('demo')).toHaveLength(1);
    expect(racetime.requests.at(-1)).toMatchObject({ form: { goal: 'Beat the game' }, status: 0 });
  });

  it('open nothing when they come before', async () => {
    for (const kind of ['http', 'lost-connection'] as const) {
      const match = ({ method, path }: { method: string; path: string }) =>
        method === 'POST' && path !== '/o/token';
      racetime.faults.add({ kind, status: 502, match });
      await expect(open()).rejects.toThrow();
    }
    expect(racetime.world.rooms()).toEqual([]);
  });
});

it.skipIf(!existsSync(SAMPLES))('has the keys of the samples', async () => {
  const { race_finished: sample } = JSON.parse(readFileSync(SAMPLES, 'utf8'));
  const room = await open();
  racetime.world.join(room, racetime.world.addUser().id);
  const race = await read(room);
  const keys = (value: object) => Object.keys(value).sort();
  expect(keys(race)).toEqual(keys(sample));
  expect(keys(race.entrants[0])).toEqual(keys(sample.entrants[0]));
  expect(keys(race.entrants[0].user)).toEqual(keys(sample.entrants[0].user));
});
