import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import { UserError } from '../errors.ts';
import { wantEvents } from './events/discord-events.ts';
import type { Source } from './source.ts';

/** A schedule at a source, as the source itself names it. */
export type Schedule = { source: Source; slug: string; name: string };

/** What sources are called by people. */
export const SOURCE_NAMES: Record<Source, string> = { speedgaming: 'SpeedGaming', startgg: 'start.gg' };

/**
 * Lets a tournament follow a schedule. A link that was switched off while Herald was away begins anew.
 *
 * @throws UserError when the tournament follows a schedule of this source already
 */
export async function addLink(
  em: EntityManager,
  tournament: { id: number; name: string },
  { source, slug, name }: Schedule,
  linkedBy: string,
): Promise<void> {
  const added = await rows(
    em,
    sql<{ id: number }>`insert into tournament_link as old (tournament_id, source, slug, name, linked_by)
        values (${tournament.id}, ${source}, ${slug}, ${name}, ${linkedBy})
        on conflict (tournament_id, source) do update set name = excluded.name, linked_by = excluded.linked_by,
          created_at = now(), disabled_at = null, ready_at = null, last_error = null, failing_since = null, failure_told_at = null
        where old.disabled_at is not null and old.slug = excluded.slug returning id`,
  );
  const [link] = added;
  if (link) {
    await takeUp(em, tournament.id, link.id, { source, slug });
    return await wantEvents(em, await followedBy(em, link.id));
  }
  const present = await linkedSlug(em, tournament, source);
  if (present === slug)
    throw new UserError(`"${tournament.name}" follows ${SOURCE_NAMES[source]}'s "${slug}" already.`);
  throw new UserError(
    `"${tournament.name}" follows ${SOURCE_NAMES[source]}'s "${present}" already, and a tournament follows one schedule of ${SOURCE_NAMES[source]}. Take that off with /tournament unlink first, or leave the tournament out, and a new one is made for "${slug}".`,
  );
}

/**
 * Keeps a guild from following the same schedule twice by mistake.
 *
 * @throws UserError when one of its tournaments follows it already
 */
export async function refuseSecondLink(
  em: EntityManager,
  guildId: string,
  { source, slug }: Schedule,
): Promise<void> {
  const row = await firstRow(
    em,
    sql<{ name: string }>`select t.name from tournament t join tournament_link l on l.tournament_id = t.id
      where t.guild_id = ${guildId} and t.deleted_at is null and l.source = ${source} and l.slug = ${slug} order by l.id limit 1`,
  );
  if (row)
    throw new UserError(`"${row.name}" follows this already; name a tournament to link it a second time.`);
}

/** Matches of the schedule that an earlier link has left in the tournament belong to this one. */
async function takeUp(
  em: EntityManager,
  tournamentId: number,
  linkId: number,
  { source, slug }: Pick<Schedule, 'source' | 'slug'>,
): Promise<void> {
  await rows(
    em,
    sql`update match set link_id = ${linkId}
        where tournament_id = ${tournamentId} and source = ${source} and slug = ${slug} and link_id is null`,
  );
}

/** The matches that a link has brought before it was switched off or taken off: their Discord events come back with it. */
async function followedBy(em: EntityManager, linkId: number): Promise<number[]> {
  const found = await rows(
    em,
    sql<{ id: number }>`select id from match where link_id = ${linkId} and state = 'scheduled' order by id`,
  );
  return found.map(({ id }) => id);
}

/** What a tournament follows at a source. @throws UserError when that is nothing */
export async function linkedSlug(
  em: EntityManager,
  tournament: { id: number; name: string },
  source: Source,
): Promise<string> {
  const row = await firstRow(
    em,
    sql<{
      slug: string;
    }>`select slug from tournament_link where tournament_id = ${tournament.id} and source = ${source}`,
  );
  if (row) return row.slug;
  throw new UserError(`"${tournament.name}" follows nothing at ${SOURCE_NAMES[source]}.`);
}

/**
 * Takes the links of a tournament off. Its matches stay and belong to no link; the Discord events that Herald has of
 * them are to be looked at again, since only followed matches have one.
 *
 * @param source of this source alone; otherwise all
 */
export async function removeLinks(em: EntityManager, tournamentId: number, source?: Source): Promise<void> {
  const concerned = await rows(
    em,
    sql<{
      id: number;
    }>`select m.id from match m join tournament_link l on l.id = m.link_id join discord_event e on e.match_id = m.id
      where l.tournament_id = ${tournamentId} and (${source ?? null}::text is null or l.source = ${source ?? null}) and e.ended_at is null
      order by m.id`,
  );
  await rows(
    em,
    sql`delete from tournament_link
        where tournament_id = ${tournamentId} and (${source ?? null}::text is null or source = ${source ?? null})`,
  );
  await wantEvents(
    em,
    concerned.map(({ id }) => id),
  );
}
