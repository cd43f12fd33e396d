import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { removeEmbedded } from '../../src/database/embedded.ts';
import { CHROMIUM, Hands, openBrowser } from '../../src/sandbox/hands.ts';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HOSTILE = '<img src=x onerror="window.hacked=1">';

let folder: string;
let sandbox: RunningSandbox;
let browser: Browser;
let context: BrowserContext;
/** Whom pages asked, other than the sandbox. */
let strangers: string[];
let faults: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'herald-page-'));
  [sandbox, browser] = await Promise.all([startSandbox(['--port', '0', '--data', folder]), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await sandbox?.end();
  await removeEmbedded(join(folder, 'bot'));
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  [strangers, faults] = [[], []];
  context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
});
afterEach(async () => {
  await context.close();
  expect({ strangers, faults }).toEqual({ strangers: [], faults: [] });
});

/** A page of somebody who has been here before, unless it is the first visit. */
async function open({ isFirst = false } = {}): Promise<Hands> {
  const page = await context.newPage();
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(sandbox.url) && !url.startsWith('data:')) strangers.push(url);
  });
  page.on('pageerror', (error) => void faults.push(error.message));
  await page.goto(sandbox.url);
  const hands = new Hands(page);
  if (!isFirst) await page.getByRole('button', { name: 'Skip', exact: true }).click();
  return hands;
}

