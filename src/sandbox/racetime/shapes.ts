export type RoomState = 'open' | 'invitational' | 'pending' | 'in_progress' | 'finished' | 'cancelled';

export type EntrantStatus =
  | 'requested'
  | 'invited'
  | 'declined'
  | 'ready'
  | 'not_ready'
  | 'in_progress'
  | 'done'
  | 'dnf'
  | 'dq';

export type Category = {
  slug: string;
  name: string;
  shortName: string;
  goals: string[];
  streamingRequired: boolean;
  /** Whether the client is this category's bot: only it may open rooms here. */
  hasBot: boolean;
};

export type NewCategory = { slug: string; goals: string[] } & Partial<Category>;

export type User = { id: string; name: string; discriminator: string; twitchName: string | null };

/** Times and durations are in milliseconds. */
export type Entrant = {
  user: User;
  status: EntrantStatus;
  finishTime: number | null;
  finishedAt: number | null;
  place: number | null;
};

/** What the form of a room says. */
export type RoomSettings = {
  goal: { name: string; custom: boolean };
  texts: Record<'info_user' | 'info_bot', string | null>;
  flags: Record<Flag, boolean>;
  /** Seconds. */
  startDelay: number;
  /** Hours. */
  timeLimit: number;
  /** Seconds. */
  chatMessageDelay: number;
};

export type Flag = keyof typeof flagDefaults;

/** What holds for a flag that a form leaves out, also when it edits a room in which it was otherwise. */
export const flagDefaults = {
  team_race: false,
  invitational: false,
  ranked: true,
  unlisted: false,
  partitionable: false,
  hide_entrants: false,
  require_even_teams: false,
  time_limit_auto_complete: false,
  streaming_required: true,
  auto_start: true,
  allow_comments: true,
  hide_comments: false,
  allow_prerace_chat: true,
  allow_midrace_chat: true,
  allow_non_entrant_chat: true,
};

export type Room = {
  category: Category;
  slug: string;
  state: RoomState;
  /** Rises with every change. */
  version: number;
  settings: RoomSettings;
  /** The bot that opened it. */
  bot: string;
  entrants: Entrant[];
  openedAt: number;
  changedAt: number;
  /** When the countdown ends; set when it begins. */
  startedAt: number | null;
  endedAt: number | null;
  cancelledAt: number | null;
};

/** Entrants who take part: not those who were only invited or asked to. */
export function joined({ entrants }: Room): Entrant[] {
  return entrants.filter(({ status }) => !['requested', 'invited', 'declined'].includes(status));
}

export function isPreparing({ state }: Room): boolean {
  return state === 'open' || state === 'invitational';
}

export function isOver({ state }: Room): boolean {
  return state === 'finished' || state === 'cancelled';
}
