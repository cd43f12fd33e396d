import { Client, DiscordjsErrorCodes, Events, GatewayIntentBits, Options, Status } from 'discord.js';
import type { Config } from '../config.ts';
import { messageOf } from '../errors.ts';
import type { Guilds } from '../guilds/guilds.ts';
import type { Log } from '../log.ts';
import { tokenRefused } from './errors.ts';
import type { Interactions } from './interactions.ts';

/** The part of a READY packet that is looked at (Discord docs, Gateway Events, Ready). */
type ReadyPacket = { t: string | null; d: { guilds: { id: string }[]; shard?: [number, number] } };

/** A channel of a guild was deleted. */
type ChannelGone = (guildId: string, channelId: string) => Promise<unknown>;

/** The connection on which Discord tells what people type and click, and which guilds Herald is in. */
export class Gateway {
  readonly #client: Client;
  readonly #discord: Config['discord'];
  readonly #interactions: Interactions;
  readonly #guilds: Guilds;
  readonly #channelGone: ChannelGone;
  readonly #log: Log;
  #stopping = false;

  constructor(parts: {
    discord: Config['discord'];
    interactions: Interactions;
    guilds: Guilds;
    channelGone: ChannelGone;
    log: Log;
  }) {
    this.#discord = parts.discord;
    this.#interactions = parts.interactions;
    this.#guilds = parts.guilds;
    this.#channelGone = parts.channelGone;
    this.#log = parts.log;
    this.#client = new Client({
      intents: [GatewayIntentBits.Guilds],
      rest: { api: parts.discord.apiUrl, version: '10' },
      allowedMentions: { parse: [] },
      enforceNonce: true,
      ...shardOptions(parts.discord.shards),
      makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0 }),
    });
    this.#listen();
  }

  /**
   * Connects; resolves when all shards are ready.
   *
   * @throws ConfigError when the token is refused; Error with Discord's reason when it cannot connect otherwise
   */
  async start(): Promise<void> {
    const ready = new Promise<void>((resolve) => this.#client.once(Events.ClientReady, () => resolve()));
    try {
      await this.#client.login(this.#discord.token);
    } catch (error) {
      throw explain(error, this.#discord.apiUrl);
    }
    await ready;
  }

  /** Whether all its shards are connected at this moment. */
  get isConnected(): boolean {
    return this.#client.isReady() && this.#client.ws.shards.every(({ status }) => status === Status.Ready);
  }

  /** Takes no more interactions, lets running ones end (at most 5 s) and disconnects. */
  async stop(): Promise<void> {
    await this.#interactions.stop();
    this.#stopping = true;
    await this.#client.destroy();
  }

  #listen(): void {
    const client = this.#client;
    // Without a listener for it, an error here ends the process.
    client.on(Events.Error, (error) => this.#log.error({ err: error }, 'Discord client error'));
    client.on(Events.ShardError, (error, shard) => this.#log.warn({ err: error, shard }, 'shard error'));
    client.on(Events.ShardDisconnect, ({ code }, shard) =>
      this.#log.warn({ code, shard }, 'shard disconnected'),
    );
    // Also emitted when the connection is closed for good.
    client.on(Events.ShardReconnecting, (shard) => {
      if (!this.#stopping) this.#log.info({ shard }, 'shard reconnects');
    });
    client.on(Events.ShardResume, (shard, replayed) => this.#log.info({ shard, replayed }, 'shard resumed'));
    client.on(Events.Warn, (warning) => this.#log.warn({ warning }, 'Discord client warning'));
    client.on(Events.InteractionCreate, (interaction) => this.#interactions.handle(interaction));

    client.on(Events.ClientReady, () => {
      const guilds = [...client.guilds.cache.values()].filter((guild) => guild.available);
      this.#log.info({ guilds: guilds.length }, 'connected to Discord');
      this.#note(this.#guilds.seen(guilds.map(({ id, name }) => ({ id, name }))));
      void this.#checkCommands();
    });
    for (const event of [Events.GuildCreate, Events.GuildAvailable] as const)
      client.on(event, ({ id, name }) => this.#note(this.#guilds.seen([{ id, name }])));
    client.on(Events.GuildUpdate, (_, { id, name }) => this.#note(this.#guilds.seen([{ id, name }])));
    // Not emitted when Discord merely calls the guild unavailable.
    client.on(Events.GuildDelete, ({ id }) => this.#note(this.#guilds.left(id)));
    client.on(Events.ChannelDelete, (channel) => {
      if (!channel.isDMBased()) this.#note(this.#channelGone(channel.guildId, channel.id));
    });
    client.on(Events.Raw, (packet: ReadyPacket) => {
      if (packet.t === 'READY') this.#note(this.#markGone(packet.d));
    });
  }

  /** Without registered commands Herald looks alive and takes nothing: whoever forgot that step finds it in the log. */
  async #checkCommands(): Promise<void> {
    const registered = await this.#client.application?.commands.fetch().catch(() => undefined);
    if (registered?.size === 0)
      this.#log.warn('no global slash commands are registered: npm run herald -- commands deploy');
  }

  /** A new session lists all guilds of its shard: one that is missing was left while nobody listened. */
  async #markGone({ guilds, shard = [0, 1] }: ReadyPacket['d']): Promise<void> {
    const [shardId, shardCount] = shard;
    const here = new Set(guilds.map(({ id }) => id));
    for (const id of await this.#guilds.present())
      if (shardOf(id, shardCount) === shardId && !here.has(id)) await this.#guilds.left(id);
  }

  #note(work: Promise<unknown>): void {
    work.catch((error) => this.#log.error({ err: error }, 'guild could not be noted'));
  }
}

/** Which shard hears of a guild (Discord docs, Gateway, Sharding). */
export function shardOf(guildId: string, shardCount: number): number {
  return Number((BigInt(guildId) >> 22n) % BigInt(shardCount));
}

/** "auto", or a list such as "0-3,8/16". */
export function shardOptions(text: string): { shards: 'auto' | number[]; shardCount?: number } {
  if (text === 'auto') return { shards: 'auto' };
  const [list = '', total] = text.split('/');
  const shards = list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return { shards, shardCount: Number(total) };
}

function explain(error: unknown, apiUrl: string): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === DiscordjsErrorCodes.TokenInvalid) return tokenRefused();
  return new Error(`Could not connect to Discord at ${apiUrl}: ${messageOf(error)}`, { cause: error });
}
