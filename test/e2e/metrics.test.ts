import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect } from 'vitest';
import { LOCKS } from '../../src/database/locks.ts';
import { type Bot, runCli } from '../../src/sandbox/bot.ts';
import { openProxy } from '../support/proxy.ts';
import { ask, type Scrape, scrape } from '../support/scrape.ts';
import { until } from '../support/until.ts';
import { firstSync, follow, headlines, inHours, join, player, QUICK } from './club.ts';
import { GAME, type Stage, test } from './stage.ts';

const ANY_PORT = { METRICS_PORT: '0' };
const READY = { status: 200, body: { ready: true, missing: [] } };
const missing = (...parts: string[]) => ({ status: 503, body: { ready: false, missing: parts } });

/** Where a bot serves what it measures. */
async function originOf(bot: Bot): Promise<string> {
  await bot.logged('metrics are served');
  return `http://127.0.0.1:${/"port":(\d+),"msg":"metrics are served"/.exec(bot.log)?.[1]}`;
}

/** Waits until a process is ready, or misses exactly this. */
async function readiness(origin: string, wanted: { status: number; body: unknown }): Promise<void> {
  let seen: unknown;
  await until(`/readyz says ${JSON.stringify(wanted)}`, async () => {
    seen = await ask(origin, '/readyz');
    return JSON.stringify(seen) === JSON.stringify(wanted);
  }).catch((error) => {
    throw new Error(`${error.message}; it says ${JSON.stringify(seen)}`);
  });
}

