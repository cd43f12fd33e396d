import { createHmac, randomBytes } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../../database/database.ts';
import { LOCKS } from '../../database/locks.ts';
import type { SourcePerson } from '../source.ts';

/** What stands where the name of somebody was who had it erased. */
export const ERASED = 'erased';

/** Under which key a source knows somebody. */
export type SourceKey = { source: string; kind: string; key: string };

/** Somebody as they may be kept: the same object, or without all that says who it is when they had themselves erased. */
export type Veil = (person: SourcePerson) => SourcePerson;

/**
 * Lets an import and an erasure not run side by side, until the end of the transaction: what the first one wrote is seen
 * by the other.
 */
export async function awaitErasures(em: EntityManager): Promise<void> {
  await rows(em, sql`select pg_advisory_xact_lock_shared(${LOCKS.erasure})`);
}

/** Keeps all imports waiting until the end of the transaction. */
export async function holdImports(em: EntityManager): Promise<void> {
  await rows(em, sql`select pg_advisory_xact_lock(${LOCKS.erasure})`);
}

/** Who of some people whom a source names had themselves erased: known by their Discord account, or by a key. */
export async function readErasures(
  em: EntityManager,
  source: string,
  people: readonly SourcePerson[],
): Promise<Veil> {
  const salts = people.length > 0 ? await readSalts(em) : [];
  const [own] = salts;
  // As long as nobody asked for it, looking costs this one row.
  if (own === undefined) return (person) => person;
  const hashesOf = (person: SourcePerson) =>
    salts.flatMap((salt) => [
      keyHash(salt, { source, ...person }),
      ...(person.discordId === null ? [] : [accountHash(salt, person.discordId)]),
    ]);
  const found = await knownHashes(em, people.flatMap(hashesOf));
  return (person) => {
    if (person.isErased || !hashesOf(person).some((hash) => found.has(hash))) return person;
    return veiled(person.kind, keyHash(own, { source, ...person }));
  };
}

/** Which of some Discord accounts belong to people who had themselves erased. */
export async function erasedAccounts(em: EntityManager, discordIds: readonly string[]): Promise<Set<string>> {
  return await erasedAmong(em, discordIds, accountHash);
}

/** Which of some keys belong to people who had themselves erased. */
export async function erasedKeys(em: EntityManager, keys: readonly SourceKey[]): Promise<Set<SourceKey>> {
  return await erasedAmong(em, keys, keyHash);
}

async function erasedAmong<T>(
  em: EntityManager,
  some: readonly T[],
  hashOf: (salt: string, one: T) => string,
): Promise<Set<T>> {
  const salts = some.length > 0 ? await readSalts(em) : [];
  if (salts.length === 0) return new Set();
  const hashesOf = (one: T) => salts.map((salt) => hashOf(salt, one));
  const found = await knownHashes(em, some.flatMap(hashesOf));
  return new Set(some.filter((one) => hashesOf(one).some((hash) => found.has(hash))));
}

/**
 * Remembers, as salted hashes, whom no import may bring back.
 *
 * @returns what stands for each key from now on, in the order of the keys
 */
export async function rememberErased(
  em: EntityManager,
  { discordId, keys }: { discordId?: string | undefined; keys: readonly SourceKey[] },
): Promise<string[]> {
  const salt = (await readSalts(em))[0] ?? (await makeSalt(em));
  const ofKeys = keys.map((key) => keyHash(salt, key));
  const hashes = [...ofKeys, ...(discordId === undefined ? [] : [accountHash(salt, discordId)])];
  await rows(
    em,
    sql`insert into erased (hash) select distinct hash from unnest(${hashes}::text[]) as given(hash) order by hash
        on conflict do nothing`,
  );
  return ofKeys.map((hash) => veiled('', hash).key);
}

function veiled(kind: string, hash: string): SourcePerson {
  const key = `${ERASED} ${hash}`;
  return { kind, key, handle: '', name: ERASED, discordId: null, tag: null, stream: null, isErased: true };
}

async function knownHashes(em: EntityManager, hashes: readonly string[]): Promise<Set<string>> {
  const found = await rows(
    em,
    sql<{ hash: string }>`select hash from erased where hash = any(${[...hashes]}::text[])`,
  );
  return new Set(found.map(({ hash }) => hash));
}

/** The first is Herald's own; others came with what was erased before a restore. */
async function readSalts(em: EntityManager): Promise<string[]> {
  const found = await rows(em, sql<{ salt: string }>`select salt from erased_salt order by id`);
  return found.map(({ salt }) => salt);
}

async function makeSalt(em: EntityManager): Promise<string> {
  const made = randomBytes(32).toString('base64url');
  await rows(em, sql`insert into erased_salt (id, salt) values (1, ${made}) on conflict do nothing`);
  return (await readSalts(em))[0] ?? made;
}

function accountHash(salt: string, discordId: string): string {
  return hash(salt, ['account', discordId]);
}

function keyHash(salt: string, { source, kind, key }: SourceKey): string {
  return hash(salt, ['key', source, kind, key]);
}

function hash(salt: string, parts: readonly string[]): string {
  return createHmac('sha256', salt).update(parts.join('\n')).digest('base64url');
}
