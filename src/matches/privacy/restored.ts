import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';
import { erasedAccounts, erasedKeys, type SourceKey } from './erased.ts';

/** What is remembered of erasures: not whom they were of, but how to know them again. */
export type Erasures = { salts: string[]; erased: { hash: string; at: string }[] };

/** Who is in a database although they had themselves erased. */
type Back = {
  accounts: string[];
  /** People without an account. */
  personIds: number[];
  /** Theirs, and those that only copies of sources name. */
  keys: SourceKey[];
};

/** Hashes that are looked up at once. */
const AT_ONCE = 5_000;

/** Reads what is remembered; undefined where there are no such tables yet. */
export async function readRemembered(em: EntityManager): Promise<Erasures | undefined> {
  const table = await firstRow(
    em,
    sql<{ name: string | null }>`select to_regclass('erased_salt')::text as name`,
  );
  if (!table?.name) return undefined;
  const salts = await rows(em, sql<{ salt: string }>`select salt from erased_salt order by id`);
  const erased = await rows(em, sql<{ hash: string; at: string }>`select hash, at::text as at from erased`);
  return { salts: salts.map(({ salt }) => salt), erased };
}

/**
 * Remembers also what was remembered elsewhere. A salt that is not known here is kept beside the one that there is, since
 * what it was used for cannot be made anew.
 *
 * @returns whether any of it was new
 */
export async function addErasures(em: EntityManager, { salts, erased }: Erasures): Promise<boolean> {
  for (const salt of salts)
    await rows(
      em,
      sql`insert into erased_salt (id, salt) select coalesce(max(id), 0) + 1, ${salt}::text from erased_salt
          having not coalesce(bool_or(salt = ${salt}), false)`,
    );
  const added = await firstRow(
    em,
    sql<{ n: number }>`with added as (
        insert into erased (hash, at) select hash, at from json_to_recordset(${JSON.stringify(erased)}::json) as given(hash text, at timestamptz)
        on conflict do nothing returning 1)
      select count(*)::int as n from added`,
  );
  return (added?.n ?? 0) > 0;
}

/** Finds everybody who is remembered as erased and here all the same. What an organiser decided otherwise stays. */
export async function whoIsBack(em: EntityManager): Promise<Back> {
  const accounts = await rows(
    em,
    sql<{ id: string }>`select id from (
        select discord_id as id from person union select discord_id from discord_user union select discord_id from guild_member
        union select discord_user_id from notification union select claimant_id from person_claim union select decided_by from person_claim
        union select decided_by from person_merge union select created_by from tournament union select linked_by from tournament_link
        union select requested_by from import_job union select actor_id from audit_log union select detail->>'user' from audit_log
        union select discord_id from startgg_user
        union select jsonb_path_query(episode, '$.**.discordId') #>> '{}' from speedgaming_episode
      ) named where id ~ '^[0-9]+$' order by id`,
  );
  const people = await rows(
    em,
    sql<SourceKey & { personId: number | null }>`
      select i.source, i.kind, i.key, p.id as "personId" from person_identity i join person p on p.id = i.person_id
      where p.discord_id is null and not p.is_erased and not i.is_decided
      union select 'speedgaming', who->>'kind', who->>'key', null from speedgaming_episode,
        jsonb_path_query(episode, '$.**.person') who
      where who->>'kind' is not null and who->>'key' is not null and who->>'isErased' is null`,
  );
  const back = await inParts(people, (part) => erasedKeys(em, part));
  return {
    accounts: await inParts(
      accounts.map(({ id }) => id),
      (part) => erasedAccounts(em, part),
    ),
    personIds: [...new Set(back.flatMap(({ personId }) => personId ?? []))],
    keys: back.map(({ source, kind, key }) => ({ source, kind, key })),
  };
}

async function inParts<T>(
  all: readonly T[],
  find: (part: readonly T[]) => Promise<Set<unknown>>,
): Promise<T[]> {
  const found: T[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const part = all.slice(at, at + AT_ONCE);
    const those = await find(part);
    found.push(...part.filter((one) => those.has(one)));
  }
  return found;
}
