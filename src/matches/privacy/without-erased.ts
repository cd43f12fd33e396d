import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../../database/database.ts';
import type { Source, SourceMatch, SourcePerson } from '../source.ts';
import { erasePeople } from './erase.ts';
import { awaitErasures, readErasures, rememberErased } from './erased.ts';
import { hideErased, peopleIn } from './hiding.ts';

/** Where a source is heard. */
type Heard = { guildId: string; source: Source };

/**
 * A match as it may be written: without those who had themselves erased. What the source brings of them under keys that
 * were not known to be theirs goes the same way. The caller holds the guild.
 */
export async function withoutErased(
  em: EntityManager,
  guildId: string,
  match: SourceMatch,
): Promise<SourceMatch> {
  await awaitErasures(em);
  const veil = await readErasures(em, match.source, peopleIn(match));
  const hidden = hideErased(match, veil);
  if (hidden === match) return match;
  const named = peopleIn(match).filter((person) => veil(person) !== person);
  const signUps = match.crew.filter(({ person }) => named.includes(person)).map(({ outsideId }) => outsideId);
  const before = await rows(
    em,
    sql<{ id: number }>`select c.identity_id as id from crew_member c join match m on m.id = c.match_id
      join tournament t on t.id = m.tournament_id
      where t.guild_id = ${guildId} and m.source = ${match.source} and m.outside_id = ${match.outsideId}
        and c.outside_id = any(${signUps}::text[])`,
  );
  const identityIds = before.map(({ id }) => id);
  await eraseKnown(em, { guildId, source: match.source }, named, identityIds);
  return hidden;
}

/** Somebody as they may be kept: the same object, or nobody in particular, as in `withoutErased`. */
export async function withoutErasedPerson(
  em: EntityManager,
  heard: Heard,
  person: SourcePerson,
): Promise<SourcePerson> {
  if (person.isErased) return person;
  await awaitErasures(em);
  const veil = await readErasures(em, heard.source, [person]);
  const kept = veil(person);
  if (kept !== person) await eraseKnown(em, heard, [person], []);
  return kept;
}

/**
 * The keys under which erased people are named are theirs from now on. Placeholders by these keys, or in the places of
 * these identities, were them all along; what an organiser decided otherwise stays.
 */
async function eraseKnown(
  em: EntityManager,
  { guildId, source }: Heard,
  named: readonly SourcePerson[],
  identityIds: readonly number[],
): Promise<void> {
  const keys = named.map(({ kind, key }) => ({ source, kind, key }));
  await rememberErased(em, { keys });
  const placeholders = await rows(
    em,
    sql<{ id: number }>`
      select distinct p.id from person_identity i join person p on p.id = i.person_id
      where i.guild_id = ${guildId} and i.source = ${source} and p.discord_id is null and not p.is_erased and not i.is_decided
        and (i.id = any(${[...identityIds]}::int[]) or (i.kind, i.key) in (
          select kind, key from json_to_recordset(${JSON.stringify(keys)}::json) as given(kind text, key text)))`,
  );
  for (const { id } of placeholders) await erasePeople(em, [id]);
}
