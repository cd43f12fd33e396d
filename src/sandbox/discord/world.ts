import type { Bus } from './bus.ts';
import {
  type Application,
  type Channel,
  type ChannelInput,
  found,
  type Guild,
  type GuildInput,
  idOf,
  type Member,
  type OverwriteInput,
  type Ref,
  type Role,
  type RoleInput,
  type User,
  type UserInput,
} from './entities.ts';
import { INTENTS } from './intents.ts';
import { newDmChannel, newOverwrite, newRole, newUser } from './new-entities.ts';
import { DEFAULT_EVERYONE, type PermissionInput, permissionBits } from './permissions.ts';
import { ScheduledEvents } from './scheduled-events.ts';
import { shardOf } from './snowflake.ts';
import { channelJson, guildCreateJson, guildJson, memberJson, roleJson, userJson } from './wire.ts';

/** Application, users, guilds, roles, members and channels, and the events that their changes cause. */
export class World {
  readonly users = new Map<string, User>();
  readonly guilds = new Map<string, Guild>();
  readonly channels = new Map<string, Channel>();
  readonly application: Application;
  readonly events: ScheduledEvents;
  readonly newId: () => string;
  readonly #bus: Bus;
  readonly #now: () => number;

  constructor(bus: Bus, newId: () => string, now: () => number) {
    this.#bus = bus;
    this.#now = now;
    this.newId = newId;
    this.events = new ScheduledEvents(bus, this, now);
    const owner = this.addUser({ username: 'developer', globalName: 'Developer' });
    const id = newId();
    this.users.set(id, newUser(id, { username: 'Herald' }, true));
    this.application = { id, name: 'Herald', botId: id, ownerId: owner.id };
  }

  get bot(): User {
    return this.user(this.application.botId);
  }

  user(ref: Ref): User {
    return found(this.users.get(idOf(ref)), 'user', ref);
  }

  guild(ref: Ref): Guild {
    return found(this.guilds.get(idOf(ref)), 'guild', ref);
  }

  channel(ref: Ref): Channel {
    return found(this.channels.get(idOf(ref)), 'channel', ref);
  }

  channelsOf(guildId: string): Channel[] {
    return [...this.channels.values()].filter((channel) => channel.guildId === guildId);
  }

  /** The guilds that the bot is in. */
  botGuilds(): Guild[] {
    return [...this.guilds.values()].filter((guild) => guild.members.has(this.application.botId));
  }

  addUser(input: UserInput): User {
    const user = newUser(input.id ?? this.newId(), input, false);
    this.users.set(user.id, user);
    this.#bus.changed('member', user.id);
    return user;
  }

  /** A guild with its owner in it (a new person where none is named) and no channels; the bot is not in it yet. */
  addGuild(input: GuildInput): Guild {
    const id = input.id ?? this.#newIdOn(input.shard ?? [0, 1]);
    const ownerId = input.ownerId ?? this.addUser({ username: `owner_of_${id}`, globalName: 'Owner' }).id;
    const everyone: Role = { ...newRole(id, '@everyone', DEFAULT_EVERYONE), position: 0 };
    const guild: Guild = {
      id,
      name: input.name,
      ownerId,
      locale: input.locale ?? 'en-US',
      roles: new Map([[id, everyone]]),
      members: new Map(),
      available: true,
    };
    this.guilds.set(id, guild);
    this.addMember(guild, ownerId);
    this.#bus.changed('guild', id);
    return guild;
  }

