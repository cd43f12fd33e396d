import { expect } from 'vitest';
import { commandDefinitions } from '../../src/app.ts';
import { test } from './stage.ts';

const brisk = { latency: { minMs: 60, maxMs: 240 } };
const GAME = ['--game', '2XKO', '--since', '2026-01-01'];

type Line = Record<string, unknown> & { counters: unknown };
const linesOf = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const ok = { code: 0, err: '' };

test.concurrent('import startgg works by itself and tells each step as JSON', async ({ open }) => {
  const stage = await open({ empty: true, startgg: brisk });
  const { out, ...rest } = await stage.cli('import', 'startgg', ...GAME, '--json');
  expect(rest).toEqual(ok);
  const lines = linesOf(out);
  expect(lines.length).toBeGreaterThan(5);
  expect(new Set(lines.map(({ phase }) => phase))).toContain('sets');
  expect(lines.filter(({ done }) => done)).toHaveLength(1);
  expect(lines.at(-1)).toMatchObject({
    job: 1,
    state: 'COMPLETED',
    errors: 0,
    failures: [],
    reason: null,
    done: true,
  });
  expect(lines.at(-1)?.counters).toEqual(stage.freshCounters());
  expect(await stage.differences()).toEqual([]);

  const list = await stage.cli('import', 'list');
  expect(list.out).toMatch(
    /^ +1 {2}COMPLETED {2}2XKO · 2026-01-01 to now and upcoming {2}\([\d,]+ sets\)\n$/,
  );
  expect(JSON.parse((await stage.cli('import', 'list', '--json')).out)).toMatchObject([
    { id: 1, state: 'COMPLETED' },
  ]);
  expect(await stage.cli('import', 'retry', '1')).toMatchObject({
    code: 1,
    err: 'Nothing failed in import 1.\n',
  });
});

test.concurrent('wrong usage ends with 2, a wrong wish with 1, both in plain words', async ({ open }) => {
  const stage = await open();
  const cases: [string[], number, RegExp][] = [
    [['import', 'startgg', '--game', '2XKO'], 2, /--since/],
    [['import', 'pause', 'x'], 2, /number of an import/],
    [['frobnicate'], 2, /unknown command/],
    [['import', 'startgg', '--game', '2XKO', '--since', 'monday'], 1, /"monday" is no date.*YYYY-MM-DD/],
    [['import', 'startgg', '--game', 'No Such Game', '--since', '2026-01-01'], 1, /knows no game/],
    [['import', 'pause', '7'], 1, /no such import/],
  ];
  for (const [args, code, words] of cases) {
    const result = await stage.cli(...args);
    expect(result).toMatchObject({ code, out: '' });
    expect(result.err).toMatch(words);
    expect(result.err).not.toMatch(/^ +at /m);
  }
});

test.concurrent('without a token it says which and where to get it', async ({ open }) => {
  const stage = await open({ env: { STARTGG_TOKEN: '', DISCORD_TOKEN: '' } });
  const startgg = await stage.cli('import', 'startgg', ...GAME);
  expect(startgg.code).toBe(1);
  expect(startgg.err).toMatch(/STARTGG_TOKEN is missing.*https:\/\/start\.gg\/admin\/profile\/developer/);
  const deploy = await stage.cli('commands', 'deploy');
  expect(deploy.code).toBe(1);
  expect(deploy.err).toMatch(/DISCORD_TOKEN is missing/);
});

test.concurrent('Ctrl-C pauses the import and says how to go on; typed again, it is taken up', async ({
  open,
}) => {
  const stage = await open({ startgg: brisk });
  const cli = stage.startCli('import', 'startgg', ...GAME);
  await stage.startgg.waitFor((requests) => requests.length > 20, 20_000);
  cli.signal('SIGINT');
  const { code, out } = await cli.ended;
  expect(code).toBe(130);
  expect(out).toContain('herald -- import resume 1');
  expect(await stage.job(1)).toMatchObject({ state: 'PAUSED' });

  const again = await stage.cli('import', 'startgg', ...GAME, '--json');
  expect(again).toMatchObject(ok);
  const last = linesOf(again.out).at(-1);
  expect(last).toMatchObject({ job: 1, state: 'COMPLETED', counters: stage.freshCounters() });
  expect(await stage.differences()).toEqual([]);
});

test.concurrent('killed in the middle and typed again, the import is taken up', async ({ open }) => {
  const stage = await open({ startgg: brisk });
  const cli = stage.startCli('import', 'startgg', ...GAME);
  await stage.startgg.waitFor((requests) => requests.length > 20, 20_000);
  cli.signal('SIGKILL');
  await cli.ended;
  const again = await stage.cli('import', 'startgg', ...GAME, '--json');
  expect(again).toMatchObject(ok);
  expect(linesOf(again.out).at(-1)).toMatchObject({
    job: 1,
    state: 'COMPLETED',
    counters: stage.freshCounters(),
  });
  expect(await stage.differences()).toEqual([]);
});

test.concurrent('while a worker lives it only watches, and takes over when that one dies', async ({
  open,
}) => {
  const stage = await open({ startgg: brisk });
  const worker = await stage.bot({ ROLES: 'worker' });
  const cli = stage.startCli('import', 'startgg', ...GAME, '--json');
  await worker.logged('slice begins');
  await stage.startgg.waitFor((requests) => requests.length > 20, 20_000);
  await worker.stop('SIGKILL');
  const { code, out } = await cli.ended;
  expect(code).toBe(0);
  expect(linesOf(out).at(-1)).toMatchObject({ state: 'COMPLETED', counters: stage.freshCounters() });
  expect(await stage.differences()).toEqual([]);
});

test.concurrent('pause, resume and cancel without any worker', async ({ open }) => {
  const stage = await open({ startgg: brisk });
  const gateway = await stage.bot({ ROLES: 'gateway' });
  await stage.ask('import startgg', { game: '2XKO', since: '2026-01-01' });
  expect(await stage.cli('import', 'pause', '1')).toEqual({
    ...ok,
    out: expect.stringMatching(/Import 1 .* is paused/),
  });
  expect(await stage.cli('import', 'cancel', '1', '--json')).toEqual({
    ...ok,
    out: '{"job":1,"state":"CANCELLED"}\n',
  });
  expect(await stage.cli('import', 'resume', '1')).toMatchObject({
    code: 1,
    err: expect.stringContaining('cancelled'),
  });
  expect(await gateway.stop()).toBe(0);
});

test.concurrent('commands deploy registers what differs; migrate brings an empty database up to date', async ({
  open,
}) => {
  const stage = await open({ empty: true });
  const names = (guildId?: string) =>
    commandDefinitions.map(({ name }) => stage.discord.commands.find(name, guildId)).filter(Boolean);
  const { id } = stage.place.guild;
  expect(await stage.cli('commands', 'deploy')).toEqual({
    ...ok,
    out: 'The commands globally are up to date.\n',
  });
  expect(await stage.cli('commands', 'deploy', '--guild', id)).toMatchObject({
    ...ok,
    out: expect.stringContaining(`deployed in guild ${id}`),
  });
  expect(await stage.cli('commands', 'deploy', '--guild', id)).toMatchObject({
    ...ok,
    out: expect.stringContaining('up to date'),
  });
  expect(names(id)).toHaveLength(commandDefinitions.length);
  expect(await stage.cli('commands', 'deploy', '--guild', '123')).toMatchObject({
    code: 1,
    err: expect.stringContaining('guild 123'),
  });
  expect(await stage.cli('migrate')).toMatchObject(ok);
  expect((await stage.sql.query('select 1 from import_job')).rows).toEqual([]);
});
