import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';
import { type Preferences, preferencesOf } from '../../outbox/preferences.ts';
import { placesOf } from '../people/person-lists.ts';
import type { Erasure } from './erase.ts';

/** A copy of a source's data, out of which somebody can be taken. */
export type SourceCopy = {
  /** What the source is called by people. */
  name: string;
  /** Whether it names a Discord account. */
  names(em: EntityManager, discordId: string): Promise<boolean>;
  /** To be called in the transaction of the erasure. */
  erase(em: EntityManager, erasure: Erasure): Promise<void>;
};

/** What is stored about the owner of a Discord account. */
export type Stored = {
  /** As each guild knows them. */
  people: StoredPerson[];
  /** Null when they never set anything and were never written to. */
  settings: (Preferences & { dmChannelId: string | null }) | null;
  /** Messages to them: those on their way, and those that are kept to know what they were told. */
  messages: number;
  claims: number;
  /** Times that they did something which is kept in a guild's log, or that it was done with them. */
  deeds: number;
  /** Sources whose copy of their data names the account. */
  copies: string[];
};

export type StoredPerson = {
  guild: string;
  /** Every spelling there is, of the placeholders that turned out to be them too. */
  names: string[];
  tags: string[];
  streams: string[];
  merges: number;
  tournaments: { name: string; matches: number }[];
};

/**
 * All that is stored about the owner of a Discord account, in all guilds; undefined when that is nothing.
 *
 * @param sources the copies of sources' data that there are
 */
export async function storedAbout(
  em: EntityManager,
  discordId: string,
  sources: readonly SourceCopy[],
): Promise<Stored | undefined> {
  const people = await storedPeople(em, discordId);
  const counted = await firstRow(
    em,
    sql<Pick<Stored, 'messages' | 'claims' | 'deeds'> & { others: boolean }>`select
      (select count(*)::int from notification where discord_user_id = ${discordId}) as messages,
      (select count(*)::int from person_claim where claimant_id = ${discordId} or decided_by = ${discordId}) as claims,
      (select count(*)::int from audit_log where actor_id = ${discordId} or detail->>'user' = ${discordId}) as deeds,
      exists (select 1 from guild_member where discord_id = ${discordId})
        or exists (select 1 from import_job where requested_by = ${discordId})
        or exists (select 1 from tournament where created_by = ${discordId})
        or exists (select 1 from tournament_link where linked_by = ${discordId}) as others`,
  );
  const user = await firstRow(
    em,
    sql<{
      dmChannelId: string | null;
    }>`select dm_channel_id as "dmChannelId" from discord_user where discord_id = ${discordId}`,
  );
  const settings = user ? { ...(await preferencesOf(em, discordId)), ...user } : null;
  const copies: string[] = [];
  for (const { name, names } of sources) if (await names(em, discordId)) copies.push(name);
  const { messages = 0, claims = 0, deeds = 0, others = false } = counted ?? {};
  const isNamed = people.length + copies.length > 0 || settings !== null || others;
  return isNamed || messages + claims + deeds > 0
    ? { people, settings, messages, claims, deeds, copies }
    : undefined;
}

async function storedPeople(em: EntityManager, discordId: string): Promise<StoredPerson[]> {
  return await rows(
    em,
    sql<StoredPerson>`select coalesce(nullif(g.name, ''), g.id) as guild, names, tags, streams,
        (select count(*)::int from person_merge where person_id = p.id and undone_at is null) as merges,
        (select coalesce(json_agg(json_build_object('name', name, 'matches', matches) order by name), '[]') from (
          select t.name, count(*)::int as matches from ${placesOf(sql`p.id`)} place
            join match m on m.id = place.match_id join tournament t on t.id = m.tournament_id group by t.id) mine) as tournaments
      from person p join guild g on g.id = p.guild_id, lateral (
        select array_agg(distinct name) as names, coalesce(array_agg(distinct tag) filter (where tag is not null), '{}') as tags,
          coalesce(array_agg(distinct stream) filter (where stream is not null), '{}') as streams
        from (
          select o.name, o.tag, o.stream from person o where o.id = p.id or o.merged_into_id = p.id
          union select s.name, null, s.stream from person_identity i join match_player s on s.identity_id = i.id where i.person_id = p.id
          union select c.name, null, c.stream from person_identity i join crew_member c on c.identity_id = i.id where i.person_id = p.id
        ) spelling) spellings
      where p.discord_id = ${discordId} order by guild`,
  );
}
