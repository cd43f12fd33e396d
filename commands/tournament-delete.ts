import { ButtonStyle, type ChatInputCommandInteraction, ComponentType } from 'discord.js';
import { type ButtonHandler, plain } from '../src/discord/command.ts';
import { linkStatuses } from '../src/matches/overview.ts';
import { customId } from '../src/outbox/custom-id.ts';
import { escapeText } from '../src/text.ts';
import { requireOrganiser } from './organiser.ts';
import type { TournamentServices } from './tournament-services.ts';

/** `/tournament delete`: asks with buttons. */
export async function askToDelete(
  { db, guilds, tournaments }: TournamentServices,
  interaction: ChatInputCommandInteraction,
): Promise<void> {
  const guildId = await requireOrganiser(interaction, guilds);
  const { id, name } = await tournaments.find(guildId, interaction.options.getString('tournament', true));
  const links = await linkStatuses(db, guildId, id);
  const follows =
    links.length > 0 ? ` It follows ${links.map(({ slug }) => escapeText(slug)).join(', ')}.` : '';
  await interaction.editReply({
    ...plain(
      `Delete **${escapeText(name)}** with all its matches?${follows} Its Discord events are called off, and this cannot be taken back. \`/tournament unlink\` only ends following a schedule.`,
    ),
    components: [
      {
        type: ComponentType.ActionRow,
        components: [
          {
            type: ComponentType.Button,
            style: ButtonStyle.Danger,
            label: 'Delete',
            customId: customId('tournament', 'delete', id),
          },
          {
            type: ComponentType.Button,
            style: ButtonStyle.Secondary,
            label: 'Keep',
            customId: customId('tournament', 'keep', id),
          },
        ],
      },
    ],
  });
}

/** The buttons under the question. */
export function deleteButtons({ guilds, tournaments }: TournamentServices): Record<string, ButtonHandler> {
  return {
    delete: {
      acknowledge: 'update',
      async run(interaction, [id = '']) {
        const guildId = await requireOrganiser(interaction, guilds);
        const actor = { guildId, actorId: interaction.user.id };
        const { name } = await tournaments.delete(actor, Number(id));
        await interaction.editReply({ ...plain(`**${escapeText(name)}** is deleted.`), components: [] });
      },
    },
    keep: {
      acknowledge: 'update',
      async run(interaction) {
        await interaction.editReply({ ...plain('Nothing was deleted.'), components: [] });
      },
    },
  };
}
