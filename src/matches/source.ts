/** Where matches come from. */
export const SOURCES = ['speedgaming', 'startgg'] as const;
export type Source = (typeof SOURCES)[number];

/**
 * `unconfirmed`: not approved, or its time is not to be relied on, so nobody is told of it. `called`: both players are
 * asked to come. `finished` and `cancelled` are ends, but a source may take them back.
 */
export type MatchState = 'unconfirmed' | 'scheduled' | 'called' | 'live' | 'finished' | 'cancelled';

export type CrewRole = 'commentator' | 'tracker' | 'broadcaster' | 'helper';

/** Who gets direct messages: members of the guild, those who asked for them, or nobody. */
export const DM_SETTINGS = ['everyone', 'opted-in', 'nobody'] as const;
export type DmSetting = (typeof DM_SETTINGS)[number];

/** Which matches become Discord events. */
export const EVENTS_SETTINGS = ['all', 'streamed', 'none'] as const;
export type EventsSetting = (typeof EVENTS_SETTINGS)[number];

/** Where a match is broadcast. */
export type Channel = { name: string; language: string; url: string | null };

/** Somebody as a source names them. */
export type SourcePerson = {
  /** Under which key the source knows them; players and crew have sequences of their own. */
  kind: string;
  key: string;
  /** What a placeholder for them is called. */
  handle: string;
  name: string;
  discordId: string | null;
  tag: string | null;
  stream: string | null;
  /** They had themselves erased: what stands here says nothing of them. */
  isErased?: true;
};

/** A slot of a match; `person` is null where it only says who will play ("Winner of …"). */
export type SourcePlayer = {
  pairing: number;
  /** Those of a pairing who play together have the same one; without one, everybody plays alone. */
  side?: number;
  name: string;
  person: SourcePerson | null;
};

export type SourceCrew = {
  role: CrewRole;
  /** The sign-up's id. */
  outsideId: string;
  language: string | null;
  person: SourcePerson;
};

/** A match as a source has it, in a form that does not depend on the source. Times are ISO text. */
export type SourceMatch = {
  source: Source;
  outsideId: string;
  /** Rises with every change at the source. */
  revision: number;
  state: MatchState;
  url: string | null;
  title: string;
  startsAt: string | null;
  airsAt: string | null;
  lengthMinutes: number | null;
  /** Why the time is not to be relied on; null when it is. */
  timeNote: string | null;
  isApproved: boolean;
  hasRestream: boolean;
  note: string | null;
  channels: Channel[];
  score: string | null;
  /** Where it is played at a venue. */
  station?: number | null;
  players: SourcePlayer[];
  crew: SourceCrew[];
};
