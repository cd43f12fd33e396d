import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import { notice } from '../outbox/notification.ts';
import { escapeText, shorten } from '../text.ts';

/**
 * Nothing can be posted in a channel any more: it was deleted, or Herald lost its permissions there. The setting of the
 * tournaments that are announced in it is taken back, so that all that follows goes to the guild's channel at once and is
 * told only here. To be called in a transaction.
 *
 * @returns the guild's channel; undefined when there is none, or it is this one
 */
export async function closeChannel(
  em: EntityManager,
  guildId: string,
  channelId: string,
): Promise<string | undefined> {
  const guild = await firstRow(
    em,
    sql<{ channelId: string }>`select channel_id as "channelId" from guild
      where id = ${guildId} and left_at is null and channel_id <> ${channelId}`,
  );
  if (!guild) return undefined;
  const moved = await rows(
    em,
    sql<{ name: string }>`update tournament set announce_channel_id = null
      where guild_id = ${guildId} and announce_channel_id = ${channelId} and deleted_at is null returning name`,
  );
  const names = moved.map(({ name }) => `**${escapeText(name)}**`).sort();
  if (names.length > 0)
    await notice(
      em,
      { guildId, channelId: guild.channelId },
      `⚠️ Herald cannot post in <#${channelId}> any more: it was deleted, or Herald may not see it or write there. ${shorten(names.join(', '), 1_500)}: announced here from now on. \`/tournament settings\` sets another channel.`,
    );
  return guild.channelId;
}
