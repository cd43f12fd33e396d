import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';
import type { LinkTarget } from '../../matches/apply.ts';
import type { MatchView } from '../../matches/change.ts';
import { announceChannel } from '../../notifications/tell.ts';
import { createLive, touchLive } from '../../outbox/live-message.ts';
import { findLive } from '../../outbox/live-place.ts';
import type { Placed } from '../entities.ts';
import { hideErasedEntrants } from '../erased-entrants.ts';
import { isRunning } from './event-progress.ts';

/** The kind of live message that announces an event of start.gg: one for all of its sets. */
export const STARTGG_EVENT_MESSAGE = 'startgg-event';

/** What such a message is about: an event as one tournament follows it. */
export const eventSubject = (tournamentId: number, eventId: number) => `${tournamentId}-${eventId}`;

/**
 * Something of an event changed: its announcement is drawn anew; where there is none, one is asked for as long as a pool
 * of it is running. Nothing that was known when the link was made is announced before it changes.
 */
export async function announceEvent(
  em: EntityManager,
  { tournamentId, guildId, isReady }: LinkTarget,
  eventId: number,
): Promise<void> {
  if (!isReady) return;
  const subject = eventSubject(tournamentId, eventId);
  if (await findLive(em, STARTGG_EVENT_MESSAGE, subject))
    return await touchLive(em, STARTGG_EVENT_MESSAGE, subject);
  const event = await firstRow(em, sql<{ runs: boolean }>`select ${isRunning(eventId)} as runs`);
  const channelId = event?.runs ? await announceChannel(em, tournamentId) : null;
  if (channelId && !(await isAnnounced(em, guildId, eventId, channelId)))
    await createLive(em, { kind: STARTGG_EVENT_MESSAGE, subject, guildId, channelId });
}

/** Whether another tournament of the guild that follows the same announces the event in this channel already. */
async function isAnnounced(
  em: EntityManager,
  guildId: string,
  eventId: number,
  channelId: string,
): Promise<boolean> {
  const row = await firstRow(
    em,
    sql`select 1 from tournament t join tournament_link l on l.tournament_id = t.id and l.source = 'startgg' and l.disabled_at is null
        join live_message a on a.kind = ${STARTGG_EVENT_MESSAGE} and a.subject = t.id || ${`-${eventId}`}
      where t.guild_id = ${guildId} and t.deleted_at is null and a.channel_id = ${channelId}`,
  );
  return row !== undefined;
}

/** A set that is called or under way. */
export type OpenSet = {
  isCalled: boolean;
  round: string | null;
  players: MatchView['players'];
  station: number | null;
  streamUrl: string | null;
};

/** An event as its announcement shows it. */
export type EventOverview = {
  tournament: string;
  name: string | null;
  slug: string | null;
  isOver: boolean;
  entrants: number;
  sets: number;
  played: number;
  /** Names of the phases with running pools, and of those pools. */
  running: { phase: string | null; pools: string[] }[];
  /** Under way first, then called; at most so many as asked for. */
  open: OpenSet[];
  /** Best first; empty as long as it is not over. */
  standings: Placed[];
};

/** An event as a tournament follows it; undefined when it does not any more. @param limit open sets to give */
export async function eventOverview(
  em: EntityManager,
  subject: string,
  limit: number,
): Promise<EventOverview | undefined> {
  const [tournamentId, eventId] = subject.split('-').map(Number) as [number, number];
  const live = sql`s.event_id = e.id and s.deleted_at is null`;
  const overview = await firstRow(
    em,
    sql<EventOverview>`
      select t.name as tournament, e.name, e.slug, e.state = 'COMPLETED' as "isOver",
        case when e.state = 'COMPLETED' then coalesce(e.standings, '[]') else '[]' end as standings,
        coalesce(e.num_entrants, (select count(*) from startgg_entrant n where n.event_id = e.id and n.deleted_at is null))::int as entrants,
        (select count(*)::int from startgg_set s where ${live}) as sets,
        (select count(*)::int from startgg_set s where ${live} and s.state = 3) as played,
        (select coalesce(json_agg(json_build_object('phase', r.name, 'pools', r.pools) order by r.phase_order, r.id), '[]') from (
          select p.id, p.name, p.phase_order, json_agg(g.display_identifier order by length(g.display_identifier), g.display_identifier) as pools
          from startgg_phase p join startgg_phase_group g on g.phase_id = p.id
          where p.event_id = e.id and g.state = 2 and g.deleted_at is null and p.deleted_at is null group by p.id) r) as running,
        (select coalesce(json_agg(json_build_object('isCalled', o.state = 'called', 'round', o.full_round_text, 'station', o.station,
            'streamUrl', o.stream_url, 'players', (
              select json_agg(json_build_object('name', name, 'pairing', pairing, 'side', side) order by position)
              from match_player where match_id = o.id)) order by o.state = 'called', o.station, o.id), '[]') from (
          select m.id, m.state, m.station, s.full_round_text, s.stream_url
          from match m join startgg_set s on s.id = m.outside_id and s.event_id = e.id
          where m.tournament_id = t.id and m.source = 'startgg' and m.state in ('live', 'called')
          order by m.state = 'called', m.station, m.id limit ${limit}) o) as open
      from tournament t join startgg_event e on e.id = ${eventId}
      where t.id = ${tournamentId} and t.deleted_at is null`,
  );
  return overview && { ...overview, standings: await hideErasedEntrants(em, overview.standings) };
}

/** Takes off the announcements of tournaments that were deleted: the messages stay in Discord as they are. */
export async function dropAnnouncements(em: EntityManager): Promise<void> {
  await rows(
    em,
    sql`delete from live_message where kind = ${STARTGG_EVENT_MESSAGE} and not exists (
          select 1 from tournament t where t.id = split_part(subject, '-', 1)::int and t.deleted_at is null)`,
  );
}

/** Events of a tournament that are over, are announced somewhere, and of which it is not known yet who did best. */
export async function eventsWithoutStandings(em: EntityManager, tournamentId: number): Promise<number[]> {
  const found = await rows(
    em,
    sql<{ id: number }>`select e.id from startgg_event e
      where e.tournament_id = ${tournamentId} and e.state = 'COMPLETED' and e.standings is null and e.deleted_at is null
        and exists (select 1 from startgg_tournament s join tournament_link l on l.source = 'startgg' and s.slug = 'tournament/' || l.slug
            join live_message a on a.kind = ${STARTGG_EVENT_MESSAGE} and a.subject = l.tournament_id || '-' || e.id
          where s.id = e.tournament_id)`,
  );
  return found.map(({ id }) => id);
}

/** Keeps who did best in an event. */
export async function storeStandings(
  em: EntityManager,
  eventId: number,
  standings: readonly Placed[],
): Promise<void> {
  await rows(
    em,
    sql`update startgg_event set standings = ${JSON.stringify(standings)}::jsonb where id = ${eventId}`,
  );
}

/** What was known of the end of events that go on after all is not true any more. */
export async function forgetStandings(em: EntityManager, tournamentId: number): Promise<void> {
  await rows(
    em,
    sql`update startgg_event set standings = null
        where tournament_id = ${tournamentId} and standings is not null and state is distinct from 'COMPLETED'`,
  );
}
