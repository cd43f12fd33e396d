import { expect, it } from 'vitest';
import { SharedBudget } from '../../src/jobs/budget.ts';
import { createLog } from '../../src/log.ts';
import { videogameAnswer } from '../../src/startgg/answers.ts';
import { StartggClient, startggAllowance, type Urgency } from '../../src/startgg/client.ts';
import { VIDEOGAME } from '../../src/startgg/documents.ts';
import { TOKEN } from '../support/herald.ts';
import { GAME, Ground, worldOfOneEvent } from './ground.ts';

const LIMIT = { requests: 80, windowMs: 60_000 };

it('an import begins and ends at once while syncs wait for more than their share, and a person goes before it', async () => {
  const ground = await Ground.open(worldOfOneEvent('urgency').world, { limit: LIMIT });
  const herald = await ground.herald({ requestsPerMinute: LIMIT.requests });
  const client = new StartggClient({
    url: ground.startgg.url,
    token: TOKEN,
    budget: new SharedBudget(herald.db, startggAllowance(TOKEN, LIMIT.requests)),
    log: createLog('silent'),
  });
  const ask = (urgency: Urgency, signal?: AbortSignal) =>
    client.query(VIDEOGAME, { id: GAME.id }, videogameAnswer, { urgency, patienceMs: 120_000, signal });
  const stop = new AbortController();
  const syncs = Array.from({ length: 90 }, () => ask('sync', stop.signal).catch(() => 'waited'));
  await ground.startgg.waitFor((requests) => requests.length === 60);

  const startedAt = Date.now();
  const job = await ground.start(herald);
  const isImport = ({ operationName }: { operationName: string | null }) => operationName !== 'Videogame';
  await ground.startgg.waitFor((requests) => requests.some(isImport));
  const beganAt = ground.startgg.requests.find(isImport)?.at ?? 0;
  expect(beganAt - startedAt).toBeLessThan(30_000);
  expect(await ground.ended(herald, job)).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
  // Far less than the minute after which the syncs' requests are free again.
  expect(Date.now() - startedAt).toBeLessThan(30_000);
  await ask('person');

  const asked = ground.startgg.requests.length;
  stop.abort();
  const ends = await Promise.all(syncs);
  expect(ends.filter((end) => end === 'waited')).toHaveLength(30);
  expect(asked - ground.startgg.requests.filter(isImport).length).toBeLessThanOrEqual(60 + 2);
  expect(ground.startgg.requests.filter(({ status }) => status !== 200)).toEqual([]);
  expect(await ground.differences()).toEqual([]);
});
