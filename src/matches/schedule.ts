import type { EntityManager } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import { type Database, firstRow, rows } from '../database/database.ts';
import { UserError } from '../errors.ts';
import { storable } from '../text.ts';
import type { Change } from './change.ts';
import { type Snapshot, snapshotsOf } from './snapshots.ts';
import type { Source } from './source.ts';

const CHOICES = 25;
/** Matches that are looked through for what is typed: the nearest of a guild, however many it has. */
const LOOKED_THROUGH = 500;

/** Which matches somebody asks for. */
export type ScheduleFilter = {
  guildId: string;
  tournamentId?: number | undefined;
  /** Those in which this Discord account plays or helps. */
  discordId?: string | undefined;
  /** Organisers see what is not confirmed too, of which nobody is told. */
  isOrganiser: boolean;
};

/** A match with its tournament's name. */
type NamedMatch = Snapshot & { tournament: string };

/** A match on a list. */
export type ListedMatch = NamedMatch & {
  /** Whether a schedule keeps it up to date. */
  isLinked: boolean;
};

/** One page of a list; pages count from 1. */
export type Page = { matches: ListedMatch[]; page: number; pages: number; total: number };

/** The matches to come of a guild: those called and under way, then soonest first; those without a time come last. */
export async function upcomingMatches(
  db: Database,
  filter: ScheduleFilter,
  wanted: { page: number; size: number },
): Promise<Page> {
  const em = db.em();
  const which = upcoming(filter);
  const counted = await firstRow(em, sql<{ total: number }>`select count(*)::int as total ${which}`);
  const total = counted?.total ?? 0;
  const pages = Math.max(1, Math.ceil(total / wanted.size));
  const page = Math.min(Math.max(1, wanted.page), pages);
  const ids = await rows(
    em,
    sql<ListedId>`select m.id, t.name as tournament, m.link_id is not null as "isLinked" ${which}
      order by m.state in ('called', 'live') desc, m.starts_at nulls last, m.id limit ${wanted.size} offset ${(page - 1) * wanted.size}`,
  );
  return { matches: await listed(em, ids), page, pages, total };
}

/**
 * Condition for the matches `m` that are to come or under way. Those that no schedule keeps up to date any more, and whose
 * state therefore stays, are to come as long as their time is.
 *
 * @param isOrganiser with what is not confirmed, of which nobody else is told
 */
export function isToCome(isOrganiser: boolean): RawBuilder<unknown> {
  const states = ['scheduled', 'called', 'live', ...(isOrganiser ? ['unconfirmed'] : [])];
  return sql`m.state = any(${states}::text[]) and case when m.link_id is null then m.starts_at > now()
    else m.starts_at is null or m.starts_at > now() - interval '1 day' end`;
}

function upcoming({ guildId, tournamentId, discordId, isOrganiser }: ScheduleFilter) {
  const ofTournament = tournamentId === undefined ? sql`` : sql`and t.id = ${tournamentId}`;
  const ofPerson = discordId === undefined ? sql`` : sql`and m.id in (${matchesOf(guildId, discordId)})`;
  return sql`from match m join tournament t on t.id = m.tournament_id
    where ${isOfGuild(guildId)} ${ofTournament} ${ofPerson} and ${isToCome(isOrganiser)}`;
}

/**
 * Condition for the matches `m` of a guild. An array, since it makes PostgreSQL look up the guild's own tournaments in the
 * matches' indexes; with a join it rather reads all guilds' matches.
 */
function isOfGuild(guildId: string) {
  return sql`m.tournament_id = any(array(select id from tournament where guild_id = ${guildId} and deleted_at is null))`;
}

function matchesOf(guildId: string, discordId: string) {
  const keys = sql`select i.id from person p join person_identity i on i.person_id = p.id
    where p.guild_id = ${guildId} and p.discord_id = ${discordId}`;
  return sql`select match_id from match_player where identity_id in (${keys})
    union select match_id from crew_member where identity_id in (${keys})`;
}

type ListedId = { id: number; tournament: string; isLinked: boolean };

async function listed(em: EntityManager, ids: readonly ListedId[]): Promise<ListedMatch[]> {
  const snapshots = await snapshotsOf(
    em,
    ids.map(({ id }) => id),
  );
  return ids.flatMap(({ id, ...listing }) => {
    const snapshot = snapshots.get(id);
    return snapshot ? [{ ...snapshot, ...listing }] : [];
  });
}

