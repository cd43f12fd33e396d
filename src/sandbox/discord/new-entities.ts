import type { Channel, Guild, Overwrite, OverwriteInput, Role, User, UserInput } from './entities.ts';
import { permissionBits } from './permissions.ts';

/** Things of the world as they are when they are new. */

export function newUser(id: string, input: UserInput, bot: boolean): User {
  return {
    id,
    username: input.username,
    globalName: input.globalName ?? null,
    bot,
    locale: input.locale ?? 'en-US',
    acceptsDms: input.acceptsDms ?? true,
    blocksBot: false,
  };
}

export function newRole(id: string, name: string, permissions: bigint): Role {
  return { id, name, permissions, position: 1, color: 0, mentionable: false };
}

export function newOverwrite(guild: Guild, input: OverwriteInput): Overwrite {
  return {
    id: input.id,
    type: guild.roles.has(input.id) ? 0 : 1,
    allow: permissionBits(input.allow ?? 0n),
    deny: permissionBits(input.deny ?? 0n),
  };
}

export function newDmChannel(id: string, recipientId: string): Channel {
  return {
    id,
    type: 1,
    name: '',
    topic: null,
    position: 0,
    overwrites: [],
    recipientId,
    lastMessageId: null,
  };
}
