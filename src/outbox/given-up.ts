import { sql } from 'kysely';
import { type Database, rows } from '../database/database.ts';

/** Messages that were not delivered for one reason. */
export type GivenUp = { reason: string; messages: number; lastAt: string };

/** What was given up of a guild's messages in the last 7 days, by reason, the latest first. */
export async function givenUpMessages(db: Database, guildId: string): Promise<GivenUp[]> {
  return await rows(
    db.em(),
    sql<GivenUp>`select coalesce(error, 'no reason given') as reason, count(*)::int as messages, max(created_at) as "lastAt"
      from notification where guild_id = ${guildId} and state = 'failed' and created_at > now() - interval '7 days'
      group by 1 order by max(created_at) desc limit 10`,
  );
}
