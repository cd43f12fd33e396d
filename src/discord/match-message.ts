import {
  type APIEmbed,
  ButtonStyle,
  ComponentType,
  type RESTPostAPIChannelMessageJSONBody,
} from 'discord-api-types/v10';
import type { Database } from '../database/database.ts';
import type { MatchView } from '../matches/change.ts';
import { versus } from '../matches/fields.ts';
import { tournamentName } from '../matches/names.ts';
import { snapshotsOf } from '../matches/snapshots.ts';
import { matchLines, when } from '../notifications/saying.ts';
import { peopleOf } from '../notifications/told.ts';
import { showMatchButtonId, startButtonId } from '../outbox/custom-id.ts';
import { escapeText, stamp } from '../text.ts';
import { EMBED, packLines, shortenEscaped } from './embed-limits.ts';
import type { Renderer } from './live-messages.ts';

/** So many mentions surely fit into the 2000 characters that a message's content may have (Discord docs, Create Message). */
const MENTIONS = 80;

const LOOK: Record<MatchView['state'], { color: number; word: string }> = {
  unconfirmed: { color: 0x95a5a6, word: '🕑 Not confirmed' },
  scheduled: { color: 0x5865f2, word: '📅 Scheduled' },
  called: { color: 0xf1c40f, word: '📣 Called' },
  live: { color: 0xed4245, word: '🔴 Under way' },
  finished: { color: 0x57f287, word: '✅ Over' },
  cancelled: { color: 0x992d22, word: '❌ Cancelled' },
};

/** Draws the announcement of a match. Those who play or help are mentioned, and nobody else. */
export function matchRenderer(db: Database): Renderer {
  return async ({ id, subject }) => {
    const match = (await snapshotsOf(db.em(), [Number(subject)])).get(Number(subject));
    if (!match) return null;
    return drawMatch(match.view, {
      subject,
      liveId: id,
      tournament: await tournamentName(db.em(), match.tournamentId),
    });
  };
}

/** The announcement as Discord takes it. */
export function drawMatch(
  view: MatchView,
  about: { subject: string; liveId: string; tournament: string },
): RESTPostAPIChannelMessageJSONBody {
  const users = peopleOf(view).slice(0, MENTIONS);
  return {
    content: users.map((id) => `<@${id}>`).join(' '),
    embeds: [matchEmbed(view, about.tournament)],
    components: [
      {
        type: ComponentType.ActionRow,
        components: [
          {
            type: ComponentType.Button,
            style: ButtonStyle.Secondary,
            label: 'Show match',
            custom_id: showMatchButtonId(about.subject, about.liveId),
          },
          {
            type: ComponentType.Button,
            style: ButtonStyle.Primary,
            label: 'Send me DMs',
            custom_id: startButtonId(about.subject),
          },
        ],
      },
    ],
    allowed_mentions: { parse: [], users },
  };
}

/** A match as everybody may see it. */
export function matchEmbed(view: MatchView, tournament: string): APIEmbed {
  const { color, word } = LOOK[view.state];
  const pairs = Map.groupBy(view.players, ({ pairing }) => pairing);
  const players = [...pairs.values()].map((pair) => versus(pair, (name) => `**${escapeText(name)}**`));
  const lines = [
    word,
    ...players,
    ...timeLine(view),
    ...(view.score ? [escapeText(view.score)] : []),
    ...matchLines(view),
  ];
  return {
    title: shortenEscaped(escapeText(view.title), EMBED.title),
    description: packLines(lines, EMBED.description),
    color,
    footer: { text: tournament.slice(0, 200) },
  };
}

/** When it is; of a match that is off, when it was to be. */
function timeLine({ startsAt, state }: MatchView): string[] {
  if (startsAt === null || state === 'unconfirmed') return [];
  return state === 'cancelled' ? [`~~${stamp(new Date(startsAt), 'F')}~~`] : [when(startsAt)];
}
