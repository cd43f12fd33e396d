import type { EntityManager } from '@mikro-orm/postgresql';
import { type ClaimedRoom, noteRoomError } from '../matches/rooms/race-rooms.ts';
import { eventsBetween, type Snapshot, snapshotsOf } from '../matches/snapshots.ts';
import { notice, notify } from '../outbox/notification.ts';
import { escapeText } from '../text.ts';
import { announceChannel, tell, willing } from './tell.ts';

/**
 * A room was opened, closed, or its race is over: that is shown where the match is announced, and its players are sent
 * the room, once for each. To be called in the transaction of the change.
 *
 * @param before the match as it was
 */
export async function tellRoom(
  em: EntityManager,
  matchId: number,
  before: ReadonlyMap<number, Snapshot>,
): Promise<void> {
  const after = await snapshotsOf(em, [matchId]);
  await tell(em, eventsBetween(before, after, '+room'));
  const match = after.get(matchId);
  const { raceRoom, state, players } = match?.view ?? {};
  if (!match || !raceRoom || state === 'cancelled' || state === 'finished') return;
  const ids = new Set(players?.flatMap(({ discordId }) => discordId ?? []));
  const { guildId, tournamentId, source, outsideId, view } = match;
  await notify(
    em,
    (await willing(em, tournamentId, [...ids])).map((discordUserId) => ({
      discordUserId,
      guildId,
      class: 'room',
      source,
      outsideId,
      revision: new URL(raceRoom).pathname,
      subject: String(matchId),
      payload: { after: view },
    })),
  );
}

/** A room cannot be opened: organisers are told why, once for all matches of the tournament. */
export async function tellRoomTrouble(
  em: EntityManager,
  room: ClaimedRoom,
  reason: string,
  outlook: string,
): Promise<void> {
  if (!(await noteRoomError(em, room, reason))) return;
  const channelId = await announceChannel(em, room.tournamentId);
  if (!channelId) return;
  const { guildId, title, tournament } = room;
  await notice(
    em,
    { guildId, channelId },
    `⚠️ The race room for **${escapeText(title)}** (${escapeText(tournament)}) could not be opened. ${escapeText(reason)}. ${outlook}`,
  );
}
