import {
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  InteractionContextType,
} from 'discord-api-types/v10';
import type { CommandData } from '../src/discord/command.ts';

/** `/match` as it is registered with Discord. */
export const matchData: CommandData = {
  name: 'match',
  description: 'Matches to come, and what is known of them',
  contexts: [InteractionContextType.Guild],
  integration_types: [ApplicationIntegrationType.GuildInstall],
  options: [
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'list',
      description: 'The matches to come: players, crew, time and stream',
      options: [
        {
          type: ApplicationCommandOptionType.String,
          name: 'tournament',
          description: 'Only those of this tournament',
          autocomplete: true,
        },
        {
          type: ApplicationCommandOptionType.User,
          name: 'user',
          description: 'Only those in which this person plays or helps',
        },
      ],
    },
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'show',
      description: 'One match: its crew, what changed, and where it comes from',
      options: [
        {
          type: ApplicationCommandOptionType.String,
          name: 'match',
          description: 'Which match',
          required: true,
          autocomplete: true,
        },
      ],
    },
  ],
};
