import type { ChatInputCommandInteraction } from 'discord.js';
import { type Command, plain } from '../src/discord/command.ts';
import { UserError } from '../src/errors.ts';
import { suggestTournaments } from '../src/matches/tournament-names.ts';
import { escapeText } from '../src/text.ts';
import { guildOf, requireOrganiser } from './organiser.ts';
import { tournamentData } from './tournament-data.ts';
import { askToDelete, deleteButtons } from './tournament-delete.ts';
import { linkTournament, unlinkTournament } from './tournament-link.ts';
import type { TournamentServices } from './tournament-services.ts';
import { changeSettings } from './tournament-settings.ts';
import { listOfTournaments, showTournament } from './tournament-show.ts';
import { syncTournament } from './tournament-sync.ts';

type Run = (
  services: TournamentServices,
  interaction: ChatInputCommandInteraction,
  signal: AbortSignal,
) => Promise<void>;

const SUBCOMMANDS: Record<string, Run> = {
  create: createTournament,
  list: async (services, interaction) => {
    await interaction.editReply(await listOfTournaments(services.db, guildOf(interaction)));
  },
  show: async (services, interaction) => {
    const tournament = await services.tournaments.find(guildOf(interaction), typedTournament(interaction));
    await interaction.editReply(await showTournament(services, tournament));
  },
  speedgaming: (services, interaction, signal) =>
    linkTournament(services, interaction, 'speedgaming', signal),
  startgg: (services, interaction, signal) => linkTournament(services, interaction, 'startgg', signal),
  unlink: unlinkTournament,
  settings: changeSettings,
  sync: syncTournament,
  delete: askToDelete,
};

/** Those that only act on what a tournament follows. */
const NEEDS_LINK = ['unlink', 'sync'];

/** `/tournament`: `list` and `show` for everyone, the rest for organisers. */
export function tournamentCommand(services: TournamentServices) {
  return {
    data: tournamentData,
    async run(interaction, signal) {
      const subcommand = interaction.options.getSubcommand();
      const run = SUBCOMMANDS[subcommand];
      if (!run) throw new UserError(`This Herald has no /tournament ${subcommand} any more.`);
      await run(services, interaction, signal);
    },
    async autocomplete(interaction) {
      const linked = NEEDS_LINK.includes(interaction.options.getSubcommand());
      const typed = interaction.options.getFocused();
      return await suggestTournaments(services.db, guildOf(interaction), typed, { linked });
    },
    buttons: deleteButtons(services),
  } satisfies Command;
}

async function createTournament(
  { guilds, tournaments }: TournamentServices,
  interaction: ChatInputCommandInteraction,
): Promise<void> {
  const guildId = await requireOrganiser(interaction, guilds);
  const name = interaction.options.getString('name', true);
  const tournament = await tournaments.create({ guildId, actorId: interaction.user.id }, name);
  await interaction.editReply(
    plain(
      `**${escapeText(tournament.name)}** is there. \`/tournament link speedgaming\` or \`/tournament link startgg\` lets it follow a schedule.`,
    ),
  );
}

function typedTournament(interaction: ChatInputCommandInteraction): string {
  return interaction.options.getString('tournament', true);
}
