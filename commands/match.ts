import type { BaseInteraction } from 'discord.js';
import type { Database } from '../src/database/database.ts';
import type { Command } from '../src/discord/command.ts';
import { UserError } from '../src/errors.ts';
import type { Guilds } from '../src/guilds/guilds.ts';
import { guildOfOwnMatch } from '../src/matches/schedule.ts';
import { suggestTournaments } from '../src/matches/tournament-names.ts';
import type { Tournaments } from '../src/matches/tournaments.ts';
import { matchData } from './match-data.ts';
import { matchList, readPageButton } from './match-list.ts';
import { matchChoices, readMatchId, showMatch } from './match-show.ts';
import { guildOf, isOrganiser } from './organiser.ts';

/** `/match`: for everyone; organisers see more. Its button `show` stands under announcements and direct messages. */
export function matchCommand({
  db,
  guilds,
  tournaments,
}: {
  db: Database;
  guilds: Guilds;
  tournaments: Tournaments;
}) {
  const viewerOf = async (interaction: BaseInteraction) => ({
    guildId: guildOf(interaction),
    isOrganiser: await isOrganiser(interaction, guilds),
  });
  return {
    data: matchData,
    async run(interaction) {
      const viewer = await viewerOf(interaction);
      const { options } = interaction;
      const subcommand = options.getSubcommand();
      if (subcommand === 'list') {
        const typed = options.getString('tournament')?.trim();
        const tournament = typed ? await tournaments.find(viewer.guildId, typed) : undefined;
        const about = { tournament, userId: options.getUser('user')?.id };
        await interaction.editReply(await matchList(db, viewer, about, 1));
      } else if (subcommand === 'show') {
        const id = readMatchId(options.getString('match', true));
        await interaction.editReply(await showMatch(db, viewer, id));
      } else throw new UserError(`This Herald has no /match ${subcommand} any more.`);
    },
    async autocomplete(interaction) {
      const { name, value } = interaction.options.getFocused(true);
      const viewer = await viewerOf(interaction);
      if (name === 'tournament') return await suggestTournaments(db, viewer.guildId, value);
      return await matchChoices(db, viewer, value);
    },
    buttons: {
      page: {
        acknowledge: 'update',
        async run(interaction, args) {
          const viewer = await viewerOf(interaction);
          const { tournamentId, userId, page } = readPageButton(args);
          const tournament =
            tournamentId === undefined ? undefined : await tournaments.get(viewer.guildId, tournamentId);
          await interaction.editReply(await matchList(db, viewer, { tournament, userId }, page));
        },
      },
      show: {
        acknowledge: 'reply',
        async run(interaction, [matchId = '']) {
          const id = readMatchId(matchId);
          const viewer = interaction.inGuild()
            ? await viewerOf(interaction)
            : { guildId: await ownGuild(db, id, interaction.user.id), isOrganiser: false };
          await interaction.editReply(await showMatch(db, viewer, id));
        },
      },
    },
  } satisfies Command;
}

/** In direct messages there is no guild to tell what somebody may see: own matches are all. */
async function ownGuild(db: Database, id: number, userId: string): Promise<string> {
  const guildId = await guildOfOwnMatch(db, id, userId);
  if (guildId) return guildId;
  throw new UserError('You are no longer in this match. /match show in its server shows it.');
}
