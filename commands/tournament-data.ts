import {
  type APIApplicationCommandStringOption,
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  ChannelType,
  InteractionContextType,
} from 'discord-api-types/v10';
import type { CommandData } from '../src/discord/command.ts';
import { SOURCE_NAMES } from '../src/matches/linking.ts';
import { DM_SETTINGS, EVENTS_SETTINGS, type Source } from '../src/matches/source.ts';

const tournament: APIApplicationCommandStringOption = {
  type: ApplicationCommandOptionType.String,
  name: 'tournament',
  description: 'Which tournament',
  required: true,
  autocomplete: true,
};

const aboutTournament = (name: string, description: string) => ({
  type: ApplicationCommandOptionType.Subcommand as const,
  name,
  description,
  options: [tournament],
});

/** @param what what the source calls a thing that has a schedule */
const linkTo = (source: Source, what: string, description: string) => ({
  type: ApplicationCommandOptionType.Subcommand as const,
  name: source,
  description,
  options: [
    {
      type: ApplicationCommandOptionType.String as const,
      name: 'slug',
      description: `The ${what}’s slug, or the address of its page`,
      required: true,
    },
    {
      ...tournament,
      description: `Which tournament here follows it. Without one, a new one named after the ${what}`,
      required: false,
    },
  ],
});

const choices = (values: readonly string[]) => values.map((value) => ({ name: value, value }));

/** `/tournament` as it is registered with Discord. */
export const tournamentData: CommandData = {
  name: 'tournament',
  description: 'Tournaments, the schedules that they follow, and how people are told',
  contexts: [InteractionContextType.Guild],
  integration_types: [ApplicationIntegrationType.GuildInstall],
  options: [
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'create',
      description: 'Make a tournament that follows nothing yet',
      options: [
        {
          type: ApplicationCommandOptionType.String,
          name: 'name',
          description: 'What it is called',
          required: true,
          max_length: 100,
        },
      ],
    },
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'list',
      description: 'The tournaments of this server, and how their schedules stand',
    },
    aboutTournament('show', 'One tournament: its schedules, its settings and its next matches'),
    {
      type: ApplicationCommandOptionType.SubcommandGroup,
      name: 'link',
      description: 'Follow a schedule: matches, Discord events and messages come from it by themselves',
      options: [
        linkTo('speedgaming', 'event', 'Follow an event’s schedule at SpeedGaming'),
        linkTo('startgg', 'tournament', 'Follow a tournament’s sets at start.gg'),
      ],
    },
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'unlink',
      description: 'End following a schedule; the matches stay, their Discord events are called off',
      options: [
        tournament,
        {
          type: ApplicationCommandOptionType.String,
          name: 'source',
          description: 'Where the schedule is',
          required: true,
          choices: Object.entries(SOURCE_NAMES).map(([value, name]) => ({ name, value })),
        },
      ],
    },
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'settings',
      description: 'How people are told of a tournament; shows all settings',
      options: [
        tournament,
        {
          type: ApplicationCommandOptionType.Channel,
          name: 'announce_channel',
          description: 'Where its matches are announced',
          channel_types: [ChannelType.GuildText, ChannelType.GuildAnnouncement, ChannelType.PublicThread],
        },
        {
          type: ApplicationCommandOptionType.String,
          name: 'dm',
          description: 'Who gets direct messages about own matches',
          choices: choices(DM_SETTINGS),
        },
        {
          type: ApplicationCommandOptionType.String,
          name: 'discord_events',
          description: 'Which matches become Discord events',
          choices: choices(EVENTS_SETTINGS),
        },
        {
          type: ApplicationCommandOptionType.Integer,
          name: 'reminder_minutes',
          description: 'How long before a match people are reminded of it; 0: not at all',
          min_value: 0,
          max_value: 1440,
        },
        {
          type: ApplicationCommandOptionType.String,
          name: 'race_rooms',
          description: 'Where matches are raced at racetime.gg: category/goal, or off',
          max_length: 200,
        },
      ],
    },
    aboutTournament('sync', 'Read its schedules now and tell what changed'),
    aboutTournament('delete', 'Delete a tournament with its matches; asks first'),
  ],
};
