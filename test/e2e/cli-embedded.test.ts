import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { GAME, test } from './stage.ts';

test('without DATABASE_URL, all processes share the server in DATA_DIR, and the last one stops it', async ({
  open,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'herald-e2e-'));
  // As root, PostgreSQL runs as another user, who has to get in.
  await chmod(folder, 0o755);
  const stage = await open({
    env: { DATABASE_URL: '', DATA_DIR: folder },
    startgg: { latency: { minMs: 60, maxMs: 240 } },
  });
  onTestFinished(async () => {
    await stage.cli('database', 'stop');
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
  expect((await stage.cli('database', 'stop')).out).toMatch(/was stopped/);
  expect(await last.stop()).toBe(0);
});
