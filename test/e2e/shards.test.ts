import { once } from 'node:events';
import { expect } from 'vitest';
import type { Bot } from '../../src/sandbox/bot.ts';
import { until } from '../support/until.ts';
import { firstSync, follow, headlines, inHours, join, player, QUICK } from './club.ts';
import { guildOn } from './fleet.ts';
import { type Stage, test, textOf } from './stage.ts';

const GATEWAY = { ROLES: 'gateway' };
const WORKER = { ROLES: 'worker,scheduler' };
/** Two shards may begin at once. */
const pair = { maxConcurrency: 2 };

/** Commands, the status message, its buttons, autocomplete and direct messages, in the guilds of both shards. */
async function useBoth(stage: Stage, there: ReturnType<typeof guildOn>): Promise<void> {
  const here = { by: stage.place.organiser, at: stage.here };
  for (const place of [here, there]) {
    const goOn = stage.hold();
    const { id, message } = await stage.begin({}, place);
    await stage.click(message, 'Pause', place.by);
    await stage.shows(message, /Paused/);
    goOn();
    expect(await stage.ask('import resume', { job: String(id) }, place)).toContain('goes on');
    await stage.shows(message, /Done/);
    const offered = await stage.offered('import show', 'job', '', place);
    expect(offered.map(({ value }) => value)).toEqual([String(id)]);
    expect(await stage.ask('status', {}, place)).toContain('none under way');
    const dm = { name: 'notifications', subcommand: 'off', options: {} };
    const handle = await place.by.command(dm);
    expect(textOf(await handle.answer())).toMatch(/no .*messages/i);
  }
  expect(await stage.differences()).toEqual([]);
}

test.concurrent('one gateway with SHARDS=auto serves as many shards as Discord recommends', async ({
  open,
}) => {
  const stage = await open({
    discord: { ...pair, recommendedShards: 2 },
    shard: [0, 2],
    startgg: { latency: { minMs: 60, maxMs: 240 } },
  });
  const there = guildOn(stage, [1, 2]);
  const bot = await stage.bot();
  expect(bot.log).toContain('"guilds":2,"shards":[0,1]');
  expect(stage.discord.gateway.connected).toBe(2);
  await useBoth(stage, there);
});

test.concurrent('two gateways with a shard each serve all guilds, and people by direct message', async ({
  open,
}) => {
  const stage = await open({
    discord: pair,
    shard: [0, 2],
    startgg: { latency: { minMs: 60, maxMs: 240 } },
  });
  const there = guildOn(stage, [1, 2]);
  const bots = await Promise.all([
    stage.bot({ ...GATEWAY, SHARDS: '0/2' }),
    stage.bot({ ...GATEWAY, SHARDS: '1/2' }),
    stage.bot({ ROLES: 'worker' }),
  ]);
  await useBoth(stage, there);
  for (const { log } of bots) expect(log).not.toMatch(/another gateway|too late/);
});

test('what happens to the guilds of another shard is none of a gateway’s business, nor what nobody serves', async ({
  open,
}) => {
  const stage = await open({ discord: pair, shard: [1, 2], env: QUICK });
  const { world } = stage.discord;
  const even = guildOn(stage, [0, 2]);
  const left = guildOn(stage, [1, 2]);
  const { Ada, Ben } = join(stage, ['Ada', 'Ben']);
  const present = async () =>
    (await stage.sql.query<{ id: string }>('select id from guild where left_at is null order by id')).rows
      .map(({ id }) => id)
      .toSorted();
  const all = [stage.here.guildId, even.guild.id, left.guild.id].toSorted();
  await stage.bot(WORKER);
  const first = await stage.bot({ ...GATEWAY, SHARDS: '0/2' });
  const odd = await stage.bot({ ...GATEWAY, SHARDS: '1/2' });
  await until('all guilds are known', async () => (await present()).length === 3);

  // Nobody serves the odd shard from here on: Herald is removed from one of its guilds, and people are told in the other.
  await odd.stop();
  world.removeBot(left.guild);
  await first.stop();
  const again = await stage.bot({ ...GATEWAY, SHARDS: '0/2' });
  await again.logged('connected to Discord');
  stage.speedgaming.world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  await follow(stage, 'demo');
  await firstSync(stage);
  stage.speedgaming.world.addEpisode('demo', { when: inHours(48), players: [player(Ada), player(Ben)] });
  await stage.discord.waitFor(() => headlines(stage, Ada).length === 1 && stage.posted().length === 2, {
    what: 'Ada is told',
  });
  await until('the event is there', () => stage.discord.events(stage.here.guildId).length === 1);
  const message = stage.discord.person(Ada.id).inbox()[0];
  if (!message) throw new Error('no message');
  const shown = await stage.click(message, 'Show match', stage.discord.person(Ada.id));
  expect(textOf(await shown.answer())).toContain('Ben');
  expect(await present()).toEqual(all);

  await stage.bot({ ...GATEWAY, SHARDS: '1/2' });
  await until('the guild is left', async () => (await present()).length === 2);
  expect(await present()).toEqual(all.filter((id) => id !== left.guild.id));
});

test('gateways that start together begin their sessions one after the other, none too early', async ({
  open,
}) => {
  // Discord's five seconds count from when it hears of a start, Herald's from when it allows one.
  const stage = await open({ discord: { limits: { identify: { count: 1, perMs: 3_000 } } } });
  await Promise.all(['0/4', '1/4', '2-3/4'].map((SHARDS) => stage.bot({ ...GATEWAY, SHARDS })));
  const { identifies } = stage.discord.gateway;
  expect(identifies.map(({ tooFast }) => tooFast)).toEqual([false, false, false, false]);
  expect(identifies.map(({ shard }) => shard[0]).toSorted()).toEqual([0, 1, 2, 3]);
});

test.concurrent.for([
  ['0/1', { guildsPerShard: 1 }, /SHARDS was refused by Discord: .*more than 2,500 servers/],
  ['0-1/1', {}, /SHARDS is malformed: .*each shard once/],
] as const)(
  'SHARDS=%s ends the start with code 1 and says what to do',
  async ([SHARDS, discord, words], { open }) => {
    const stage = await open({ discord });
    guildOn(stage, [0, 1]);
    const bot = stage.launch({ SHARDS });
    expect(await exitOf(bot)).toBe(1);
    expect(bot.log).toMatch(words);
    expect(bot.log).not.toMatch(/^ +at /m);
  },
);

test.concurrent('a bot that Discord will not have back ends, so that its supervisor starts it anew', async ({
  open,
}) => {
  const stage = await open();
  const bot = await stage.bot();
  // Authentication failed: the token was reset.
  stage.discord.gateway.cut(4004);
  expect(await exitOf(bot)).toBe(1);
  expect(bot.log).toContain('Discord closed the connection for good');
});

async function exitOf({ process }: Bot): Promise<number | null> {
  if (process.exitCode === null) await once(process, 'close');
  return process.exitCode;
}
