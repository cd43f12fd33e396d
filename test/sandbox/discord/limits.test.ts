import { describe, expect, test } from 'vitest';
import { movableClock } from '../../../src/sandbox/discord/clock.ts';
import type { Discord, DiscordOptions } from '../../../src/sandbox/discord/start.ts';
import { discordForTest, restFor, smallWorld, stillClock, TOKEN } from './setup.ts';

async function setup(options: Partial<DiscordOptions> = {}) {
  const clock = stillClock();
  const discord = await discordForTest({ clock, ...options });
  const { channel } = smallWorld(discord);
  return { clock, discord, path: `/channels/${channel.id}/messages`, view: discord.channel(channel) };
}

/** A plain request, so that every header is seen. */
function request(discord: Discord, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${discord.url}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe('rate limits', () => {
  test('are told in the headers of every answer', async () => {
    const { discord, path } = await setup();
    const { headers } = await request(discord, 'POST', path, { content: 'x' });
    expect(headers.get('x-ratelimit-limit')).toBe('5');
    expect(headers.get('x-ratelimit-remaining')).toBe('4');
    expect(Number(headers.get('x-ratelimit-reset-after'))).toBeCloseTo(5, 0);
    expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(1_600_000_000);
    expect(headers.get('x-ratelimit-bucket')).toMatch(/^[0-9a-f]{32}$/);
  });

  test('allow 5 messages in 5 seconds and channel', async () => {
    const { clock, discord, path } = await setup();
    const send = () => request(discord, 'POST', path, { content: 'x' });
    for (let i = 0; i < 5; i++) expect((await send()).status).toBe(200);
    const refused = await send();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-ratelimit-scope')).toBe('user');
    expect(refused.headers.get('x-ratelimit-global')).toBeNull();
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ global: false, retry_after: expect.any(Number) });
    expect(discord.limits.invalidRequests).toBe(1);
    clock.advance(5_000);
    expect((await send()).status).toBe(200);
  });

  test('allow 50 requests in a second overall, interactions not counted', async () => {
    const { discord } = await setup();
    const statuses = [];
    for (let i = 0; i < 51; i++)
      statuses.push((await request(discord, 'GET', i % 2 ? '/users/@me' : '/gateway/bot')).status);
    const refused = await request(discord, 'GET', '/users/@me');
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    expect(refused.headers.get('x-ratelimit-global')).toBe('true');
    expect(refused.headers.get('x-ratelimit-scope')).toBe('global');
    expect(await refused.json()).toMatchObject({ global: true });
    expect((await request(discord, 'POST', '/interactions/1/x/callback', {})).status).toBe(404);
  });

  test('are kept by the real client without an error', async () => {
    const limits = { messageCreate: { count: 2, perMs: 100 } };
    const { discord, path, view } = await setup({ clock: movableClock(), limits });
    const rest = restFor(discord);
    await Promise.all(
      ['1', '2', '3', '4', '5'].map((content) => rest.post(path as `/${string}`, { body: { content } })),
    );
    expect(view.messages).toHaveLength(5);
    expect(discord.log.filter(({ status }) => status === 429)).toEqual([]);
  });

  test('are tighter for edits of messages older than an hour', async () => {
    const { clock, discord, path, view } = await setup();
    await request(discord, 'POST', path, { content: 'x' });
    const edit = () => request(discord, 'PATCH', `${path}/${view.messages[0]?.id}`, { content: 'y' });
    clock.advance(3_600_001);
    for (let i = 0; i < 3; i++) expect((await edit()).status).toBe(200);
    const refused = await edit();
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: 30046 });
    clock.advance(6_000);
    expect((await edit()).status).toBe(200);
  });
});

describe('faults', () => {
  test('a lost answer: the work is done, the client learns nothing', async () => {
    const { discord, path, view } = await setup();
    discord.faults.add({ method: 'POST', path: /messages$/, kind: 'lost-answer' });
    await expect(request(discord, 'POST', path, { content: 'x' })).rejects.toThrow();
    expect(view.messages).toHaveLength(1);
    expect(discord.log.at(-1)).toMatchObject({ method: 'POST', status: 0 });
  });

  test('a hanging request does nothing', async () => {
    const { discord, path, view } = await setup();
    discord.faults.add({ kind: 'hang', ms: 10 });
    await expect(request(discord, 'POST', path, { content: 'x' })).rejects.toThrow();
    expect(view.messages).toEqual([]);
  });

  test('a status answers instead, as often as asked', async () => {
    const { discord, path, view } = await setup();
    discord.faults.add({ method: 'POST', kind: 'status', status: 502, times: 2 });
    const statuses = [];
    for (let i = 0; i < 3; i++)
      statuses.push((await request(discord, 'POST', path, { content: 'x' })).status);
    expect(statuses).toEqual([502, 502, 200]);
    expect(view.messages).toHaveLength(1);
  });

  test('a delay only takes time', async () => {
    const { discord } = await setup();
    discord.faults.add({ path: /^\/users\/@me$/, kind: 'delay', ms: 30 });
    const start = performance.now();
    expect((await request(discord, 'GET', '/users/@me')).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(29);
  });
});

test('an answer without content has no content type', async () => {
  const { discord, path, view } = await setup();
  await request(discord, 'POST', path, { content: 'x' });
  const answer = await request(discord, 'DELETE', `${path}/${view.messages[0]?.id}`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([204, null]);
});

test('a body that a description refuses is noted', async () => {
  const validate = (method: string, path: string) => [`${method} ${path} is odd`];
  const { discord, path } = await setup({ validate });
  await request(discord, 'POST', path, { content: 'x' });
  expect(discord.violations).toEqual([`POST ${path}: POST ${path} is odd`]);
});
