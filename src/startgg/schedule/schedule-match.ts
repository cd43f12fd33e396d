import type { Channel, MatchState, SourceMatch, SourcePerson, SourcePlayer } from '../../matches/source.ts';

/** Somebody who plays for an entrant. `playerId` is start.gg's id of the person, the same in all tournaments. */
type Member = {
  participantTag: string | null;
  playerId: number | null;
  playerTag: string | null;
  discordId: string | null;
};

/** One side of a set; all null and empty as long as nobody is in it. */
type Side = { entrantId: number | null; name: string | null; members: Member[] };

/** A set as the warehouse has it, with its event and who plays. */
export type SetToPlay = {
  id: string;
  seq: number;
  state: number | null;
  isGone: boolean;
  /** Its event is over, or its tournament long ago: if it was not played, it never will be. */
  isOver: boolean;
  fullRoundText: string | null;
  displayScore: string | null;
  winnerId: number | null;
  streamUrl: string | null;
  stationNumber: number | null;
  eventId: number;
  event: string | null;
  eventSlug: string | null;
  /** Two of them. */
  sides: Side[];
};

/** By start.gg's numbers; the others (created, ready, queued) wait for their turn. */
const STATES: Record<number, MatchState> = { 2: 'live', 3: 'finished', 5: 'cancelled', 6: 'called' };

/**
 * Reads a set as a match. It has no time: start.gg's is that of the round at best, and sets are played when a place is free.
 */
export function readSet(set: SetToPlay): SourceMatch {
  const state = readState(set);
  const channels = set.streamUrl ? [readChannel(set.streamUrl)] : [];
  return {
    source: 'startgg',
    outsideId: set.id,
    revision: set.seq,
    state,
    url: set.eventSlug && `https://www.start.gg/${set.eventSlug}/set/${set.id}`,
    title: [set.event, set.fullRoundText].filter(Boolean).join(' · ') || `Set ${set.id}`,
    startsAt: null,
    airsAt: null,
    lengthMinutes: null,
    timeNote: null,
    isApproved: true,
    hasRestream: channels.length > 0,
    note: null,
    channels,
    score: state === 'finished' ? readScore(set) : null,
    station: set.stationNumber,
    players: set.sides.flatMap((side, index) => readSide(side, index + 1)),
    crew: [],
  };
}

function readState({ state, isGone, isOver }: SetToPlay): MatchState {
  if (isGone) return 'cancelled';
  const read = STATES[state ?? 1] ?? 'scheduled';
  return isOver && read !== 'cancelled' ? 'finished' : read;
}

function readScore({ displayScore, winnerId, sides }: SetToPlay): string | null {
  const winner = sides.find(({ entrantId }) => entrantId !== null && entrantId === winnerId)?.name;
  // "DQ" alone does not say whose it is.
  if (displayScore && displayScore !== 'DQ') return displayScore;
  return [displayScore, winner && `${winner} won`].filter(Boolean).join(', ') || null;
}

function readSide({ entrantId, name, members }: Side, side: number): SourcePlayer[] {
  const slot = { pairing: 1, side };
  if (entrantId === null) return [{ ...slot, name: 'To be announced', person: null }];
  if (members.length === 0) return [{ ...slot, name: name || 'Unknown', person: null }];
  const isTeam = members.length > 1;
  return members.map((member) => {
    const own = member.participantTag || member.playerTag;
    const shown = (isTeam ? own : name || own) || 'Unknown';
    return { ...slot, name: shown, person: readPerson(member, shown) };
  });
}

function readPerson(member: Member, shown: string): SourcePerson | null {
  if (member.playerId === null) return null;
  return {
    ...playerKey(member.playerId),
    name: member.playerTag || shown,
    discordId: member.discordId,
    tag: null,
    stream: null,
  };
}

/** Under which key a player of start.gg is known. */
export function playerKey(playerId: number): Pick<SourcePerson, 'kind' | 'key' | 'handle'> {
  return { kind: 'player', key: String(playerId), handle: `sgg_${playerId}` };
}

/** The last part of a stream's address is what it is called. An organiser typed it, so it need not make a link. */
function readChannel(url: string): Channel {
  const isLink = /^https?:\/\/[^\s<>()]+$/.test(url);
  return { name: url.split('/').at(-1) || url, language: '', url: isLink ? url : null };
}
