import type { BaseInteraction } from 'discord.js';
import { FormattedError } from '../src/discord/command.ts';
import { UserError } from '../src/errors.ts';
import { type Guilds, mayManageGuild } from '../src/guilds/guilds.ts';

/** The guild that a command was typed in. @throws UserError in direct messages */
export function guildOf(interaction: BaseInteraction): string {
  if (!interaction.guildId) throw new UserError('This works only in a server.');
  return interaction.guildId;
}

/** Whether the person is an organiser of the guild that they are in. */
export async function isOrganiser(interaction: BaseInteraction, guilds: Guilds): Promise<boolean> {
  return await guilds.isOrganiser(guildOf(interaction), permissionsOf(interaction), rolesOf(interaction));
}

/** The guild, if the person is an organiser there. @throws UserError otherwise, saying who is one */
export async function requireOrganiser(interaction: BaseInteraction, guilds: Guilds): Promise<string> {
  const guildId = guildOf(interaction);
  if (await isOrganiser(interaction, guilds)) return guildId;
  const role = (await guilds.get(guildId))?.organiserRoleId;
  throw new FormattedError(
    `Only organisers can do this: members with the permission **Manage Server**${role ? ` or the role <@&${role}>` : ', or with the role that is set with `/setup organiser`'}.`,
  );
}

/** The guild, if the person may manage it. @throws UserError otherwise */
export function requireManageServer(interaction: BaseInteraction): string {
  const guildId = guildOf(interaction);
  if (mayManageGuild(permissionsOf(interaction))) return guildId;
  throw new FormattedError('Only members with the permission **Manage Server** can do this.');
}

function permissionsOf(interaction: BaseInteraction): bigint {
  return interaction.memberPermissions?.bitfield ?? 0n;
}

function rolesOf(interaction: BaseInteraction): string[] {
  const roles = interaction.member?.roles ?? [];
  return Array.isArray(roles) ? roles : [...roles.cache.keys()];
}
