import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';

/**
 * Whatever waited to be said when a backup was made may have been said after that. It is treated as what a process was
 * about to send when it was killed: looked for in its channel before it is sent.
 *
 * @param at when the backup was made
 */
export async function distrustOutbox(em: EntityManager, at: string): Promise<void> {
  await rows(
    em,
    sql`update notification set claimed_until = null, sending_at = coalesce(sending_at, ${at}::timestamptz) where state = 'pending'`,
  );
  await rows(
    em,
    sql`update live_message set posted_at = ${at}::timestamptz where message_id is null and posted_at is null and dirty_at is not null`,
  );
}
