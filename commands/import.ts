import type { Command } from '../src/discord/command.ts';
import { UserError } from '../src/errors.ts';
import { suggestFollowed } from '../src/startgg/follow/follows.ts';
import { CONTROLS, type Control, controlImport, importButtons } from './import-control.ts';
import { importData } from './import-data.ts';
import { unfollow } from './import-follow.ts';
import { readJobId, suggestJobs } from './import-jobs.ts';
import { listImports, showImport } from './import-show.ts';
import { type ImportServices, startImport } from './import-start.ts';
import { isOrganiser, requireOrganiser } from './organiser.ts';

/** `/import`: brings games in and watches over their imports. For organisers. */
export function importCommand(
  services: ImportServices & { requestsLeft: () => Promise<number | undefined> },
) {
  const { db, imports, guilds, startgg } = services;
  return {
    data: importData,
    async run(interaction, signal) {
      const subcommand = interaction.options.getSubcommand();
      if (subcommand === 'startgg') return await startImport(services, interaction, signal);
      if (subcommand === 'unfollow') return await unfollow(services, interaction);
      if (isControl(subcommand)) return await controlImport(services, interaction, subcommand);
      const guildId = await requireOrganiser(interaction, guilds);
      if (subcommand === 'list') await interaction.editReply(await listImports(db, imports, guildId));
      else if (subcommand === 'show') {
        const job = await imports.get({ guildId }, readJobId(interaction.options.getString('job', true)));
        await interaction.editReply(await showImport(db, imports, job, await services.requestsLeft()));
      } else throw new UserError(`This Herald has no /import ${subcommand} any more.`);
    },
    async autocomplete(interaction) {
      if (!(await isOrganiser(interaction, guilds))) return [];
      const { name, value } = interaction.options.getFocused(true);
      if (name === 'job')
        return await suggestJobs(
          imports,
          interaction.guildId ?? '',
          interaction.options.getSubcommand(),
          value,
        );
      const typed = value.trim().slice(0, 100);
      if (interaction.options.getSubcommand() === 'unfollow')
        return await suggestFollowed(db.em(), interaction.guildId ?? '', typed);
      const games = (await startgg?.suggestGames(typed)) ?? [];
      return games.length > 0 || !typed ? games : [{ name: typed, value: typed }];
    },
    buttons: importButtons(services),
  } satisfies Command;
}

function isControl(subcommand: string): subcommand is Control {
  return (CONTROLS as readonly string[]).includes(subcommand);
}
