import { expect } from 'vitest';
import { smallWorld } from '../../src/sandbox/place.ts';
import { Random } from '../../src/sandbox/startgg/random.ts';
import { until } from '../support/until.ts';
import { QUICK } from './club.ts';
import { killInFleet } from './fleet-kills.ts';
import { GAME, test } from './stage.ts';

/** How long a dead worker's slice may rest, however slow the machine: it takes half of this when it is quick. */
const TAKES_OVER_WITHIN_MS = 30_000;
const brisk = { latency: { minMs: 60, maxMs: 240 } };

test.concurrent('a worker without a gateway runs the import and keeps its message', async ({ open }) => {
  const stage = await open();
  const worker = await stage.bot({ ROLES: 'worker' });
  const gateway = await stage.bot({ ROLES: 'gateway' });
  expect(stage.discord.gateway.connected).toBe(1);
  const goOn = stage.hold();
  const { id, message } = await stage.begin();
  await worker.logged('slice begins');
  expect(gateway.log).not.toContain('slice begins');
  expect(await gateway.stop()).toBe(0);
  expect(await stage.job(id)).toMatchObject({ state: 'RUNNING' });
  goOn();
  await stage.shows(message, /Done/);
  expect(await stage.differences()).toEqual([]);
  expect(stage.posted()).toEqual([message]);
});

test.concurrent('when the worker at work is killed, the other takes over', async ({ open }) => {
  const stage = await open({ startgg: brisk });
  await stage.bot({ ROLES: 'gateway' });
  const workers = [await stage.bot({ ROLES: 'worker' }), await stage.bot({ ROLES: 'worker' })];
  const goOn = stage.hold(12);
  const { id, message } = await stage.begin();
  const atWork = await until('a worker is at work', () =>
    workers.find(({ log }) => log.includes('slice begins')),
  );
  await stage.startgg.waitFor((requests) => requests.length > 12);
  await atWork.stop('SIGKILL');
  const killedAt = Date.now();
  goOn();
  await workers.find((worker) => worker !== atWork)?.logged('slice begins');
  expect(Date.now() - killedAt).toBeLessThan(TAKES_OVER_WITHIN_MS);
  await stage.shows(message, /Done/);
  expect((await stage.job(id)).counters).toEqual(stage.freshCounters());
  expect(await stage.differences()).toEqual([]);
  expect(stage.posted()).toEqual([message]);
});

test.concurrent('processes that start together on an empty database share the work', async ({ open }) => {
  const stage = await open({ empty: true, world: smallWorld(18) });
  const together = [stage.launch(), stage.launch({ ROLES: 'worker' }), stage.launch({ ROLES: 'worker' })];
  await Promise.all(together.map((bot) => bot.ready()));
  const { message } = await stage.begin();
  await stage.shows(message, /Done/);
  expect(await stage.differences()).toEqual([]);
});

test.concurrent('two imports keep to the one allowance of their token, in whatever process', async ({
  open,
}) => {
  const limit = { requests: 80, windowMs: 60_000 };
  const stage = await open({
    startgg: { limit },
    world: smallWorld(100),
    env: { STARTGG_REQUESTS_PER_MINUTE: '80' },
  });
  await stage.bot();
  await stage.bot({ ROLES: 'worker' });
  await stage.begin(GAME);
  await stage.begin({ ...GAME, since: '2026-01-02' });
  await stage.startgg.waitFor((requests) => requests.length >= 72, 120_000);
  expect(stage.startgg.requests.filter(({ status }) => status !== 200)).toEqual([]);
  expect(stage.startgg.maxInAnyWindow(60_000)).toBeLessThanOrEqual(80);
});

test('while workers and schedulers are killed, no slice is at work twice, and all arrives once', async ({
  open,
}) => {
  const stage = await open({ startgg: brisk, env: QUICK, world: smallWorld(100) });
  await killInFleet(stage, { kills: 2, requestsApart: [5, 12], random: new Random('fleet') });
}, 500_000);

test('killed workers are counted too: start.gg is never asked more than it allows', async ({ open }) => {
  const startgg = { limit: { requests: 80, windowMs: 60_000 }, latency: { minMs: 100, maxMs: 400 } };
  const stage = await open({ startgg, env: { STARTGG_REQUESTS_PER_MINUTE: '80' }, world: smallWorld(200) });
  await stage.bot({ ROLES: 'gateway' });
  const workers = await Promise.all([1, 2, 3].map(() => stage.bot({ ROLES: 'worker' })));
  await stage.begin(GAME);
  await stage.begin({ ...GAME, since: '2026-01-02' });
  for (const [i, asked] of [20, 45].entries()) {
    await stage.startgg.waitFor((requests) => requests.length >= asked, 120_000);
    await workers[i]?.stop('SIGKILL');
  }
  await stage.startgg.waitFor((requests) => requests.length >= 72, 120_000);
  expect(stage.startgg.requests.filter(({ status }) => status === 429)).toEqual([]);
  expect(stage.startgg.maxInAnyWindow(60_000)).toBeLessThanOrEqual(80);
});
