import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';

/**
 * A message in a channel that shows the present state of something (an import, say) and is edited when that changes.
 * Whoever changes the thing sets `dirtyAt` in the same transaction; a deliverer draws it anew and sends it.
 */
export const LiveMessage = defineEntity({
  name: 'LiveMessage',
  tableName: 'live_message',
  uniques: [{ properties: ['kind', 'subject'] }],
  indexes: [
    {
      name: 'live_message_dirty_index',
      expression:
        'create index live_message_dirty_index on live_message (dirty_at) where dirty_at is not null',
    },
    {
      name: 'live_message_absent_index',
      expression:
        'create index live_message_absent_index on live_message (guild_id) where error is not null or message_id is null',
    },
  ],
  properties: {
    id: p.bigint().$type<string>().primary().autoincrement(),
    kind: p.text(),
    subject: p.text(),
    guildId: p.text(),
    channelId: p.text(),
    messageId: p.text().nullable(),
    /** Set before the first attempt to post: from then on the channel is searched before it is posted again. */
    postedAt: p.datetime().columnType('timestamptz').nullable(),
    editedAt: p.datetime().columnType('timestamptz').nullable(),
    dirtyAt: p.datetime().columnType('timestamptz').nullable(),
    /** Hash of what was last sent; the same again is not sent. */
    renderedHash: p.text().nullable(),
    claimedUntil: p.datetime().columnType('timestamptz').nullable(),
    attempts: p.integer().default(0),
    /** Why it cannot be shown, in words for the organiser. */
    error: p.text().nullable(),
  },
});
export type LiveMessage = InferEntity<typeof LiveMessage>;
