import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import { SOURCE_NAMES } from '../matches/linking.ts';
import { awaitErasures, erasedAccounts } from '../matches/privacy/erased.ts';
import type { SourceCopy } from '../matches/privacy/stored.ts';
import { touchLive } from '../outbox/live-message.ts';
import { STARTGG_EVENT_MESSAGE } from './schedule/event-announcement.ts';

/** The warehouse is a copy of public data: it loses the linked Discord account and nothing else. */
export const warehouseCopy: SourceCopy = {
  name: SOURCE_NAMES.startgg,
  async names(em, discordId) {
    return (
      (await firstRow(em, sql`select 1 from startgg_user where discord_id = ${discordId} limit 1`)) !==
      undefined
    );
  },
  async erase(em, { discordId, matchIds }) {
    if (discordId !== undefined)
      await rows(em, sql`update startgg_user set discord_id = null where discord_id = ${discordId}`);
    const messages = await rows(
      em,
      sql<{
        subject: string;
      }>`select distinct l.subject from match m join startgg_set s on m.source = 'startgg' and s.id = m.outside_id
        join live_message l on l.kind = ${STARTGG_EVENT_MESSAGE} and l.subject = m.tournament_id || '-' || s.event_id
        where m.id = any(${matchIds}::int[]) order by l.subject`,
    );
    for (const { subject } of messages) await touchLive(em, STARTGG_EVENT_MESSAGE, subject);
  },
};

/** Users as they may be kept: whoever had themselves erased does not come back by the account linked at start.gg. */
export async function withoutErasedAccounts<T extends object>(
  em: EntityManager,
  users: readonly T[],
): Promise<T[]> {
  const linked = users.flatMap((user) => accountOf(user) ?? []);
  if (linked.length === 0) return [...users];
  await awaitErasures(em);
  const erased = await erasedAccounts(em, linked);
  return users.map((user) => (erased.has(accountOf(user) ?? '') ? { ...user, discordId: null } : user));
}

function accountOf(user: { discordId?: string | null }): string | null | undefined {
  return user.discordId;
}
