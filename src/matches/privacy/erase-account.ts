import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../../database/database.ts';
import { approveButtonId } from '../../outbox/custom-id.ts';
import { ERASED } from './erased.ts';

/** Takes a Discord account out of everything that is not about matches: settings, messages to it, and who did what. */
export async function eraseAccount(em: EntityManager, discordId: string): Promise<void> {
  await eraseClaims(em, discordId);
  await rows(em, sql`delete from notification where discord_user_id = ${discordId}`);
  await rows(em, sql`delete from discord_user where discord_id = ${discordId}`);
  await rows(em, sql`delete from guild_member where discord_id = ${discordId}`);
  await rows(em, sql`update person_merge set decided_by = ${ERASED} where decided_by = ${discordId}`);
  await rows(em, sql`update tournament set created_by = null where created_by = ${discordId}`);
  await rows(em, sql`update tournament_link set linked_by = null where linked_by = ${discordId}`);
  await rows(em, sql`update import_job set requested_by = null where requested_by = ${discordId}`);
  await rows(
    em,
    sql`update audit_log set actor_id = ${ERASED}, detail = case when action = 'person.claim' then detail - 'handle' else detail end
        where actor_id = ${discordId}`,
  );
  // What was done with a person says which one by the account, and by what the source called them.
  await rows(
    em,
    sql`update audit_log set detail = detail - 'handle' || jsonb_build_object('user', ${ERASED}::text)
        where detail->>'user' = ${discordId}`,
  );
}

/** Claims that wait are asked no more; who decided others' claims is forgotten. */
async function eraseClaims(em: EntityManager, discordId: string): Promise<void> {
  const claims = await rows(
    em,
    sql<{ id: number }>`delete from person_claim where claimant_id = ${discordId} returning id`,
  );
  const buttons = claims.map(({ id }) => approveButtonId(id));
  await rows(
    em,
    sql`update notification set payload = '{}', state = case when state = 'pending' then 'void' else state end, claimed_until = null
        where class = 'notice' and payload->'buttons'->0->>'customId' = any(${buttons}::text[])`,
  );
  await rows(em, sql`update person_claim set decided_by = ${ERASED} where decided_by = ${discordId}`);
}
