import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  type Speedgaming,
  type SpeedgamingFault,
  startSpeedgaming,
} from '../../../src/sandbox/speedgaming/server.ts';
import { until } from '../../support/until.ts';

let speedgaming: Speedgaming;
beforeAll(async () => {
  speedgaming = await startSpeedgaming();
  for (const slug of ['demo', 'other']) {
    speedgaming.world.addEvent({ slug });
    speedgaming.world.addEpisode(slug, { when: '2026-12-01T18:00:00Z', players: [] });
  }
});
afterEach(() => speedgaming.faults.clear());
afterAll(() => speedgaming.close());

const ask = async (slug = 'demo', init: RequestInit = {}) => {
  const query = `event=${slug}&from=2026-12-01&to=2026-12-31`;
  const response = await fetch(`${speedgaming.url}/schedule/?${query}`, init);
  return { status: response.status, text: await response.text() };
};
const askWith = (fault: SpeedgamingFault) => {
  speedgaming.faults.add(fault);
  return ask();
};

it('strikes as often as it was asked to, and only the requests it was asked to', async () => {
  const match: SpeedgamingFault['match'] = ({ path, query }) =>
    path === '/api/schedule/' && query.event === 'demo';
  speedgaming.faults.add({ kind: 'http', status: 503, times: 2, match });
  expect((await ask('other')).status).toBe(200);
  expect((await ask()).status).toBe(503);
  expect((await ask()).status).toBe(503);
  expect((await ask()).status).toBe(200);
});

it.each([404, 500, 502, 503, 504] as const)('answers %i with a page', async (status) => {
  const answer = await askWith({ kind: 'http', status });
  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining('<html>')]);
});

it('answers with an error object, an empty list, a page and half a list, all with 200', async () => {
  const whole = await ask();
  expect(await askWith({ kind: 'error-object' })).toEqual({
    status: 200,
    text: '{"error":"Failed to find event."}',
  });
  expect(await askWith({ kind: 'empty-list' })).toEqual({ status: 200, text: '[]' });
  expect(await askWith({ kind: 'html' })).toEqual({ status: 200, text: expect.stringContaining('<html>') });
  const half = await askWith({ kind: 'cut-off' });
  expect(half.status).toBe(200);
  expect(half.text).toBe(whole.text.slice(0, half.text.length));
  expect(() => JSON.parse(half.text)).toThrow();
});

it.each(['lost-connection', 'lost-answer'] as const)('breaks the connection: %s', async (kind) => {
  await expect(askWith({ kind })).rejects.toThrow();
  expect(speedgaming.requests.at(-1)?.status).toBe(0);
});

it('hangs until the client gives up, or for a while', async () => {
  const giveUp = new AbortController();
  speedgaming.faults.add({ kind: 'hang' });
  const before = speedgaming.requests.length;
  const asked = ask('demo', { signal: giveUp.signal });
  await until('the request arrives', () => speedgaming.requests.length > before);
  giveUp.abort();
  await expect(asked).rejects.toThrow();
  await until('the request ends', () => speedgaming.requests[before]?.answeredAt);
  expect((await askWith({ kind: 'hang', ms: 10 })).status).toBe(200);
});

it('takes as long as it is asked to, and closes while somebody waits', async () => {
  const slow = await startSpeedgaming({ latency: { minMs: 30, maxMs: 40 } });
  await (await fetch(`${slow.url}/schedule/`)).text();
  const [request] = slow.requests;
  expect((request?.answeredAt ?? 0) - (request?.at ?? 0)).toBeGreaterThanOrEqual(29);
  slow.faults.add({ kind: 'hang' });
  const waiting = expect(fetch(`${slow.url}/schedule/`)).rejects.toThrow();
  await until('the request arrives', () => slow.requests.length > 1);
  await slow.close();
  await waiting;
});
