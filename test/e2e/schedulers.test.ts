import { expect } from 'vitest';
import { until } from '../support/until.ts';
import { test } from './stage.ts';

const SCHEDULER = { ROLES: 'scheduler', DISCORD_TOKEN: '', STARTGG_TOKEN: '' };

test.concurrent('a scheduler needs neither Discord nor start.gg, and does not speak to them', async ({
  open,
}) => {
  const stage = await open();
  const bot = await stage.bot(SCHEDULER);
  expect(bot.log).toContain('takes the lead');
  expect(bot.log).not.toContain('STARTGG_TOKEN');
  const before = stage.discord.log.length;
  expect(await bot.stop()).toBe(0);
  expect(bot.log).toContain('leads no more');
  expect([stage.discord.log.length, stage.startgg.requests.length]).toEqual([before, 0]);
});

test.concurrent('a scheduler that hangs loses the lead, and learns of it when it wakes up', async ({
  open,
}) => {
  const stage = await open();
  const first = await stage.bot(SCHEDULER);
  const second = await stage.bot(SCHEDULER);
  expect(second.log).not.toContain('takes the lead');
  first.process.kill('SIGSTOP');
  await second.logged('takes the lead');
  first.process.kill('SIGCONT');
  await first.logged('leads no more');
  await second.stop('SIGKILL');
  await until('the first leads again', () => first.log.match(/takes the lead/g)?.length === 2);
});
