import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';
import type { MatchEvent } from '../change.ts';
import { withoutErasedPerson } from '../privacy/without-erased.ts';
import type { Source, SourcePerson } from '../source.ts';
import { mergePerson, moveIdentity } from './merge.ts';

type Known = {
  id: number;
  personId: number;
  discordId: string | null;
  isPlaceholder: boolean;
  isDecided: boolean;
};

/** Who names somebody: a source, heard in one guild. */
type Hearing = {
  guildId: string;
  source: Source;
  /** Names what the source did, in every guild alike. */
  step: string;
};

/**
 * The identity of somebody that a source names, as one guild knows them: by the source's key, which leads to the Discord
 * account that the source gives, or to a placeholder. Where the source brings an account for a key that had none, the
 * placeholder becomes that person. A tag alone never leads to an account: people type it themselves. Whoever had themselves
 * erased is nobody's account again.
 *
 * The caller holds the guild's row, so that two syncs do not make the same person twice.
 *
 * @returns the identity's id, and what changed in matches by the key becoming another person's
 */
export async function identify(
  em: EntityManager,
  { guildId, source, step }: Hearing,
  given: SourcePerson,
): Promise<{ id: number; events: MatchEvent[] }> {
  const known = await firstRow(
    em,
    sql<Known>`select i.id, person_id as "personId", discord_id as "discordId", is_placeholder as "isPlaceholder", is_decided as "isDecided"
      from person_identity i join person p on p.id = i.person_id
      where i.guild_id = ${guildId} and source = ${source} and kind = ${given.kind} and key = ${given.key}`,
  );
  const isNews = !known || (!known.isDecided && ![null, known.discordId].includes(given.discordId));
  const kept = isNews ? await withoutErasedPerson(em, { guildId, source }, given) : given;
  if (kept !== given) return await identify(em, { guildId, source, step }, kept);
  if (!known) return { id: await addIdentity(em, guildId, source, given), events: [] };
  const { discordId } = given;
  if (discordId === null || discordId === known.discordId || known.isDecided) {
    await follow(em, known.personId, given);
    return { id: known.id, events: [] };
  }
  const personId = await ensurePerson(em, guildId, discordId, given.name);
  await follow(em, personId, given);
  const events = known.isPlaceholder
    ? await mergePerson(em, known.personId, personId, { cause: 'source', by: null, step })
    : await moveIdentity(em, known.id, personId, step);
  return { id: known.id, events };
}

async function addIdentity(
  em: EntityManager,
  guildId: string,
  source: Source,
  given: SourcePerson,
): Promise<number> {
  const personId = given.discordId
    ? await ensurePerson(em, guildId, given.discordId, given.name)
    : await addPlaceholder(em, guildId, given);
  await follow(em, personId, given);
  const added = await firstRow(
    em,
    sql<{ id: number }>`insert into person_identity (guild_id, person_id, source, kind, key)
      values (${guildId}, ${personId}, ${source}, ${given.kind}, ${given.key}) returning id`,
  );
  if (!added) throw new Error('an identity was not added');
  return added.id;
}

/** The person of a guild with a Discord account, made where there is none. */
export async function ensurePerson(
  em: EntityManager,
  guildId: string,
  discordId: string,
  name: string,
): Promise<number> {
  await rows(
    em,
    sql`insert into person (guild_id, discord_id, is_placeholder, name) values (${guildId}, ${discordId}, false, ${name})
        on conflict (guild_id, discord_id) do nothing`,
  );
  const person = await firstRow(
    em,
    sql<{ id: number }>`select id from person where guild_id = ${guildId} and discord_id = ${discordId}`,
  );
  if (!person) throw new Error('a person was not added');
  return person.id;
}

async function addPlaceholder(em: EntityManager, guildId: string, given: SourcePerson): Promise<number> {
  const added = await firstRow(
    em,
    sql<{ id: number }>`insert into person (guild_id, is_placeholder, handle, name, is_erased)
      values (${guildId}, true, ${given.handle || null}, ${given.name}, ${given.isErased ?? false}) returning id`,
  );
  if (!added) throw new Error('a placeholder was not added');
  return added.id;
}

/** Name, tag and stream follow the source. */
async function follow(
  em: EntityManager,
  personId: number,
  { name, tag, stream }: SourcePerson,
): Promise<void> {
  await rows(
    em,
    sql`update person set name = ${name}, tag = coalesce(${tag}, tag), stream = coalesce(${stream}, stream)
        where id = ${personId} and (name, tag, stream) is distinct from (${name}::text, coalesce(${tag}, tag), coalesce(${stream}, stream))`,
  );
}
