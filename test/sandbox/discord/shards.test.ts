import { type Client, Events } from 'discord.js';
import { describe, expect, test } from 'vitest';
import type { Discord } from '../../../src/sandbox/discord/start.ts';
import { bareSocket, clientFor, discordForTest, identify, restFor } from './setup.ts';

/** A guild with the bot in it and a channel, on a shard. */
function guildOn(discord: Discord, shard: readonly [number, number]) {
  const guild = discord.world.addGuild({ name: `On shard ${shard.join('/')}`, shard });
  const channel = discord.world.addChannel(guild, { name: 'general' });
  discord.world.installBot(guild, ['ViewChannel', 'SendMessages']);
  return { guild, channel, owner: discord.person(guild.ownerId) };
}

/** What reaches a client: the custom names of commands, with the guild they come from. */
function heard(client: Client): string[] {
  const commands: string[] = [];
  client.on(Events.InteractionCreate, (interaction) => {
    commands.push(`${interaction.guildId ?? 'dm'}`);
    if (interaction.isRepliable()) void interaction.reply('here');
  });
  return commands;
}

const bot = async (discord: Discord): Promise<{ shards: number; session_start_limit: object }> =>
  (await restFor(discord).get('/gateway/bot')) as never;

describe('the gateway address', () => {
  test('comes with as many shards as the guilds need, and with what may be begun at once', async () => {
    const discord = await discordForTest({ guildsPerShard: 5, maxConcurrency: 16 });
    expect(await bot(discord)).toMatchObject({
      shards: 1,
      session_start_limit: { total: 1_000, remaining: 1_000, max_concurrency: 16 },
    });
    for (let i = 0; i < 5; i++) guildOn(discord, [0, 1]);
    expect((await bot(discord)).shards).toBe(3);
    await clientFor(discord);
    expect((await bot(discord)).session_start_limit).toMatchObject({ remaining: 999 });
  });

  test('recommends what it is told to', async () => {
    const discord = await discordForTest({ recommendedShards: 4 });
    expect((await bot(discord)).shards).toBe(4);
  });
});

describe('a shard', () => {
  test('has its own guilds and their commands; direct messages go to the first', async () => {
    const discord = await discordForTest();
    discord.commands.replace([{ name: 'status', description: 'Status' }]);
    const [even, odd] = [guildOn(discord, [0, 2]), guildOn(discord, [1, 2])];
    const clients = [
      await clientFor(discord, { shards: [0], shardCount: 2 }),
      await clientFor(discord, { shards: [1], shardCount: 2 }),
    ];
    expect(clients.map((client) => [...client.guilds.cache.keys()])).toEqual([
      [even.guild.id],
      [odd.guild.id],
    ]);
    const commands = clients.map(heard);
    for (const { guild, channel, owner } of [even, odd]) {
      await (await owner.command({ guildId: guild.id, channelId: channel.id, name: 'status' })).answer();
      await (await owner.command({ name: 'status' })).answer();
    }
    expect(commands).toEqual([[even.guild.id, 'dm', 'dm'], [odd.guild.id]]);
  });

  test('may be one of several of one client, which then has all guilds and hears each thing once', async () => {
    const discord = await discordForTest({ recommendedShards: 2 });
    discord.commands.replace([{ name: 'status', description: 'Status' }]);
    const here = [guildOn(discord, [0, 2]), guildOn(discord, [1, 2])];
    const ws = { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) };
    const client = await clientFor(discord, { shards: 'auto', ws });
    expect(discord.gateway.sessions.map(({ shard }) => shard)).toEqual([
      [0, 2],
      [1, 2],
    ]);
    const commands = heard(client);
    for (const { guild, channel, owner } of here)
      await (await owner.command({ guildId: guild.id, channelId: channel.id, name: 'status' })).answer();
    expect(commands).toEqual(here.map(({ guild }) => guild.id));
  });

  test('with more guilds than one may have is closed with 4011; with a second one it is taken', async () => {
    const discord = await discordForTest({ guildsPerShard: 2 });
    for (const shard of [0, 1, 1]) guildOn(discord, [shard, 2]);
    const alone = await bareSocket(discord);
    alone.say(2, identify());
    expect(await alone.closed).toBe(4011);
    await expect(clientFor(discord, { shards: [0], shardCount: 1 })).rejects.toThrow('Sharding is required');
    const client = await clientFor(discord, { shards: [1], shardCount: 2 });
    expect(client.guilds.cache.size).toBe(2);
  });

  test.each([[[2, 2]], [[-1, 2]], [[0, 0]], [[0.5, 2]], [[0]], ['0/2']])(
    'that cannot be (%j) is closed with 4010',
    async (shard) => {
      const { say, closed } = await bareSocket(await discordForTest());
      say(2, identify({ shard }));
      expect(await closed).toBe(4010);
    },
  );

  test('waits five seconds for another of the same rate limit key, and not for one of another key', async () => {
    const limits = { identify: { count: 1, perMs: 5_000 } };
    const discord = await discordForTest({ limits, maxConcurrency: 2 });
    const sockets = [];
    for (const shard of [0, 1, 2]) {
      const socket = await bareSocket(discord);
      socket.say(2, identify({ shard: [shard, 4] }));
      sockets.push(await socket.next());
    }
    expect(sockets).toMatchObject([
      { op: 0, t: 'READY' },
      { op: 0, t: 'READY' },
      { op: 9, d: false },
    ]);
  });
});
