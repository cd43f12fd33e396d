import type { ButtonInteraction, InteractionEditReplyOptions } from 'discord.js';
import type { ButtonHandler } from '../src/discord/command.ts';
import { UserError } from '../src/errors.ts';
import type { Guilds } from '../src/guilds/guilds.ts';
import type { Persons } from '../src/matches/people/persons.ts';
import { escapeText, shorten } from '../src/text.ts';
import { requireOrganiser } from './organiser.ts';
import { nameOf } from './person-list.ts';

type Services = { guilds: Guilds; persons: Persons };

/** The buttons under a claim. The message itself says then who decided what. */
export function claimButtons(services: Services) {
  return { approve: decider(services, true), refuse: decider(services, false) };
}

function decider({ guilds, persons }: Services, isApproved: boolean): ButtonHandler {
  return {
    acknowledge: 'update',
    async run(interaction, [claimId = '']) {
      const guildId = await requireOrganiser(interaction, guilds);
      const by = interaction.user.id;
      try {
        const { placeholder, claimant } = await persons.decide(guildId, Number(claimId) || 0, {
          isApproved,
          by,
        });
        const name = `<@${claimant.id}> (${escapeText(shorten(claimant.name, 100))})`;
        const text = isApproved
          ? `✅ ${name} is ${nameOf(placeholder)}: approved by <@${by}>. \`/person unlink\` takes that back.`
          : `❌ ${name} is not ${nameOf(placeholder)}: refused by <@${by}>.`;
        await interaction.editReply(changed(interaction, text));
      } catch (error) {
        // There is nothing left to decide, so the buttons go; the person who pressed is told why.
        if (error instanceof UserError) await interaction.editReply({ components: [] });
        throw error;
      }
    },
  };
}

/** The message with another text. A notice keeps its footer, by which it is found again. */
function changed(interaction: ButtonInteraction, description: string): InteractionEditReplyOptions {
  const [embed] = interaction.message.embeds;
  return {
    embeds: [
      { description, color: 0x5865f2, ...(embed?.footer ? { footer: { text: embed.footer.text } } : {}) },
    ],
    components: [],
    allowedMentions: { parse: [] },
  };
}
