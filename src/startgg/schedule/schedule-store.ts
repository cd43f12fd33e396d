import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../../database/database.ts';
import { applyMatch, holdLink, type LinkTarget } from '../../matches/apply.ts';
import { identify } from '../../matches/people/people.ts';
import { awaitErasures } from '../../matches/privacy/erased.ts';
import { tell } from '../../notifications/tell.ts';
import { announceEvent } from './event-announcement.ts';
import { playerKey, readSet, type SetToPlay } from './schedule-match.ts';

/** What is brought to those who follow a tournament: all of it, or one event. */
export type Part = { tournamentId: number; eventId?: number };

const isOf = ({ tournamentId, eventId }: Part) =>
  sql`e.tournament_id = ${tournamentId} ${eventId === undefined ? sql`` : sql`and e.id = ${eventId}`}`;

/** Condition on an event `e` and its tournament `t`: what was not played there by now never will be. */
const IS_OVER = sql`coalesce(e.state = 'COMPLETED' or t.end_at < now() - interval '3 days', false)`;

/**
 * Sets of whose matches some link has none yet, or an older one; in the order in which they changed. Each is looked up by
 * itself: PostgreSQL would rather read the pools and matches of everybody.
 */
export async function laggingSets(
  em: EntityManager,
  part: Part,
  links: readonly LinkTarget[],
): Promise<string[]> {
  const linkIds = links.map(({ id }) => id);
  const found = await rows(
    em,
    sql<{ id: string }>`
      select s.id from startgg_event e join startgg_set s on s.event_id = e.id
        join tournament_link l on l.id = any(${linkIds}::int[])
        left join lateral (select state from startgg_phase_group where id = s.phase_group_id limit 1) g on true
        left join lateral (
          select id, revision, link_id from match where tournament_id = l.tournament_id and source = 'startgg' and outside_id = s.id limit 1) m on true
      where ${isOf(part)} and s.id not like 'preview\\_%'
        and case when m.id is null then s.deleted_at is null and g.state in (2, 3)
          else m.revision < s.seq or m.link_id is distinct from l.id end
      group by s.id order by max(s.seq)`,
  );
  return found.map(({ id }) => id);
}

/** Sets with who plays in them. */
export async function setsToPlay(em: EntityManager, ids: readonly string[]): Promise<SetToPlay[]> {
  return await rows(
    em,
    sql<SetToPlay>`
      select s.id, s.seq::float8 as seq, s.state, s.deleted_at is not null as "isGone", ${IS_OVER} as "isOver", full_round_text as "fullRoundText",
        display_score as "displayScore", winner_id as "winnerId", stream_url as "streamUrl", station_number as "stationNumber",
        e.id as "eventId", e.name as event, e.slug as "eventSlug", (
          select json_agg(json_build_object('entrantId', n.id, 'name', n.name, 'members', (
              select coalesce(json_agg(json_build_object('participantTag', p.gamer_tag, 'playerId', y.id, 'playerTag', y.gamer_tag,
                'discordId', u.discord_id) order by p.id), '[]')
              from startgg_entrant_participant j join startgg_participant p on p.id = j.participant_id
                left join startgg_player y on y.id = p.player_id left join startgg_user u on u.id = p.user_id
              where j.entrant_id = n.id and j.deleted_at is null)) order by side.place)
          from (values (1, s.slot1_entrant_id), (2, s.slot2_entrant_id)) as side(place, entrant)
            left join startgg_entrant n on n.id = side.entrant) as sides
      from startgg_set s join startgg_event e on e.id = s.event_id join startgg_tournament t on t.id = e.tournament_id
      where s.id = any(${[...ids]}::text[]) order by s.seq`,
  );
}

/** Writes a set's matches of all links, with all that people are to be told of it. */
export async function storeMatch(
  em: EntityManager,
  links: readonly LinkTarget[],
  set: SetToPlay,
): Promise<void> {
  const match = readSet(set);
  await awaitErasures(em);
  for (const link of links) {
    if (!(await holdLink(em, link))) continue;
    await tell(em, await applyMatch(em, link, match));
    await announceEvent(em, link, set.eventId);
  }
}

/** The links of whose matches some are still to come though their event is over: no set changed with its end. */
export async function linksToFinish(
  em: EntityManager,
  tournamentId: number,
  links: readonly LinkTarget[],
): Promise<LinkTarget[]> {
  const found = await rows(
    em,
    sql<{ id: number }>`select distinct m.link_id as id from ${unplayed(tournamentId, links)}`,
  );
  return links.filter(({ id }) => found.some((link) => link.id === id));
}

/** Finishes the matches of a link that were never played. Only their state changes, and nobody is told. */
export async function finishUnplayed(
  em: EntityManager,
  tournamentId: number,
  link: LinkTarget,
): Promise<void> {
  if (!(await holdLink(em, link))) return;
  const events = await rows(
    em,
    sql<{ id: number }>`
      with over as (select m.id, s.event_id from ${unplayed(tournamentId, [link])}),
        finished as (update match set state = 'finished', updated_at = now() from over where match.id = over.id)
      select distinct event_id as id from over order by id`,
  );
  for (const { id } of events) await announceEvent(em, link, id);
}

function unplayed(tournamentId: number, links: readonly LinkTarget[]) {
  return sql`startgg_event e join startgg_tournament t on t.id = e.tournament_id join startgg_set s on s.event_id = e.id
    join match m on m.source = 'startgg' and m.outside_id = s.id and m.link_id = any(${links.map(({ id }) => id)}::int[])
    where t.id = ${tournamentId} and m.state in ('scheduled', 'called', 'live') and ${IS_OVER}`;
}

/** Somebody whose account at start.gg is linked with another Discord account than the one that a guild knows. */
type NewAccount = { playerId: number; tag: string; discordId: string };

/**
 * Accounts that came to be linked at start.gg since a guild first heard of these players. No set changes by it, so the
 * people themselves are compared.
 */
export async function newAccounts(
  em: EntityManager,
  tournamentId: number,
  { guildId }: LinkTarget,
): Promise<NewAccount[]> {
  return await rows(
    em,
    sql<NewAccount>`
      select distinct y.id as "playerId", coalesce(y.gamer_tag, o.name) as tag, u.discord_id as "discordId"
      from startgg_participant p join startgg_player y on y.id = p.player_id join startgg_user u on u.id = p.user_id
        join person_identity i on i.guild_id = ${guildId} and i.source = 'startgg' and i.kind = 'player' and i.key = y.id::text
        join person o on o.id = i.person_id
      where p.tournament_id = ${tournamentId} and u.discord_id is not null and not i.is_decided
        and o.discord_id is distinct from u.discord_id order by y.id`,
  );
}

/** Makes them who they are, with all that people are to be told of it. */
export async function storeAccounts(
  em: EntityManager,
  link: LinkTarget,
  accounts: readonly NewAccount[],
): Promise<void> {
  await awaitErasures(em);
  if (!(await holdLink(em, link))) return;
  for (const { playerId, tag, discordId } of accounts) {
    const hearing = {
      guildId: link.guildId,
      source: 'startgg',
      step: `+account ${playerId} ${discordId}`,
    } as const;
    const person = { ...playerKey(playerId), name: tag, discordId, tag: null, stream: null };
    const { events } = await identify(em, hearing, person);
    await tell(em, events);
  }
}
