import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';

/** A Discord guild and what its people set with `/setup`. */
export const Guild = defineEntity({
  name: 'Guild',
  tableName: 'guild',
  properties: {
    id: p.text().primary(),
    name: p.text(),
    organiserRoleId: p.text().nullable(),
    /** Where status messages and announcements go when nothing else is set. */
    channelId: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
    /** When the bot was removed from the guild; null while it is there. */
    leftAt: p.datetime().columnType('timestamptz').nullable(),
    /** When organisers were told that Herald may not make Discord events here; null while it may. */
    eventsRefusedAt: p.datetime().columnType('timestamptz').nullable(),
  },
});
export type Guild = InferEntity<typeof Guild>;

/** Who did what in a guild. Written in the transaction of the deed. */
export const AuditLog = defineEntity({
  name: 'AuditLog',
  tableName: 'audit_log',
  indexes: [
    { properties: ['guild', 'at'] },
    { properties: ['actorId'] },
    {
      name: 'audit_log_user_index',
      expression: `create index audit_log_user_index on audit_log ((detail->>'user')) where detail->>'user' is not null`,
    },
  ],
  properties: {
    id: p.bigint().$type<string>().primary().autoincrement(),
    guild: () => p.manyToOne(Guild).mapToPk().deleteRule('cascade'),
    actorId: p.text().nullable(),
    action: p.text(),
    detail: p.json().$type<Record<string, unknown>>(),
    at: p.datetime().columnType('timestamptz').defaultRaw('now()'),
  },
});
