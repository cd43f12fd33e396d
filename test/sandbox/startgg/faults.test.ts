import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createWorld } from '../../../src/sandbox/startgg/create-world.ts';
import type { Fault } from '../../../src/sandbox/startgg/faults.ts';
import { type Startgg, startStartgg } from '../../../src/sandbox/startgg/server.ts';
import { ask, token } from './ask.ts';

const world = createWorld({
  seed: 'faults',
  tournaments: 4,
  from: new Date('2026-01-01'),
  to: new Date('2026-06-30'),
});
const tournament = world.addTournament({ startAt: world.now - 86_400 * 20 });
const event = world.addEvent(tournament.id, { entrants: 16, teamSize: 1, state: 'COMPLETED', hasSets: true });
const other = world.addEvent(tournament.id, { entrants: 4, teamSize: 1, state: 'COMPLETED', hasSets: true });
const query = `query Sets($id: ID!) { event(id: $id) { id sets(perPage: 10) { pageInfo { total } nodes { id phaseGroup { id } } } } }`;

let startgg: Startgg;
beforeAll(async () => {
  startgg = await startStartgg({ world, token, limit: false });
});
afterEach(() => startgg.faults.clear());
afterAll(() => startgg.close());

const askWith = async (fault: Fault) => {
  startgg.faults.add(fault);
  return ask(startgg, query, { id: event.id });
};

describe('faults on demand', () => {
  it('strikes as often as it was asked to, and only the requests it was asked to', async () => {
    startgg.faults.add({
      kind: 'http',
      status: 503,
      times: 2,
      match: (one) => one.variables.id === event.id,
    });
    expect((await ask(startgg, query, { id: other.id })).status).toBe(200);
    expect((await ask(startgg, query, { id: event.id })).status).toBe(503);
    expect((await ask(startgg, query, { id: event.id })).status).toBe(503);
    expect((await ask(startgg, query, { id: event.id })).status).toBe(200);
  });

  it('limits the rate in three forms', async () => {
    const message = 'Rate limit exceeded - api-token';
    const first = await askWith({ kind: 'rate-limit', retryAfter: 7 });
    expect([first.status, first.body, first.headers.get('retry-after')]).toEqual([
      429,
      { success: false, message },
      '7',
    ]);
    const second = await askWith({ kind: 'rate-limit-200' });
    expect([second.status, second.body]).toEqual([200, { success: false, message }]);
    const third = await askWith({ kind: 'rate-limit-errors' });
    expect([third.status, third.body.errors[0].message, third.body.data]).toEqual([200, message, null]);
  });

  it('finds a query too complex in two forms', async () => {
    const first = await askWith({ kind: 'complexity', actual: 1200 });
    expect(first.body.errors[0].message).toContain('Your query complexity is too high');
    expect(first.body.data).toEqual({ event: null });
    const second = await askWith({ kind: 'complexity-200', actual: 1200 });
    expect(second.body).toMatchObject({ success: false, fields: null });
    expect(second.body.message).toMatch(/^Query complexity too high.*\(actual: 1200\)$/);
  });

  it.each([500, 502, 503, 504] as const)('answers %i', async (status) => {
    expect((await askWith({ kind: 'http', status })).status).toBe(status);
  });

  it('answers HTML with 200 and with 502', async () => {
    const page = await askWith({ kind: 'html' });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect((await askWith({ kind: 'html-502' })).status).toBe(502);
  });

  it('cuts an answer off, and cuts the connection', async () => {
    const cut = await askWith({ kind: 'cut-off' });
    expect([cut.status, cut.body]).toEqual([200, undefined]);
    await expect(askWith({ kind: 'lost-connection' })).rejects.toThrow();
    await startgg.waitFor((requests) => requests.at(-1)?.status === 0);
  });

  it('hangs until the client gives up', async () => {
    const giveUp = new AbortController();
    startgg.faults.add({ kind: 'hang' });
    const before = startgg.requests.length;
    const asked = ask(startgg, query, { id: event.id }, { signal: giveUp.signal });
    await startgg.waitFor((requests) => requests.length > before);
    giveUp.abort();
    await expect(asked).rejects.toThrow();
    await startgg.waitFor((requests) => requests[before]?.answeredAt !== undefined);
  });

  it('hangs for a while and then answers', async () => {
    expect((await askWith({ kind: 'hang', ms: 20 })).body.data.event.id).toBe(event.id);
  });

  it('fails without a reason, and refuses tokens', async () => {
    expect((await askWith({ kind: 'unknown-error' })).body.errors[0].message).toBe(
      'An unknown error has occurred',
    );
    expect((await askWith({ kind: 'invalid-token' })).status).toBe(400);
    expect((await askWith({ kind: 'expired-token' })).status).toBe(401);
  });

  it('answers null for an event without an error', async () => {
    const { body } = await askWith({ kind: 'null-field' });
    expect([body.data, body.errors]).toEqual([{ event: null }, undefined]);
  });

  it('puts null nodes into a page, or leaves nodes out', async () => {
    const nulls = await askWith({ kind: 'null-nodes' });
    expect(nulls.body.data.event.sets.nodes.filter((node: unknown) => node === null)).toHaveLength(3);
    const short = await askWith({ kind: 'short-page', drop: 4 });
    expect(short.body.data.event.sets.nodes).toHaveLength(6);
    expect(short.body.data.event.sets.pageInfo.total).toBeGreaterThan(6);
  });

  it('gives part of the data and an error for the rest', async () => {
    const { body } = await askWith({ kind: 'partial' });
    expect(body.errors).toEqual([
      expect.objectContaining({ path: ['event', 'sets', 'nodes', 0, 'phaseGroup'] }),
    ]);
    expect(body.data.event.sets.nodes[0].phaseGroup).toBeNull();
    expect(body.data.event.sets.nodes[1].phaseGroup).not.toBeNull();
  });

  it('always fails on one event and answers for the others in the same document', async () => {
    startgg.faults.failEvent(event.id);
    const both = `{ a: event(id: ${event.id}) { id } b: event(id: ${other.id}) { id } }`;
    for (let i = 0; i < 3; i++) {
      const { body } = await ask(startgg, both);
      expect(body.data).toEqual({ a: null, b: { id: other.id } });
      expect(body.errors).toEqual([
        expect.objectContaining({ message: 'An unknown error has occurred', path: ['a'] }),
      ]);
    }
  });
});

describe('latency', () => {
  it('takes as long as it is asked to', async () => {
    const slow = await startStartgg({ world, token, latency: { minMs: 30, maxMs: 60 }, seed: 1 });
    await ask(slow, query, { id: other.id });
    await slow.waitFor((requests) => requests[0]?.answeredAt !== undefined);
    const [request] = slow.requests;
    expect((request?.answeredAt ?? 0) - (request?.at ?? 0)).toBeGreaterThanOrEqual(29);
    await slow.close();
  });
});