describe.skipIf(!existsSync(CHROMIUM))("the sandbox's page", () => {
  it('takes a first visitor on the tour, from the first click to the last', async () => {
    const hands = await open({ isFirst: true });
    const { page } = hands;
    const tour = page.getByRole('region', { name: 'Guided tour' });
    const titles: string[] = [];
    for (const last of ['Next', 'Next', 'Next', 'Next', 'Finish']) {
      titles.push((await tour.getByRole('heading').textContent()) ?? '');
      const onward = tour.getByRole('button', { name: last });
      expect(await onward.isDisabled()).toBe(true);
      await tour.getByRole('button', { name: 'Do it for me' }).click();
      await tour.getByText('✓ Done').waitFor({ timeout: 90_000 });
      await onward.click();
    }
    expect(new Set(titles).size).toBe(5);
    await tour.waitFor({ state: 'detached' });
    // Who has been on it is not asked again.
    await page.reload();
    await page.getByRole('button', { name: 'Take the tour' }).waitFor();
    expect(await tour.count()).toBe(0);
  }, 300_000);

  it('offers commands with their options, what the bot offers for them, and what Discord refuses', async () => {
    const hands = await open();
    const { page } = hands;
    const box = page.getByRole('textbox', { name: /^Message / });
    await box.fill('/');
    const offered = page.getByRole('list', { name: 'Commands' }).getByRole('button');
    await expect.poll(() => offered.count()).toBeGreaterThan(20);
    await box.fill('/match li');
    await box.press('Enter');
    const form = page.getByRole('form', { name: '/match list' });
    const tournament = form.getByLabel('tournament', { exact: true });
    await tournament.fill('aut');
    const choice = form.locator('datalist option');
    await choice.first().waitFor({ state: 'attached' });
    expect(await choice.first().getAttribute('value')).toContain('Autumn Cup');
    await tournament.fill((await choice.first().getAttribute('value')) ?? '');
    await form.getByRole('button', { name: 'Send /match list' }).click();
    await hands.message('Quarter-final').waitFor();

    const settings = await hands.begin('/tournament settings');
    await settings.getByLabel('tournament', { exact: true }).fill('Autumn Cup');
    await settings.getByLabel('dm', { exact: true }).selectOption({ label: 'opted-in' });
    await settings.getByRole('button', { name: 'Send /tournament settings' }).click();
    await hands.message('reminder').waitFor();

    // What is for organisers is refused by the bot, what is not filled in by Discord's own client.
    await hands.be('Player');
    await hands.command('/import list');
    await hands.message('organiser').waitFor();
    const [, person, guildId, channelId] = /#(\w+)\/channel\/(\d+)\/(\d+)/.exec(page.url()) ?? [];
    const place = { kind: 'channel', guildId, channelId };
    const deed = { do: 'command', person, place, name: 'import', subcommand: 'show', options: {} };
    const refused = await page.request.post(`${sandbox.url}do`, { data: deed });
    expect([refused.status(), await refused.json()]).toEqual([
      409,
      { refusal: 'the option "job" is required' },
    ]);
  });

  it('can be used with the keyboard alone', async () => {
    const hands = await open();
    const { page } = hands;
    await page.getByRole('textbox', { name: /^Message / }).focus();
    await page.keyboard.type('/match li');
    await page.keyboard.press('Enter');
    const form = page.getByRole('form', { name: '/match list' });
    await form.waitFor();
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    await page.keyboard.type('/stat');
    await page.keyboard.press('Enter');
    await page.getByRole('form', { name: '/status' }).waitFor();
    await page.keyboard.press('Enter');
    const answer = hands.message('Only you can see this');
    await answer.waitFor();
    // Back from the box to what stands above it.
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await answer.filter({ hasText: '/status' }).waitFor({ state: 'detached' });
  });

  it('has buttons that work, and messages that only one person sees', async () => {
    const hands = await open();
    const { page } = hands;
    await hands.be('Player');
    await hands.go('Direct messages');
    const told = hands.message('Match scheduled');
    await told.getByRole('button', { name: 'Show match' }).click();
    await hands.message('speedgaming').waitFor();
    await hands.be('Organiser');
    await hands.go('# general');
    await hands.command('/status');
    const answer = hands.messages('Only you can see this');
    await answer.waitFor();
    await hands.be('Caster');
    await hands.go('# general');
    await page.getByText('Nothing has been said here yet.').waitFor();
    await hands.be('Organiser');
    await hands.go('# general');
    await answer.getByRole('button', { name: 'Dismiss message' }).click();
    await answer.waitFor({ state: 'detached' });
  });

  it('shows in the inbox, the channel and the events what happens at SpeedGaming, while it happens', async () => {
    const hands = await open();
    const { page } = hands;
    const speedgaming = await hands.section('SpeedGaming');
    const rounds = speedgaming.getByRole('listitem');
    const count = await rounds.count();
    await speedgaming.getByRole('button', { name: 'Put a match on the schedule' }).click();
    await rounds.nth(count).waitFor();
    const title = (await rounds.nth(count).locator('strong').textContent()) ?? '';
    await hands.be('Player');
    await hands.go('Direct messages');
    await hands.message('Match scheduled', title).waitFor();
    await rounds
      .nth(count)
      .getByRole('button', { name: `One hour later: ${title}` })
      .click();
    await hands.message('Match moved', title).waitFor();
    await hands.be('Organiser');
    await hands.go('Events of Fighting Game Club');
    const card = page.getByRole('article').filter({ hasText: title }).last();
    await card.waitFor();
    await card.getByRole('button', { name: /Interested/ }).click();
    await card.getByText('1 interested').waitFor();
    await rounds
      .nth(count)
      .getByRole('button', { name: `Cancel: ${title}` })
      .click();
    await hands.be('Player');
    await hands.go('Direct messages');
    await hands.message('Match cancelled', title).waitFor();
  });

  it('keeps an inbox empty that its owner has closed', async () => {
    const hands = await open();
    const { page } = hands;
    await hands.be('Caster');
    await hands.go('# general');
    await hands.command('/notifications on');
    const takesMessages = page.getByLabel('Takes direct messages');
    await takesMessages.click();
    await expect.poll(() => takesMessages.isChecked()).toBe(false);
    const speedgaming = await hands.section('SpeedGaming');
    await speedgaming.getByRole('button', { name: 'Put a match on the schedule' }).click();
    // The player, who is in the same match, has been told: so would the caster have been.
    await hands.be('Player');
    await hands.go('Direct messages');
    const told = hands.messages('Match scheduled');
    const before = await told.count();
    await speedgaming.getByRole('button', { name: 'Put a match on the schedule' }).click();
    await expect.poll(() => told.count()).toBeGreaterThan(before);
    await hands.be('Caster');
    await hands.go('Direct messages');
    await page.getByText('Nothing has been said here yet.').waitFor();
    expect(await takesMessages.isChecked()).toBe(false);
    await takesMessages.click();
    await expect.poll(() => takesMessages.isChecked()).toBe(true);
  });

  it('shows what people are called as text, whatever they are called', async () => {
    const hands = await open();
    const { page } = hands;
    const speedgaming = await hands.section('SpeedGaming');
    const match = speedgaming.getByRole('listitem').first();
    const title = (await match.locator('strong').textContent()) ?? '';
    await match.getByLabel(`New opponent: ${title}`).fill(HOSTILE);
    await match.getByRole('button', { name: `Swap opponent: ${title}` }).click();
    await match.getByText(HOSTILE).waitFor();
    await hands.command('/tournament sync', { tournament: 'Autumn Cup' });
    await hands.command('/match list', { tournament: 'Autumn Cup' });
    await hands.message(HOSTILE).waitFor();
    await page
      .getByRole('textbox', { name: /^Message / })
      .fill(`**bold** ${HOSTILE} [link](javascript:alert(1))`);
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    const said = hands.message('javascript:alert(1)');
    await said.waitFor();
    expect(await said.locator('strong').textContent()).toBe('bold');
    expect(await said.getByRole('link').count()).toBe(0);
    const startgg = await hands.section('start.gg');
    await startgg.getByLabel('New name of a player').fill(HOSTILE);
    await startgg.getByRole('button', { name: 'Rename a player' }).click();
    await page.getByRole('status').filter({ hasText: HOSTILE }).waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
  });

  it('goes on after a reload in the middle of an import, and in two tabs at once', async () => {
    const hands = await open();
    const { page } = hands;
    await hands.go('# schedule');
    const startgg = await hands.section('start.gg');
    await startgg.getByRole('button', { name: /Import .*Street Fighter 6/ }).click();
    const status = (of: Page) => new Hands(of).message('Street Fighter 6', 'Importing');
    const percent = async (of: Page) =>
      Number(/(\d+) %/.exec((await status(of).textContent()) ?? '')?.[1] ?? 0);
    await status(page).waitFor();
    const before = await percent(page);
    await page.reload();
    await status(page).waitFor();
    expect(await percent(page)).toBeGreaterThanOrEqual(before);
    const other = await context.newPage();
    await other.goto(page.url());
    await status(other).waitFor();
    await page.getByRole('img', { name: /Requests to start\.gg .* seconds: [1-9]\d* together/ }).waitFor();
    await status(other).getByRole('button', { name: 'Pause' }).click();
    for (const of of [page, other]) await new Hands(of).message('Paused').waitFor();
    // Two tabs may be two people.
    const outsider = new Hands(other);
    await outsider.be('Outsider');
    await outsider.go('# lounge');
    expect(await page.getByRole('heading', { name: /schedule/ }).count()).toBeGreaterThan(0);
    const paused = hands.message('Paused');
    await paused.getByRole('button', { name: 'Cancel' }).click();
    await hands.message('Cancelled').waitFor();
  });

  it('makes services ill and time jump, and tells what the bot makes of it', async () => {
    const hands = await open();
    const { page } = hands;
    const services = await hands.section('Services');
    await services.getByLabel('SpeedGaming').selectOption('broken');
    await hands.go('# general');
    await hands.command('/tournament sync', { tournament: 'Autumn Cup' });
    await hands.message(/500|does not answer|failed/).waitFor();
    await services.getByLabel('SpeedGaming').selectOption('well');
    await services.getByRole('button', { name: 'Cut the gateway' }).click();
    const time = await hands.section('Time');
    await time.getByRole('button', { name: /1 day/ }).click();
    await page.getByRole('status').filter({ hasText: '1440 minutes later' }).waitFor();
    await hands.be('Player');
    await hands.go('Direct messages');
    // The next match is some hours away: the player is reminded of it in time.
    const reminder = hands.messages('Your match starts soon');
    for (let i = 0; i < 20 && (await reminder.count()) === 0; i++) {
      await time.getByRole('button', { name: 'Skip 10 minutes' }).click();
      await page.waitForTimeout(2_500);
    }
    await reminder.last().waitFor();
  });

  it.each([
    ['light', 1400],
    ['dark', 1400],
    ['light', 390],
    ['dark', 390],
  ] as const)('has no serious fault of accessibility, %s and %i pixels wide', async (colorScheme, width) => {
    const hands = await open();
    const { page } = hands;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    for (const place of ['# schedule', '# results', 'Events of Fighting Game Club', 'Direct messages']) {
      if (width < 700)
        await page
          .getByRole('button', { name: 'Places' })
          .click()
          .catch(() => {});
      await hands.go(place);
      await page.evaluate(AXE);
      const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    }
  });
});
