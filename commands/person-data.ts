import {
  type APIApplicationCommandStringOption,
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  InteractionContextType,
} from 'discord-api-types/v10';
import type { CommandData } from '../src/discord/command.ts';

const choice = (name: string, description: string, required = true): APIApplicationCommandStringOption => ({
  type: ApplicationCommandOptionType.String,
  name,
  description,
  required,
  autocomplete: true,
});

const placeholder = choice('placeholder', 'Name or handle of the person without a Discord account');

/** `/person` as it is registered with Discord. */
export const personData: CommandData = {
  name: 'person',
  description: 'Who the people in the matches are on Discord',
  contexts: [InteractionContextType.Guild],
  integration_types: [ApplicationIntegrationType.GuildInstall],
  options: [
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'placeholders',
      description: 'People without a Discord account, with their matches',
      options: [choice('tournament', 'Only those of one tournament', false)],
    },
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'link',
      description: 'Say who somebody is on Discord; all their matches move along',
      options: [
        placeholder,
        {
          type: ApplicationCommandOptionType.User,
          name: 'user',
          description: 'Their Discord account',
          required: true,
        },
      ],
    },
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'unlink',
      description: 'Take the last link to a person back',
      options: [choice('person', 'Whose last link was wrong')],
    },
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'claim',
      description: 'Say “that’s me”; an organiser approves it',
      options: [placeholder],
    },
  ],
};
