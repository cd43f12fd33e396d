import type { Channel, Guild } from './entities.ts';

/** Permission bits. Source: Discord docs, Permissions. */
const PERMISSIONS = {
  CreateInstantInvite: 1n << 0n,
  KickMembers: 1n << 1n,
  BanMembers: 1n << 2n,
  Administrator: 1n << 3n,
  ManageChannels: 1n << 4n,
  ManageGuild: 1n << 5n,
  AddReactions: 1n << 6n,
  ViewAuditLog: 1n << 7n,
  ViewChannel: 1n << 10n,
  SendMessages: 1n << 11n,
  ManageMessages: 1n << 13n,
  EmbedLinks: 1n << 14n,
  AttachFiles: 1n << 15n,
  ReadMessageHistory: 1n << 16n,
  MentionEveryone: 1n << 17n,
  UseExternalEmojis: 1n << 18n,
  ChangeNickname: 1n << 26n,
  ManageNicknames: 1n << 27n,
  ManageRoles: 1n << 28n,
  ManageWebhooks: 1n << 29n,
  UseApplicationCommands: 1n << 31n,
  ManageEvents: 1n << 33n,
  ManageThreads: 1n << 34n,
  CreatePublicThreads: 1n << 35n,
  SendMessagesInThreads: 1n << 38n,
  ModerateMembers: 1n << 40n,
  CreateEvents: 1n << 44n,
} as const;

export type PermissionName = keyof typeof PERMISSIONS;
export type PermissionInput = bigint | readonly PermissionName[];

/** Every bit up to BYPASS_SLOWMODE, the highest documented one. */
export const ALL_PERMISSIONS = (1n << 53n) - 1n;

/** What @everyone may do in a new guild. */
export const DEFAULT_EVERYONE = permissionBits([
  'ViewChannel',
  'SendMessages',
  'EmbedLinks',
  'AttachFiles',
  'ReadMessageHistory',
  'AddReactions',
  'UseExternalEmojis',
  'ChangeNickname',
  'UseApplicationCommands',
  'CreatePublicThreads',
  'SendMessagesInThreads',
]);

/** Bits from a list of names, or the bits as they are. */
export function permissionBits(input: PermissionInput): bigint {
  if (typeof input === 'bigint') return input;
  return input.reduce((bits, name) => bits | PERMISSIONS[name], 0n);
}

/**
 * What a member may do in the guild, or in one of its channels with the overwrites applied.
 * Source: Discord docs, Permissions, Permission Overwrites.
 */
export function permissionsOf(guild: Guild, userId: string, channel?: Channel): bigint {
  const member = guild.members.get(userId);
  if (!member) return 0n;
  if (guild.ownerId === userId) return ALL_PERMISSIONS;
  const roleIds = [guild.id, ...member.roles];
  const base = roleIds.reduce((bits, id) => bits | (guild.roles.get(id)?.permissions ?? 0n), 0n);
  if (base & PERMISSIONS.Administrator) return ALL_PERMISSIONS;
  if (!channel) return base;
  const apply = (bits: bigint, ids: string[]) => {
    const matching = channel.overwrites.filter((overwrite) => ids.includes(overwrite.id));
    const deny = matching.reduce((all, overwrite) => all | overwrite.deny, 0n);
    const allow = matching.reduce((all, overwrite) => all | overwrite.allow, 0n);
    return (bits & ~deny) | allow;
  };
  return withImplicit(apply(apply(apply(base, [guild.id]), member.roles), [userId]));
}

/** Who cannot see a channel can do nothing in it; who cannot write in it can neither embed nor mention. */
function withImplicit(bits: bigint): bigint {
  if (!(bits & PERMISSIONS.ViewChannel)) return 0n;
  if (bits & PERMISSIONS.SendMessages) return bits;
  return bits & ~(PERMISSIONS.MentionEveryone | PERMISSIONS.EmbedLinks | PERMISSIONS.AttachFiles);
}

export function has(bits: bigint, name: PermissionName): boolean {
  return (bits & PERMISSIONS[name]) !== 0n;
}