  addMember(guildRef: Ref, userRef: Ref, input: { roles?: Ref[]; nick?: string } = {}): Member {
    const guild = this.guild(guildRef);
    const user = this.user(userRef);
    const roles = (input.roles ?? []).map(idOf);
    const member: Member = { userId: user.id, roles, nick: input.nick ?? null, joinedAt: this.#now() };
    guild.members.set(user.id, member);
    this.#send('GUILD_MEMBER_ADD', guild, INTENTS.GuildMembers, {
      ...memberJson(this, member),
      guild_id: guild.id,
    });
    this.#bus.changed('member', user.id);
    return member;
  }

  /** A person leaves a guild, or is made to. The bot leaves by `removeBot`. */
  removeMember(guildRef: Ref, userRef: Ref): void {
    const guild = this.guild(guildRef);
    const user = this.user(userRef);
    if (user.id === guild.ownerId || user.id === this.application.botId)
      throw new Error('neither the owner nor the bot leaves a guild this way');
    found(guild.members.get(user.id), 'member', user);
    guild.members.delete(user.id);
    this.#send('GUILD_MEMBER_REMOVE', guild, INTENTS.GuildMembers, {
      guild_id: guild.id,
      user: userJson(user),
    });
    this.#bus.changed('member', user.id);
  }

  setMemberRoles(guildRef: Ref, userRef: Ref, roles: Ref[]): void {
    const guild = this.guild(guildRef);
    const member = found(guild.members.get(idOf(userRef)), 'member', userRef);
    member.roles = roles.map(idOf);
    const intent = member.userId === this.application.botId ? INTENTS.Guilds : INTENTS.GuildMembers;
    this.#send('GUILD_MEMBER_UPDATE', guild, intent, { ...memberJson(this, member), guild_id: guild.id });
    this.#bus.changed('member', member.userId);
  }

  addRole(guildRef: Ref, input: RoleInput): Role {
    const guild = this.guild(guildRef);
    const role: Role = {
      ...newRole(input.id ?? this.newId(), input.name, permissionBits(input.permissions ?? 0n)),
      position: guild.roles.size,
      mentionable: input.mentionable ?? false,
      color: input.color ?? 0,
    };
    guild.roles.set(role.id, role);
    this.#roleChanged('GUILD_ROLE_CREATE', guild, role);
    return role;
  }

  setRolePermissions(guildRef: Ref, roleRef: Ref, permissions: PermissionInput): void {
    const guild = this.guild(guildRef);
    const role = found(guild.roles.get(idOf(roleRef)), 'role', roleRef);
    role.permissions = permissionBits(permissions);
    this.#roleChanged('GUILD_ROLE_UPDATE', guild, role);
  }

  addChannel(guildRef: Ref, input: ChannelInput): Channel {
    const guild = this.guild(guildRef);
    const channel: Channel = {
      id: input.id ?? this.newId(),
      type: input.type ?? 0,
      guildId: guild.id,
      name: input.name,
      topic: input.topic ?? null,
      position: this.channelsOf(guild.id).length,
      overwrites: (input.overwrites ?? []).map((overwrite) => newOverwrite(guild, overwrite)),
      lastMessageId: null,
    };
    this.channels.set(channel.id, channel);
    this.#channelChanged('CHANNEL_CREATE', channel);
    return channel;
  }

  setOverwrites(channelRef: Ref, overwrites: OverwriteInput[]): void {
    const channel = this.channel(channelRef);
    const guild = this.guild(channel.guildId ?? '');
    channel.overwrites = overwrites.map((overwrite) => newOverwrite(guild, overwrite));
    this.#channelChanged('CHANNEL_UPDATE', channel);
  }

  deleteChannel(channelRef: Ref): void {
    const channel = this.channel(channelRef);
    this.channels.delete(channel.id);
    this.#channelChanged('CHANNEL_DELETE', channel);
  }

  /** Whether the person takes direct messages from members of a shared guild. */
  setAcceptsDms(userRef: Ref, acceptsDms: boolean): void {
    const user = this.user(userRef);
    user.acceptsDms = acceptsDms;
    this.#bus.changed('member', user.id);
  }

  /** Whether the person has blocked the bot. */
  setBlocksBot(userRef: Ref, blocksBot: boolean): void {
    const user = this.user(userRef);
    user.blocksBot = blocksBot;
    this.#bus.changed('member', user.id);
  }

  /** Whether the bot and the person are in a guild together. */
  sharesGuild(userId: string): boolean {
    return this.botGuilds().some((guild) => guild.members.has(userId));
  }

  /** The direct message channel between the bot and a person, where there is one. */
  findDm(userId: string): Channel | undefined {
    return [...this.channels.values()].find((channel) => channel.recipientId === userId);
  }

  /** The direct message channel between the bot and a person, made where there is none; nobody is told of it. */
  openDm(userId: string): Channel {
    const known = this.findDm(userId);
    if (known) return known;
    const channel = newDmChannel(this.newId(), userId);
    this.channels.set(channel.id, channel);
    this.#bus.changed('channel', channel.id);
    return channel;
  }

  /** Marks a person as interested in a scheduled event, or no longer. */
  interest(eventRef: Ref, userRef: Ref, interested = true): void {
    this.events.interest(eventRef, userRef, interested);
  }

  /** Adds the bot to a guild with a managed role that has these permissions. */
  installBot(guildRef: Ref, permissions: PermissionInput): Role {
    const guild = this.guild(guildRef);
    const role: Role = {
      ...newRole(this.newId(), this.application.name, permissionBits(permissions)),
      position: guild.roles.size,
      botId: this.application.botId,
    };
    guild.roles.set(role.id, role);
    this.addMember(guild, this.application.botId, { roles: [role] });
    this.#send('GUILD_CREATE', guild, INTENTS.Guilds, guildCreateJson(this, guild));
    this.#bus.changed('guild', guild.id);
    return role;
  }

  /** Changes what the bot's own role allows. */
  setBotPermissions(guildRef: Ref, permissions: PermissionInput): void {
    const guild = this.guild(guildRef);
    const role = [...guild.roles.values()].find((each) => each.botId === this.application.botId);
    this.setRolePermissions(guild, found(role, 'role of the bot in', guildRef), permissions);
  }

  /** Takes the bot out of a guild, as someone who kicks it does. */
  removeBot(guildRef: Ref): void {
    const guild = this.guild(guildRef);
    const { botId } = this.application;
    guild.members.delete(botId);
    for (const role of [...guild.roles.values()]) if (role.botId === botId) guild.roles.delete(role.id);
    this.#send('GUILD_DELETE', guild, INTENTS.Guilds, { id: guild.id });
    this.#bus.changed('guild', guild.id);
  }

  /** Starts or ends an outage of a guild: the bot stays in it, but the gateway calls it unavailable. */
  setAvailable(guildRef: Ref, available: boolean): void {
    const guild = this.guild(guildRef);
    if (guild.available === available) return;
    guild.available = available;
    if (available) this.#send('GUILD_CREATE', guild, INTENTS.Guilds, guildCreateJson(this, guild));
    else this.#send('GUILD_DELETE', guild, INTENTS.Guilds, { id: guild.id, unavailable: true });
    this.#bus.changed('guild', guild.id);
  }

  renameGuild(guildRef: Ref, name: string): void {
    const guild = this.guild(guildRef);
    guild.name = name;
    this.#send('GUILD_UPDATE', guild, INTENTS.Guilds, guildJson(guild));
    this.#bus.changed('guild', guild.id);
  }

  /** Ids carry the millisecond in which they were made, and so belong to one shard after the other. */
  #newIdOn([shard, count]: readonly [number, number]): string {
    for (;;) {
      const id = this.newId();
      if (shardOf(id, count) === shard) return id;
    }
  }

  #roleChanged(t: string, guild: Guild, role: Role): void {
    this.#send(t, guild, INTENTS.Guilds, { guild_id: guild.id, role: roleJson(role) });
    this.#bus.changed('guild', guild.id);
  }

  #channelChanged(t: string, channel: Channel): void {
    const guild = this.guild(channel.guildId ?? '');
    this.#send(t, guild, INTENTS.Guilds, channelJson(this, channel));
    this.#bus.changed('channel', channel.id);
  }

  /** Only guilds that the bot is in (or just left) are told to it. */
  #send(t: string, guild: Guild, intent: number, d: unknown): void {
    if (t !== 'GUILD_DELETE' && !guild.members.has(this.application.botId)) return;
    this.#bus.dispatch({ t, d, guildId: guild.id, intent });
  }
}
