import { SUB_COMMAND, SUB_COMMAND_GROUP } from '../discord/command-form.ts';
import type { Command } from '../discord/commands.ts';
import type { Channel, Guild } from '../discord/entities.ts';
import { has, permissionsOf } from '../discord/permissions.ts';
import type { Person } from '../discord/person.ts';
import { ClientRefusal } from '../discord/person-options.ts';
import { gameViews } from './games.ts';
import { matchViews } from './matches.ts';
import { messageView } from './message-view.ts';
import { PEOPLE, PERSON_KEYS } from './people.ts';
import type { Playground } from './playground.ts';
import type { CommandView, GuildView, Place, View, Watch } from './protocol.ts';
import { tourFacts } from './tour.ts';
import { trafficView } from './traffic.ts';

/** Messages of a place that are shown, the newest. */
const SHOWN = 150;

/** All that a page shows to a person who looks at a place; at the first channel, where the place is none. */
export function viewOf(playground: Playground, { person: key, place: wanted }: Watch): View {
  const { services, people, moods, keeper, time } = playground;
  const { discord } = services;
  const { world } = discord;
  const person = discord.person(people[key]);
  const guilds = [...world.guilds.values()].filter((guild) => guild.members.has(person.id));
  const place = placeOf(playground, person, guilds, wanted);
  const guild = place.kind === 'direct' ? undefined : world.guild(place.guildId);
  return {
    me: key,
    place,
    people: PERSON_KEYS.map((each) => {
      const { id: userId, acceptsDms } = world.user(people[each]);
      const inbox = discord.person(userId).inbox().length;
      return { key: each, userId, ...PEOPLE[each], inbox, acceptsDms };
    }),
    guilds: guilds.map((each) => guildView(playground, each, person)),
    names: names(playground),
    messages: messagesAt(person, place)
      .slice(-SHOWN)
      .map((message) => messageView(discord, message, person.id)),
    events: guild ? world.events.open(guild.id).map((event) => eventView(event, person)) : [],
    commands: commandsAt(person, place).flatMap(commandViews),
    bot: { state: keeper.state, kills: keeper.kills, isConnected: discord.gateway.connected > 0 },
    games: gameViews(services.startgg.world),
    matches: matchViews(services.speedgaming.world),
    services: { ...moods.now },
    clock: { aheadMs: time.aheadMs, speed: time.speed },
    traffic: trafficView(services, time.clock.now()),
    tour: tourFacts(discord, people, keeper),
  };
}

function placeOf(
  playground: Playground,
  person: Person,
  guilds: readonly Guild[],
  wanted: Place | undefined,
): Place {
  if (wanted?.kind === 'direct') return wanted;
  if (wanted && guilds.some(({ id }) => id === wanted.guildId))
    if (wanted.kind === 'events' || sees(person, wanted.channelId)) return wanted;
  for (const guild of guilds) {
    const [channel] = channelsOf(playground, guild, person);
    if (channel) return { kind: 'channel', guildId: guild.id, channelId: channel.id };
  }
  return { kind: 'direct' };
}

function sees(person: Person, channelId: string): boolean {
  try {
    person.sees(channelId);
    return true;
  } catch {
    return false;
  }
}

function messagesAt(person: Person, place: Place) {
  if (place.kind === 'direct') return person.inbox();
  return place.kind === 'channel' ? person.sees(place.channelId) : [];
}

/** What a person may type at a place; in the list of events nothing. */
function commandsAt(person: Person, place: Place): Command[] {
  if (place.kind === 'events') return [];
  try {
    return person.commands(place.kind === 'channel' ? place : {});
  } catch (error) {
    if (error instanceof ClientRefusal) return [];
    throw error;
  }
}

/** A line per subcommand, as the client lists them. */
function commandViews({ name, description, options = [] }: Command): CommandView[] {
  const groups = options.filter(({ type }) => type === SUB_COMMAND_GROUP);
  const subcommands = options.filter(({ type }) => type === SUB_COMMAND);
  if (groups.length + subcommands.length === 0) return [{ name, description, options }];
  const line = (of: (typeof options)[number], group?: string): CommandView => ({
    name,
    ...(group ? { group } : {}),
    subcommand: of.name,
    description: of.description,
    options: of.options ?? [],
  });
  return [
    ...subcommands.map((of) => line(of)),
    ...groups.flatMap((group) => (group.options ?? []).map((of) => line(of, group.name))),
  ];
}

function guildView(playground: Playground, guild: Guild, person: Person): GuildView {
  const { world, gateway } = playground.services.discord;
  return {
    id: guild.id,
    name: guild.name,
    channels: channelsOf(playground, guild, person).map(({ id, name, topic }) => ({ id, name, topic })),
    members: [...guild.members.values()].map(({ userId, nick }) => {
      const { id, bot, globalName, username } = world.user(userId);
      const role = guild.ownerId === id ? 'Owner' : bot ? 'App' : null;
      const isOnline = bot ? gateway.connected > 0 : true;
      return { id, name: nick ?? globalName ?? username, isBot: bot, isOnline, role };
    }),
  };
}

function channelsOf({ services }: Playground, guild: Guild, person: Person): Channel[] {
  return services.discord.world
    .channelsOf(guild.id)
    .filter((channel) => has(permissionsOf(guild, person.id, channel), 'ViewChannel'));
}

function names({ services }: Playground): View['names'] {
  const { users, channels, guilds } = services.discord.world;
  const roles = [...guilds.values()].flatMap((guild) => [...guild.roles.values()]);
  return {
    users: Object.fromEntries(
      [...users.values()].map(({ id, globalName, username }) => [id, globalName ?? username]),
    ),
    channels: Object.fromEntries([...channels.values()].map(({ id, name }) => [id, name])),
    roles: Object.fromEntries(roles.map(({ id, name }) => [id, name])),
  };
}

type Event = ReturnType<Playground['services']['discord']['events']>[number];

function eventView(event: Event, person: Person): View['events'][number] {
  const { id, name, description, location, startsAt, endsAt, status, interested } = event;
  const amInterested = interested.has(person.id);
  return {
    id,
    name,
    description,
    location,
    startsAt,
    endsAt,
    status,
    interested: interested.size,
    amInterested,
  };
}
