import type { ChatInputCommandInteraction } from 'discord.js';
import type { Database } from '../src/database/database.ts';
import { type Command, plain } from '../src/discord/command.ts';
import { UserError } from '../src/errors.ts';
import type { Guilds } from '../src/guilds/guilds.ts';
import type { Persons } from '../src/matches/people/persons.ts';
import { suggestTournaments } from '../src/matches/tournament-names.ts';
import type { Tournaments } from '../src/matches/tournaments.ts';
import { guildOf, isOrganiser, requireOrganiser } from './organiser.ts';
import { readMerged, readPlaceholder, suggestMerged, suggestPlaceholders } from './person-choices.ts';
import { claimButtons } from './person-claims.ts';
import { personData } from './person-data.ts';
import { nameOf, placeholdersPage } from './person-list.ts';

export type PersonServices = {
  db: Database;
  guilds: Guilds;
  persons: Persons;
  tournaments: Pick<Tournaments, 'find'>;
};

/** `/person`: who the people in the matches are. For organisers; `claim` for everyone. */
export function personCommand(services: PersonServices) {
  const { db, guilds } = services;
  const run: Record<string, (interaction: ChatInputCommandInteraction) => Promise<void>> = {
    placeholders: (interaction) => listPlaceholders(services, interaction),
    link: (interaction) => link(services, interaction),
    unlink: (interaction) => unlink(services, interaction),
    claim: (interaction) => claim(services, interaction),
  };
  return {
    data: personData,
    async run(interaction) {
      const subcommand = interaction.options.getSubcommand();
      const known = run[subcommand];
      if (!known) throw new UserError(`This Herald has no /person ${subcommand} any more.`);
      await known(interaction);
    },
    async autocomplete(interaction) {
      const guildId = guildOf(interaction);
      const { name, value } = interaction.options.getFocused(true);
      const isForEveryone = interaction.options.getSubcommand() === 'claim';
      if (!isForEveryone && !(await isOrganiser(interaction, guilds))) return [];
      if (name === 'placeholder') return await suggestPlaceholders(db, guildId, value);
      if (name === 'person') return await suggestMerged(db, guildId, value);
      return await suggestTournaments(db, guildId, value);
    },
    buttons: {
      ...claimButtons(services),
      page: {
        acknowledge: 'update',
        async run(interaction, [tournament = '', page = '1']) {
          const guildId = await requireOrganiser(interaction, guilds);
          const tournamentId = Number(tournament) || null;
          await interaction.editReply(
            await placeholdersPage(db, { guildId, tournamentId }, Number(page) || 1),
          );
        },
      },
    },
  } satisfies Command;
}

async function listPlaceholders(
  { db, guilds, tournaments }: PersonServices,
  interaction: ChatInputCommandInteraction,
): Promise<void> {
  const guildId = await requireOrganiser(interaction, guilds);
  const typed = interaction.options.getString('tournament');
  const tournamentId = typed === null ? null : (await tournaments.find(guildId, typed)).id;
  await interaction.editReply(await placeholdersPage(db, { guildId, tournamentId }, 1));
}

async function link(
  { db, guilds, persons }: PersonServices,
  interaction: ChatInputCommandInteraction,
): Promise<void> {
  const guildId = await requireOrganiser(interaction, guilds);
  const id = await readPlaceholder(db, guildId, interaction.options.getString('placeholder', true));
  const user = interaction.options.getUser('user', true);
  const account = { id: user.id, name: user.displayName, isBot: user.bot };
  const placeholder = await persons.link(guildId, id, account, interaction.user.id);
  await interaction.editReply(
    plain(
      `${nameOf(placeholder)} is <@${user.id}> from now on, on all matches. \`/person unlink\` takes that back.`,
    ),
  );
}

async function unlink(
  { db, guilds, persons }: PersonServices,
  interaction: ChatInputCommandInteraction,
): Promise<void> {
  const guildId = await requireOrganiser(interaction, guilds);
  const id = await readMerged(db, guildId, interaction.options.getString('person', true));
  const placeholder = await persons.unlink(guildId, id, interaction.user.id);
  await interaction.editReply(
    plain(
      `${nameOf(placeholder)} stands for themselves again, with the matches that came from them. What the source says about their account changes nothing any more; \`/person link\` does.`,
    ),
  );
}

async function claim(
  { db, persons }: PersonServices,
  interaction: ChatInputCommandInteraction,
): Promise<void> {
  const guildId = guildOf(interaction);
  const id = await readPlaceholder(db, guildId, interaction.options.getString('placeholder', true));
  const { id: userId, displayName } = interaction.user;
  const claimed = await persons.claim(guildId, id, { id: userId, name: displayName });
  const said = claimed.isNew ? 'You said' : 'You said already';
  const where = claimed.channelId
    ? `Organisers are asked in <#${claimed.channelId}>, where the answer will stand.`
    : 'No channel is set here in which organisers could be asked: tell one of them. They see your claim in `/person placeholders`.';
  await interaction.editReply(plain(`${said} that you are ${nameOf(claimed.placeholder)}. ${where}`));
}
