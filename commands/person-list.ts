import {
  type ActionRowData,
  ButtonStyle,
  ComponentType,
  type InteractionButtonComponentData,
  type InteractionEditReplyOptions,
} from 'discord.js';
import type { Database } from '../src/database/database.ts';
import { EMBED, packLines, shortenEscaped } from '../src/discord/embed-limits.ts';
import { claimText } from '../src/matches/people/claims.ts';
import {
  hasMatches,
  type ListedPlaceholder,
  type Placeholder,
  placeholders,
  type WaitingClaim,
  waitingClaims,
} from '../src/matches/people/person-lists.ts';
import { approveButtonId, customId, refuseButtonId } from '../src/outbox/custom-id.ts';
import { count, escapeText, shorten, stamp } from '../src/text.ts';

const PER_PAGE = 10;
const NAME = 100;
/** A message has five rows of buttons (Discord docs, Component Reference); one turns the pages. */
const CLAIMS = 4;

type Row = ActionRowData<InteractionButtonComponentData>;

/** A placeholder in a sentence: "**Alice** (sg_12)". */
export function nameOf({ name, handle }: Pick<Placeholder, 'name' | 'handle'>): string {
  const bold = `**${shortenEscaped(escapeText(name), NAME)}**`;
  return handle ? `${bold} (${escapeText(handle)})` : bold;
}

/** A page of people without an account, and the claims that wait. Pages count from 1. */
export async function placeholdersPage(
  db: Database,
  { guildId, tournamentId }: { guildId: string; tournamentId: number | null },
  wanted: number,
): Promise<InteractionEditReplyOptions> {
  const read = (at: number) =>
    placeholders(db.em(), { guildId, tournamentId, limit: PER_PAGE, offset: (at - 1) * PER_PAGE });
  let page = Math.max(1, wanted);
  let found = await read(page);
  const pages = Math.max(1, Math.ceil(found.total / PER_PAGE));
  if (page > pages) {
    page = pages;
    found = await read(page);
  }
  const claims = await waitingClaims(db.em(), guildId, CLAIMS);
  if (found.total === 0 && claims.length === 0)
    return {
      content: (await hasMatches(db.em(), guildId, tournamentId))
        ? 'Everybody in the matches here is known on Discord.'
        : 'There are no matches here yet. They come with a schedule: `/tournament link` follows one.',
      embeds: [],
      components: [],
      allowedMentions: { parse: [] },
    };
  return {
    content: '',
    embeds: [
      {
        title: `Without a Discord account: ${found.hasMore ? 'more than ' : ''}${count(found.total)}`,
        color: 0x5865f2,
        description: packLines([...claims.map(claimLine), ...found.people.map(describe)], EMBED.description),
        footer: {
          text: `${pages > 1 ? `Page ${page} of ${pages} · ` : ''}/person link says who somebody is`,
        },
      },
    ],
    components: [...(pages > 1 ? [turning(tournamentId, page, pages)] : []), ...claims.map(deciding)],
    allowedMentions: { parse: [] },
  };
}

const claimLine = ({ name, handle, claimantId, claimantName }: WaitingClaim) =>
  claimText({ name, handle }, { id: claimantId, name: claimantName });

function describe(person: ListedPlaceholder): string {
  const { tag, upcoming, upcomingCount, pastCount } = person;
  const matches = upcoming.map(({ title, startsAt, tournament }) => {
    const when = startsAt ? ` ${stamp(new Date(startsAt))}` : '';
    return `• ${shortenEscaped(escapeText(title), NAME)}${when} · ${shortenEscaped(escapeText(tournament), NAME)}`;
  });
  const more = upcomingCount - upcoming.length;
  const past = pastCount > 0 ? ` · ${count(pastCount)} past` : '';
  const known = tag ? ` · says ${shortenEscaped(escapeText(tag), NAME)}` : '';
  return [
    `${nameOf(person)}${known}${past}`,
    ...matches,
    ...(more > 0 ? [`• … and ${count(more)} more`] : []),
  ].join('\n');
}

function turning(tournamentId: number | null, page: number, pages: number): Row {
  const turn = (label: string, to: number): InteractionButtonComponentData => ({
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    label,
    customId: customId('person', 'page', tournamentId ?? 0, to),
    disabled: to < 1 || to > pages,
  });
  return { type: ComponentType.ActionRow, components: [turn('Previous', page - 1), turn('Next', page + 1)] };
}

function deciding({ id, name, claimantName }: WaitingClaim): Row {
  const who = `${shorten(claimantName, 25)} is ${shorten(name, 25)}`;
  const button = (
    style: ButtonStyle.Success | ButtonStyle.Danger,
    label: string,
    buttonId: string,
  ): InteractionButtonComponentData => ({
    type: ComponentType.Button,
    style,
    label,
    customId: buttonId,
  });
  return {
    type: ComponentType.ActionRow,
    components: [
      button(ButtonStyle.Success, `Approve: ${who}`, approveButtonId(id)),
      button(ButtonStyle.Danger, 'Refuse', refuseButtonId(id)),
    ],
  };
}
