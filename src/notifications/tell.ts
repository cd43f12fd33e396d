import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import { isAnnounced } from '../matches/announcements.ts';
import type { MatchEvent, MatchView, Seat } from '../matches/change.ts';
import { wantEvents } from '../matches/events/discord-events.ts';
import { createLive, touchLive } from '../outbox/live-message.ts';
import { findLive } from '../outbox/live-place.ts';
import { type NewNotification, notify } from '../outbox/notification.ts';
import { isSame, isTellable, peopleOf, toldTo } from './told.ts';

/** The kind of live message that announces a match; its subject is the match's id. */
export const MATCH_MESSAGE = 'match';

/**
 * Puts on its way what people are to learn of changes: direct messages, the announcement and the Discord event. To be
 * called in the transaction of the changes.
 */
export async function tell(em: EntityManager, events: readonly MatchEvent[]): Promise<void> {
  for (const event of events) {
    await wantEvents(em, [event.matchId]);
    // One that stands shows the truth, also where nobody is told.
    await touchLive(em, MATCH_MESSAGE, String(event.matchId));
    if (event.isQuiet) continue;
    await notify(em, await messages(em, event, 'called', calledIn(event)));
    // A bracket without times changes all day long: its people are told when they are called, and no more.
    if (event.after.startsAt === null && (event.before?.startsAt ?? null) === null) continue;
    await announce(em, event);
    await notify(em, await messages(em, event, 'change', await concernedBy(em, event)));
  }
}

/** Those for whom something is other than before. */
async function concernedBy(em: EntityManager, event: MatchEvent): Promise<string[]> {
  const { before, after } = event;
  if (!isTellable(after) || isPast(before, after)) return [];
  const concerned = peopleOf(before, after).filter((id) => !isSame(toldTo(id, before), toldTo(id, after)));
  // What happened while nothing could be told is told now, also to those who are not in the match any more.
  const missed = before && !isTellable(before) ? await everTold(em, event) : [];
  return [...new Set([...concerned, ...missed])];
}

/** Who was told of a match's changes before. */
async function everTold(em: EntityManager, { source, outsideId }: MatchEvent): Promise<string[]> {
  const found = await rows(
    em,
    sql<{ id: string }>`select distinct discord_user_id as id from notification
      where source = ${source} and outside_id = ${outsideId} and class = 'change' and state = 'sent' and discord_user_id is not null`,
  );
  return found.map(({ id }) => id);
}

/** Those whose match is called, and was not before, or not for them. */
function calledIn({ before, after }: MatchEvent): string[] {
  if (after.state !== 'called') return [];
  return peopleOf(after).filter((id) => before?.state !== 'called' || toldTo(id, before) === null);
}

/** Messages to those of some people who want them. */
async function messages(
  em: EntityManager,
  event: MatchEvent,
  kind: 'called' | 'change',
  concerned: readonly string[],
): Promise<NewNotification[]> {
  const { before, after } = event;
  return (await willing(em, event.tournamentId, concerned)).map((discordUserId) => ({
    discordUserId,
    guildId: event.guildId,
    class: kind,
    source: event.source,
    outsideId: event.outsideId,
    revision: event.revision,
    subject: String(event.matchId),
    payload: { before, after },
  }));
}

/** Nothing is told of what is over. */
function isPast(...views: readonly (MatchView | null)[]): boolean {
  const times = views.filter((view) => view !== null).map(({ startsAt }) => startsAt);
  return times.every((time) => time !== null && Date.parse(time) <= Date.now());
}

/** Whether a person (`discord_user u`) gets direct messages about a tournament (`t`), as it and they themselves are set. */
export const WANTS = sql`(t.dm = 'everyone' and u.preference is distinct from 'off' or t.dm = 'opted-in' and u.preference = 'on')`;

/** Those of some people who are to get direct messages about a tournament. */
export async function willing(
  em: EntityManager,
  tournamentId: number,
  discordIds: readonly string[],
): Promise<string[]> {
  if (discordIds.length === 0) return [];
  const found = await rows(
    em,
    sql<{ id: string }>`select given.id from unnest(${[...discordIds]}::text[]) as given(id)
      join tournament t on t.id = ${tournamentId} left join discord_user u on u.discord_id = given.id
      where ${WANTS} order by given.id`,
  );
  return found.map(({ id }) => id);
}

/** One message per match in the announce channel, posted when there is something to announce and edited from then on. */
async function announce(em: EntityManager, event: MatchEvent): Promise<void> {
  const { before, after } = event;
  const subject = String(event.matchId);
  const isToCome =
    after.state === 'called' ||
    after.state === 'live' ||
    (after.state === 'scheduled' && after.startsAt !== null && Date.parse(after.startsAt) > Date.now());
  if (!isToCome || (before && looksSame(before, after))) return;
  if (await findLive(em, MATCH_MESSAGE, subject)) return;
  const { guildId, source, outsideId } = event;
  const channelId = await announceChannel(em, event.tournamentId);
  if (!channelId || (await isAnnounced(em, MATCH_MESSAGE, { guildId, source, outsideId, channelId }))) return;
  await createLive(em, { kind: MATCH_MESSAGE, subject, guildId, channelId });
}

/** Whether people would see no difference: a note changed, say, or an account became known. */
function looksSame(before: MatchView, after: MatchView): boolean {
  const shown = (view: MatchView) => {
    const named = <T extends Seat>(seats: readonly T[]) =>
      seats.map((seat) => ({ ...seat, discordId: null }));
    return JSON.stringify({ ...view, players: named(view.players), crew: named(view.crew) });
  };
  return shown(before) === shown(after);
}

/** Where a tournament's matches are announced; null when no channel is set. */
export async function announceChannel(em: EntityManager, tournamentId: number): Promise<string | null> {
  const row = await firstRow(
    em,
    sql<{ channelId: string | null }>`select coalesce(announce_channel_id, channel_id) as "channelId"
      from tournament t join guild g on g.id = t.guild_id where t.id = ${tournamentId}`,
  );
  return row?.channelId ?? null;
}
