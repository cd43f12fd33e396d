import { Bus, type Change } from './bus.ts';
import { type Clock, isMovable, systemClock } from './clock.ts';
import { Commands } from './commands.ts';
import type { Channel, Ref, ScheduledEvent } from './entities.ts';
import { Faults } from './faults.ts';
import { Gateway } from './gateway.ts';
import { restServer } from './http.ts';
import { ANSWER_WITHIN_MS, Interactions } from './interactions.ts';
import { type LimitOverrides, Limits } from './limits.ts';
import { type Message, Messages } from './messages.ts';
import { Person } from './person.ts';
import type { LoggedRequest, Parts } from './sandbox.ts';
import { snowflakes } from './snowflake.ts';
import { World } from './world.ts';

export type DiscordOptions = {
  /** Default: any free port. */
  port?: number;
  /** The bot's token. */
  token: string;
  clock?: Clock;
  /** Holds request bodies to a description of the API: the reasons against one end in `violations`. */
  validate?: (method: string, path: string, body: unknown) => string[];
  limits?: LimitOverrides;
  /** Intent bits of the privileged intents that are switched on; default none. */
  privilegedIntents?: number;
  heartbeatIntervalMs?: number;
  /** How long the first answer to an interaction may take; default Discord's 3 s. */
  answerWithinMs?: number;
  /** Default: as many as the guilds need. */
  recommendedShards?: number;
  /** Default: Discord's 2,500. */
  guildsPerShard?: number;
  /** Default: 1, as for all but the largest bots. */
  maxConcurrency?: number;
};

/** A channel with what stands in it. */
type ChannelView = Channel & {
  /** Public messages, oldest first. */
  readonly messages: Message[];
  readonly deleted: Message[];
};

export type Discord = {
  /** What discord.js takes as `rest.api`. */
  url: string;
  token: string;
  world: World;
  gateway: Gateway;
  commands: Commands;
  interactions: Interactions;
  messages: Messages;
  faults: Faults;
  limits: Limits;
  /** Every request so far. */
  log: LoggedRequest[];
  /** What `validate` found. */
  violations: string[];
  person(userId: string): Person;
  channel(ref: Ref): ChannelView;
  /** Every scheduled event that a guild ever had, with its history, oldest first. */
  events(guildRef: Ref): ScheduledEvent[];
  onChange(listener: (change: Change) => void): () => void;
  waitFor: Bus['waitFor'];
  close(): Promise<void>;
};

/** Starts a stand-in for Discord on loopback, with an application and its bot and nothing else. */
export async function startDiscord(options: DiscordOptions): Promise<Discord> {
  const { token, clock = systemClock } = options;
  const bus = new Bus();
  const limits = new Limits(clock, options.limits);
  const world = new World(bus, snowflakes(clock), () => clock.now());
  const messages = new Messages(bus, world, clock);
  const commands = new Commands(bus, world, limits);
  const interactions = new Interactions(
    bus,
    world,
    messages,
    clock,
    options.answerWithinMs ?? ANSWER_WITHIN_MS,
  );
  const faults = new Faults();
  const gateway = new Gateway(bus, world, clock, limits, {
    token,
    privilegedIntents: options.privilegedIntents ?? 0,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 41_250,
    recommendedShards: options.recommendedShards,
    guildsPerShard: options.guildsPerShard ?? 2_500,
    maxConcurrency: options.maxConcurrency ?? 1,
  });
  const parts: Parts = {
    bus,
    clock,
    token,
    world,
    messages,
    commands,
    interactions,
    gateway,
    limits,
    faults,
  };
  const log: LoggedRequest[] = [];
  const violations: string[] = [];
  if (isMovable(clock))
    clock.onAdvance(() => {
      world.events.settle();
      bus.changed('clock');
    });

  const app = restServer(parts, { log, violations, validate: options.validate });
  app.server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
  const address = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  gateway.url = `${address.replace('http', 'ws')}/`;

  return {
    url: `${address}/api`,
    token,
    world,
    gateway,
    commands,
    interactions,
    messages,
    faults,
    limits,
    log,
    violations,
    person: (userId) => new Person(parts, userId),
    channel: (ref) => {
      const channel = world.channel(ref);
      return Object.defineProperties({ ...channel } as ChannelView, {
        messages: { get: () => messages.in(channel.id) },
        deleted: { get: () => messages.all(channel.id).filter((each) => each.deletedAt !== undefined) },
      });
    },
    events: (guildRef) => world.events.all(world.guild(guildRef).id),
    onChange: (listener) => bus.onChange(listener),
    waitFor: (predicate, waitOptions) => bus.waitFor(predicate, waitOptions),
    async close() {
      gateway.close();
      await app.close();
    },
  };
}
