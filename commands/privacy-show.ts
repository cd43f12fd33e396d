import type { InteractionEditReplyOptions } from 'discord.js';
import { EMBED, packLines, shortenEscaped } from '../src/discord/embed-limits.ts';
import type { Stored, StoredPerson } from '../src/matches/privacy/stored.ts';
import { count, escapeText, stamp } from '../src/text.ts';

/** All of an embed shares 6000 characters (Discord docs, Message, Embed Limits). */
const GUILDS_LENGTH = 3_500;

/** What is stored about somebody, in words. */
export function storedEmbed(discordId: string, stored: Stored): InteractionEditReplyOptions {
  const guilds = stored.people.flatMap((person) => [...personLines(person), '']);
  return {
    embeds: [
      {
        title: 'What Herald keeps about you',
        color: 0x5865f2,
        description: packLines(guilds, GUILDS_LENGTH) || 'No server has you in a match.',
        fields: [
          { name: 'Discord account', value: discordId, inline: true },
          ...(stored.settings ? [{ name: 'Settings', value: settingLines(stored.settings) }] : []),
          { name: 'Also kept', value: packLines(otherLines(stored), EMBED.fieldValue) || 'nothing else' },
        ],
        footer: { text: '/privacy erase takes it all away' },
      },
    ],
    allowedMentions: { parse: [] },
  };
}

function personLines({ guild, names, tags, streams, merges, tournaments }: StoredPerson): string[] {
  const matches = tournaments.map(
    ({ name, matches: number }) =>
      `${list([name])} (${number === 1 ? '1 match' : `${count(number)} matches`})`,
  );
  return [
    `**${list([guild])}**`,
    `Known as ${list(names)}`,
    ...(tags.length > 0 ? [`Discord tag ${list(tags)}`] : []),
    ...(streams.length > 0 ? [`Stream ${list(streams)}`] : []),
    ...(matches.length > 0 ? [`In ${matches.join(', ')}`] : []),
    ...(merges > 0 ? [`Entries that turned out to be you: ${count(merges)}`] : []),
  ];
}

function settingLines({
  preference,
  reminderMinutes,
  dmChannelId,
  blockedSince,
}: NonNullable<Stored['settings']>): string {
  return [
    `Direct messages ${preference ?? 'not set'}`,
    `Reminder ${reminderMinutes === null ? 'not set' : `${reminderMinutes} minutes before`}`,
    ...(dmChannelId ? [`The channel of your direct messages with Herald: ${dmChannelId}`] : []),
    ...(blockedSince ? [`Discord takes no messages for you since ${stamp(blockedSince)}`] : []),
  ].join('\n');
}

function otherLines({ messages, claims, deeds, copies }: Stored): string[] {
  return [
    ...(messages > 0 ? [`Messages to you, kept to know what you were told: ${count(messages)}`] : []),
    ...(claims > 0 ? [`Claims that you made or decided: ${count(claims)}`] : []),
    ...(deeds > 0 ? [`Entries in the logs of servers: ${count(deeds)}`] : []),
    ...(copies.length > 0 ? [`Your account in what was read from ${list(copies)}`] : []),
  ];
}

function list(texts: readonly string[]): string {
  return texts.map((text) => shortenEscaped(escapeText(text), 80)).join(', ');
}
