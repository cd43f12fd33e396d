import type { EntityManager } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';

/** Matches that a list names per person. */
const MATCHES_NAMED = 3;
/** People that a list can be paged through, and the latest matches of one tournament in which they are looked for. */
const LISTED = 500;
const MATCHES_SEARCHED = 500;

/** Somebody without a Discord account, with what is known of them. */
export type ListedPlaceholder = {
  id: number;
  name: string;
  handle: string;
  tag: string | null;
  /** Matches to come, soonest first; the first few of them. Times are ISO text. */
  upcoming: { title: string; startsAt: string | null; tournament: string }[];
  upcomingCount: number;
  /** Matches that are over. */
  pastCount: number;
};

type Page = { guildId: string; tournamentId: number | null; limit: number; offset: number };

/** Ids of the matches, each once, in which a person plays or helps: `from ${placesOf(…)} place`. */
export function placesOf(personId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select s.match_id from person_identity i join match_player s on s.identity_id = i.id where i.person_id = ${personId}
    union select c.match_id from person_identity i join crew_member c on c.identity_id = i.id where i.person_id = ${personId})`;
}

/**
 * People of a guild without a Discord account who are in a match (of one tournament, if given): a page of them by name, and
 * how many in all. Of very many the first by name are listed, and of a very large tournament those of its latest matches,
 * so that nobody waits longer the more history there is.
 *
 * @returns `hasMore`: there are, or may be, more than `total`
 */
export async function placeholders(
  em: EntityManager,
  { guildId, tournamentId, limit, offset }: Page,
): Promise<{ total: number; hasMore: boolean; people: ListedPlaceholder[] }> {
  const isOpen = sql`m.state in ('unconfirmed', 'scheduled', 'called', 'live')`;
  const theirs = sql`${placesOf(sql`p.id`)} place join match m on m.id = place.match_id join tournament t on t.id = m.tournament_id
    where t.deleted_at is null and (${tournamentId}::int is null or t.id = ${tournamentId}::int)`;
  const nobodies = tournamentId === null ? sql`person p, ${ANYWHERE}` : inTournament(tournamentId);
  const found = await firstRow(
    em,
    sql<{ n: number; isPart: boolean; people: ListedPlaceholder[] }>`
      with nobodies as materialized (
        select p.id, p.name, p.handle, p.tag from ${nobodies}
        where p.guild_id = ${guildId} and p.is_placeholder and not p.is_erased and p.merged_into_id is null
        order by lower(p.name), p.id limit ${LISTED + 1}
      ), page as (select * from nobodies order by lower(name), id limit ${limit} offset ${offset})
      select (select count(*)::int from nobodies) as n,
        exists (select 1 from match where tournament_id = ${tournamentId}::int offset ${MATCHES_SEARCHED}) as "isPart", (
        select coalesce(json_agg(json_build_object('id', p.id, 'name', p.name, 'handle', coalesce(p.handle, ''), 'tag', p.tag, 'upcoming', (
            select coalesce(json_agg(soon), '[]') from (
              select m.title, to_char(m.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "startsAt", t.name as tournament
              from ${theirs} and ${isOpen} order by m.starts_at nulls last, m.id limit ${MATCHES_NAMED}) soon),
          'upcomingCount', (select count(*) from ${theirs} and ${isOpen}),
          'pastCount', (select count(*) from ${theirs} and not ${isOpen})) order by lower(p.name), p.id), '[]') from page p) as people`,
  );
  const { n = 0, isPart = false, people = [] } = found ?? {};
  return {
    total: Math.min(n, LISTED),
    hasMore: isPart || n > LISTED,
    people: people.slice(0, Math.max(0, LISTED - offset)),
  };
}

/** A match of the person `p` in any tournament: the first that is found is enough. */
const ANYWHERE = sql`lateral (
  select 1 from (
    select s.match_id from person_identity i join match_player s on s.identity_id = i.id where i.person_id = p.id
    union all select c.match_id from person_identity i join crew_member c on c.identity_id = i.id where i.person_id = p.id) place
    join match m on m.id = place.match_id join tournament t on t.id = m.tournament_id
  where t.deleted_at is null limit 1) somewhere`;

/** The people `p` of a tournament. */
function inTournament(tournamentId: number) {
  const latest = sql`(select id from match where tournament_id = t.id order by id desc limit ${MATCHES_SEARCHED}) m`;
  return sql`tournament t join lateral (
    select distinct i.person_id from (
      select s.identity_id from ${latest} join match_player s on s.match_id = m.id
      union select c.identity_id from ${latest} join crew_member c on c.match_id = m.id) seat
      join person_identity i on i.id = seat.identity_id) there on t.id = ${tournamentId} and t.deleted_at is null
    join person p on p.id = there.person_id`;
}

/** A placeholder as it is spoken of. */
export type Placeholder = { id: number; name: string; handle: string };

/** Placeholders who are in a match and whose name, handle or tag holds what was typed, by name. */
export async function placeholdersLike(
  em: EntityManager,
  guildId: string,
  typed: string,
  limit: number,
): Promise<Placeholder[]> {
  const holds = (text: RawBuilder<unknown>) => sql`strpos(lower(${text}), lower(${typed}::text)) > 0`;
  return await rows(
    em,
    sql<Placeholder>`select id, name, coalesce(handle, '') as handle from person p
      where guild_id = ${guildId} and is_placeholder and not is_erased and merged_into_id is null
        and (${holds(sql`name`)} or ${holds(sql`coalesce(handle, '')`)} or ${holds(sql`coalesce(tag, '')`)})
        and exists (select 1 from ${placesOf(sql`p.id`)} place)
      order by lower(name), id limit ${limit}`,
  );
}

/** Somebody whom a placeholder was merged into. */
export type Merged = { id: number; name: string; discordId: string | null; was: string; wasHandle: string };

/** People whom a placeholder was merged into, the last merge first, each with the placeholder that would stand again. */
export async function mergedLike(
  em: EntityManager,
  guildId: string,
  typed: string,
  limit: number,
): Promise<Merged[]> {
  return await rows(
    em,
    sql<Merged>`
      select id, name, "discordId", was, "wasHandle" from (
        select distinct on (p.id) p.id, p.name, p.discord_id as "discordId", o.name as was, coalesce(o.handle, '') as "wasHandle", m.id as merge
        from person p join person_merge m on m.person_id = p.id and m.undone_at is null join person o on o.id = m.placeholder_id
        where p.guild_id = ${guildId} and o.guild_id = ${guildId} and o.merged_into_id is not null
          and exists (select 1 from person_identity i where i.person_id = p.id and m.moved->'identities' @> to_jsonb(i.id))
        order by p.id, m.id desc) last
      where strpos(lower(concat_ws(' ', name, was, "wasHandle", "discordId")), lower(${typed}::text)) > 0
      order by merge desc limit ${limit}`,
  );
}

/** Somebody who is called exactly that, or has this Discord account or handle. */
export async function personCalled(
  em: EntityManager,
  guildId: string,
  typed: string,
): Promise<{ name: string } | undefined> {
  return await firstRow(
    em,
    sql<{ name: string }>`select name from person
      where guild_id = ${guildId} and not is_erased and merged_into_id is null
        and (discord_id = ${typed} or lower(${typed}::text) in (lower(name), lower(handle)))
      order by id limit 1`,
  );
}

/** Whether a guild (or one tournament of it) has any match. */
export async function hasMatches(
  em: EntityManager,
  guildId: string,
  tournamentId: number | null,
): Promise<boolean> {
  const row = await firstRow(
    em,
    sql<{ id: number }>`select m.id from tournament t join match m on m.tournament_id = t.id
      where t.guild_id = ${guildId} and t.deleted_at is null and (${tournamentId}::int is null or t.id = ${tournamentId}::int) limit 1`,
  );
  return row !== undefined;
}

/** A claim that waits for an organiser. */
export type WaitingClaim = {
  id: number;
  name: string;
  handle: string;
  claimantId: string;
  claimantName: string;
};

/** Claims that wait, oldest first. */
export async function waitingClaims(
  em: EntityManager,
  guildId: string,
  limit: number,
): Promise<WaitingClaim[]> {
  return await rows(
    em,
    sql<WaitingClaim>`select c.id, p.name, coalesce(p.handle, '') as handle, claimant_id as "claimantId", claimant_name as "claimantName"
      from person_claim c join person p on p.id = c.placeholder_id
      where p.guild_id = ${guildId} and c.state = 'pending' order by c.id limit ${limit}`,
  );
}
