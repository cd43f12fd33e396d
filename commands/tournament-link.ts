import type { ChatInputCommandInteraction, Client } from 'discord.js';
import { plain } from '../src/discord/command.ts';
import { explainMissing, missingToPost } from '../src/discord/permissions.ts';
import { UserError } from '../src/errors.ts';
import type { Guilds } from '../src/guilds/guilds.ts';
import type { Tournament } from '../src/matches/entities.ts';
import { SOURCE_NAMES } from '../src/matches/linking.ts';
import type { Source } from '../src/matches/source.ts';
import { escapeText } from '../src/text.ts';
import { requireOrganiser } from './organiser.ts';
import { missingIn } from './posting-channel.ts';
import type { TournamentServices } from './tournament-services.ts';

/** `/tournament link <source>`: the slug is checked at the source first, then everything is done at once. */
export async function linkTournament(
  { guilds, tournaments, sources }: TournamentServices,
  interaction: ChatInputCommandInteraction,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  const guildId = await requireOrganiser(interaction, guilds);
  const typed = interaction.options.getString('tournament')?.trim();
  const wanted = typed ? await tournaments.find(guildId, typed) : undefined;
  const schedules = sources[source];
  if (!schedules) throw new UserError(`${SOURCE_NAMES[source]} is not set up here.`);
  const found = await schedules.find(interaction.options.getString('slug', true), signal);
  const actor = { guildId, actorId: interaction.user.id };
  const isThread = interaction.channel?.isThread() ?? false;
  const mayPostHere = missingToPost(interaction.appPermissions, isThread).length === 0;
  const tournament = await tournaments.link(
    actor,
    { source, ...found },
    { id: wanted?.id, channelId: mayPostHere ? interaction.channelId : null },
  );
  const whose = `${SOURCE_NAMES[source]}'s **${escapeText(found.name)}** (${escapeText(found.slug)})`;
  const waitMs = await schedules.readableInMs(found.slug);
  await interaction.editReply(
    plain(
      [
        `**${escapeText(tournament.name)}** follows ${whose} from now on. The first sync ${waitMs > 0 ? 'starts in a moment' : 'has started'}; \`/tournament show\` tells how it went.`,
        await announcing(interaction.client, guilds, tournament),
      ].join('\n'),
    ),
  );
}

/** `/tournament unlink`. */
export async function unlinkTournament(
  { guilds, tournaments }: TournamentServices,
  interaction: ChatInputCommandInteraction,
): Promise<void> {
  const guildId = await requireOrganiser(interaction, guilds);
  const { id } = await tournaments.find(guildId, interaction.options.getString('tournament', true));
  const source = readSource(interaction.options.getString('source', true));
  const actor = { guildId, actorId: interaction.user.id };
  const { tournament, slug } = await tournaments.unlink(actor, id, source);
  await interaction.editReply(
    plain(
      `**${escapeText(tournament.name)}** no longer follows ${SOURCE_NAMES[source]}'s ${escapeText(slug)}. Its matches stay as they are; nobody is reminded of them any more, and their Discord events are called off.`,
    ),
  );
}

/** Where a tournament's matches are announced, or what keeps them from it. Markdown. */
export async function announcing(
  client: Client,
  guilds: Guilds,
  { guild, announceChannelId }: Tournament,
): Promise<string> {
  const channelId = announceChannelId ?? (await guilds.get(guild))?.channelId;
  if (!channelId)
    return '⚠️ It is announced nowhere yet: `/tournament settings` sets a channel for it, `/setup channel` one for everything.';
  const missing = await missingIn(client, channelId);
  if (!missing) return `⚠️ Herald cannot see <#${channelId}>, where it should be announced.`;
  if (missing.length > 0) return `⚠️ ${explainMissing(channelId, missing)}`;
  return `It is announced in <#${channelId}>.`;
}

function readSource(text: string): Source {
  if (text in SOURCE_NAMES) return text as Source;
  throw new UserError(`"${text}" is no source of schedules.`);
}
