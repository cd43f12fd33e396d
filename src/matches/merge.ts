import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import { UserError } from '../errors.ts';
import type { MatchEvent } from './change.ts';
import type { MergeCause } from './people-entities.ts';
import { eventsBetween, snapshotsOf } from './snapshots.ts';

/**
 * Makes a placeholder the person that it turned out to be. Slots and crew belong to the source's keys, so moving the keys
 * moves every match, past and to come, and nobody can be doubled.
 *
 * @returns what changed in matches that are not over yet
 */
export async function mergePerson(
  em: EntityManager,
  placeholderId: number,
  personId: number,
  why: { cause: MergeCause; by: string | null },
): Promise<MatchEvent[]> {
  const open = await openMatchesOf(em, placeholderId);
  const before = await snapshotsOf(em, open);
  const isDecided = why.cause !== 'source';
  const moved = await rows(
    em,
    sql<{
      id: number;
    }>`update person_identity set person_id = ${personId}, is_decided = is_decided or ${isDecided}
      where person_id = ${placeholderId} returning id`,
  );
  await rows(em, sql`update person set merged_into_id = ${personId} where id = ${placeholderId}`);
  const merge = await firstRow(
    em,
    sql<{ id: number }>`insert into person_merge (placeholder_id, person_id, cause, decided_by, moved)
      values (${placeholderId}, ${personId}, ${why.cause}, ${why.by}, ${JSON.stringify({ identities: moved.map(({ id }) => id) })}::jsonb)
      returning id`,
  );
  return eventsBetween(before, await snapshotsOf(em, open), `+m${merge?.id}`);
}

/**
 * Takes the last merge into a person back. What the source says about these keys changes nothing from now on: a person
 * decided.
 *
 * @returns the placeholder that stands again, and what changed in matches that are not over yet
 * @throws UserError when there is none to take back
 */
export async function undoMerge(
  em: EntityManager,
  personId: number,
): Promise<{ placeholderId: number; events: MatchEvent[] }> {
  const open = await openMatchesOf(em, personId);
  const before = await snapshotsOf(em, open);
  const merge = await firstRow(
    em,
    sql<{ id: number; placeholderId: number; moved: { identities: number[] } }>`
      update person_merge set undone_at = now() where id = (
        select id from person_merge where person_id = ${personId} and undone_at is null order by id desc limit 1)
      returning id, placeholder_id as "placeholderId", moved`,
  );
  if (!merge)
    throw new UserError('No placeholder was ever merged into this person, so there is nothing to take back.');
  await rows(
    em,
    sql`update person_identity set person_id = ${merge.placeholderId}, is_decided = true
        where id = any(${merge.moved.identities}::int[]) and person_id = ${personId}`,
  );
  await rows(em, sql`update person set merged_into_id = null where id = ${merge.placeholderId}`);
  const events = eventsBetween(before, await snapshotsOf(em, open), `-m${merge.id}`);
  return { placeholderId: merge.placeholderId, events };
}

/** Matches, not over yet, with a slot or a crew place of a person. */
async function openMatchesOf(em: EntityManager, personId: number): Promise<number[]> {
  const found = await rows(
    em,
    sql<{
      id: number;
    }>`select m.id from match m where state in ('unconfirmed', 'scheduled', 'called', 'live') and exists (
      select 1 from person_identity i where i.person_id = ${personId} and (
        exists (select 1 from match_player s where s.match_id = m.id and s.identity_id = i.id)
        or exists (select 1 from crew_member c where c.match_id = m.id and c.identity_id = i.id)))
      order by m.id`,
  );
  return found.map(({ id }) => id);
}