/** One match with all that is kept of it. Times are ISO-like text. */
export type MatchDetail = NamedMatch & {
  source: Source;
  airsAt: string | null;
  timeNote: string | null;
  isApproved: boolean;
  hasRestream: boolean;
  /** Can be private: for organisers only. */
  note: string | null;
  /** The schedule that it is kept up to date with; null when there is none any more. */
  followed: string | null;
  /** In which languages its broadcasters signed up; null for one who gave none. */
  broadcasters: (string | null)[];
  /** Newest first. */
  changes: { at: string; changes: Change[] }[];
};

/**
 * One match of a guild.
 *
 * @throws UserError when the guild has none like that, or nobody but organisers is told of it
 */
export async function matchDetail(
  db: Database,
  viewer: { guildId: string; isOrganiser: boolean },
  id: number,
): Promise<MatchDetail> {
  const em = db.em();
  const row = await firstRow(
    em,
    sql<Omit<MatchDetail, keyof Snapshot> & { source: Source }>`
      select t.name as tournament, m.source, airs_at as "airsAt", time_note as "timeNote", is_approved as "isApproved",
        has_restream as "hasRestream", note, l.slug as followed, (
          select coalesce(json_agg(language order by id), '[]') from crew_member where match_id = m.id and role = 'broadcaster') as broadcasters, (
          select coalesce(json_agg(json_build_object('at', c.at, 'changes', c.changes) order by c.id desc), '[]')
          from (select * from match_change where match_id = m.id order by id desc limit 50) c) as changes
      from match m join tournament t on t.id = m.tournament_id left join tournament_link l on l.id = m.link_id
      where m.id = ${id} and t.guild_id = ${viewer.guildId} and t.deleted_at is null
        and (${viewer.isOrganiser} or m.state <> 'unconfirmed')`,
  );
  const snapshot = row && (await snapshotsOf(em, [id])).get(id);
  if (!row || !snapshot) throw new UserError('There is no such match here; /match list shows those to come.');
  return { ...snapshot, ...row };
}

/** The guild of a match in which somebody plays or helps; undefined otherwise. */
export async function guildOfOwnMatch(
  db: Database,
  id: number,
  discordId: string,
): Promise<string | undefined> {
  const row = await firstRow(
    db.em(),
    sql<{
      guildId: string;
    }>`select t.guild_id as "guildId" from match m join tournament t on t.id = m.tournament_id
      where m.id = ${id} and exists (
        select 1 from person p join person_identity i on i.person_id = p.id
        where p.guild_id = t.guild_id and p.discord_id = ${discordId} and (
          exists (select 1 from match_player s where s.match_id = m.id and s.identity_id = i.id)
          or exists (select 1 from crew_member c where c.match_id = m.id and c.identity_id = i.id)))`,
  );
  return row?.guildId;
}

/** A match to choose while somebody types. */
export type MatchChoice = { id: number; title: string; tournament: string; startsAt: string | null };

/**
 * Matches of a guild whose title, players or tournament match what is typed: those to come first, then those of the last 30
 * days. Where there are very many, the nearest are looked through.
 */
export async function suggestMatches(
  db: Database,
  viewer: { guildId: string; isOrganiser: boolean },
  typed: string,
): Promise<MatchChoice[]> {
  const words = storable(typed).toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.map((word) => sql`and strpos(text, ${word}) > 0`);
  const searched = sql`, lateral (
    select lower(concat_ws(' ', near.title, tournament, outside_id, string_agg(s.name, ' '))) as text
    from match_player s where s.match_id = near.id) searched where true ${sql.join(found, sql` `)}`;
  return await rows(
    db.em(),
    sql<MatchChoice>`
      with near as (
        select m.id, m.title, t.name as tournament, m.starts_at, m.outside_id, is_over,
          abs(extract(epoch from coalesce(m.starts_at, case when is_over then m.updated_at end) - now())) as distance
        from match m join tournament t on t.id = m.tournament_id, lateral (select m.state in ('finished', 'cancelled') as is_over) o
        where ${isOfGuild(viewer.guildId)} and (${viewer.isOrganiser} or m.state <> 'unconfirmed')
          and (m.starts_at > now() - interval '30 days'
            or m.starts_at is null and (m.state in ('unconfirmed', 'scheduled', 'called', 'live') or m.updated_at > now() - interval '30 days'))
        order by is_over, distance nulls last, m.id limit ${LOOKED_THROUGH}
      )
      select id, title, tournament, starts_at as "startsAt" from near ${words.length > 0 ? searched : sql``}
      order by is_over, distance nulls last, id limit ${CHOICES}`,
  );
}
