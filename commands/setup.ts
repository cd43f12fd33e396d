import type { ChatInputCommandInteraction } from 'discord.js';
import {
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  ChannelType,
  InteractionContextType,
  PermissionFlagsBits,
} from 'discord-api-types/v10';
import { type Command, type CommandData, FormattedError, plain } from '../src/discord/command.ts';
import { explainMissing } from '../src/discord/permissions.ts';
import { UserError } from '../src/errors.ts';
import type { Guilds } from '../src/guilds/guilds.ts';
import { requireManageServer } from './organiser.ts';
import { missingIn } from './posting-channel.ts';

/** `/setup` as it is registered with Discord. */
export const setupData: CommandData = {
  name: 'setup',
  description: 'Who may organise here, and where Herald posts',
  default_member_permissions: String(PermissionFlagsBits.ManageGuild),
  contexts: [InteractionContextType.Guild],
  integration_types: [ApplicationIntegrationType.GuildInstall],
  options: [
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'organiser',
      description: 'Which role makes organisers, besides everyone with Manage Server',
      options: [
        { type: ApplicationCommandOptionType.Role, name: 'role', description: 'The role', required: true },
      ],
    },
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'channel',
      description: 'Where status messages and announcements go when nothing else is set',
      options: [
        {
          type: ApplicationCommandOptionType.Channel,
          name: 'channel',
          description: 'The channel',
          required: true,
          channel_types: [ChannelType.GuildText, ChannelType.GuildAnnouncement, ChannelType.PublicThread],
        },
      ],
    },
    { type: ApplicationCommandOptionType.Subcommand, name: 'show', description: 'What is set here' },
  ],
};

/** `/setup`: for members with Manage Server. */
export function setupCommand({ guilds }: { guilds: Guilds }) {
  return {
    data: setupData,
    async run(interaction) {
      const guildId = requireManageServer(interaction);
      const subcommand = interaction.options.getSubcommand();
      if (subcommand === 'organiser') await setOrganiser(guilds, guildId, interaction);
      else if (subcommand === 'channel') await setChannel(guilds, guildId, interaction);
      else await interaction.editReply(plain(await settings(guilds, guildId)));
    },
  } satisfies Command;
}

async function setOrganiser(
  guilds: Guilds,
  guildId: string,
  interaction: ChatInputCommandInteraction,
): Promise<void> {
  const { id } = interaction.options.getRole('role', true);
  // The role that everyone has carries the guild's id (Discord docs, Permissions).
  if (id === guildId)
    throw new UserError('That would make every member an organiser. Choose a role of its own for it.');
  await guilds.setOrganiser(guildId, id, interaction.user.id);
  await interaction.editReply(
    plain(`Members with <@&${id}> are organisers now, besides those with **Manage Server**.`),
  );
}

async function setChannel(
  guilds: Guilds,
  guildId: string,
  interaction: ChatInputCommandInteraction,
): Promise<void> {
  const { id } = interaction.options.getChannel('channel', true);
  const missing = await missingIn(interaction.client, id);
  if (!missing)
    throw new FormattedError(`Herald cannot see <#${id}>. Grant it **View Channel** there first.`);
  if (missing.length > 0) throw new FormattedError(explainMissing(id, missing));
  await guilds.setChannel(guildId, id, interaction.user.id);
  await interaction.editReply(
    plain(`Status messages and announcements go to <#${id}> when nothing else is set.`),
  );
}

async function settings(guilds: Guilds, guildId: string): Promise<string> {
  const guild = await guilds.get(guildId);
  const role = guild?.organiserRoleId;
  return [
    `**Organisers:** members with **Manage Server**${role ? ` or <@&${role}>` : '. `/setup organiser` adds a role'}`,
    `**Channel:** ${guild?.channelId ? `<#${guild.channelId}>` : 'none. `/setup channel` sets one'}`,
  ].join('\n');
}
