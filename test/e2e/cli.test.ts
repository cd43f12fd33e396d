import { expect } from 'vitest';
import { commandDefinitions } from '../../src/app-commands.ts';
import { until } from '../support/until.ts';
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
  for (const { counters } of lines)
    expect(Object.keys(counters as object)).toEqual(['tournaments', 'events', 'entrants', 'sets']);
  expect(await stage.differences()).toEqual([]);

  const list = await stage.cli('import', 'list');
  expect(list.out).toMatch(
    /^ +1 {2}COMPLETED {2}2XKO · 2026-01-01 to now and upcoming {2}\([\d,]+ sets\) {2}\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}terminal\n$/,
  );
  const { elapsedMs, failures, done: _, ...last } = lines.at(-1) as Line;
  expect(JSON.parse((await stage.cli('import', 'list', '--json')).out)).toEqual([last]);
  const show = await stage.cli('import', 'show', '1');
  expect(show.out).toMatch(/^Import 1 \(2XKO .*\) is completed after .*\n {2}Tournaments +\d+ +\d+ new/);
  const shown = JSON.parse((await stage.cli('import', 'show', '1', '--json')).out);
  expect(shown).toEqual({ ...last, elapsedMs, failures });
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
    [['import', 'startgg', '--gaem', '2XKO', '--since', '2026-01-01'], 2, /unknown option '--gaem'/],
    [['import', 'startgg', '--game', '2XKO', '--since', 'monday'], 2, /"monday" is no date.*YYYY-MM-DD/],
    [['import', 'startgg', ...GAME, '--until', '2025-01-01'], 2, /ends \(2025-01-01\) before it begins/],
    [['import', 'startgg', '--game', ' ', '--since', '2026-01-01'], 2, /--game is empty/],
    [['commands', 'deploy', '--guild', 'abc'], 2, /server's id, digits only/],
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

test.concurrent('what cannot be reached is named, with its address and the reason', async ({ open }) => {
  const nowhere = 'http://127.0.0.1:2';
  const stage = await open({ env: { STARTGG_API_URL: nowhere, DISCORD_API_URL: nowhere } });
  const refused = 'http://127\\.0\\.0\\.1:2: connect ECONNREFUSED 127\\.0\\.0\\.1:2\n$';
  const startgg = await stage.cli('import', 'startgg', ...GAME);
  expect(startgg).toMatchObject({ code: 1, out: '' });
  expect(startgg.err).toMatch(new RegExp(`^start\\.gg did not answer at ${refused}`));
  const deploy = await stage.cli('commands', 'deploy');
  expect(deploy).toMatchObject({ code: 1, out: '' });
  expect(deploy.err).toMatch(new RegExp(`^Discord could not be reached at ${refused}`));
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
  const goOn = stage.hold(12);
  const cli = stage.startCli('import', 'startgg', ...GAME);
  await stage.startgg.waitFor((requests) => requests.length > 12);
  cli.signal('SIGINT');
  const { code, out } = await cli.ended;
  goOn();
  expect(code).toBe(130);
  expect(out).toContain('herald -- import resume 1');
  expect(await stage.job(1)).toMatchObject({ state: 'PAUSED' });

  const again = await stage.cli('import', 'startgg', ...GAME, '--json');
  expect(again).toMatchObject(ok);
  const last = linesOf(again.out).at(-1);
  expect(last).toMatchObject({ job: 1, state: 'COMPLETED', counters: stage.freshCounters() });
  expect(await stage.differences()).toEqual([]);
});

test.concurrent('killed in the middle and resumed, the import is taken up', async ({ open }) => {
  const stage = await open({ startgg: brisk });
  const goOn = stage.hold(12);
  const cli = stage.startCli('import', 'startgg', ...GAME);
  await stage.startgg.waitFor((requests) => requests.length > 12);
  cli.signal('SIGKILL');
  await cli.ended;
  goOn();
  expect((await stage.cli('import', 'list')).out).toMatch(/RUNNING .*waiting for a worker/);
  const again = await stage.cli('import', 'resume', '1', '--json');
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
  const goOn = stage.hold(12);
  const cli = stage.startCli('import', 'startgg', ...GAME, '--json');
  await worker.logged('slice begins');
  await stage.startgg.waitFor((requests) => requests.length > 12);
  await worker.stop('SIGKILL');
  goOn();
  const { code, out } = await cli.ended;
  expect(code).toBe(0);
  expect(linesOf(out).at(-1)).toMatchObject({ state: 'COMPLETED', counters: stage.freshCounters() });
  expect(await stage.differences()).toEqual([]);
});

test.concurrent("it leaves a guild's import that another process works on, and tells who paused it", async ({
  open,
}) => {
  const stage = await open();
  await stage.bot();
  // Its first page, so that there is something to be watched.
  stage.hold(2);
  await stage.begin();
  await until('its first page', async () => (await stage.job(1)).phase);
  await stage.cli('import', 'pause', '1');
  const watching = stage.startCli('import', 'resume', '1');
  await stage.reaches(1, 'RUNNING');
  await until('it is being watched', () => watching.out().includes('…'));
  watching.signal('SIGINT');
  const { code, out } = await watching.ended;
  expect({ code, out }).toEqual({ code: 130, out: expect.stringContaining('import show 1') });
  expect(await stage.job(1)).toMatchObject({ state: 'RUNNING' });
  expect(await stage.cli('import', 'resume', '1')).toMatchObject({ code: 1 });

  await stage.cli('import', 'pause', '1');
  const again = stage.startCli('import', 'resume', '1');
  await until('it is being watched again', () => again.out().includes('…'));
  expect(await stage.ask('import pause', { job: '1' })).toContain('Paused');
  expect(await again.ended).toMatchObject({ code: 130, out: expect.stringContaining('paused elsewhere') });
  expect((await stage.cli('import', 'list')).out).toContain(`Fighting Game Club (${stage.place.guild.id})`);
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
    out: 'The global commands are up to date.\n',
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
