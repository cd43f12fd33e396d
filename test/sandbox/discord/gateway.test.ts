import { once } from 'node:events';
import { type Client, Events, GatewayIntentBits, ShardClientUtil } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { bareSocket, clientFor, discordForTest, identify, smallWorld } from './setup.ts';

/** Resolves when the client was resumed. */
const resumed = (client: Client) => new Promise((resolve) => client.once(Events.ShardResume, resolve));

describe('login', () => {
  test('brings the guilds with their channels', async () => {
    const discord = await discordForTest();
    const { guild, channel } = smallWorld(discord);
    const client = await clientFor(discord);
    expect(client.user.id).toBe(discord.world.application.botId);
    expect(client.guilds.cache.get(guild.id)?.name).toBe('Fighters');
    expect(client.guilds.cache.get(guild.id)?.channels.cache.has(channel.id)).toBe(true);
  });

  test('with a wrong token is refused', async () => {
    const discord = await discordForTest();
    await expect(clientFor({ ...discord, token: 'wrong' })).rejects.toMatchObject({ code: 'TokenInvalid' });
    expect(discord.log.map(({ path, status }) => [path, status])).toEqual([['/gateway/bot', 401]]);
  });

  test('with a privileged intent that is not switched on is refused', async () => {
    const discord = await discordForTest();
    const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers];
    await expect(clientFor(discord, { intents })).rejects.toThrow('Used disallowed intents');
    expect(discord.gateway.sessions).toEqual([]);
  });

  test('is limited to one in five seconds', async () => {
    const discord = await discordForTest({ limits: { identify: { count: 1, perMs: 5_000 } } });
    const first = await bareSocket(discord);
    const second = await bareSocket(discord);
    first.say(2, identify());
    await discord.waitFor(() => discord.gateway.connected === 1);
    second.say(2, identify());
    const [data] = await once(second.socket, 'message');
    expect(JSON.parse(String(data))).toMatchObject({ op: 9, d: false });
  });
});

describe('a connection is closed', () => {
  test.each([
    ['4003 for anything before identifying', 3, {}, 4003],
    ['4004 for a wrong token', 2, identify({ token: 'wrong' }), 4004],
    ['4010 for an impossible shard', 2, identify({ shard: [2, 2] }), 4010],
    ['4013 for unknown intents', 2, identify({ intents: 1 << 30 }), 4013],
    ['4014 for disallowed intents', 2, identify({ intents: 1 << 1 }), 4014],
    ['4002 for too large a payload', 2, identify({ properties: { os: 'x'.repeat(5000) } }), 4002],
  ])('with %s', async (_, op, d, code) => {
    const { say, closed } = await bareSocket(await discordForTest());
    say(op, d);
    expect(await closed).toBe(code);
  });

  test('with 4008 after more than 120 payloads in a minute', async () => {
    const { say, closed } = await bareSocket(await discordForTest());
    for (let i = 0; i < 121; i++) say(1, null);
    expect(await closed).toBe(4008);
  });

  test('with 4009 when its heartbeats stop', async () => {
    const { closed, hello } = await bareSocket(await discordForTest({ heartbeatIntervalMs: 20 }));
    expect(hello).toMatchObject({ op: 10, d: { heartbeat_interval: 20 } });
    expect(await closed).toBe(4009);
  });
});

