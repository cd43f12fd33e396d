import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { attachEmbedded, stopEmbedded } from '../../src/database/embedded.ts';
import { createLog } from '../../src/log.ts';
import { until } from '../support/until.ts';
import { GAME, test } from './stage.ts';

test.concurrent('without DATABASE_URL, all processes share the server in DATA_DIR, and the last one stops it', async ({
  open,
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'herald-e2e-'));
  // As root, PostgreSQL runs as another user, who has to get in.
  await chmod(folder, 0o755);
  const stage = await open({
    env: { DATABASE_URL: '', DATA_DIR: folder },
    startgg: { latency: { minMs: 60, maxMs: 240 } },
  });
  onTestFinished(async () => {
    await stage.cli('database', 'stop', '--force');
    await rm(folder, { recursive: true, force: true });
  });
  const [bot, worker] = [stage.launch(), stage.launch({ ROLES: 'worker' })];
  await Promise.all([bot.ready(), worker.ready()]);
  await stage.ask('import startgg', GAME);
  const list = await stage.cli('import', 'list');
  expect(list).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/ 1 {2}\w+ +2XKO/) });

  await bot.stop('SIGKILL');
  await worker.stop('SIGKILL');
  const resumed = await stage.cli('import', 'startgg', '--game', '2XKO', '--since', '2026-03-01', '--json');
  expect(resumed).toMatchObject({
    code: 0,
    out: expect.stringMatching(/"state":"COMPLETED".*"done":true}\n$/),
  });
  const again = await stage.bot();
  await stage.discord.waitFor(() => stage.posted()[0], { what: 'the status message' });
  await stage.shows(stage.posted()[0] as never, /Done/);
  expect(await again.stop()).toBe(0);
  expect((await stage.cli('database', 'stop')).out).toMatch(/not running/);

  const last = await stage.bot();
  const refused = await stage.cli('database', 'stop');
  expect(refused).toMatchObject({
    code: 1,
    err: expect.stringMatching(/in use: it has \d+ other connections/),
  });
  expect((await stage.cli('database', 'stop', '--force')).out).toMatch(/was stopped/);
  await last.logged('the embedded PostgreSQL was stopped or has moved');
  expect(await last.stop()).toBe(1);
  expect(last.log.match(/job queue error/g)?.length ?? 0).toBeLessThan(3);
});

test.concurrent('SIGTERM while it starts leaves nothing behind', async ({ open, onTestFinished }) => {
  const folder = await mkdtemp(join(tmpdir(), 'herald-e2e-'));
  await chmod(folder, 0o755);
  const stage = await open({ env: { DATABASE_URL: '', DATA_DIR: folder } });
  onTestFinished(async () => {
    await stage.cli('database', 'stop', '--force');
    await rm(folder, { recursive: true, force: true });
  });
  const isStarting = () => existsSync(join(folder, 'postgres.lock'));
  const bot = stage.launch();
  await until('the server is being started', isStarting);
  expect(await bot.stop()).toBe(0);
  expect((await stage.cli('database', 'stop')).out).toMatch(/not running/);
  expect(isStarting()).toBe(false);

  const later = stage.launch();
  await later.logged('embedded PostgreSQL started');
  expect(await later.stop()).toBe(0);
  expect((await stage.cli('database', 'stop')).out).toMatch(/not running/);
});

test.concurrent('with an external database a restart of it is survived, and the log stays short', async ({
  open,
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'herald-e2e-'));
  await chmod(folder, 0o755);
  const log = createLog('silent');
  const url = await attachEmbedded(folder, log);
  const stage = await open({ env: { DATABASE_URL: url } });
  onTestFinished(async () => {
    await stopEmbedded(folder, { onlyWhenUnused: false });
    await rm(folder, { recursive: true, force: true });
  });
  const bot = await stage.bot();
  await stopEmbedded(folder, { onlyWhenUnused: false });
  await bot.logged('job queue error');
  const before = bot.log.length;
  expect(await attachEmbedded(folder, log)).toBe(url);
  expect(await stage.ask('setup show')).toContain('Organisers');
  await stage.begin();
  expect(bot.log.slice(0, before).match(/ECONNREFUSED/g)?.length ?? 0).toBeLessThan(60);
  expect(await bot.stop()).toBe(0);
});
