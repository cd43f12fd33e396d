import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';

/** A person as the recipient of direct messages. */
export type Recipient = {
  preference: 'on' | 'off' | null;
  dmChannelId: string | null;
  isNew: boolean;
  isBlocked: boolean;
};

/** How somebody is to be written to; a person nobody wrote to yet has no row. */
export async function recipient(em: EntityManager, discordId: string): Promise<Recipient> {
  const row = await firstRow(
    em,
    sql<Recipient>`select preference, dm_channel_id as "dmChannelId", first_told_at is null as "isNew", blocked_at is not null as "isBlocked"
      from discord_user where discord_id = ${discordId}`,
  );
  return row ?? { preference: null, dmChannelId: null, isNew: true, isBlocked: false };
}

/** Keeps the channel that Discord opened for direct messages with a person. */
export async function noteDmChannel(em: EntityManager, discordId: string, channelId: string): Promise<void> {
  await rows(
    em,
    sql`insert into discord_user (discord_id, dm_channel_id) values (${discordId}, ${channelId})
        on conflict (discord_id) do update set dm_channel_id = excluded.dm_channel_id`,
  );
}

/** A first message has arrived: later ones need not say why they come. */
export async function noteFirstTold(em: EntityManager, discordId: string): Promise<void> {
  await rows(
    em,
    sql`update discord_user set first_told_at = now() where discord_id = ${discordId} and first_told_at is null`,
  );
}

/** Discord takes no direct messages for this person, until they ask for them again. */
export async function noteBlocked(em: EntityManager, discordId: string): Promise<void> {
  await rows(
    em,
    sql`insert into discord_user (discord_id, blocked_at) values (${discordId}, now())
        on conflict (discord_id) do update set blocked_at = coalesce(discord_user.blocked_at, now())`,
  );
}

/** Whether somebody is a member of a guild, as far as that was asked lately; undefined when it was not. */
export async function knownMember(
  em: EntityManager,
  guildId: string,
  discordId: string,
): Promise<boolean | undefined> {
  const row = await firstRow(
    em,
    sql<{ isMember: boolean }>`select is_member as "isMember" from guild_member
      where guild_id = ${guildId} and discord_id = ${discordId}
        and checked_at > now() - case when is_member then interval '30 days' else interval '1 day' end`,
  );
  return row?.isMember;
}

/** Keeps what Discord said about a membership. */
export async function noteMember(
  em: EntityManager,
  guildId: string,
  discordId: string,
  isMember: boolean,
): Promise<void> {
  await rows(
    em,
    sql`insert into guild_member (guild_id, discord_id, is_member) values (${guildId}, ${discordId}, ${isMember})
        on conflict (guild_id, discord_id) do update set is_member = excluded.is_member, checked_at = now()`,
  );
}
