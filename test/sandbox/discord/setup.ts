import { once } from 'node:events';
import { Client, type ClientOptions, Events, GatewayIntentBits, REST } from 'discord.js';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import type { MovableClock } from '../../../src/sandbox/discord/clock.ts';
import { type Discord, type DiscordOptions, startDiscord } from '../../../src/sandbox/discord/start.ts';

export const TOKEN = 'sandbox.bot.token';

/** A clock that only the test moves: limits and time-outs hold however long the machine takes. */
export function stillClock(): MovableClock {
  let now = Date.now();
  const listeners: (() => void)[] = [];
  return {
    now: () => now,
    advance(ms) {
      now += ms;
      for (const listener of listeners) listener();
    },
    onAdvance: (listener) => void listeners.push(listener),
  };
}

/** A running stand-in that ends with the test, its clock standing still. Reconnecting may be as fast as the test likes. */
export async function discordForTest(options: Partial<DiscordOptions> = {}): Promise<Discord> {
  const identify = { count: 1_000, perMs: 5_000 };
  const discord = await startDiscord({
    token: TOKEN,
    clock: stillClock(),
    ...options,
    limits: { identify, ...options.limits },
  });
  onTestFinished(() => discord.close());
  return discord;
}

/** A guild with one channel, its owner, a member without rights, and the bot. */
export function smallWorld(discord: Discord) {
  const { world } = discord;
  const owner = world.addUser({ username: 'ada', globalName: 'Ada' });
  const outsider = world.addUser({ username: 'bob', globalName: 'Bob' });
  const guild = world.addGuild({ name: 'Fighters', ownerId: owner.id });
  world.addMember(guild, outsider);
  const channel = world.addChannel(guild, { name: 'general' });
  world.installBot(guild, ['ViewChannel', 'SendMessages', 'EmbedLinks', 'ReadMessageHistory']);
  const ada = discord.person(owner.id);
  const bob = discord.person(outsider.id);
  return { guild, channel, ada, bob, here: { guildId: guild.id, channelId: channel.id } };
}

/** The real client, ready. */
export async function clientFor(
  discord: Discord,
  options: Partial<ClientOptions> = {},
): Promise<Client<true>> {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds],
    rest: { api: discord.url, version: '10' },
    ...options,
  });
  // An async listener that throws surfaces here instead of ending the process.
  client.on(Events.Error, () => {});
  onTestFinished(() => client.destroy());
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(discord.token);
  return ready;
}

/** The real REST client, which shows every refusal at once. */
export function restFor(discord: Discord, token = discord.token): REST {
  return new REST({ api: discord.url, version: '10', retries: 0 }).setToken(token);
}

/** A bare websocket that has said nothing yet. */
export async function bareSocket(discord: Discord) {
  const socket = new WebSocket(`${discord.gateway.url}?v=10&encoding=json`);
  const closed = once(socket, 'close').then(([code]) => code as number);
  const next = async () => JSON.parse(String((await once(socket, 'message'))[0]));
  const hello = await next();
  const say = (op: number, d: unknown) => socket.send(JSON.stringify({ op, d }));
  return { socket, closed, hello, say, next };
}

/** What a client says to begin a session. */
export const identify = (more = {}) => ({ token: TOKEN, intents: 1, properties: {}, ...more });
