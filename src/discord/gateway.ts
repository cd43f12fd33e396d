import {
  Client,
  DiscordjsErrorCodes,
  Events,
  GatewayCloseCodes,
  GatewayIntentBits,
  Options,
  Status,
  type WebSocketOptions,
} from 'discord.js';
import { type Config, ConfigError } from '../config.ts';
import { messageOf } from '../errors.ts';
import type { Guilds } from '../guilds/guilds.ts';
import type { Log } from '../log.ts';
import { tokenRefused } from './errors.ts';
import type { Interactions } from './interactions.ts';

/** What is looked at of the packets in which a session tells its guilds (Discord docs, Gateway Events, Ready, Guild Create). */
type Packet =
  | { t: 'READY'; d: { guilds: { id: string }[]; shard?: [number, number] } }
  | { t: 'GUILD_CREATE'; d: { id: string } }
  | { t: null };

/** Discord's reasons to close that no reconnect puts right, in words (Discord docs, Gateway Close Event Codes). */
const SHARDS_WRONG: Record<number, string> = {
  [GatewayCloseCodes.InvalidShard]: 'it does not know a shard of that number.',
  [GatewayCloseCodes.ShardingRequired]:
    'Herald is in more than 2,500 servers of one shard. Set SHARDS to "auto", or to a list with more shards in all (README, "Running it bigger").',
};

/** A channel of a guild was deleted. */
type ChannelGone = (guildId: string, channelId: string) => Promise<unknown>;

/** The connection on which Discord tells what people type and click, and which guilds Herald is in. */
export class Gateway {
  readonly #client: Client;
  readonly #discord: Config['discord'];
  readonly #interactions: Interactions;
  readonly #guilds: Guilds;
  readonly #channelGone: ChannelGone;
  readonly #closedForGood: () => void;
  readonly #log: Log;
  /** By shard: the guilds that its present session told of. */
  readonly #told = new Map<number, Set<string>>();
  #isReady = false;
  #refusedWith: number | undefined;
  #stopping = false;

  constructor(parts: {
    discord: Config['discord'];
    interactions: Interactions;
    guilds: Guilds;
    channelGone: ChannelGone;
    /** The pace at which sessions may be begun; discord.js's own where there is none. */
    identifyPace?: WebSocketOptions['buildIdentifyThrottler'];
    /** Discord closed a shard that was up, and will not have it back. */
    closedForGood: () => void;
    log: Log;
  }) {
    this.#discord = parts.discord;
    this.#interactions = parts.interactions;
    this.#guilds = parts.guilds;
    this.#channelGone = parts.channelGone;
    this.#closedForGood = parts.closedForGood;
    this.#log = parts.log;
    const { shards } = parts.discord;
    this.#client = new Client({
      intents: [GatewayIntentBits.Guilds],
      rest: { api: parts.discord.apiUrl, version: '10' },
      allowedMentions: { parse: [] },
      enforceNonce: true,
      ...(shards === 'auto' ? { shards } : { shards: [...shards.ids], shardCount: shards.count }),
      ...(parts.identifyPace ? { ws: { buildIdentifyThrottler: parts.identifyPace } } : {}),
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
      throw this.#explain(error);
    }
    await ready;
    this.#isReady = true;
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
    // Only emitted for what cannot be put right by connecting again: the token was reset, say.
    client.on(Events.ShardDisconnect, ({ code }, shard) => {
      this.#log.warn({ code, shard, reason: SHARDS_WRONG[code] }, 'shard disconnected');
      this.#refusedWith = code;
      if (this.#isReady && !this.#stopping) this.#closedForGood();
    });
    // Also emitted when the connection is closed for good.
    client.on(Events.ShardReconnecting, (shard) => {
      if (!this.#stopping) this.#log.info({ shard }, 'shard reconnects');
    });
    client.on(Events.ShardResume, (shard, replayed) => this.#log.info({ shard, replayed }, 'shard resumed'));
    client.on(Events.Warn, (warning) => this.#log.warn({ warning }, 'Discord client warning'));
    client.on(Events.InteractionCreate, (interaction) => this.#interactions.handle(interaction));

    client.on(Events.ClientReady, () => {
      const guilds = [...client.guilds.cache.values()].filter((guild) => guild.available);
      const shards = [...client.ws.shards.keys()];
      this.#log.info({ guilds: guilds.length, shards }, 'connected to Discord');
      this.#note(this.#guilds.seen(guilds.map(({ id, name }) => ({ id, name }))));
      // One process of all is enough to look.
      if (shards.includes(0)) void this.#checkCommands();
    });
    for (const event of [Events.GuildCreate, Events.GuildAvailable] as const)
      client.on(event, ({ id, name }) => this.#note(this.#guilds.seen([{ id, name }])));
    client.on(Events.GuildUpdate, (_, { id, name }) => this.#note(this.#guilds.seen([{ id, name }])));
    // Not emitted when Discord merely calls the guild unavailable.
    client.on(Events.GuildDelete, ({ id }) => this.#note(this.#guilds.left(id)));
    client.on(Events.ChannelDelete, (channel) => {
      if (!channel.isDMBased()) this.#note(this.#channelGone(channel.guildId, channel.id));
    });
    client.on(Events.Raw, (packet: Packet, shard: number) => {
      if (packet.t === 'READY') {
        this.#told.set(shard, new Set(packet.d.guilds.map(({ id }) => id)));
        this.#note(this.#markGone(packet.d.shard));
      } else if (packet.t === 'GUILD_CREATE') this.#told.get(shard)?.add(packet.d.id);
    });
  }

  /** Without registered commands Herald looks alive and takes nothing: whoever forgot that step finds it in the log. */
  async #checkCommands(): Promise<void> {
    const registered = await this.#client.application?.commands.fetch().catch(() => undefined);
    if (registered?.size === 0)
      this.#log.warn('no global slash commands are registered: npm run herald -- commands deploy');
  }

  /** A new session lists all guilds of its shard, and of no other: one that is missing was left while nobody listened. */
  async #markGone([shard, count]: [number, number] = [0, 1]): Promise<void> {
    for (const id of await this.#guilds.present())
      if (shardOf(id, count) === shard && !this.#told.get(shard)?.has(id)) await this.#guilds.left(id);
  }

  #note(work: Promise<unknown>): void {
    work.catch((error) => this.#log.error({ err: error }, 'guild could not be noted'));
  }

  #explain(error: unknown): Error {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === DiscordjsErrorCodes.TokenInvalid) return tokenRefused();
    const reason = SHARDS_WRONG[this.#refusedWith ?? 0];
    if (reason) return new ConfigError(`SHARDS was refused by Discord: ${reason}`);
    const message = `Could not connect to Discord at ${this.#discord.apiUrl}: ${messageOf(error)}`;
    return new Error(message, { cause: error });
  }
}

/** Which shard hears of a guild (Discord docs, Gateway, Sharding). */
export function shardOf(guildId: string, shardCount: number): number {
  return Number((BigInt(guildId) >> 22n) % BigInt(shardCount));
}
