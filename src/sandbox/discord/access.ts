import type { Channel, Guild } from './entities.ts';
import { refuse } from './errors.ts';
import { Form } from './form.ts';
import type { Message } from './messages.ts';
import { has, type PermissionName, permissionsOf } from './permissions.ts';
import type { Parts } from './sandbox.ts';
import { isSnowflake } from './snowflake.ts';

/** @throws ApiError 50035 when a path parameter is no id */
export function snowflakeParam(name: string, value: string): void {
  if (isSnowflake(value)) return;
  const form = new Form();
  form.snowflake([name], value);
  form.done();
}

/** A guild that the bot is in. */
export function guildOfBot({ world }: Parts, guildId: string): Guild {
  snowflakeParam('guild_id', guildId);
  const guild = world.guilds.get(guildId);
  if (!guild) throw refuse.unknownGuild();
  if (!guild.members.has(world.application.botId)) throw refuse.missingAccess();
  return guild;
}

/** A channel that the bot can see and in which it has the permissions; direct message channels need none. */
export function channelOfBot({ world }: Parts, channelId: string, needed: PermissionName[] = []): Channel {
  snowflakeParam('channel_id', channelId);
  const channel = world.channels.get(channelId);
  if (!channel) throw refuse.unknownChannel();
  if (!channel.guildId) return channel;
  const bits = permissionsOf(world.guild(channel.guildId), world.application.botId, channel);
  if (!has(bits, 'ViewChannel')) throw refuse.missingAccess();
  if (!needed.every((name) => has(bits, name))) throw refuse.missingPermissions();
  return channel;
}

/** Whether the bot has a permission in a channel; in direct messages it may do everything. */
export function botMay({ world }: Parts, channel: Channel, name: PermissionName): boolean {
  if (!channel.guildId) return true;
  return has(permissionsOf(world.guild(channel.guildId), world.application.botId, channel), name);
}

/** A message of a channel that the bot can reach by the channel: no ephemeral one. */
export function messageIn({ messages }: Parts, channel: Channel, messageId: string): Message {
  snowflakeParam('message_id', messageId);
  const message = messages.get(messageId);
  if (!message || message.channelId !== channel.id || message.visibleTo) throw refuse.unknownMessage();
  return message;
}
