import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Speedgaming, startSpeedgaming } from '../../../src/sandbox/speedgaming/server.ts';

const now = Date.parse('2026-12-01T12:00:00Z');
const ada = {
  displayName: 'Ada',
  discordId: '100000000000000001',
  discordTag: 'ada',
  publicStream: 'ada_tv',
};
const ben = { displayName: 'Ben' };

let speedgaming: Speedgaming;
let first: number;
let second: number;
beforeAll(async () => {
  speedgaming = await startSpeedgaming({ now: () => now });
  const { world } = speedgaming;
  world.addEvent({ slug: 'demo', name: 'Demo Tournament' });
  world.addEvent({ slug: 'other' });
  second = world.addEpisode('demo', { when: '2026-12-02T20:00:00Z', players: [] }).id;
  first = world.addEpisode('demo', {
    when: '2026-12-01T18:00:00Z',
    players: [ada, ben],
    commentators: [{ displayName: 'Cas' }],
  }).id;
  world.addEpisode('demo', { when: '2026-12-20T18:00:00Z', players: [ada] });
  world.addEpisode('other', { when: '2026-12-01T19:00:00Z', players: [ada] });
});
afterAll(() => speedgaming.close());

const get = async (path: string) => {
  const response = await fetch(`${speedgaming.url}${path}`);
  return { type: response.headers.get('content-type'), status: response.status, text: await response.text() };
};
const read = async (path: string) => JSON.parse((await get(path)).text);
const idsOf = async (query: string) =>
  (await read(`/schedule/?event=demo&${query}`)).map(({ id }: { id: number }) => id);

describe('the schedule', () => {
  it('is a list by time, of one event or of all that are active', async () => {
    const list = await read('/schedule/?event=demo&from=2026-12-01T00:00:00Z&to=2026-12-31T00:00:00Z');
    expect(list.map(({ when }: { when: string }) => when)).toEqual([
      '2026-12-01T18:00:00+00:00',
      '2026-12-02T20:00:00+00:00',
      '2026-12-20T18:00:00+00:00',
    ]);
    expect(await read('/schedule/?from=2026-12-01T00:00:00Z&to=2026-12-31T00:00:00Z')).toHaveLength(4);
    speedgaming.world.setActive('other', false);
    expect(await read('/schedule/?event=other&from=2026-12-01&to=2026-12-31')).toEqual([]);
    expect(await read('/schedule/?from=2026-12-01&to=2026-12-31')).toHaveLength(3);
  });

  it('has the keys of 2026, and writes what is absent as an empty text', async () => {
    const [episode] = await read('/schedule/?event=demo&to=2026-12-02T00:00:00Z');
    const keys = (value: object) => Object.keys(value).join(' ');
    expect(keys(episode)).toBe(
      'id title when whenCountdown length timezone approved externalRestream event match1 match2 channels commentators trackers broadcasters helpers',
    );
    expect(keys(episode.event)).toBe('id slug name shortName game active srtv srl botChannel');
    expect(keys(episode.match1)).toBe('id title note players');
    expect(keys(episode.commentators[0])).toBe(
      'id displayName discordId discordTag publicStream approved ready partner language',
    );
    expect(keys(episode.channels[0])).toBe('id name slug initials language');
    expect(episode.match2).toBeNull();
    expect(episode.match1.players).toEqual([
      { id: expect.any(Number), ...ada, streamingFrom: 'ada_tv' },
      {
        id: expect.any(Number),
        displayName: 'Ben',
        discordId: '',
        discordTag: '',
        publicStream: '',
        streamingFrom: '',
      },
    ]);
  });

  it('says that its JSON is HTML, also for an error with the status 200', async () => {
    expect(await get('/schedule/?event=nowhere')).toEqual({
      status: 200,
      type: 'text/html; charset=UTF-8',
      text: '{"error":"Failed to find event."}',
    });
    expect((await get('/schedule/?event=demo')).type).toContain('text/html');
  });

  it('reaches only a few days without `to`', async () => {
    expect(await idsOf('')).toEqual([first, second]);
  });

  it('reads a time without an offset as US/Eastern', async () => {
    expect(await idsOf('from=2026-12-01T13:00:00&to=2026-12-01T13:00:00')).toEqual([first]);
    expect(await idsOf('from=2026-12-01T18:00:00&to=2026-12-01T18:00:00')).toEqual([]);
    expect(await idsOf('from=2026-12-01T19:00:00%2B01:00&to=2026-12-01T18:00:00.000Z')).toEqual([first]);
  });

  it('fails on a time with a plus that was not encoded', async () => {
    const answer = await get('/schedule/?event=demo&from=2026-12-01T18:00:00+00:00');
    expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('<html>')]);
  });

  it('redirects to the slash at the end', async () => {
    const response = await fetch(`${speedgaming.url}/schedule?event=demo`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([301, '/api/schedule/?event=demo']);
    expect(await read('/schedule?event=demo')).toHaveLength(2);
  });
});

describe('look-ups', () => {
  it('gives an episode outside any window, and an error for one that is gone', async () => {
    expect((await read(`/episode/?id=${first}`)).match1.players).toHaveLength(2);
    speedgaming.world.deleteEpisode(first);
    expect(await get(`/episode/?id=${first}`)).toMatchObject({
      status: 200,
      text: `{"error":"Failed to find episode with id ${first}."}`,
    });
    expect(await idsOf('')).toEqual([second]);
    speedgaming.world.restoreEpisode(first);
    expect((await read(`/episode/?id=${first}`)).id).toBe(first);
    expect(await read('/episode/?id=abc')).toEqual({ error: 'Failed to find episode with id 0.' });
  });

  it('gives a list with the event', async () => {
    expect(await read('/event/?slug=demo')).toEqual([
      expect.objectContaining({ slug: 'demo', name: 'Demo Tournament' }),
    ]);
    expect(await read('/event/?slug=nowhere')).toEqual({ error: 'Failed to find event.' });
  });

  it('knows no other path', async () => {
    expect((await get('/matches/')).status).toBe(404);
  });
});

describe('the log', () => {
  it('keeps each request with its path and query, and counts them', async () => {
    const before = speedgaming.requests.length;
    await get('/schedule/?event=demo&from=2026-12-01');
    expect(speedgaming.requests.at(-1)).toMatchObject({
      path: '/api/schedule/',
      query: { event: 'demo', from: '2026-12-01' },
      status: 200,
    });
    expect(speedgaming.maxInAnyWindow(60_000)).toBe(before + 1);
  });
});