test.concurrent('an import and a command are seen in numbers', async ({ open }) => {
  const stage = await open({
    env: { ...ANY_PORT, STARTGG_REQUESTS_PER_MINUTE: '600' },
  });
  const bot = await stage.bot();
  const origin = await originOf(bot);
  const before = await scrape(origin);
  expect(before.value('herald_startgg_requests_total', { outcome: 'answered' })).toBe(0);
  expect(before.value('herald_import_jobs', { state: 'COMPLETED' })).toBe(0);
  expect(before.value('herald_import_rows_total', { phase: 'sets', change: 'new' })).toBe(0);
  expect(before.value('herald_startgg_requests_left')).toBe(600);

  const { id, message } = await stage.begin();
  await stage.shows(message, /Done/);
  expect(await stage.ask('setup show')).toContain('Organisers');
  const typing = { ...stage.here, name: 'import', subcommand: 'show', focused: 'job', value: '' };
  await stage.place.organiser.autocomplete(typing);
  const { counters } = await stage.job(id);
  // The first version of a message is no edit. What the database said is kept for two seconds.
  const isUpToDate = (seen: Scrape) =>
    seen.value('herald_import_jobs', { state: 'COMPLETED' }) === 1 &&
    seen.value('herald_live_messages_total', { kind: 'import', outcome: 'edited' }) ===
      message.history.length - 1 &&
    seen.value('herald_interaction_acknowledgement_seconds_count', {
      type: 'autocomplete',
      command: 'import',
    }) === 1;
  const now = await until('all is counted', async () => {
    const seen = await scrape(origin);
    return isUpToDate(seen) && seen;
  });

  const costs = stage.startgg.requests.map(({ cost }) => cost);
  expect(costs.length).toBeGreaterThan(20);
  expect(now.value('herald_startgg_requests_total', { outcome: 'answered' })).toBe(costs.length);
  expect(now.sum('herald_startgg_requests_total')).toBe(costs.length);
  const used = costs.reduce((sum, cost) => sum + cost, 0);
  expect(now.value('herald_startgg_objects_used_total')).toBe(used);
  expect(now.value('herald_startgg_objects_wasted_total')).toBe(999 * costs.length - used);
  // A minute after its answer, a slot is free again.
  const left = now.value('herald_startgg_requests_left');
  expect(left).toBeGreaterThanOrEqual(600 - costs.length);
  expect(left).toBeLessThan(600);

  for (const [phase, counts] of Object.entries(counters))
    for (const change of ['new', 'changed', 'unchanged', 'gone'])
      expect([phase, change, now.value('herald_import_rows_total', { phase, change })]).toEqual([
        phase,
        change,
        counts[change],
      ]);
  expect(now.sum('herald_import_jobs')).toBe(1);
  expect(now.sum('herald_queue_length')).toBe(0);
  expect(now.sum('herald_queue_age_seconds')).toBe(0);
  expect(now.value('herald_database_scrape_success')).toBe(1);

  expect(now.value('herald_live_messages_total', { kind: 'import', outcome: 'posted' })).toBe(1);
  const name = 'herald_interaction_acknowledgement_seconds';
  const acknowledged = [
    { type: 'command', command: 'import' },
    { type: 'command', command: 'setup' },
    { type: 'autocomplete', command: 'import' },
  ];
  for (const labels of acknowledged) {
    expect(now.value(`${name}_count`, labels)).toBe(1);
    const seconds = now.value(`${name}_sum`, labels) ?? 0;
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(10);
  }
  const { version } = (await import('../../package.json', { with: { type: 'json' } })).default;
  expect(now.value('herald_process_info', { version, roles: 'gateway,worker,scheduler' })).toBe(1);
  expect(now.value('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  for (const secret of [stage.here.guildId, stage.env.DISCORD_TOKEN, stage.env.STARTGG_TOKEN])
    expect(now.text).not.toContain(secret);
});

test.concurrent('syncs and what people are told are seen in numbers', async ({ open }) => {
  const stage = await open({ env: { ...QUICK, ...ANY_PORT } });
  const { world } = stage.place.speedgaming;
  const { Ada, Ben } = join(stage, ['Ada', 'Ben']);
  stage.discord.world.setAcceptsDms(Ben.id, false);
  world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  const bot = await stage.bot();
  const origin = await originOf(bot);
  await follow(stage, 'demo');
  await firstSync(stage);
  world.addEpisode('demo', { when: inHours(48), players: [player(Ada), player(Ben)], matchTitle: 'Round 1' });
  await stage.discord.waitFor(() => headlines(stage, Ada).length === 1, { what: 'Ada is told' });
  const settled = async () =>
    (await stage.sql.query(`select 1 from notification where state = 'pending'`)).rows.length === 0;
  await until('everybody was told', settled);
  const ada = stage.discord.person(Ada.id);
  const [message] = ada.inbox();
  if (!message) throw new Error('Ada was told nothing');
  await (await stage.click(message, 'Stop these messages', ada)).answer();
  const name = 'herald_notifications_total';
  const now = await until('all is counted', async () => {
    const seen = await scrape(origin);
    return seen.value(name, { place: 'mention', outcome: 'sent' }) === 1 && seen;
  });
  expect(now.value(name, { place: 'direct_message', outcome: 'sent' })).toBe(1);
  expect(now.value(name, { place: 'direct_message', outcome: 'closed' })).toBe(1);
  expect(now.value(name, { place: 'direct_message', outcome: 'failed' })).toBe(0);
  // The summary of the first sync.
  expect(now.value(name, { place: 'channel', outcome: 'sent' })).toBe(1);
  const done = { source: 'speedgaming', outcome: 'done' };
  expect(now.value('herald_sync_duration_seconds_count', done)).toBeGreaterThanOrEqual(2);
  expect(now.value('herald_sync_duration_seconds_sum', done)).toBeGreaterThan(0);
  const clicked = { type: 'button', command: 'notifications' };
  expect(now.value('herald_interaction_acknowledgement_seconds_count', clicked)).toBe(1);
  for (const unbounded of ['demo', Ada.id, stage.here.guildId]) expect(now.text).not.toContain(unbounded);
});

test.concurrent('what waits for a worker is seen, and for how long', async ({ open }) => {
  const stage = await open({ env: ANY_PORT });
  const origin = await originOf(await stage.bot({ ROLES: 'gateway' }));
  await stage.type('import startgg', GAME);
  const queue = { queue: 'import-slice' };
  const age = async () => {
    const seen = await scrape(origin);
    const isWaiting =
      seen.value('herald_queue_length', queue) === 1 &&
      seen.value('herald_import_jobs', { state: 'PENDING' }) === 1;
    return isWaiting && seen.value('herald_queue_age_seconds', queue);
  };
  const first = await until('it waits', age);
  // What the database said is kept for a moment, so it grows by steps.
  const later = await until('it grows', async () => {
    const now = await age();
    return now && now > first && now;
  });
  expect(later - first).toBeGreaterThan(1.5);
  expect(later).toBeLessThan(30);
  const worker = await stage.bot({ ROLES: 'worker' });
  await until('nothing waits', async () => (await scrape(origin)).value('herald_queue_length', queue) === 0);
  // Each process counts what it does itself.
  await until('the worker writes', async () =>
    (await scrape(await originOf(worker))).sum('herald_import_rows_total'),
  );
  expect((await scrape(origin)).sum('herald_import_rows_total')).toBe(0);
});

test.concurrent('it says what it lacks while it starts, also before there is a database', async ({
  open,
}) => {
  const stage = await open({ env: ANY_PORT });
  await stage.sql.query('select pg_advisory_lock($1)', [LOCKS.migrations]);
  const delayed = { kind: 'delay', ms: 2_000, path: /gateway\/bot/, times: Infinity } as const;
  const inTime = stage.discord.faults.add(delayed);
  const bot = stage.launch();
  const origin = await originOf(bot);
  expect(await ask(origin, '/readyz')).toEqual(missing('database', 'gateway', 'worker lock'));
  expect(await ask(origin, '/healthz')).toEqual({ status: 200, body: { alive: true } });
  const early = await scrape(origin);
  expect(early.value('herald_database_scrape_success')).toBe(0);
  expect(early.value('herald_startgg_requests_left')).toBeUndefined();
  await stage.sql.query('select pg_advisory_unlock($1)', [LOCKS.migrations]);
  await readiness(origin, missing('gateway'));
  inTime();
  await bot.ready();
  await readiness(origin, READY);
  expect(await bot.stop()).toBe(0);
  await expect(fetch(`${origin}/healthz`)).rejects.toThrow();
});

test.concurrent('a gateway that is away is named, until it is back', async ({ open }) => {
  const stage = await open({ env: ANY_PORT });
  const origin = await originOf(await stage.bot({ ROLES: 'gateway' }));
  await readiness(origin, READY);
  const away = readiness(origin, missing('gateway'));
  stage.discord.gateway.invalidateSessions();
  await away;
  await readiness(origin, READY);
});

test('a database that is away is named; the metrics go on without it', async ({ open, expect }) => {
  const stage = await open({ env: ANY_PORT });
  const proxy = await openProxy(stage.env.DATABASE_URL ?? '');
  const origin = await originOf(await stage.bot({ DATABASE_URL: proxy.url, ROLES: 'worker' }));
  await readiness(origin, READY);
  proxy.cut();
  await readiness(origin, missing('database', 'worker lock'));
  const without = await until('a scrape without the database', async () => {
    const seen = await scrape(origin);
    return seen.value('herald_database_scrape_success') === 0 && seen;
  });
  expect(without.text).not.toMatch(/^herald_(import_jobs|queue_length|queue_age_seconds)[{ ]/m);
  expect(without.value('herald_startgg_requests_total', { outcome: 'answered' })).toBe(0);
  expect((await ask(origin, '/healthz')).status).toBe(200);
  proxy.mend();
  await readiness(origin, READY);
  await expect.poll(async () => (await scrape(origin)).value('herald_database_scrape_success')).toBe(1);
});

test.concurrent('a port that another program has ends the start, and the CLI serves nothing', async ({
  open,
  onTestFinished,
}) => {
  const stage = await open();
  const other = createServer().listen(0);
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const METRICS_PORT = String((other.address() as AddressInfo).port);
  const bot = stage.launch({ METRICS_PORT });
  if (bot.process.exitCode === null) await once(bot.process, 'close');
  expect(bot.process.exitCode).toBe(1);
  expect(bot.log).toMatch(new RegExp(`METRICS_PORT ${METRICS_PORT} cannot be served: another program`));
  expect(bot.log).not.toMatch(/^ +at /m);
  expect((await cliWith(stage, { METRICS_PORT }, 'import', 'list')).code).toBe(0);
});

async function cliWith(stage: Stage, env: Record<string, string>, ...args: string[]) {
  return await runCli({ ...stage.env, ...env }, args);
}
