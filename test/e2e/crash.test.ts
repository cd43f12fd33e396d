import { expect } from 'vitest';
import { Random } from '../../src/sandbox/startgg/random.ts';
import { type Stage, test, textOf } from './stage.ts';

const GOES_ON_WITHIN_MS = 90_000;
const latency = { minMs: 60, maxMs: 240 };

/** Waits until start.gg was asked so many times more. */
async function asked({ startgg }: Stage, more: number): Promise<void> {
  const from = startgg.requests.length;
  await startgg.waitFor((requests) => requests.length >= from + more, GOES_ON_WITHIN_MS);
}

const random = new Random('kill points');
const kills = [random.int(1, 4), random.int(8, 12), random.int(6, 10)];
test.concurrent(`killed at its first pages, in the middle and near its end (${kills}), an import goes on by itself`, async ({
  open,
}) => {
  const stage = await open({ startgg: { latency } });
  let bot = await stage.bot();
  const { id, message } = await stage.begin();
  for (const more of kills) {
    await asked(stage, more);
    await bot.stop('SIGKILL');
    bot = await stage.bot();
    await asked(stage, 1);
  }
  await stage.shows(message, /Done/);
  const job = await stage.reaches(id, 'COMPLETED');
  expect(job.counters).toEqual(stage.freshCounters());
  expect(job).toMatchObject({ error_count: 0, reason: null });
  expect(await stage.differences()).toEqual([]);
  expect(stage.posted()).toEqual([message]);
});

test.concurrent('killed while the status message is posted and its answer lost, it is not posted twice', async ({
  open,
}) => {
  const stage = await open({ startgg: { latency } });
  stage.discord.faults.add({ kind: 'lost-answer', method: 'POST', path: /^\/channels\/\d+\/messages$/ });
  const bot = await stage.bot();
  await stage.type('import startgg', { game: '2XKO', since: '2026-01-01' });
  const message = await stage.discord.waitFor(() => stage.posted()[0], { what: 'the status message' });
  await bot.stop('SIGKILL');
  await stage.bot();
  await stage.shows(message, /Done/, 120_000);
  expect(stage.posted()).toEqual([message]);
  expect(await stage.differences()).toEqual([]);
});

test.concurrent('asked to end, the bot is gone within 10 s with code 0, and the import goes on after a restart', async ({
  open,
}) => {
  const stage = await open({ startgg: { latency: { minMs: 1_000, maxMs: 2_000 } } });
  const bot = await stage.bot();
  const { id, message } = await stage.begin();
  await asked(stage, 12);
  // What takes longer than 10 s ends with 1.
  expect(await bot.stop('SIGTERM')).toBe(0);
  expect(bot.log).toContain('closed');
  await stage.bot();
  await stage.shows(message, /Done/);
  expect((await stage.reaches(id, 'COMPLETED')).counters).toEqual(stage.freshCounters());
  expect(await stage.differences()).toEqual([]);
  expect(stage.posted()).toEqual([message]);
  expect(textOf(message)).toMatch(/Errors\nnone/);
});
