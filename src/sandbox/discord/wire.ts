import {
  type Channel,
  EVENT_STATUS,
  type Guild,
  type Member,
  type Role,
  type ScheduledEvent,
  type User,
} from './entities.ts';
import type { Json } from './form.ts';
import { permissionsOf } from './permissions.ts';
import type { World } from './world.ts';

/** The objects of the API as they travel. Source: Discord docs, Resources. */

export function userJson(user: User): Json {
  return {
    id: user.id,
    username: user.username,
    discriminator: user.bot ? '4242' : '0',
    global_name: user.globalName,
    avatar: null,
    banner: null,
    accent_color: null,
    avatar_decoration_data: null,
    collectibles: null,
    primary_guild: null,
    public_flags: 0,
    flags: 0,
    ...(user.bot ? { bot: true } : {}),
  };
}

export function roleJson(role: Role): Json {
  return {
    id: role.id,
    name: role.name,
    description: null,
    permissions: String(role.permissions),
    position: role.position,
    color: role.color,
    colors: { primary_color: role.color, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: role.botId !== undefined,
    mentionable: role.mentionable,
    icon: null,
    unicode_emoji: null,
    flags: 0,
    ...(role.botId ? { tags: { bot_id: role.botId } } : {}),
  };
}

export function memberJson(world: World, member: Member): Json {
  return { ...bareMemberJson(member), user: userJson(world.user(member.userId)) };
}

/** A member without the user, as it stands beside one in `resolved`. */
export function bareMemberJson(member: Member): Json {
  return {
    avatar: null,
    banner: null,
    communication_disabled_until: null,
    flags: 0,
    joined_at: iso(member.joinedAt),
    nick: member.nick,
    pending: false,
    premium_since: null,
    roles: member.roles,
    mute: false,
    deaf: false,
  };
}

export function channelJson(world: World, channel: Channel): Json {
  if (channel.recipientId)
    return {
      id: channel.id,
      type: 1,
      flags: 0,
      last_message_id: channel.lastMessageId,
      recipients: [userJson(world.user(channel.recipientId))],
    };
  return {
    id: channel.id,
    type: channel.type,
    flags: 0,
    guild_id: channel.guildId,
    name: channel.name,
    topic: channel.topic,
    position: channel.position,
    parent_id: null,
    nsfw: false,
    rate_limit_per_user: 0,
    last_message_id: channel.lastMessageId,
    permission_overwrites: channel.overwrites.map((overwrite) => ({
      id: overwrite.id,
      type: overwrite.type,
      allow: String(overwrite.allow),
      deny: String(overwrite.deny),
    })),
  };
}

export function guildJson(guild: Guild): Json {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    description: null,
    home_header: null,
    splash: null,
    discovery_splash: null,
    features: [],
    banner: null,
    owner_id: guild.ownerId,
    application_id: null,
    region: 'us-west',
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: null,
    system_channel_flags: 0,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: 0,
    roles: [...guild.roles.values()].map(roleJson),
    default_message_notifications: 0,
    mfa_level: 0,
    explicit_content_filter: 0,
    max_presences: null,
    max_members: 500_000,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    vanity_url_code: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    preferred_locale: guild.locale,
    rules_channel_id: null,
    safety_alerts_channel_id: null,
    public_updates_channel_id: null,
    premium_progress_bar_enabled: false,
    nsfw: false,
    nsfw_level: 0,
    emojis: [],
    stickers: [],
    incidents_data: null,
  };
}

/** A guild as the gateway tells it: with its channels and, of the members, the bot alone. */
export function guildCreateJson(world: World, guild: Guild): Json {
  const bot = guild.members.get(world.application.botId);
  return {
    ...guildJson(guild),
    joined_at: iso(bot?.joinedAt ?? 0),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    voice_states: [],
    members: bot ? [memberJson(world, bot)] : [],
    channels: world.channelsOf(guild.id).map((channel) => channelJson(world, channel)),
    threads: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: world.events.open(guild.id).map((event) => eventJson(world, event)),
    soundboard_sounds: [],
  };
}

/** A guild in the list of those that the bot is in. */
export function myGuildJson(world: World, guild: Guild, withCounts: boolean): Json {
  const { botId } = world.application;
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    banner: null,
    owner: guild.ownerId === botId,
    permissions: String(permissionsOf(guild, botId)),
    features: [],
    ...(withCounts ? countsJson(guild) : {}),
  };
}

/** A scheduled event; all are of the kind EXTERNAL. Source: Discord docs, Guild Scheduled Event. */
export function eventJson(world: World, event: ScheduledEvent, withUserCount = false): Json {
  return {
    id: event.id,
    guild_id: event.guildId,
    channel_id: null,
    creator_id: event.creatorId,
    creator: userJson(world.user(event.creatorId)),
    name: event.name,
    description: event.description,
    image: null,
    scheduled_start_time: iso(event.startsAt),
    scheduled_end_time: iso(event.endsAt),
    privacy_level: 2,
    status: EVENT_STATUS[event.status],
    entity_type: 3,
    entity_id: null,
    entity_metadata: { location: event.location },
    recurrence_rule: null,
    guild_scheduled_event_exceptions: [],
    ...(withUserCount ? { user_count: event.interested.size } : {}),
  };
}

export function countsJson(guild: Guild): Json {
  return { approximate_member_count: guild.members.size, approximate_presence_count: guild.members.size };
}

export function applicationJson(world: World): Json {
  const { application } = world;
  return {
    id: application.id,
    name: application.name,
    icon: null,
    description: '',
    type: null,
    bot: userJson(world.bot),
    verify_key: '0'.repeat(64),
    flags: 0,
    flags_new: '0',
    bot_public: true,
    bot_require_code_grant: false,
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    owner: userJson(world.user(application.ownerId)),
    approximate_guild_count: world.botGuilds().length,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: ['bot', 'applications.commands'],
    integration_types_config: { 0: {} },
  };
}

/** A time as the API writes it. */
export function iso(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000+00:00');
}
