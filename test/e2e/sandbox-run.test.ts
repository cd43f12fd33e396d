import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { removeEmbedded } from '../../src/database/embedded.ts';
import type { Deed, Update, View, Watch } from '../../src/sandbox/playground/protocol.ts';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

let folder: string;
let sandbox: RunningSandbox;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'herald-sandbox-'));
  sandbox = await start();
});
afterAll(async () => {
  await sandbox?.end();
  await removeEmbedded(join(folder, 'bot'));
  await rm(folder, { recursive: true });
});

const start = (...more: string[]) => startSandbox(['--port', '0', '--data', folder, ...more]);

/** What a page sees, as it changes. */
async function look(watch: Watch): Promise<{ view: View; close(): void }> {
  const socket = new WebSocket(`${sandbox.url.replace('http', 'ws')}live`);
  const view = {} as View;
  socket.on('message', (data) => Object.assign(view, JSON.parse(String(data)) as Update));
  socket.on('open', () => socket.send(JSON.stringify(watch)));
  await until('something is to be seen', () => view.place);
  return { view, close: () => socket.close() };
}

async function perform(deed: Deed): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${sandbox.url}do`, { method: 'POST', headers, body: JSON.stringify(deed) });
  return { status: answer.status, body: await answer.json() };
}

/** The status of a request with these headers, as a browser would send it for another site. */
async function statusOf(headers: Record<string, string>): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  request(sandbox.url, { headers }, (answer) => resolve(answer.resume().statusCode))
    .once('error', reject)
    .end();
  return await promise;
}

describe('npm run sandbox', () => {
  it('goes on where it was ended, and where it was killed, with its bot; fresh, it knows nothing', async () => {
    const organiser = await look({ person: 'organiser' });
    const { place } = organiser.view;
    await perform({
      do: 'command',
      person: 'organiser',
      place,
      name: 'tournament',
      group: 'link',
      subcommand: 'speedgaming',
      options: { slug: 'autumncup' },
    });
    await until('the schedule is read', () => organiser.view.tour.isLinked);
    await perform({ do: 'skip', minutes: 10 });
    organiser.close();
    expect(await sandbox.end()).toBe(0);

    sandbox = await start();
    const again = await look({ person: 'organiser', place });
    expect(again.view.messages.map(({ content }) => content).join()).toContain('Autumn Cup');
    expect(again.view.clock.aheadMs).toBeGreaterThanOrEqual(600_000);
    // The bot has not forgotten either: what is new on the schedule is announced.
    const known = again.view.messages.length;
    expect(await perform({ do: 'add-match' })).toMatchObject({ status: 200 });
    await until('the match is announced', () => again.view.messages.length > known);
    const said = again.view.messages.length;
    const id = again.view.messages.at(-1)?.id ?? 'none';
    await until('it is kept', async () => (await readFile(join(folder, 'worlds.bin'))).includes(id));
    await sandbox.end('SIGKILL');
    again.close();

    sandbox = await start();
    const third = await look({ person: 'organiser', place });
    expect(third.view.messages).toHaveLength(said);
    expect(third.view.bot).toMatchObject({ state: 'running', isConnected: true });
    third.close();
    await sandbox.end();

    sandbox = await start('--fresh');
    const fresh = await look({ person: 'organiser' });
    expect(fresh.view).toMatchObject({ messages: [], events: [], clock: { aheadMs: 0 } });
    fresh.close();
  });

  it('has its bot killed and brought back, and tells who types meanwhile that nobody is there', async () => {
    const page = await look({ person: 'organiser' });
    const { place } = page.view;
    expect(await perform({ do: 'bot', what: 'kill' })).toMatchObject({ status: 200 });
    await until('it is dead', () => page.view.bot.state === 'stopped' && !page.view.bot.isConnected);
    const typed = await perform({ do: 'command', person: 'organiser', place, name: 'status', options: {} });
    expect(typed).toEqual({ status: 409, body: { refusal: 'The application did not respond' } });
    // Killed again while it starts, it can still be started.
    const starting = perform({ do: 'bot', what: 'start' });
    await until('it starts', () => page.view.bot.state !== 'stopped');
    await perform({ do: 'bot', what: 'kill' });
    expect(await starting).toMatchObject({ status: 200 });
    expect(await perform({ do: 'bot', what: 'start' })).toMatchObject({ status: 200 });
    await until('it is back', () => page.view.bot.isConnected && page.view.bot.state === 'running');
    expect(page.view.bot.kills).toBe(2);
    expect(await perform({ do: 'command', person: 'organiser', place, name: 'status', options: {} })).toEqual(
      {
        status: 200,
        body: {},
      },
    );
    page.close();
  });

  it('lets time run faster, and the bot still answers in time', async () => {
    const page = await look({ person: 'organiser' });
    const { place } = page.view;
    const before = page.view.clock.aheadMs;
    await perform({ do: 'speed', speed: 60 });
    await until('two minutes have passed', () => page.view.clock.aheadMs > before + 120_000);
    const typed = { do: 'command', person: 'organiser', place, name: 'status', options: {} } as const;
    for (let i = 0; i < 5; i++) expect(await perform(typed)).toEqual({ status: 200, body: {} });
    await perform({ do: 'speed', speed: 1 });
    await until('it runs as ever', () => page.view.clock.speed === 1);
    page.close();
  });

  it('answers its own page and no other site', async () => {
    const { host, port } = new URL(sandbox.url);
    expect(await statusOf({ host })).toBe(200);
    expect(await statusOf({ host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(200);
    expect(await statusOf({ host, origin: 'https://example.org' })).toBe(403);
    expect(await statusOf({ host: `example.org:${port}` })).toBe(403);
    const socket = new WebSocket(`${sandbox.url.replace('http', 'ws')}live`, {
      origin: 'https://example.org',
    });
    const ended = await new Promise((done) => socket.once('error', () => done('refused')).once('open', done));
    expect(ended).toBe('refused');
  });

  it('refuses what it does not understand, and says what is wrong with it', async () => {
    for (const deed of [
      { do: 'nothing' },
      { do: 'skip', minutes: -1 },
      { do: 'rename-player', gameId: 1, name: ' ' },
      [],
    ])
      expect(await perform(deed as Deed)).toMatchObject({
        status: 400,
        body: { refusal: expect.stringMatching(/✖/) },
      });
    expect(await perform({ do: 'move-match', matchId: 1, minutes: 5 })).toEqual({
      status: 409,
      body: { refusal: 'no episode 1' },
    });
    expect(await perform({ do: 'complete-set', gameId: 1 })).toMatchObject({
      status: 409,
      body: { refusal: 'start.gg has no game 1.' },
    });
  });

  it.each([
    [
      [],
      (path: string) => ['--data', path],
      /data folder .* cannot be used: another sandbox \(process \d+\)/,
    ],
    [['--port', '0'], () => ['--data', '/dev/null/x'], /data folder \/dev\/null\/x cannot be used/],
    [['--port', 'many'], () => [], /many.*0 to 65535/s],
    [['--prot', '1'], () => [], /unknown option '--prot'/],
  ])('says what is wrong with %j', async (fixed, more, message) => {
    await expect(startSandbox([...fixed, ...more(folder)])).rejects.toThrow(message);
  });

  it('says which port is taken, and that what was kept is damaged', async () => {
    const other = await mkdtemp(join(tmpdir(), 'herald-sandbox-'));
    const { port } = new URL(sandbox.url);
    await expect(startSandbox(['--port', port, '--data', other])).rejects.toThrow(
      `Port ${port} is taken. Choose another one with --port`,
    );
    await writeFile(join(other, 'worlds.bin'), 'nonsense');
    await expect(startSandbox(['--port', '0', '--data', other])).rejects.toThrow(
      /worlds.bin is damaged.*--fresh/,
    );
    await rm(other, { recursive: true });
  });
});
