import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import { Guild } from '../guilds/entities.ts';
import type { Change } from './change.ts';
import type { Skipped } from './links.ts';
import { PersonIdentity, peopleEntities } from './people/people-entities.ts';
import type { RaceEntrant } from './rooms/race-results.ts';
import type { RoomState } from './rooms/race-rooms.ts';
import type { Channel, CrewRole, DmSetting, EventsSetting, MatchState, Source } from './source.ts';

const timestamp = () => p.datetime().columnType('timestamptz');

/** A competition of a guild, and how people are told about its matches. */
export const Tournament = defineEntity({
  name: 'Tournament',
  tableName: 'tournament',
  indexes: [
    {
      name: 'tournament_name_unique',
      expression:
        'create unique index tournament_name_unique on tournament (guild_id, lower(name)) where deleted_at is null',
    },
  ],
  properties: {
    id: p.integer().primary().autoincrement(),
    guild: () => p.manyToOne(Guild).mapToPk().deleteRule('cascade'),
    name: p.text(),
    /** Where its matches are announced; null: the channel of `/setup channel`. */
    announceChannelId: p.text().nullable(),
    dm: p.text().$type<DmSetting>().default('opted-in'),
    discordEvents: p.text().$type<EventsSetting>().default('all'),
    /** How long before a match people are reminded of it; 0: not at all. */
    reminderMinutes: p.integer().default(30),
    /** `category/goal` at racetime.gg; null: no race rooms. */
    raceRooms: p.text().nullable(),
    createdBy: p.text().nullable(),
    createdAt: timestamp().defaultRaw('now()'),
    /** Nobody sees it any more; its rows go once its Discord events are over. */
    deletedAt: timestamp().nullable(),
  },
});
export type Tournament = InferEntity<typeof Tournament>;

/** A schedule at a source that a tournament follows. */
export const TournamentLink = defineEntity({
  name: 'TournamentLink',
  tableName: 'tournament_link',
  uniques: [{ properties: ['tournament', 'source'] }],
  indexes: [{ properties: ['source', 'slug'] }],
  properties: {
    id: p.integer().primary().autoincrement(),
    tournament: () => p.manyToOne(Tournament).mapToPk().deleteRule('cascade'),
    source: p.text().$type<Source>(),
    slug: p.text(),
    /** What the source calls it. */
    name: p.text(),
    /** When its first sync was complete; until then people are told nothing of what is found. */
    readyAt: timestamp().nullable(),
    /** When the last sync that is over, well or not, had begun. */
    syncStartedAt: timestamp().nullable(),
    lastSyncedAt: timestamp().nullable(),
    lastError: p.text().nullable(),
    lastFailedAt: timestamp().nullable(),
    /** Start of the present stretch of errors. */
    failingSince: timestamp().nullable(),
    /** When organisers were told of it. */
    failureToldAt: timestamp().nullable(),
    /** Switched off, since Herald had been removed from the guild. */
    disabledAt: timestamp().nullable(),
    /** What could not be read in the last sync, or was left out, by name and reason. */
    skipped: p.json().$type<Skipped[]>().defaultRaw(`'[]'`),
    linkedBy: p.text().nullable(),
    /** When it was made, or switched on again. */
    createdAt: timestamp().defaultRaw('now()'),
  },
});
export type TournamentLink = InferEntity<typeof TournamentLink>;

/** A match as one tournament has it. */
export const Match = defineEntity({
  name: 'Match',
  tableName: 'match',
  uniques: [{ properties: ['tournament', 'source', 'outsideId'] }],
  indexes: [
    { properties: ['tournament', 'startsAt'] },
    { properties: ['tournament', 'updatedAt'] },
    { properties: ['source', 'outsideId'] },
    {
      name: 'match_open_index',
      expression: `create index match_open_index on "match" (tournament_id) where state in ('unconfirmed', 'scheduled', 'called', 'live')`,
    },
    {
      name: 'match_upcoming_index',
      expression: `create index match_upcoming_index on "match" (starts_at) where state in ('scheduled', 'live')`,
    },
  ],
  properties: {
    id: p.integer().primary().autoincrement(),
    tournament: () => p.manyToOne(Tournament).mapToPk().deleteRule('cascade'),
    /** The link that keeps it up to date; null once that was taken off. */
    link: () => p.manyToOne(TournamentLink).mapToPk().nullable().deleteRule('set null').index(),
    source: p.text().$type<Source>(),
    /** That of the link that brought it: should the schedule be linked again, it is taken up again. */
    slug: p.text().default(''),
    outsideId: p.text(),
    url: p.text().nullable(),
    title: p.text(),
    state: p.text().$type<MatchState>(),
    /** When the match itself starts. */
    startsAt: timestamp().nullable(),
    /** When the broadcast starts. */
    airsAt: timestamp().nullable(),
    lengthMinutes: p.integer().nullable(),
    /** Why the time is not to be relied on, in the source's words. */
    timeNote: p.text().nullable(),
    isApproved: p.boolean(),
    hasRestream: p.boolean(),
    /** Can be private: for organisers only. */
    note: p.text().nullable(),
    channels: p.json().$type<Channel[]>(),
    score: p.text().nullable(),
    /** Where it is played at a venue. */
    station: p.integer().nullable(),
    /** That of the source's own record, copied. */
    revision: p.integer(),
    /** Known from the first sync of its link: it gets no announcement of its own until it changes. */
    isQuiet: p.boolean(),
    createdAt: timestamp().defaultRaw('now()'),
    updatedAt: timestamp().defaultRaw('now()'),
  },
});
export type Match = InferEntity<typeof Match>;

