// The key sets of the feed in 2026. What is absent is '' and never null; only `match2` may be null.

export type SgEvent = {
  id: number;
  slug: string;
  name: string;
  shortName: string;
  game: string;
  active: boolean;
  srtv: boolean;
  srl: string;
  botChannel: string;
};

export type Player = {
  id: number;
  displayName: string;
  discordId: string;
  discordTag: string;
  publicStream: string;
  streamingFrom: string;
};

export type SgMatch = { id: number; title: string; note: string; players: Player[] };

/** A sign-up for one role in one episode: its id is the sign-up's, not the person's. */
export type CrewMember = {
  id: number;
  displayName: string;
  discordId: string;
  discordTag: string;
  publicStream: string;
  approved: boolean;
  ready: boolean;
  /** With whom the person would like to work, in the person's own words. */
  partner: string;
  language: string;
};

export type Channel = { id: number; name: string; slug: string; initials: string; language: string };

export const crewRoles = ['commentators', 'trackers', 'broadcasters', 'helpers'] as const;
export type CrewRole = (typeof crewRoles)[number];

export type Episode = {
  id: number;
  title: string;
  when: string;
  whenCountdown: string;
  /** Minutes. */
  length: number;
  /** Free text. Not empty: the times are not to be believed yet. */
  timezone: string;
  approved: boolean;
  externalRestream: boolean;
  event: SgEvent;
  match1: SgMatch;
  match2: SgMatch | null;
  channels: Channel[];
} & Record<CrewRole, CrewMember[]>;

/** A person as a test or an organiser describes one. */
export type NewPerson = {
  displayName: string;
  discordId?: string;
  discordTag?: string;
  publicStream?: string;
  streamingFrom?: string;
};

/** A player of an event: known by id, else by displayName; whoever is not known yet is registered. */
export type NewPlayer = NewPerson & { id?: number };

export type NewCrewMember = Omit<NewPerson, 'streamingFrom'> &
  Partial<Pick<CrewMember, 'id' | 'approved' | 'ready' | 'partner' | 'language'>>;

export type NewChannel = Partial<Channel> & { slug: string };

export type NewEvent = Partial<SgEvent> & { slug: string };

export type NewEpisode = {
  id?: number;
  when: Date | string;
  /** The start of the race, where it differs from the time on air. */
  whenCountdown?: Date | string;
  players: (NewPlayer | number)[];
  matchTitle?: string;
  note?: string;
  /** A second match in the same slot. */
  match2?: { title?: string; note?: string; players: (NewPlayer | number)[] };
  /** Default: SpeedGaming's own. */
  channels?: NewChannel[];
} & Partial<Pick<Episode, 'title' | 'length' | 'timezone' | 'approved' | 'externalRestream'>> &
  Partial<Record<CrewRole, NewCrewMember[]>>;
