import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { removeEmbedded } from '../../src/database/embedded.ts';
import { CHROMIUM, Hands, openBrowser } from '../../src/sandbox/hands.ts';
import { takeFolder } from '../../src/sandbox/playground/folder.ts';
import { buildPage } from '../../src/sandbox/playground/page-build.ts';
import { servePage } from '../../src/sandbox/playground/page-server.ts';
import { openPlayground } from '../../src/sandbox/playground/playground.ts';
import { startSandbox } from '../support/sandbox.ts';
import { log, type Measure } from './ground.ts';
import { median } from './writes.ts';

const STARTS = 3;
const UPDATES = 40;
const LATENCY_MS = 100;

/** Notes in the page, by a message's id, when what it says last changed. */
const WATCH = `
  window.changedAt = {};
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const element = target instanceof Element ? target : target.parentElement;
      const message = element?.closest('[role=article]') ?? element?.querySelector('[role=article]:last-of-type');
      if (message) window.changedAt[message.id] = Date.now();
    }
  }).observe(document.querySelector('[role=log]'), { subtree: true, childList: true, characterData: true });`;

/** How soon the sandbox's page can be used, and how soon it shows what the bot says. */
export async function measurePage(): Promise<Measure[]> {
  if (!existsSync(CHROMIUM)) throw new Error(`there is no browser at ${CHROMIUM}: set CHROMIUM_PATH`);
  const dataDir = await mkdtemp(join(tmpdir(), 'herald-bench-page-'));
  const browser = await openBrowser();
  try {
    await buildPage();
    return [await measureStart(browser, dataDir), await measureUpdates(browser, dataDir)];
  } finally {
    await browser.close();
    await removeEmbedded(join(dataDir, 'bot'));
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** From the command to a message box that can be typed into. */
async function measureStart(browser: Browser, dataDir: string): Promise<Measure> {
  const start = async (...more: string[]) => {
    const from = performance.now();
    const sandbox = await startSandbox(['--port', '0', '--data', dataDir, ...more]);
    const page = await browser.newPage();
    await page.goto(sandbox.url);
    await page.getByRole('textbox', { name: /^Message / }).waitFor();
    const took = performance.now() - from;
    await page.close();
    await sandbox.end();
    return took / 1_000;
  };
  const fresh = await start();
  const again: number[] = [];
  for (let i = 0; i < STARTS; i++) again.push(await start());
  return {
    what: `seconds from \`npm run sandbox\` to a usable page, median of ${STARTS} (the first time, with a new database: ${fresh.toFixed(1)})`,
    value: median(again).toFixed(1),
    bound: 'none',
    holds: true,
  };
}

/** From the bot's message at Discord to the page that shows it. */
async function measureUpdates(browser: Browser, dataDir: string): Promise<Measure> {
  const playground = await openPlayground(await takeFolder(dataDir, { isFresh: true }), log);
  const server = await servePage({ port: 0, files: await buildPage() }, Promise.resolve(playground));
  await playground.keeper.begin();
  const page = await browser.newPage();
  await page.goto(server.url);
  const hands = new Hands(page);
  await hands.go('# general');
  await page.evaluate(WATCH);
  const { discord } = playground.services;
  const saidAt = new Map<string, number>();
  discord.onChange(({ kind, id = '' }) => {
    if (kind === 'message') saidAt.set(id, Date.now());
  });
  const person = discord.person(playground.people.organiser);
  const [guild] = discord.world.botGuilds();
  const channel = discord.world.channelsOf(guild?.id ?? '').find(({ name }) => name === 'general');
  if (!guild || !channel) throw new Error('there is no channel');
  for (let i = 0; i < UPDATES; i++) {
    const place = { guildId: guild.id, channelId: channel.id };
    const handle = await person.command({ ...place, name: 'notifications', subcommand: 'show' });
    const { id } = await handle.answer();
    await page.locator(`[id="${id}"]`).waitFor();
    await page.waitForTimeout(LATENCY_MS);
  }
  const shownAt = (await page.evaluate('window.changedAt')) as Record<string, number>;
  await page.close();
  await server.close();
  await playground.close();
  const took = [...saidAt].map(([id, at]) => (shownAt[id] ?? Number.NaN) - at);
  return {
    what: `milliseconds from the bot's message to the page that shows it: median of ${took.length} (worst ${Math.max(...took)})`,
    value: String(median(took)),
    bound: `≤ ${LATENCY_MS}`,
    holds: median(took) <= LATENCY_MS,
  };
}
