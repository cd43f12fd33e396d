import { ApplicationIntegrationType, ButtonStyle, ComponentType, InteractionContextType } from 'discord.js';
import { ApplicationCommandOptionType } from 'discord-api-types/v10';
import { type Command, type CommandData, plain } from '../src/discord/command.ts';
import { UserError } from '../src/errors.ts';
import type { Privacy } from '../src/matches/privacy/privacy.ts';
import { customId } from '../src/outbox/custom-id.ts';
import { storedEmbed } from './privacy-show.ts';

const subcommand = (name: string, description: string) => ({
  type: ApplicationCommandOptionType.Subcommand as const,
  name,
  description,
});

/** `/privacy` as it is registered with Discord. */
export const privacyData: CommandData = {
  name: 'privacy',
  description: 'What Herald keeps about you, in all servers',
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  integration_types: [ApplicationIntegrationType.GuildInstall],
  options: [
    subcommand('show', 'What is stored about you'),
    subcommand('erase', 'Have it erased, for good: matches stay, without you'),
  ],
};

const NOTHING = 'Nothing is stored about you.';
const QUESTION = [
  '**Erase everything that is stored about you, in all servers?**',
  'Wherever you play or help, your name becomes “erased”; your Discord account, names, streams and settings go, and so do the messages that were kept to know what you were told. Matches stay.',
  'No later import brings you back: Herald remembers, as a number that nobody can read, whom to leave out. What start.gg and SpeedGaming show themselves is theirs. **This cannot be taken back.**',
].join('\n');
const ERASED =
  'It is erased. Announcements and Discord events of matches to come follow within a minute. What was in your direct messages stays there; you can delete it yourself.';

/** `/privacy`: for whoever types it, also in direct messages. */
export function privacyCommand({ privacy }: { privacy: Privacy }) {
  return {
    data: privacyData,
    async run(interaction) {
      const chosen = interaction.options.getSubcommand();
      if (chosen !== 'show' && chosen !== 'erase')
        throw new UserError(`This Herald has no /privacy ${chosen} any more.`);
      const stored = await privacy.stored(interaction.user.id);
      if (!stored) await interaction.editReply(plain(NOTHING));
      else if (chosen === 'show') await interaction.editReply(storedEmbed(interaction.user.id, stored));
      else await interaction.editReply({ ...plain(QUESTION), components: [QUESTION_BUTTONS] });
    },
    buttons: {
      erase: {
        acknowledge: 'update',
        async run(interaction) {
          const isErased = await privacy.erase(interaction.user.id);
          await interaction.editReply({ ...plain(isErased ? ERASED : NOTHING), components: [] });
        },
      },
      keep: {
        acknowledge: 'update',
        async run(interaction) {
          await interaction.editReply({ ...plain('Nothing was erased.'), components: [] });
        },
      },
    },
  } satisfies Command;
}

const QUESTION_BUTTONS = {
  type: ComponentType.ActionRow as const,
  components: [
    {
      type: ComponentType.Button as const,
      style: ButtonStyle.Danger as const,
      label: 'Erase',
      customId: customId('privacy', 'erase'),
    },
    {
      type: ComponentType.Button as const,
      style: ButtonStyle.Secondary as const,
      label: 'Keep',
      customId: customId('privacy', 'keep'),
    },
  ],
};
