import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';
import type { MatchView } from '../matches/change.ts';
import { iso, snapshotsOf } from '../matches/snapshots.ts';
import { type ClaimedNotification, lastTold, supersededBy } from '../outbox/notification-delivery.ts';
import { callOf, reminderOf, roomOf, type Saying, sayingOf } from './saying.ts';
import { WANTS } from './tell.ts';

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
  state: string;
  startsAt: string | null;
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
  if (claimed.class === 'called') return await call(em, discordId, places);
  if (claimed.class === 'room') return await openRoom(em, claimed, discordId, places);
  const { after } = claimed.payload as Payload;
  const saying =
    claimed.class === 'reminder'
      ? remind(claimed, discordId, place)
      : await tellChange(em, claimed, discordId, after);
  return saying && { saying, view: after, places };
}

async function tellChange(
  em: EntityManager,
  claimed: ClaimedNotification,
  discordId: string,
  after: MatchView,
): Promise<Saying | undefined> {
  const told = (await lastTold(em, claimed)) as Payload | undefined;
  // Never told anything: then what they may be taken to know is how it was before the oldest change not yet told.
  const [oldest = claimed] = await supersededBy(em, claimed);
  const before = told ? told.after : ((oldest.payload as Payload).before ?? null);
  return sayingOf(discordId, before, after, new Date());
}

/** A reminder is for one start: the match may have been moved, or cancelled, since it was written. */
function remind(claimed: ClaimedNotification, discordId: string, place: Place): Saying | undefined {
  if (place.state !== 'scheduled' || place.startsAt !== claimed.revision) return undefined;
  return reminderOf(discordId, (claimed.payload as Payload).after, new Date());
}

/** A call is told as it stands now: a station may have come after it, or it may be over. */
async function call(em: EntityManager, discordId: string, places: Place[]): Promise<Wording | undefined> {
  const matchId = places[0]?.matchId ?? 0;
  const view = (await snapshotsOf(em, [matchId])).get(matchId)?.view;
  const saying = view && callOf(discordId, view);
  return view && saying && { saying, view, places };
}

/** A room is told as long as it is the match's: it may have been closed since, and another opened. */
async function openRoom(
  em: EntityManager,
  claimed: ClaimedNotification,
  discordId: string,
  places: Place[],
): Promise<Wording | undefined> {
  const matchId = Number(claimed.subject);
  const view = (await snapshotsOf(em, [matchId])).get(matchId)?.view;
  const isSame = view?.raceRoom && new URL(view.raceRoom).pathname === claimed.revision;
  const saying = isSame ? roomOf(discordId, view) : undefined;
  return view && saying && { saying, view, places };
}

async function placesOf(em: EntityManager, claimed: ClaimedNotification): Promise<Place[]> {
  return await rows(
    em,
    sql<Place>`select m.id as "matchId", t.id as "tournamentId", t.name as tournament, g.id as "guildId", g.name as guild, m.state,
        ${iso('m.starts_at')} as "startsAt"
      from match m join tournament t on t.id = m.tournament_id join guild g on g.id = t.guild_id
        join tournament_link l on l.id = m.link_id and l.disabled_at is null
        left join discord_user u on u.discord_id = ${claimed.discordUserId}
      where m.source = ${claimed.source} and m.outside_id = ${claimed.outsideId} and g.left_at is null and ${WANTS}
      order by m.id <> ${Number(claimed.subject)}, m.id`,
  );
}