describe('a session', () => {
  async function ready(heartbeatIntervalMs = 1_000) {
    const discord = await discordForTest({ heartbeatIntervalMs });
    const world = smallWorld(discord);
    discord.commands.replace([{ name: 'status', description: 'Status' }]);
    // Without the five seconds that discord.js waits between two identifies.
    const ws = { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) };
    const client = await clientFor(discord, { ws });
    return { discord, client, ...world };
  }

  test('is resumed after a cut, and what happened in between is not lost', async () => {
    const { discord, client, ada, here } = await ready();
    const [session] = discord.gateway.sessions;
    client.on(
      Events.InteractionCreate,
      (interaction) => interaction.isRepliable() && interaction.reply('here'),
    );
    const back = resumed(client);
    discord.gateway.cut();
    await discord.waitFor(() => discord.gateway.connected === 0);
    const interaction = await ada.command({ ...here, name: 'status' });
    await back;
    expect((await interaction.answer()).content).toBe('here');
    expect(discord.gateway.sessions).toEqual([session]);
  });

  test('is resumed when the server asks to reconnect', async () => {
    const { discord, client } = await ready();
    const [session] = discord.gateway.sessions;
    const back = resumed(client);
    discord.gateway.reconnect();
    await back;
    expect(discord.gateway.sessions).toEqual([session]);
  });

  test('is resumed after heartbeats went unanswered', async () => {
    const { discord, client } = await ready(200);
    const back = resumed(client);
    discord.gateway.stopAcks();
    await discord.waitFor(() => discord.gateway.connected === 0);
    discord.gateway.startAcks();
    await back;
    expect(discord.gateway.connected).toBe(1);
  });

  test('that was invalidated is replaced by a new one', async () => {
    const { discord, client, guild } = await ready();
    const [old] = discord.gateway.sessions;
    const back = new Promise((resolve) => client.once(Events.ShardReady, resolve));
    discord.gateway.invalidateSessions();
    await back;
    const [fresh] = discord.gateway.sessions;
    expect(fresh?.id).not.toBe(old?.id);
    expect(client.guilds.cache.has(guild.id)).toBe(true);
  });

  test('ends when the client says goodbye', async () => {
    const { discord, client } = await ready();
    await client.destroy();
    await discord.waitFor(() => discord.gateway.sessions.length === 0);
  });
});

describe('events', () => {
  test('of a guild reach only its shard', async () => {
    const discord = await discordForTest();
    const { world } = discord;
    const guilds = [1, 2].map((n) => {
      const guild = world.addGuild({ name: `Guild ${n}`, id: String((BigInt(n) << 22n) + 5n) });
      world.installBot(guild, ['ViewChannel']);
      return guild;
    });
    const odd = await clientFor(discord, { shards: [1], shardCount: 2 });
    expect(ShardClientUtil.shardIdForGuildId(guilds[0]?.id ?? '', 2)).toBe(1);
    expect([...odd.guilds.cache.keys()]).toEqual([guilds[0]?.id]);
    const made = new Promise((resolve) => odd.once(Events.ChannelCreate, (channel) => resolve(channel.name)));
    world.addChannel(guilds[1] ?? '', { name: 'elsewhere' });
    world.addChannel(guilds[0] ?? '', { name: 'here' });
    expect(await made).toBe('here');
  });

  test('tell when the bot joins a guild, is removed, or the guild is merely unavailable', async () => {
    const discord = await discordForTest();
    const { guild } = smallWorld(discord);
    const client = await clientFor(discord);
    const unavailable = new Promise((resolve) => client.once(Events.GuildUnavailable, resolve));
    discord.world.setAvailable(guild, false);
    await unavailable;
    const again = new Promise((resolve) => client.once(Events.GuildAvailable, resolve));
    discord.world.setAvailable(guild, true);
    await again;
    const removed = new Promise((resolve) => client.once(Events.GuildDelete, (each) => resolve(each.id)));
    discord.world.removeBot(guild);
    expect(await removed).toBe(guild.id);
    const joined = new Promise((resolve) => client.once(Events.GuildCreate, (each) => resolve(each.id)));
    discord.world.installBot(guild, ['ViewChannel']);
    expect(await joined).toBe(guild.id);
  });

  test('about messages need their intent, and hide what others wrote without the content intent', async () => {
    const discord = await discordForTest();
    const { ada, channel } = smallWorld(discord);
    const client = await clientFor(discord, {
      intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages],
    });
    const seen = new Promise((resolve) => client.once(Events.MessageCreate, (each) => resolve(each.content)));
    ada.say(channel.id, 'secret');
    expect(await seen).toBe('');
  });
});
