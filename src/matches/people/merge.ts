import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';
import { UserError } from '../../errors.ts';
import type { MatchEvent } from '../change.ts';
import { eventsBetween, snapshotsOf } from '../snapshots.ts';
import type { MergeCause } from './people-entities.ts';

/** Why a placeholder becomes a person. */
export type Reason =
  /** `step` names what the source did, in every guild alike: who hears of it in one is not told again in another. */
  | { cause: 'source'; by: null; step: string }
  /** `by` is the Discord id of the organiser. */
  | { cause: Exclude<MergeCause, 'source'>; by: string };

/**
 * Makes a placeholder the person that it turned out to be. Slots and crew belong to the source's keys, so moving the keys
 * moves every match, past and to come, and nobody can be doubled. What was claimed of the placeholder is decided by it.
 * The caller holds the guild, to which both belong.
 *
 * @returns what changed in matches that are not over yet
 */
export async function mergePerson(
  em: EntityManager,
  placeholderId: number,
  personId: number,
  why: Reason,
): Promise<MatchEvent[]> {
  const identities = await identitiesOf(em, placeholderId);
  return await changing(em, identities, async () => {
    await rows(
      em,
      sql`update person_identity set person_id = ${personId}, is_decided = is_decided or ${why.cause !== 'source'}
          where id = any(${identities}::int[])`,
    );
    await rows(em, sql`update person set merged_into_id = ${personId} where id = ${placeholderId}`);
    await rows(
      em,
      sql`update person_claim c set decided_by = ${why.by}, state = case when c.claimant_id = p.discord_id then 'approved' else 'refused' end
          from person p where p.id = ${personId} and c.placeholder_id = ${placeholderId} and c.state = 'pending'`,
    );
    const merge = await firstRow(
      em,
      sql<{ id: number }>`insert into person_merge (placeholder_id, person_id, cause, decided_by, moved)
        values (${placeholderId}, ${personId}, ${why.cause}, ${why.by}, ${JSON.stringify({ identities })}::jsonb) returning id`,
    );
    return why.cause === 'source' ? why.step : `+m${merge?.id}`;
  });
}

/**
 * Gives a source's key to another person, since the source names another account for it.
 *
 * @param step names what the source did, in every guild alike
 * @returns what changed in matches that are not over yet
 */
export async function moveIdentity(
  em: EntityManager,
  identityId: number,
  personId: number,
  step: string,
): Promise<MatchEvent[]> {
  return await changing(em, [identityId], async () => {
    await rows(em, sql`update person_identity set person_id = ${personId} where id = ${identityId}`);
    return step;
  });
}

/**
 * Takes the last merge into a person back, of those whose keys are still that person's. What the source says about these
 * keys changes nothing from now on: a person decided. The caller holds the guild.
 *
 * @returns the placeholder that stands again, and what changed in matches that are not over yet
 * @throws UserError when there is none to take back
 */
export async function undoMerge(
  em: EntityManager,
  personId: number,
): Promise<{ placeholderId: number; events: MatchEvent[] }> {
  const merge = await firstRow(
    em,
    sql<{ id: number; placeholderId: number; identities: number[] }>`
      select m.id, placeholder_id as "placeholderId", array_agg(i.id order by i.id) as identities
      from person_merge m join person_identity i on i.person_id = m.person_id and m.moved->'identities' @> to_jsonb(i.id)
      where m.person_id = ${personId} and undone_at is null group by m.id order by m.id desc limit 1`,
  );
  if (!merge)
    throw new UserError('No placeholder is merged into this person, so there is nothing to take back.');
  const { id, placeholderId, identities } = merge;
  const events = await changing(em, identities, async () => {
    await rows(
      em,
      sql`update person_identity set person_id = ${placeholderId}, is_decided = true where id = any(${identities}::int[])`,
    );
    await rows(em, sql`update person set merged_into_id = null where id = ${placeholderId}`);
    await rows(em, sql`update person_merge set undone_at = now() where id = ${id}`);
    return `-m${id}`;
  });
  return { placeholderId, events };
}

async function identitiesOf(em: EntityManager, personId: number): Promise<number[]> {
  const found = await rows(
    em,
    sql<{ id: number }>`select id from person_identity where person_id = ${personId} order by id`,
  );
  return found.map(({ id }) => id);
}

/**
 * Changes whose some keys are.
 *
 * @param change gives the name of the step
 * @returns what became of the matches with these keys that are not over yet
 */
async function changing(
  em: EntityManager,
  identities: readonly number[],
  change: () => Promise<string>,
): Promise<MatchEvent[]> {
  const open = await rows(
    em,
    sql<{ id: number }>`
      select m.id from match m join (
        select match_id from match_player where identity_id = any(${[...identities]}::int[])
        union select match_id from crew_member where identity_id = any(${[...identities]}::int[])
      ) place on place.match_id = m.id
      where state in ('unconfirmed', 'scheduled', 'called', 'live') order by m.id`,
  );
  const ids = open.map(({ id }) => id);
  const before = await snapshotsOf(em, ids);
  const step = await change();
  return eventsBetween(before, await snapshotsOf(em, ids), step);
}
