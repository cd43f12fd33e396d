import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, firstRow, rows } from '../database/database.ts';
import { moveUnposted } from '../outbox/live-place.ts';

/**
 * The kinds of live messages that announce what a tournament follows: `match` has a match's id for its subject, `event`
 * one that begins with the tournament's id and a hyphen.
 */
export type AnnouncementKinds = { match: string; event: string };

type Where = { guildId: string; tournamentId?: number };

/**
 * Whether a match of a source is announced in a channel already: by another tournament of the guild that follows it too.
 * An announcement that nobody keeps up to date any more does not count.
 *
 * @param kind the kind of live message that announces a match
 */
export async function isAnnounced(
  em: EntityManager,
  kind: string,
  match: { guildId: string; source: string; outsideId: string; channelId: string },
): Promise<boolean> {
  const row = await firstRow(
    em,
    sql`select 1 from match m join tournament t on t.id = m.tournament_id
        join tournament_link l on l.id = m.link_id and l.disabled_at is null
        join live_message a on a.kind = ${kind} and a.subject = m.id::text
      where m.source = ${match.source} and m.outside_id = ${match.outsideId} and t.guild_id = ${match.guildId}
        and a.channel_id = ${match.channelId} and t.deleted_at is null`,
  );
  return row !== undefined;
}

/**
 * Announcements have another channel from now on: those that were refused, or not posted yet, go there; those that stand
 * stay. Of what is over nothing is announced anew.
 *
 * @param where a tournament, or all of a guild that have no channel of their own
 */
export async function moveAnnouncements(
  em: EntityManager,
  kinds: AnnouncementKinds,
  where: Where,
  channelId: string,
): Promise<void> {
  const found = await rows(
    em,
    sql<{
      id: string;
      isAhead: boolean;
    }>`select a.id::text as id, ${isAhead(kinds)} as "isAhead" ${announcements(kinds, where)}
        and (a.error is not null or a.message_id is null) and (t.id = ${where.tournamentId ?? null} or t.announce_channel_id is null)`,
  );
  for (const isWanted of [true, false]) {
    const ids = found.filter((each) => each.isAhead === isWanted).map(({ id }) => id);
    await moveUnposted(em, ids, channelId, isWanted);
  }
}

/** Announcements that one channel does not take; `reason` is markdown for organisers. */
export type RefusedAnnouncements = { channelId: string; messages: number; reason: string };

/** What cannot be announced of matches that are not over, channel by channel. @param where a tournament, or all of a guild */
export async function refusedAnnouncements(
  db: Database,
  kinds: AnnouncementKinds,
  where: Where,
): Promise<RefusedAnnouncements[]> {
  return await rows(
    db.em(),
    sql<RefusedAnnouncements>`select a.channel_id as "channelId", count(*)::int as messages, max(a.error) as reason
        ${announcements(kinds, where)} and a.error is not null and ${isAhead(kinds)}
      group by a.channel_id order by count(*) desc, a.channel_id`,
  );
}

/** Live messages `a` that announce something of a tournament `t`: a match `am`, where it is one. */
function announcements({ match, event }: AnnouncementKinds, { guildId, tournamentId }: Where) {
  return sql`from live_message a
    left join match am on am.id = case when a.kind = ${match} then a.subject::int end
    join tournament t on t.id = case when a.kind = ${event} then split_part(a.subject, '-', 1)::int else am.tournament_id end
    where a.guild_id = ${guildId} and t.guild_id = ${guildId} and t.deleted_at is null
      and (${tournamentId ?? null}::int is null or t.id = ${tournamentId ?? null})`;
}

/** What is announced is to come or under way. */
function isAhead({ event }: AnnouncementKinds) {
  const isOpen = (match: string) =>
    sql`(${sql.ref(`${match}.link_id`)} is not null and ${sql.ref(`${match}.state`)} in ('scheduled', 'called', 'live'))`;
  return sql`case when a.kind = ${event} then exists (select 1 from match m where m.tournament_id = t.id and ${isOpen('m')})
    else ${isOpen('am')} end`;
}
