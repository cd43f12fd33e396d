import type { Env } from './bot.ts';
import { type Discord, type DiscordOptions, startDiscord } from './discord/start.ts';
import { type Racetime, type RacetimeOptions, startRacetime } from './racetime/server.ts';
import { type Speedgaming, type SpeedgamingOptions, startSpeedgaming } from './speedgaming/server.ts';
import { createWorld } from './startgg/create-world.ts';
import { type Startgg, type StartggOptions, startStartgg } from './startgg/server.ts';
import type { World } from './startgg/world.ts';

export const DISCORD_TOKEN = 'sandbox-discord-token';
export const STARTGG_TOKEN = 'sandbox-startgg-token';

/** A category whose bot Herald is. */
const RACETIME = {
  clientId: 'sandbox-racetime-client',
  clientSecret: 'sandbox-racetime-secret',
  categories: [{ slug: 'demo', name: 'Demo Randomizer', goals: ['Beat the game', 'All dungeons'] }],
};

/** The least that Herald asks for in an invite link. */
export const BOT_PERMISSIONS = [
  'ViewChannel',
  'SendMessages',
  'EmbedLinks',
  'ReadMessageHistory',
  'CreateEvents',
] as const;

/** The stand-ins, with nobody and nothing in them but a world at start.gg. */
export type Services = {
  discord: Discord;
  startgg: Startgg;
  speedgaming: Speedgaming;
  racetime: Racetime;
  /** What a bot needs to find them. */
  env: Env;
  close(): Promise<void>;
};

/** A Discord server in which Herald lives, with its people, beside a start.gg, a SpeedGaming and a racetime.gg. */
export type Place = Services & {
  guild: ReturnType<Discord['world']['addGuild']>;
  channel: ReturnType<Discord['world']['addChannel']>;
  /** Owns the guild. */
  organiser: ReturnType<Discord['person']>;
  /** A member like any other. */
  member: ReturnType<Discord['person']>;
};

export type ServiceOptions = {
  world?: World;
  discord?: Partial<DiscordOptions>;
  startgg?: Partial<StartggOptions>;
  speedgaming?: SpeedgamingOptions;
  racetime?: Partial<RacetimeOptions>;
};

export type PlaceOptions = ServiceOptions & {
  /** The shard that the guild belongs to. */
  shard?: readonly [id: number, count: number];
};

/** Starts the stand-ins on loopback. */
export async function openServices(options: ServiceOptions = {}): Promise<Services> {
  const discord = await startDiscord({ token: DISCORD_TOKEN, ...options.discord });
  const world = options.world ?? smallWorld();
  const startgg = await startStartgg({ world, token: STARTGG_TOKEN, ...options.startgg });
  const speedgaming = await startSpeedgaming(options.speedgaming);
  const racetimeOptions = { ...RACETIME, ...options.racetime };
  const racetime = await startRacetime(racetimeOptions);
  return {
    discord,
    startgg,
    speedgaming,
    racetime,
    env: {
      DISCORD_TOKEN,
      DISCORD_API_URL: discord.url,
      STARTGG_TOKEN,
      STARTGG_API_URL: startgg.url,
      SPEEDGAMING_API_URL: speedgaming.url,
      RACETIME_URL: racetime.url,
      RACETIME_CLIENT_ID: racetimeOptions.clientId,
      RACETIME_CLIENT_SECRET: racetimeOptions.clientSecret,
    },
    async close() {
      await discord.close();
      await startgg.close();
      await speedgaming.close();
      await racetime.close();
    },
  };
}

/** Starts the stand-ins with one guild. */
export async function openPlace(options: PlaceOptions = {}): Promise<Place> {
  const services = await openServices(options);
  const { discord } = services;
  const owner = discord.world.addUser({ username: 'organiser', globalName: 'Organiser' });
  const other = discord.world.addUser({ username: 'member', globalName: 'Member' });
  const guild = discord.world.addGuild({
    name: 'Fighting Game Club',
    ownerId: owner.id,
    ...(options.shard ? { shard: options.shard } : {}),
  });
  const channel = discord.world.addChannel(guild, { name: 'results' });
  discord.world.installBot(guild, [...BOT_PERMISSIONS]);
  discord.world.addMember(guild, other);
  const [organiser, member] = [discord.person(owner.id), discord.person(other.id)];
  return { ...services, guild, channel, organiser, member };
}

/** Some weeks of a small game. 60 tournaments are read in about 37 requests, half a minute of start.gg's allowance. */
export function smallWorld(tournaments = 60): World {
  return createWorld({
    seed: 'small',
    tournaments,
    from: new Date('2026-01-01T00:00:00Z'),
    to: new Date('2026-03-31T00:00:00Z'),
  });
}
