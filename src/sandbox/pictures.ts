import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { removeEmbedded } from '../database/embedded.ts';
import { createLog } from '../log.ts';
import { Hands, openBrowser } from './hands.ts';
import { takeFolder } from './playground/folder.ts';
import { EVENT } from './playground/matches.ts';
import { buildPage } from './playground/page-build.ts';
import { servePage } from './playground/page-server.ts';
import { openPlayground } from './playground/playground.ts';

// Makes the README's pictures: the sandbox's page, driven as a person would.

const PICTURES = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const SCREEN = {
  viewport: { width: 1280, height: 860 },
  deviceScaleFactor: 1.5,
  colorScheme: 'dark',
} as const;

async function picture(of: Page | Locator, name: string): Promise<void> {
  await of.screenshot({ path: join(PICTURES, `${name}.png`) });
  process.stdout.write(`docs/pictures/${name}.png\n`);
}

/** A linked schedule, and what its player is told. */
async function schedule(hands: Hands): Promise<void> {
  await hands.go('# schedule');
  await hands.command('/tournament link speedgaming', { slug: EVENT.slug });
  await hands.message('is linked').waitFor();
  await hands.be('Player');
  await hands.command('/notifications on');
  const speedgaming = await hands.section('SpeedGaming');
  await speedgaming.getByRole('button', { name: 'Put a match on the schedule' }).click();
  await speedgaming.locator('summary').click();
  await hands.go('Direct messages');
  await picture(hands.message('Match scheduled'), 'direct-message');
  await hands.be('Organiser');
  await hands.go('# schedule');
  await hands.command('/match list', { tournament: EVENT.name });
  await picture(hands.message('Quarter-final'), 'schedule');
}

/** The status message of an import at three moments, and the whole page. */
async function progress(hands: Hands): Promise<void> {
  const { page } = hands;
  await hands.go('# results');
  await page.getByRole('button', { name: 'Import 2XKO' }).click();
  await picture(hands.message('2XKO', /Importing · [4-9]\d %/), 'progress-importing');
  await picture(page, 'sandbox');
  await hands.message('2XKO', 'Importing').getByRole('button', { name: 'Pause' }).click();
  await picture(hands.message('2XKO', 'Paused ·'), 'progress-paused');
  await hands.message('2XKO', 'Paused').getByRole('button', { name: 'Resume' }).click();
  await picture(hands.message('2XKO', 'Done'), 'progress-done');
}

async function makePictures(dataDir: string): Promise<void> {
  const folder = await takeFolder(dataDir, { isFresh: false });
  const playground = await openPlayground(folder, createLog('error'));
  const server = await servePage({ port: 0, files: await buildPage() }, Promise.resolve(playground));
  const browser = await openBrowser();
  try {
    await mkdir(PICTURES, { recursive: true });
    await playground.keeper.begin();
    const page = await browser.newPage(SCREEN);
    const hands = new Hands(page);
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Skip', exact: true }).click();
    await schedule(hands);
    await progress(hands);
  } finally {
    await browser.close();
    await server.close();
    await playground.close();
    await removeEmbedded(folder.bot);
  }
}

const dataDir = await mkdtemp(join(tmpdir(), 'herald-pictures-'));
try {
  await makePictures(dataDir);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
process.exit(0);
