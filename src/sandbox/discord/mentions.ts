import type { Channel } from './entities.ts';
import type { AllowedMentions } from './message-form.ts';
import { has, permissionsOf } from './permissions.ts';
import type { World } from './world.ts';

/** Whom a message names so that the platform takes it as a mention. */
export type Mentions = { users: string[]; roles: string[]; everyone: boolean };

/** What is parsed without `allowed_mentions`: everything in plain messages, users alone in interaction answers. */
export const MESSAGE_DEFAULT: AllowedMentions = {
  parse: ['users', 'roles', 'everyone'],
  users: [],
  roles: [],
};
export const INTERACTION_DEFAULT: AllowedMentions = { parse: ['users'], users: [], roles: [] };

/**
 * The mentions that a text makes, in a channel, with the author's rights. Only the content counts, never an embed.
 * Backslashes and code marks are not looked at: rather one ping too many is counted than one missed.
 */
export function mentionsIn(
  world: World,
  channel: Channel,
  authorId: string,
  content: string,
  allowed: AllowedMentions,
): Mentions {
  const guild = channel.guildId ? world.guild(channel.guildId) : undefined;
  const may = (kind: 'users' | 'roles', id: string) =>
    allowed.parse.includes(kind) || allowed[kind].includes(id);
  const users = ids(content, /<@!?(\d+)>/g).filter((id) => world.users.has(id) && may('users', id));
  if (!guild) return { users, roles: [], everyone: false };
  const mayMentionAll = has(permissionsOf(guild, authorId, channel), 'MentionEveryone');
  const roles = ids(content, /<@&(\d+)>/g).filter((id) => {
    const role = guild.roles.get(id);
    return role !== undefined && may('roles', id) && (role.mentionable || mayMentionAll);
  });
  const everyone = /@(everyone|here)/.test(content) && allowed.parse.includes('everyone') && mayMentionAll;
  return { users, roles, everyone };
}

/** Who is notified, as the mentions stand in a text: `<@1>`, `<@&2>`, `@everyone`. */
export function pingsOf(mentions: Mentions): string[] {
  return [
    ...mentions.users.map((id) => `<@${id}>`),
    ...mentions.roles.map((id) => `<@&${id}>`),
    ...(mentions.everyone ? ['@everyone'] : []),
  ];
}

function ids(content: string, pattern: RegExp): string[] {
  return [...new Set([...content.matchAll(pattern)].map((match) => match[1] ?? ''))];
}
