import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServices, type Services } from '../../../src/sandbox/place.ts';
import { Moods } from '../../../src/sandbox/playground/moods.ts';
import type { Mood, ServiceName } from '../../../src/sandbox/playground/protocol.ts';

let services: Services;
let moods: Moods;
beforeAll(async () => {
  services = await openServices();
  services.speedgaming.world.addEvent({ slug: 'demo' });
  services.speedgaming.world.addEpisode('demo', {
    when: new Date(Date.now() + 3_600_000),
    players: [{ displayName: 'Ada' }],
  });
  moods = new Moods(services);
});
afterAll(async () => await services.close());

const TOURNAMENTS =
  '{ tournaments(query: { page: 1, perPage: 9, filter: { videogameIds: [64423] } }) { pageInfo { total } nodes { id } } }';

/** What a client asks of each service, and what tells that the answer is whole. */
const ASK: Record<ServiceName, (signal: AbortSignal) => Promise<Response>> = {
  discord: (signal) =>
    fetch(`${services.discord.url}/v10/gateway/bot`, {
      headers: { authorization: `Bot ${services.discord.token}` },
      signal,
    }),
  startgg: (signal) =>
    fetch(services.startgg.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${services.env.STARTGG_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: TOURNAMENTS }),
      signal,
    }),
  speedgaming: (signal) => fetch(`${services.speedgaming.url}/schedule/?event=demo`, { signal }),
};
const isWhole: Record<ServiceName, (text: string) => boolean> = {
  discord: (text) => JSON.parse(text).url.startsWith('ws'),
  startgg: (text) => JSON.parse(text).data.tournaments.nodes.length === 9,
  speedgaming: (text) => JSON.parse(text).length === 1,
};

/** `slow` for what is not there in time, `cut` for no answer, `whole`, `wrong`, or the status. */
async function answerOf(service: ServiceName, withinMs = 20_000): Promise<string | number> {
  try {
    const answer = await ASK[service](AbortSignal.timeout(withinMs));
    if (!answer.ok) return answer.status;
    return isWhole[service](await answer.text()) ? 'whole' : 'wrong';
  } catch (error) {
    return (error as Error).name === 'TimeoutError' ? 'slow' : 'cut';
  }
}

describe('the mood of a service', () => {
  it.each<[ServiceName, Mood, string | number]>([
    ['discord', 'slow', 'slow'],
    ['discord', 'limited', 429],
    ['discord', 'broken', 503],
    ['discord', 'lying', 'cut'],
    ['startgg', 'slow', 'slow'],
    ['startgg', 'limited', 429],
    ['startgg', 'broken', 503],
    ['startgg', 'lying', 'wrong'],
    ['speedgaming', 'slow', 'slow'],
    ['speedgaming', 'limited', 503],
    ['speedgaming', 'broken', 500],
    ['speedgaming', 'lying', 'wrong'],
  ])('of %s, %s, is felt until it is well again, and by nobody else', async (service, mood, answer) => {
    moods.set(service, mood);
    expect(moods.now[service]).toBe(mood);
    const withinMs = mood === 'slow' ? 1_000 : undefined;
    for (const _ of [1, 2]) expect(await answerOf(service, withinMs)).toBe(answer);
    for (const other of Object.keys(ASK) as ServiceName[])
      if (other !== service) expect(await answerOf(other)).toBe('whole');
    moods.set(service, 'well');
    expect(await answerOf(service)).toBe('whole');
  });

  it('gives way to the next one', async () => {
    moods.set('startgg', 'broken');
    moods.set('startgg', 'limited');
    expect(await answerOf('startgg')).toBe(429);
    moods.set('startgg', 'well');
    expect(await answerOf('startgg')).toBe('whole');
  });
});
