import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow } from '../database/database.ts';
import type { MatchView } from '../matches/change.ts';
import { iso } from '../matches/snapshots.ts';
import { type ClaimedNotification, lastTold, supersededBy } from '../outbox/notification-delivery.ts';
import { reminderOf, type Saying, sayingOf } from './saying.ts';
import { willing } from './tell.ts';

/** What a notification says now that it is about to be sent. */
export type Wording = {
  saying: Saying;
  view: MatchView;
  tournamentId: number;
  tournament: string;
  guild: string;
  /** The tournament and the person are still set so that it is to be sent. */
  isWanted: boolean;
};

/** What a notification of a match carries. */
type Payload = { before?: MatchView | null; after: MatchView };

/**
 * Words for a notification, compared with what the person was last told: undefined when there is nothing (more) to say.
 */
export async function wordingOf(
  em: EntityManager,
  claimed: ClaimedNotification,
): Promise<Wording | undefined> {
  const place = await placeOf(em, claimed.subject);
  const discordId = claimed.discordUserId;
  if (!place || !discordId) return undefined;
  const { after } = claimed.payload as Payload;
  const saying =
    claimed.class === 'reminder'
      ? remind(claimed, discordId, place)
      : await tellChange(em, claimed, discordId, after);
  if (!saying) return undefined;
  const isWanted = (await willing(em, place.tournamentId, [discordId])).length > 0;
  const { tournamentId, tournament, guild } = place;
  return { saying, view: after, tournamentId, tournament, guild, isWanted };
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

type Place = {
  tournamentId: number;
  tournament: string;
  guild: string;
  state: string;
  startsAt: string | null;
};

async function placeOf(em: EntityManager, matchId: string): Promise<Place | undefined> {
  return await firstRow(
    em,
    sql<Place>`select t.id as "tournamentId", t.name as tournament, g.name as guild, m.state,
        ${iso('m.starts_at')} as "startsAt"
      from match m join tournament t on t.id = m.tournament_id join guild g on g.id = t.guild_id
      where m.id = ${Number(matchId)} and g.left_at is null`,
  );
}
