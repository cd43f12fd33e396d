import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';

const timestamp = () => p.datetime().columnType('timestamptz');

/** A Discord account as the recipient of direct messages, in all guilds alike. */
export const DiscordUser = defineEntity({
  name: 'DiscordUser',
  tableName: 'discord_user',
  properties: {
    discordId: p.text().primary(),
    /** Asked for, or refused, by the person; null: what the tournament is set to decides. */
    preference: p.text().$type<'on' | 'off'>().nullable(),
    /** Minutes before a match; null: the tournament's. */
    reminderMinutes: p.integer().nullable(),
    dmChannelId: p.text().nullable(),
    /** When a first message was sent: later ones need not say why they come. */
    firstToldAt: timestamp().nullable(),
    /** Since when Discord takes no direct messages for this person; ends when they ask again. */
    blockedAt: timestamp().nullable(),
  },
});
export type DiscordUser = InferEntity<typeof DiscordUser>;

/** Whether somebody is a member of a guild, as Discord last said. */
export const GuildMember = defineEntity({
  name: 'GuildMember',
  tableName: 'guild_member',
  properties: {
    guildId: p.text().primary(),
    discordId: p.text().primary().index(),
    isMember: p.boolean(),
    checkedAt: timestamp().defaultRaw('now()'),
  },
});

/**
 * Something to be said once: to a person, or in a channel. Written in the transaction of what it is about; a deliverer
 * claims it, sends it and notes the message.
 */
export const Notification = defineEntity({
  name: 'Notification',
  tableName: 'notification',
  uniques: [
    {
      name: 'notification_once_unique',
      properties: ['discordUserId', 'source', 'outsideId', 'class', 'revision'],
    },
  ],
  indexes: [
    {
      name: 'notification_pending_index',
      expression: `create index notification_pending_index on notification (not_before, id) where state = 'pending'`,
    },
    { properties: ['guildId', 'state'] },
    { properties: ['source', 'outsideId'] },
  ],
  properties: {
    id: p.bigint().$type<string>().primary().autoincrement(),
    guildId: p.text(),
    /** The person it is for; null for a notice to a channel. */
    discordUserId: p.text().nullable(),
    /** Where it goes instead of a direct message. */
    channelId: p.text().nullable(),
    class: p.text().$type<NotificationClass>(),
    source: p.text().default(''),
    outsideId: p.text().default(''),
    revision: p.text().default(''),
    /** What it is about in this guild: a match's id, or what the notice says. */
    subject: p.text().default(''),
    payload: p.json().$type<Record<string, unknown>>().defaultRaw(`'{}'`),
    state: p.text().$type<NotificationState>().default('pending'),
    attempts: p.integer().default(0),
    notBefore: timestamp().defaultRaw('now()'),
    claimedUntil: timestamp().nullable(),
    /** The first attempt to send it: from then on it is looked for before it is sent again. */
    sendingAt: timestamp().nullable(),
    sentAt: timestamp().nullable(),
    messageId: p.text().nullable(),
    error: p.text().nullable(),
    createdAt: timestamp().defaultRaw('now()'),
  },
});
export type Notification = InferEntity<typeof Notification>;

/** `change`, `called`, `reminder` and `room` are about a match; a `notice` is for organisers. */
export type NotificationClass = 'change' | 'called' | 'reminder' | 'room' | 'notice';

/** `sent` was said; `void` turned out to say nothing new, or nothing that still matters; `failed` was given up. */
export type NotificationState = 'pending' | 'sent' | 'void' | 'failed';

export const notificationEntities = [DiscordUser, GuildMember, Notification];