/** What changed in a match, and when it was seen. */
export const MatchChange = defineEntity({
  name: 'MatchChange',
  tableName: 'match_change',
  properties: {
    id: p.bigint().$type<string>().primary().autoincrement(),
    match: () => p.manyToOne(Match).mapToPk().deleteRule('cascade').index(),
    revision: p.integer(),
    changes: p.json().$type<Change[]>(),
    at: timestamp().defaultRaw('now()'),
  },
});

/** A slot of a match: who plays, or that somebody will. */
export const MatchPlayer = defineEntity({
  name: 'MatchPlayer',
  tableName: 'match_player',
  uniques: [{ properties: ['match', 'pairing', 'position'] }],
  properties: {
    id: p.integer().primary().autoincrement(),
    match: () => p.manyToOne(Match).mapToPk().deleteRule('cascade'),
    /** Whose slot it is, by the source's key: a merge moves keys, not slots. Null for "Winner of …". */
    identity: () => p.manyToOne(PersonIdentity).mapToPk().nullable().deleteRule('set null').index(),
    /** In a doubleheader two pairs play one after the other: 1 or 2. */
    pairing: p.smallint(),
    /** Those of a pairing who play together have the same one; null: everybody plays alone. */
    side: p.smallint().nullable(),
    position: p.smallint(),
    name: p.text(),
    stream: p.text().nullable(),
    finishRank: p.smallint().nullable(),
    finishTime: p.text().nullable(),
  },
});

/** Somebody who helps with the broadcast of a match. */
export const CrewMember = defineEntity({
  name: 'CrewMember',
  tableName: 'crew_member',
  uniques: [{ properties: ['match', 'role', 'outsideId'] }],
  properties: {
    id: p.integer().primary().autoincrement(),
    match: () => p.manyToOne(Match).mapToPk().deleteRule('cascade'),
    identity: () => p.manyToOne(PersonIdentity).mapToPk().deleteRule('cascade').index(),
    role: p.text().$type<CrewRole>(),
    /** The sign-up's id at the source. */
    outsideId: p.text(),
    name: p.text(),
    stream: p.text().nullable(),
    language: p.text().nullable(),
  },
});

/** The Discord event of a match: what Discord has of it, and whether that is to be looked at again. */
export const DiscordEvent = defineEntity({
  name: 'DiscordEvent',
  tableName: 'discord_event',
  indexes: [
    {
      name: 'discord_event_dirty_index',
      expression:
        'create index discord_event_dirty_index on discord_event (dirty_at) where dirty_at is not null',
    },
    {
      name: 'discord_event_there_index',
      expression:
        'create index discord_event_there_index on discord_event (guild_id) where event_id is not null',
    },
  ],
  properties: {
    match: () => p.manyToOne(Match).mapToPk().primary().deleteRule('cascade'),
    guildId: p.text(),
    eventId: p.text().nullable(),
    /**
     * Set before the first attempt to create it: from then on it is looked for before it is created again. Null when there
     * is none, also once it has ended.
     */
    createdAt: timestamp().nullable(),
    /** When its state at Discord became final. */
    endedAt: timestamp().nullable(),
    dirtyAt: timestamp().nullable(),
    /** What Discord has of it: when and between whom, a colon, and all of it. */
    renderedHash: p.text().nullable(),
    claimedUntil: timestamp().nullable(),
    /** It could not be delivered, and is not tried again before this. */
    retryAt: timestamp().nullable(),
    attempts: p.integer().default(0),
    /** Why it is not as it should be, in words for the organiser. */
    error: p.text().nullable(),
  },
});

/** The room at racetime.gg in which a match is raced. */
export const RaceRoom = defineEntity({
  name: 'RaceRoom',
  tableName: 'race_room',
  indexes: [
    {
      name: 'race_room_open_index',
      expression: `create index race_room_open_index on race_room (claimed_until) where state in ('open', 'running')`,
    },
  ],
  properties: {
    match: () => p.manyToOne(Match).mapToPk().primary().deleteRule('cascade'),
    state: p.text().$type<RoomState>().default('wanted'),
    /** `category/goal`, as the tournament was set when the room was asked for. */
    setting: p.text(),
    /** The start of the match that it is for: another start has rooms of its own. */
    forStart: timestamp(),
    url: p.text().nullable(),
    openedAt: timestamp().nullable(),
    startedAt: timestamp().nullable(),
    endedAt: timestamp().nullable(),
    /** Rooms that there were for this start. */
    attempts: p.integer().default(0),
    /** Somebody is at it, or there is nothing to be seen before. */
    claimedUntil: timestamp().nullable(),
    /** Why there is none, in words for the organiser. */
    error: p.text().nullable(),
    /** Who was in the race, as racetime.gg lists them. */
    entrants: p.json().$type<RaceEntrant[]>().nullable(),
    /** Those of them who are nobody of the match. */
    unmatched: p.json().$type<RaceEntrant[]>().nullable(),
    score: p.text().nullable(),
  },
});

export const matchEntities = [
  ...peopleEntities,
  Tournament,
  TournamentLink,
  Match,
  MatchChange,
  MatchPlayer,
  CrewMember,
  DiscordEvent,
  RaceRoom,
];
