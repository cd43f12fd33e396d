import type { PermissionInput } from './permissions.ts';

export type User = {
  id: string;
  username: string;
  globalName: string | null;
  bot: boolean;
  /** The language of the person's client. */
  locale: string;
  /** Whether the person takes direct messages from members of a shared guild. */
  acceptsDms: boolean;
  /** Whether the person has blocked the bot. */
  blocksBot: boolean;
};
export type Role = {
  id: string;
  name: string;
  permissions: bigint;
  position: number;
  color: number;
  mentionable: boolean;
  /** Set on the role that an application brings along. */
  botId?: string;
};
export type Member = { userId: string; roles: string[]; nick: string | null; joinedAt: number };
export type Guild = {
  id: string;
  name: string;
  ownerId: string;
  locale: string;
  roles: Map<string, Role>;
  members: Map<string, Member>;
  /** False during an outage: the guild exists, but the gateway calls it unavailable. */
  available: boolean;
};
export type Overwrite = { id: string; type: 0 | 1; allow: bigint; deny: bigint };
export type OverwriteInput = { id: string; allow?: PermissionInput; deny?: PermissionInput };
export type Channel = {
  id: string;
  type: number;
  guildId?: string;
  name: string;
  topic: string | null;
  position: number;
  overwrites: Overwrite[];
  /** The other side of a direct message channel. */
  recipientId?: string;
  lastMessageId: string | null;
};
export type Application = { id: string; name: string; botId: string; ownerId: string };

/** Source: Discord docs, Guild Scheduled Event, Event Status. */
export const EVENT_STATUS = { SCHEDULED: 1, ACTIVE: 2, COMPLETED: 3, CANCELED: 4 } as const;
export type EventStatus = keyof typeof EVENT_STATUS;

/** What may change about an event; times in ms. */
export type EventFields = {
  name: string;
  description: string | null;
  location: string;
  startsAt: number;
  endsAt: number;
  status: EventStatus;
};

/** A scheduled event as it is now. The object stays the same through edits; `history` keeps every version. */
export type ScheduledEvent = EventFields & {
  readonly id: string;
  readonly guildId: string;
  readonly creatorId: string;
  readonly createdAt: number;
  deletedAt: number | undefined;
  /** The ids of those who marked their interest. */
  readonly interested: Set<string>;
  readonly history: (EventFields & { at: number })[];
};

export type GuildInput = {
  name: string;
  ownerId?: string;
  id?: string;
  locale?: string;
  /** Gives it an id that belongs to this shard of so many. */
  shard?: readonly [id: number, count: number];
};
export type UserInput = {
  username: string;
  globalName?: string;
  id?: string;
  locale?: string;
  acceptsDms?: boolean;
};
export type RoleInput = {
  name: string;
  permissions?: PermissionInput;
  mentionable?: boolean;
  color?: number;
  id?: string;
};
export type ChannelInput = {
  name: string;
  overwrites?: OverwriteInput[];
  type?: number;
  topic?: string;
  id?: string;
};
/** A thing or its id. */
export type Ref = string | { id: string };

export const idOf = (ref: Ref): string => (typeof ref === 'string' ? ref : ref.id);

/** The thing that a reference points at. @throws when there is none: the caller made a mistake */
export function found<T>(value: T | undefined, what: string, ref: Ref): T {
  if (value === undefined) throw new Error(`the sandbox has no ${what} ${idOf(ref)}`);
  return value;
}
