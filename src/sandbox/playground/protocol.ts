import type { CommandOption } from '../discord/command-form.ts';
import type { Component } from '../discord/component-form.ts';
import type { Embed } from '../discord/embed-form.ts';

// What the page and the sandbox say to each other. The page sends a `Watch` over its websocket, and gets a whole `View`
// and then, again and again, those of its parts that are other than before. What people do goes by `POST /do`.

/** Whose hands the page is in. */
export type PersonKey = 'organiser' | 'player' | 'caster' | 'outsider';

/** Where a person looks: a channel of a server, its events, or the direct messages with the bot. */
export type Place =
  | { kind: 'channel'; guildId: string; channelId: string }
  | { kind: 'events'; guildId: string }
  | { kind: 'direct' };

/** From the page: whom and what to show. Without a place, the first channel that the person sees. */
export type Watch = { person: PersonKey; place?: Place | undefined };

/** From the sandbox: what is other than before. */
export type Update = Partial<View>;

/** All that a page shows. Times are milliseconds since 1970 by the sandbox's clock, which may run ahead. */
export type View = {
  /** Whom this is for, and where that person looks. */
  me: PersonKey;
  place: Place;
  people: PersonView[];
  /** Servers that the person is in. */
  guilds: GuildView[];
  /** What mentions stand for, by id. */
  names: { users: Record<string, string>; channels: Record<string, string>; roles: Record<string, string> };
  /** At the place, oldest first. */
  messages: MessageView[];
  /** Of the server at hand, the earliest first. */
  events: EventView[];
  /** What the person may type at the place: a line per subcommand. */
  commands: CommandView[];
  bot: BotView;
  games: GameView[];
  matches: MatchView[];
  services: Record<ServiceName, Mood>;
  clock: { aheadMs: number; speed: Speed };
  traffic: TrafficView;
  tour: TourFacts;
};

export type PersonView = {
  key: PersonKey;
  userId: string;
  name: string;
  /** What the person is here for. */
  about: string;
  /** Messages in the inbox. */
  inbox: number;
  acceptsDms: boolean;
};

export type GuildView = {
  id: string;
  name: string;
  channels: { id: string; name: string; topic: string | null }[];
  members: { id: string; name: string; isBot: boolean; isOnline: boolean; role: string | null }[];
};

export type MessageView = {
  id: string;
  channelId: string;
  author: { id: string; name: string; isBot: boolean };
  at: number;
  isEdited: boolean;
  /** Only the person at hand sees it. */
  isEphemeral: boolean;
  isThinking: boolean;
  mentionsMe: boolean;
  /** The command that it answers, and who typed it. */
  command?: { name: string; userName: string };
  /** The message that it stands under. */
  reply?: { userName: string; text: string };
  /** Discord's markdown, as the bot sent it. */
  content: string;
  embeds: Embed[];
  /** Action rows. */
  components: Component[];
};

export type EventView = {
  id: string;
  name: string;
  description: string | null;
  location: string;
  startsAt: number;
  endsAt: number;
  status: 'SCHEDULED' | 'ACTIVE' | 'COMPLETED' | 'CANCELED';
  interested: number;
  amInterested: boolean;
};

export type CommandView = {
  name: string;
  group?: string;
  subcommand?: string;
  description: string;
  options: CommandOption[];
};

export type BotView = {
  state: 'starting' | 'running' | 'stopped';
  /** Times it was killed. */
  kills: number;
  /** Whether its connection to Discord stands. */
  isConnected: boolean;
};

/** A game at start.gg. */
export type GameView = {
  id: number;
  name: string;
  size: 'small' | 'medium' | 'large';
  tournaments: number;
  /** What an import takes, about. */
  minutes: number;
  /** The day from which the world has tournaments (YYYY-MM-DD). */
  since: string;
};

/** An episode at SpeedGaming. */
export type MatchView = {
  id: number;
  title: string;
  startsAt: number;
  players: string[];
  crew: string[];
  isApproved: boolean;
  isCancelled: boolean;
};

export type ServiceName = 'discord' | 'startgg' | 'speedgaming';
/** `lying`: answers that look well and are wrong. */
export type Mood = 'well' | 'slow' | 'limited' | 'broken' | 'lying';
export type Speed = 1 | 60 | 600;

export type TrafficView = {
  /** Requests to start.gg in each of the last 60 seconds, oldest first, and how many it allows in 60 s. */
  perSecond: number[];
  allowed: number;
  /** Objects in each of the latest requests to start.gg, oldest first, and how many it allows in one. */
  objects: number[];
  allowedObjects: number;
  /** Requests to the others in the last 60 seconds. */
  speedgaming: number;
  discord: number;
};

/** How far somebody on the tour is. */
export type TourFacts = {
  isLinked: boolean;
  isTold: boolean;
  import: 'none' | 'running' | 'paused' | 'done';
  percent: number;
  wasPaused: boolean;
  wasResumed: boolean;
  wasKilled: boolean;
  wentOn: boolean;
};

type Typed = {
  name: string;
  group?: string | undefined;
  subcommand?: string | undefined;
  options: Record<string, string | number | boolean>;
};

/** What can be done, by `POST /do`. The answer is a `Done`; with status 409 a `Refused`. */
export type Deed =
  | ({ do: 'command'; person: PersonKey; place: Place } & Typed)
  | ({ do: 'autocomplete'; person: PersonKey; place: Place; focused: string; value: string } & Typed)
  | { do: 'click'; person: PersonKey; messageId: string; customId: string }
  | { do: 'select'; person: PersonKey; messageId: string; customId: string; values: string[] }
  | { do: 'say'; person: PersonKey; channelId: string; content: string }
  /** The own message is deleted, an ephemeral one dismissed. */
  | { do: 'delete'; person: PersonKey; messageId: string }
  /** Opens or closes a person's direct messages. */
  | { do: 'inbox'; person: PersonKey; isOpen: boolean }
  | { do: 'interest'; person: PersonKey; eventId: string; isInterested: boolean }
  | { do: 'complete-set'; gameId: number }
  | { do: 'rename-player'; gameId: number; name: string }
  | { do: 'reset-bracket'; gameId: number }
  | { do: 'add-match' }
  | { do: 'move-match'; matchId: number; minutes: number }
  | { do: 'cancel-match'; matchId: number; isCancelled: boolean }
  | { do: 'approve-match'; matchId: number; isApproved: boolean }
  /** Puts another opponent in the place of the second player. */
  | { do: 'swap-opponent'; matchId: number; name: string }
  | { do: 'mood'; service: ServiceName; mood: Mood }
  | { do: 'cut-gateway' }
  | { do: 'bot'; what: 'kill' | 'start' }
  | { do: 'skip'; minutes: number }
  | { do: 'speed'; speed: Speed };

/** What came of it, in a sentence where people would not see it otherwise; and what autocomplete offered. */
export type Done = { said?: string; choices?: { name: string; value: string | number }[] };
/** Why not, in words for people. */
export type Refused = { refusal: string };
