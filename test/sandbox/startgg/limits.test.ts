import { afterEach, describe, expect, it } from 'vitest';
import { createWorld } from '../../../src/sandbox/startgg/create-world.ts';
import { maxInAnyWindow } from '../../../src/sandbox/startgg/request-log.ts';
import { type Startgg, startStartgg } from '../../../src/sandbox/startgg/server.ts';
import { ask, token } from './ask.ts';

const world = createWorld({
  seed: 'limits',
  tournaments: 3,
  from: new Date('2026-01-01'),
  to: new Date('2026-06-30'),
});
const videogames = '{ videogames(query: { filter: { name: "2xko" } }) { nodes { id name displayName } } }';

let startgg: Startgg;
afterEach(() => startgg.close());

describe('the rate limit', () => {
  it('answers 80 requests of a token and refuses the next with 429', async () => {
    startgg = await startStartgg({ world, token: [token, 'other'] });
    const answers = [];
    for (let i = 0; i < 81; i++) answers.push(await ask(startgg, videogames));
    expect(answers.slice(0, 80).every((one) => one.status === 200)).toBe(true);
    expect(answers[80]?.status).toBe(429);
    expect(answers[80]?.body).toEqual({ success: false, message: 'Rate limit exceeded - api-token' });
    expect((await ask(startgg, videogames, {}, { token: 'other' })).status).toBe(200);
    expect(startgg.maxInAnyWindow(60_000)).toBe(82);
  });

  it('lets requests through again when the window has moved on', async () => {
    startgg = await startStartgg({ world, token, limit: { requests: 2, windowMs: 40 } });
    await ask(startgg, videogames);
    await ask(startgg, videogames);
    await expect.poll(async () => (await ask(startgg, videogames)).status, { interval: 5 }).toBe(200);
  });
});

describe('the request log', () => {
  const request = (at: number, answeredAt: number) => ({
    at,
    answeredAt,
    token,
    operationName: null,
    query: '',
    variables: {},
    cost: 0,
    status: 200,
  });

  it('finds the busiest stretch by arrival, and by the strictest reading', () => {
    const requests = [request(0, 900), request(100, 200), request(1000, 1050), request(1850, 1900)];
    startgg = { close: async () => {} } as Startgg;
    expect(maxInAnyWindow(requests, 1000)).toBe(2);
    expect(maxInAnyWindow(requests, 1000, 'answer')).toBe(3);
  });

  it('knows name, variables, cost, status and times of each request', async () => {
    startgg = await startStartgg({ world, token });
    await ask(
      startgg,
      `query Games($name: String!) { videogames(query: { filter: { name: $name } }) { nodes { id } } }`,
      { name: 'XKO' },
    );
    await startgg.waitFor((requests) => requests[0]?.answeredAt !== undefined);
    expect(startgg.requests[0]).toMatchObject({
      operationName: 'Games',
      variables: { name: 'XKO' },
      cost: 1,
      status: 200,
    });
  });
});

describe('the token', () => {
  it('is refused with 400 when it is wrong or missing and with 401 when it has expired', async () => {
    startgg = await startStartgg({ world, token });
    const wrong = await ask(startgg, videogames, {}, { token: 'wrong' });
    expect([wrong.status, wrong.body]).toEqual([
      400,
      { success: false, message: 'Invalid authentication token' },
    ]);
    const missing = await fetch(startgg.url, { method: 'POST', body: JSON.stringify({ query: videogames }) });
    expect(missing.status).toBe(400);
    startgg.expire(token);
    expect((await ask(startgg, videogames)).status).toBe(401);
  });
});

describe('the envelope', () => {
  it('carries data, cache hints, cost and action records, and ids as numbers', async () => {
    startgg = await startStartgg({ world, token });
    const { body } = await ask(startgg, videogames);
    expect(body).toEqual({
      data: { videogames: { nodes: [{ id: 64423, name: '2XKO', displayName: '2XKO' }] } },
      extensions: { cacheControl: { version: 1, hints: null }, queryComplexity: 1 },
      actionRecords: [],
    });
  });

  it('knows games, tournaments, events, players and users by id and by slug', async () => {
    startgg = await startStartgg({ world, token });
    const event = [...world.events()].find((one) => one.plan.entrants > 4);
    const player = [1, 2, 3].map((index) => world.player(index)).find((one) => one.user);
    const query = `{
      a: videogame(slug: "2xko") { id } b: tournament(slug: "${event?.tournament.slug}") { id }
      c: event(slug: "${event?.slug}") { id tournament { id } } d: player(id: ${player?.id}) { id user { slug } }
      e: user(slug: "${player?.user?.slug}") { id player { id } } }`;
    expect((await ask(startgg, query)).body.data).toEqual({
      a: { id: 64423 },
      b: { id: event?.tournament.id },
      c: { id: event?.id, tournament: { id: event?.tournament.id } },
      d: { id: player?.id, user: { slug: player?.user?.slug } },
      e: { id: player?.user?.id, player: { id: player?.id } },
    });
  });

  it('refuses fields that the schema does not have', async () => {
    startgg = await startStartgg({ world, token });
    const { body } = await ask(startgg, '{ videogame(id: 1) { id, bogus } }');
    expect(body.errors[0].message).toContain('Cannot query field "bogus"');
    expect(body.data).toBeUndefined();
  });

  it('may serve an old answer for a while when it is told to keep answers', async () => {
    const own = createWorld({
      seed: 'cache',
      tournaments: 2,
      from: new Date('2026-01-01'),
      to: new Date('2026-06-30'),
    });
    startgg = await startStartgg({ world: own, token, cacheSeconds: 60 });
    const [tournament] = own.tournaments.values();
    const query = `{ tournament(id: ${tournament?.id}) { city } }`;
    const before = await ask(startgg, query);
    own.changeTournament(tournament?.id ?? 0, { city: 'Elsewhere' });
    expect((await ask(startgg, query)).text).toBe(before.text);
  });
});
