import type { APIEmbedField, InteractionEditReplyOptions } from 'discord.js';
import type { Database } from '../src/database/database.ts';
import { EMBED, packLines, shortenEscaped } from '../src/discord/embed-limits.ts';
import { type RefusedAnnouncements, refusedAnnouncements } from '../src/matches/announcements.ts';
import type { Tournament } from '../src/matches/entities.ts';
import { SOURCE_NAMES } from '../src/matches/linking.ts';
import { type LinkStatus, linkStatuses, listTournaments } from '../src/matches/overview.ts';
import { upcomingMatches } from '../src/matches/schedule.ts';
import { count, escapeText, stamp } from '../src/text.ts';
import { matchBlock } from './match-lines.ts';
import type { TournamentServices } from './tournament-services.ts';
import { settingLines } from './tournament-settings.ts';

const NEXT = 5;
const SKIPPED = 600;
const REFUSED = { reason: 300, all: 600 };
/** All of an embed shares 6000 characters (Discord docs, Message, Embed Limits). */
const NEXT_LENGTH = 2_200;

/** `/tournament list`. */
export async function listOfTournaments(db: Database, guildId: string): Promise<InteractionEditReplyOptions> {
  const [tournaments, links] = [await listTournaments(db, guildId), await linkStatuses(db, guildId)];
  if (tournaments.length === 0)
    return {
      content:
        'There is no tournament here yet. Organisers make one with `/tournament link speedgaming`, `/tournament link startgg` or `/tournament create`.',
      allowedMentions: { parse: [] },
    };
  const byTournament = Map.groupBy(links, ({ tournamentId }) => tournamentId);
  const lines = tournaments.map(({ id, name, upcoming }) => {
    const follows = (byTournament.get(id) ?? []).map(
      (link) => `${SOURCE_NAMES[link.source]} ${escapeText(link.slug)} · ${stateWords(link)}`,
    );
    const matches = upcoming === 1 ? '1 match to come' : `${count(upcoming)} matches to come`;
    return `**${escapeText(name)}** · ${matches}\n${follows.join('\n') || 'follows nothing'}`;
  });
  return {
    embeds: [{ title: 'Tournaments', color: 0x5865f2, description: packLines(lines, EMBED.description) }],
    allowedMentions: { parse: [] },
  };
}

/** `/tournament show`. */
export async function showTournament(
  { db, guilds, announcements }: TournamentServices,
  tournament: Tournament,
): Promise<InteractionEditReplyOptions> {
  const { id, name, guild: guildId } = tournament;
  const links = await linkStatuses(db, guildId, id);
  const refused = await refusedAnnouncements(db, announcements, { guildId, tournamentId: id });
  const filter = { guildId, tournamentId: id, isOrganiser: false };
  const { matches, total } = await upcomingMatches(db, filter, { page: 1, size: NEXT });
  const blocks = matches.map((match) => `${matchBlock(match, { withTournament: false })}\n`);
  const next =
    total > matches.length
      ? [...blocks, `… and ${count(total - matches.length)} more: \`/match list\``]
      : blocks;
  const fallback = (await guilds.get(guildId))?.channelId ?? null;
  return {
    embeds: [
      {
        title: shortenEscaped(escapeText(name), EMBED.title),
        color: 0x5865f2,
        description: packLines(next, NEXT_LENGTH) || 'No matches to come.',
        fields: [
          ...(links.length > 0
            ? links.map(linkField)
            : [{ name: 'Follows nothing', value: 'Organisers can change that with `/tournament link`.' }]),
          ...announcementFields(refused),
          { name: 'Settings', value: settingLines(tournament, fallback).join('\n') },
        ],
      },
    ],
    allowedMentions: { parse: [] },
  };
}

function linkField(link: LinkStatus): APIEmbedField {
  const [leftOut = [], unreadable = []] = [true, false].map((isWanted) =>
    link.skipped
      .filter(({ isLeftOut = false }) => isLeftOut === isWanted)
      .map(({ item, reason }) => `${escapeText(item)}: ${shortenEscaped(escapeText(reason), 150)}`),
  );
  const lines = [
    `**${escapeText(link.name)}** (${escapeText(link.slug)})`,
    stateWords(link),
    ...(unreadable.length > 0
      ? [`${count(unreadable.length)} could not be read:`, packLines(unreadable, SKIPPED)]
      : []),
    ...(leftOut.length > 0 ? [`${count(leftOut.length)} left out:`, packLines(leftOut, SKIPPED)] : []),
  ];
  return { name: SOURCE_NAMES[link.source], value: packLines(lines, EMBED.fieldValue) };
}

/** What cannot be announced, and why: a line per channel. */
export function announcementFields(refused: readonly RefusedAnnouncements[]): APIEmbedField[] {
  if (refused.length === 0) return [];
  const lines = refused.map(
    ({ channelId, messages, reason }) =>
      `⚠️ ${count(messages)} × <#${channelId}>: ${shortenEscaped(reason, REFUSED.reason)}`,
  );
  return [{ name: 'Announcements that cannot be posted', value: packLines(lines, REFUSED.all) }];
}

/** How a link stands: when it was read, or why it cannot be. Markdown. */
export function stateWords(link: LinkStatus): string {
  if (link.isDisabled) return '⏸️ switched off while Herald was away; `/tournament sync` switches it on again';
  const synced = link.lastSyncedAt ? `synced ${stamp(new Date(link.lastSyncedAt), 'R')}` : 'not synced yet';
  if (link.lastError === null) return link.lastSyncedAt ? `✅ ${synced}` : `⏳ ${synced}`;
  const since = link.failingSince ? ` since ${stamp(new Date(link.failingSince), 'R')}` : '';
  return `⚠️ cannot be read${since}: ${shortenEscaped(escapeText(link.lastError), 200)} · ${synced}`;
}
