import type { CrewRole, MatchState } from './source.ts';

/** Somebody of a match as people read it. */
export type Seat = { name: string; discordId: string | null; stream: string | null };

/** What people can be told of a match. It is the same in every guild that follows the match. Times are ISO text. */
export type MatchView = {
  state: MatchState;
  url: string | null;
  title: string;
  startsAt: string | null;
  /** Whether the source stands by the time. */
  isTimeKnown: boolean;
  lengthMinutes: number | null;
  score: string | null;
  /** The address of the room in which it is raced. */
  raceRoom?: string | null;
  station?: number | null;
  channels: { name: string; language: string; url: string | null }[];
  players: (Seat & { pairing: number; side?: number | null })[];
  crew: (Seat & { role: CrewRole })[];
};

/** One field that changed, in words that can be shown: times as ISO text. */
export type Change = { what: ChangedField; from: string | null; to: string | null };

export type ChangedField =
  | 'time'
  | 'air time'
  | 'time note'
  | 'length'
  | 'title'
  | 'state'
  | 'score'
  | 'players'
  | 'crew'
  | 'channels'
  | 'restream'
  | 'approval'
  | 'note';

/** What became of a match in one step: what is to be told follows from the two views. */
export type MatchEvent = {
  matchId: number;
  tournamentId: number;
  guildId: string;
  source: string;
  outsideId: string;
  /** Names this step among all of the match's; the same for all guilds where the source caused it. */
  revision: string;
  /** Null when the match was not known before. */
  before: MatchView | null;
  after: MatchView;
  /** Part of a link's first sync: nobody is told. */
  isQuiet: boolean;
};
