import type { APIEmbedField } from 'discord.js';
import { ApplicationIntegrationType, InteractionContextType } from 'discord-api-types/v10';
import type { Database } from '../src/database/database.ts';
import type { Command, CommandData } from '../src/discord/command.ts';
import { EMBED, packLines, shortenEscaped } from '../src/discord/embed-limits.ts';
import { stateLine } from '../src/discord/import-status.ts';
import type { Guilds } from '../src/guilds/guilds.ts';
import type { Imports } from '../src/jobs/imports.ts';
import { UNFINISHED } from '../src/jobs/state.ts';
import { type AnnouncementKinds, refusedAnnouncements } from '../src/matches/announcements.ts';
import { linkStatuses } from '../src/matches/overview.ts';
import { givenUpMessages } from '../src/outbox/given-up.ts';
import { gamesOf } from '../src/startgg/follow/follows.ts';
import { count, escapeText, stamp } from '../src/text.ts';
import { isOrganiser } from './organiser.ts';
import { announcementFields, stateWords } from './tournament-show.ts';

/** `/status` as it is registered with Discord. */
export const statusData: CommandData = {
  name: 'status',
  description: 'How Herald is doing',
  contexts: [InteractionContextType.Guild],
  integration_types: [ApplicationIntegrationType.GuildInstall],
};

type StatusServices = {
  db: Database;
  version: string;
  startedAt: Date;
  guilds: Guilds;
  imports: Imports;
  queue: { length(): Promise<number> };
  announcements: AnnouncementKinds;
};

/** `/status`: for everyone; organisers see the guild's links, its unfinished imports and the queue too. */
export function statusCommand(services: StatusServices) {
  return {
    data: statusData,
    async run(interaction) {
      const { ping } = interaction.client.ws;
      const fields = [
        { name: 'Version', value: services.version, inline: true },
        { name: 'Up since', value: stamp(services.startedAt, 'R'), inline: true },
        // There is none until the first heartbeat was answered, some 40 s after the start.
        {
          name: 'Latency',
          value: ping >= 0 ? `${count(Math.round(ping))} ms` : 'not measured yet',
          inline: true,
        },
      ];
      const more = (await isOrganiser(interaction, services.guilds))
        ? await forOrganisers(services, interaction.guildId ?? '')
        : [];
      await interaction.editReply({
        embeds: [{ title: 'Herald', color: 0x57f287, fields: [...fields, ...more] }],
        allowedMentions: { parse: [] },
      });
    },
  } satisfies Command;
}

async function forOrganisers(
  { db, imports, queue, announcements }: StatusServices,
  guildId: string,
): Promise<APIEmbedField[]> {
  const unfinished = (await imports.list({ guildId }, 100)).filter(({ state }) => UNFINISHED.includes(state));
  const lines = unfinished.map((job) => {
    const title = shortenEscaped(escapeText(job.title), 100);
    return `${stateLine({ job, kind: imports.kindOf(job) })} · import ${job.id} · ${title}`;
  });
  const links = (await linkStatuses(db, guildId)).map(
    (link) => `**${shortenEscaped(escapeText(link.tournament), 60)}** ${stateWords(link)}`,
  );
  const games = (await gamesOf(db.em(), guildId)).map(
    ({ name, syncedAt, error }) =>
      `**${shortenEscaped(escapeText(name), 60)}** ${error ? `⚠️ ${shortenEscaped(escapeText(error), 200)}` : syncedAt ? `✅ ${stamp(new Date(syncedAt), 'R')}` : '⏳ after its import'}`,
  );
  const givenUp = (await givenUpMessages(db, guildId)).map(
    ({ reason, messages, lastAt }) =>
      `${count(messages)} × ${shortenEscaped(escapeText(reason), 120)} (${stamp(new Date(lastAt), 'R')})`,
  );
  return [
    ...(links.length > 0 ? [{ name: 'Schedules', value: packLines(links, EMBED.fieldValue) }] : []),
    ...(games.length > 0 ? [{ name: 'Followed games', value: packLines(games, EMBED.fieldValue) }] : []),
    { name: 'Imports', value: packLines(lines, EMBED.fieldValue) || 'none under way' },
    ...announcementFields(await refusedAnnouncements(db, announcements, { guildId })),
    ...(givenUp.length > 0
      ? [{ name: 'Messages given up in the last 7 days', value: packLines(givenUp, EMBED.fieldValue) }]
      : []),
    { name: 'Waiting for a worker', value: count(await queue.length()), inline: true },
  ];
}
