import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';
import type { MatchView } from '../matches/change.ts';
import { snapshotsOf } from '../matches/snapshots.ts';
import { type ClaimedNotification, lastTold, supersededBy } from '../outbox/notification-delivery.ts';
import type { NotificationClass } from '../outbox/notification-entities.ts';
import { callOf, reminderOf, roomOf, type Saying, sayingOf } from './saying.ts';
import { WANTS } from './tell.ts';
import { isTellable } from './told.ts';

/** What a notification says now that it is about to be sent. */
export type Wording = {
  saying: Saying;
  view: MatchView;
  /** Where the person may be told it from: guilds that follow the match and are set to tell, the notification's own first. */
  places: Place[];
};

/** A guild's own match of those that are one at the source. */
export type Place = {
  matchId: number;
  tournamentId: number;
  tournament: string;
  guildId: string;
  guild: string;
  /** Where the guild's matches are announced; null when no channel is set. */
  channelId: string | null;
};

/** What a notification of a match carries. */
type Payload = { before?: MatchView | null; after: MatchView };

/**
 * Words for a notification, compared with what the person was last told: undefined when there is nothing (more) to say,
 * or nobody is set to say it.
 */
export async function wordingOf(
  em: EntityManager,
  claimed: ClaimedNotification,
): Promise<Wording | undefined> {
  const discordId = claimed.discordUserId;
  const places = await placesOf(em, claimed);
  const [place] = places;
  if (!place || !discordId) return undefined;
  // What is said is how the match stands now: some messages wait for hours.
  const view = (await snapshotsOf(em, [place.matchId])).get(place.matchId)?.view;
  const saying = view && (await SAYINGS[claimed.class](em, claimed, discordId, view));
  return view && saying && { saying, view, places };
}

type Say = (
  em: EntityManager,
  claimed: ClaimedNotification,
  discordId: string,
  view: MatchView,
) => Promise<Saying | undefined>;

const SAYINGS: Record<NotificationClass, Say> = {
  change: tellChange,
  reminder: async (_, { revision }, discordId, view) =>
    // A reminder is for one start: the match may have been moved, or cancelled, since it was written.
    view.state === 'scheduled' && view.startsAt === revision
      ? reminderOf(discordId, view, new Date())
      : undefined,
  called: async (_, __, discordId, view) => callOf(discordId, view),
  // A room may have been closed since, and another opened.
  room: async (_, { revision }, discordId, view) =>
    view.raceRoom && new URL(view.raceRoom).pathname === revision ? roomOf(discordId, view) : undefined,
  notice: async () => undefined,
};

async function tellChange(
  em: EntityManager,
  claimed: ClaimedNotification,
  discordId: string,
  after: MatchView,
): Promise<Saying | undefined> {
  // Not to be told for now: when it is again, that is written anew.
  if (!isTellable(after)) return undefined;
  const told = (await lastTold(em, claimed)) as Payload | undefined;
  // Never told anything: then what they may be taken to know is how it was before the oldest change not yet told.
  const [oldest = claimed] = await supersededBy(em, claimed);
  const before = told ? told.after : ((oldest.payload as Payload).before ?? null);
  return sayingOf(discordId, before, after, new Date());
}

async function placesOf(em: EntityManager, claimed: ClaimedNotification): Promise<Place[]> {
  return await rows(
    em,
    sql<Place>`select m.id as "matchId", t.id as "tournamentId", t.name as tournament, g.id as "guildId", g.name as guild,
        coalesce(t.announce_channel_id, g.channel_id) as "channelId"
      from match m join tournament t on t.id = m.tournament_id join guild g on g.id = t.guild_id
        join tournament_link l on l.id = m.link_id and l.disabled_at is null
        left join discord_user u on u.discord_id = ${claimed.discordUserId}
      where m.source = ${claimed.source} and m.outside_id = ${claimed.outsideId} and g.left_at is null and ${WANTS}
      order by m.id <> ${Number(claimed.subject)}, m.id`,
  );
}
