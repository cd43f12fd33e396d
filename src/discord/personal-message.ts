import {
  type APIMessage,
  ButtonStyle,
  ComponentType,
  type RESTPostAPIChannelMessageJSONBody,
} from 'discord-api-types/v10';
import type { MatchView } from '../matches/change.ts';
import { matchLines, type Saying } from '../notifications/saying.ts';
import { showMatchButtonId, stopButtonId } from '../outbox/custom-id.ts';
import type { ClaimedNotification } from '../outbox/notification-delivery.ts';
import { escapeText } from '../text.ts';
import { EMBED, packLines, shortenEscaped } from './embed-limits.ts';
import { hasButton } from './posted.ts';

/** Where a message comes from, for those who read it for the first time. */
export type Origin = { matchId: number; tournament: string; guild: string; isFirst: boolean };

/** A message to one person about one match. */
export function drawPersonal(
  { id, discordUserId, channelId }: ClaimedNotification,
  saying: Saying,
  view: MatchView,
  origin: Origin,
): RESTPostAPIChannelMessageJSONBody {
  const why = `You get this because you are down for a match of **${escapeText(origin.tournament)}** in **${escapeText(origin.guild)}**. The button below, or \`/notifications off\`, ends these messages.`;
  const lines = [
    `**${shortenEscaped(escapeText(view.title), 200)}**`,
    ...saying.lines,
    ...matchLines(view),
    ...(origin.isFirst && !channelId ? ['', why] : []),
  ];
  const isToChannel = channelId !== null && discordUserId !== null;
  return {
    // In a channel the person is mentioned: Discord takes no direct messages for them.
    ...(isToChannel ? { content: `<@${discordUserId}>` } : {}),
    embeds: [
      {
        title: saying.headline,
        description: packLines(lines, EMBED.description),
        color: 0x5865f2,
        footer: { text: `${origin.tournament} · ${origin.guild}`.slice(0, 300) },
      },
    ],
    components: [
      {
        type: ComponentType.ActionRow,
        components: [
          {
            type: ComponentType.Button,
            style: ButtonStyle.Secondary,
            label: 'Show match',
            custom_id: showMatchButtonId(String(origin.matchId), id),
          },
          {
            type: ComponentType.Button,
            style: ButtonStyle.Secondary,
            label: 'Stop these messages',
            custom_id: stopButtonId(id),
          },
        ],
      },
    ],
    allowed_mentions: { parse: [], users: isToChannel ? [discordUserId] : [] },
  };
}

/** A notice to organisers. Its footer tells it from others when it has to be found again. */
export function drawNotice({ id, payload }: ClaimedNotification): RESTPostAPIChannelMessageJSONBody {
  const buttons = (payload.buttons ?? []) as { label: string; customId: string; style: number }[];
  return {
    embeds: [
      {
        description: String(payload.text ?? '').slice(0, EMBED.description),
        color: 0x5865f2,
        footer: { text: noticeMark(id) },
      },
    ],
    components:
      buttons.length === 0
        ? []
        : [
            {
              type: ComponentType.ActionRow,
              components: buttons.map(({ label, customId, style }) => ({
                type: ComponentType.Button,
                style: style as ButtonStyle.Primary,
                label,
                custom_id: customId,
              })),
            },
          ],
    allowed_mentions: { parse: [] },
  };
}

/** Whether a message is the one that a notification became. */
export function isMessageOf(message: APIMessage, id: string): boolean {
  return (
    hasButton(message, (customId) => customId === stopButtonId(id)) ||
    message.embeds.some(({ footer }) => footer?.text === noticeMark(id))
  );
}

const noticeMark = (id: string) => `Herald · notice ${id}`;
