import {
  type ActionRowData,
  ButtonStyle,
  ComponentType,
  type InteractionButtonComponentData,
  type InteractionEditReplyOptions,
} from 'discord.js';
import type { Database } from '../src/database/database.ts';
import { EMBED, packLines, shortenEscaped } from '../src/discord/embed-limits.ts';
import { type ScheduleFilter, upcomingMatches } from '../src/matches/schedule.ts';
import { customId } from '../src/outbox/custom-id.ts';
import { count, escapeText } from '../src/text.ts';
import { matchBlock } from './match-lines.ts';

const PER_PAGE = 8;
/** Stands for "all" in a custom id. */
const ALL = '-';

/** What a list is about: all, one tournament, one person, or both. */
export type ListAbout = { tournament: { id: number; name: string } | undefined; userId: string | undefined };

/** A page of the matches to come, with buttons to turn where there are more. Pages count from 1. */
export async function matchList(
  db: Database,
  viewer: { guildId: string; isOrganiser: boolean },
  { tournament, userId }: ListAbout,
  wanted: number,
): Promise<InteractionEditReplyOptions> {
  const filter: ScheduleFilter = { ...viewer, tournamentId: tournament?.id, discordId: userId };
  const { matches, page, pages, total } = await upcomingMatches(db, filter, { page: wanted, size: PER_PAGE });
  const about = [
    ...(tournament ? [`of **${escapeText(tournament.name)}**`] : []),
    ...(userId ? [`with <@${userId}>`] : []),
  ].join(' ');
  const answer = { embeds: [], components: [], allowedMentions: { parse: [] } };
  if (total === 0) {
    const next = viewer.isOrganiser
      ? '`/tournament list` tells how the schedules stand, `/tournament link` follows one.'
      : '`/tournament list` tells which schedules are followed here.';
    return { ...answer, content: `There is no match to come${about && ` ${about}`}. ${next}` };
  }
  const turn = (label: string, to: number): InteractionButtonComponentData => ({
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    label,
    customId: customId('match', 'page', tournament?.id ?? ALL, userId ?? ALL, to),
    disabled: to < 1 || to > pages,
  });
  const buttons: ActionRowData<InteractionButtonComponentData> = {
    type: ComponentType.ActionRow,
    components: [turn('Previous', page - 1), turn('Next', page + 1)],
  };
  const blocks = matches.map((match) => `${matchBlock(match, { withTournament: !tournament })}\n`);
  return {
    ...answer,
    content: userId ? `Matches ${about}` : '',
    embeds: [
      {
        title: shortenEscaped(
          tournament ? `Matches of ${escapeText(tournament.name)}` : 'Matches to come',
          EMBED.title,
        ),
        color: 0x5865f2,
        description: packLines(blocks, EMBED.description),
        footer: { text: `${count(total)} to come${pages > 1 ? ` · Page ${page} of ${pages}` : ''}` },
      },
    ],
    components: pages > 1 ? [buttons] : [],
  };
}

/** What a page button's arguments say: tournament, person and page. */
export function readPageButton([tournament = ALL, user = ALL, page = '1']: readonly string[]): {
  tournamentId: number | undefined;
  userId: string | undefined;
  page: number;
} {
  return {
    tournamentId: tournament === ALL ? undefined : Number(tournament),
    userId: user === ALL ? undefined : user,
    page: Number(page) || 1,
  };
}
