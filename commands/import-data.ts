import {
  type APIApplicationCommandStringOption,
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  InteractionContextType,
} from 'discord-api-types/v10';
import type { CommandData } from '../src/discord/command.ts';

const job: APIApplicationCommandStringOption = {
  type: ApplicationCommandOptionType.String,
  name: 'job',
  description: 'Which import',
  required: true,
  autocomplete: true,
};

const aboutJob = (name: string, description: string) => ({
  type: ApplicationCommandOptionType.Subcommand as const,
  name,
  description,
  options: [job],
});

/** `/import` as it is registered with Discord. */
export const importData: CommandData = {
  name: 'import',
  description: 'Bring a game’s tournaments and sets in, and watch over it',
  contexts: [InteractionContextType.Guild],
  integration_types: [ApplicationIntegrationType.GuildInstall],
  options: [
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'startgg',
      description: 'Import a game from start.gg: tournaments, events, entrants and sets',
      options: [
        {
          type: ApplicationCommandOptionType.String,
          name: 'game',
          description: 'Name of the game, or its id at start.gg',
          required: true,
          autocomplete: true,
        },
        {
          type: ApplicationCommandOptionType.String,
          name: 'since',
          description: 'First day (UTC) on which a tournament may start: YYYY-MM-DD',
          required: true,
        },
        {
          type: ApplicationCommandOptionType.String,
          name: 'until',
          description:
            'Last day (UTC) on which a tournament may start: YYYY-MM-DD. Without it, all upcoming ones too',
        },
        {
          type: ApplicationCommandOptionType.Boolean,
          name: 'follow',
          description: 'Stay in step with start.gg from then on, every five minutes',
        },
      ],
    },
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'unfollow',
      description: 'End following a game; what was brought in stays',
      options: [
        {
          type: ApplicationCommandOptionType.String,
          name: 'game',
          description: 'Which of the followed games',
          required: true,
          autocomplete: true,
        },
      ],
    },
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'list',
      description: 'The imports of this server, newest first',
    },
    aboutJob('show', 'One import: phases, counts and what failed'),
    aboutJob('pause', 'Pause an import; it goes on from there with resume'),
    aboutJob('resume', 'Go on with a paused or failed import where it stopped'),
    aboutJob('cancel', 'Cancel an import for good; what was brought in stays'),
    aboutJob('retry', 'Take up only the items that failed'),
  ],
};
