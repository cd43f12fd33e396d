import { DiscordAPIError, type REST } from '@discordjs/rest';
import {
  type APIGuildScheduledEvent,
  GuildScheduledEventEntityType,
  GuildScheduledEventPrivacyLevel,
  GuildScheduledEventStatus,
  type RESTGetAPICurrentUserResult,
  RESTJSONErrorCodes,
  type RESTPatchAPIGuildScheduledEventJSONBody,
  type RESTPostAPIGuildScheduledEventJSONBody,
  Routes,
} from 'discord-api-types/v10';
import { type CallFailure, failureOf } from './errors.ts';
import { type EventBody, matchOf } from './event-body.ts';

/**
 * What can be done about a failed call on an event, besides what holds of all calls:
 * - `full`: the guild has as many coming events as Discord takes
 * - `forbidden`: a permission is missing in the guild
 * - `left`: the bot is not in the guild
 * - `changed`: the event is over, or was deleted, since it was read
 */
export type EventFailure = CallFailure | { kind: 'full' | 'forbidden' | 'left' | 'changed' };

const BY_CODE: ReadonlyMap<number, EventFailure> = new Map([
  [RESTJSONErrorCodes.MaximumNumberOfUncompletedGuildScheduledEventsReached, { kind: 'full' }],
  [RESTJSONErrorCodes.MissingPermissions, { kind: 'forbidden' }],
  [RESTJSONErrorCodes.UnknownGuild, { kind: 'left' }],
  [RESTJSONErrorCodes.MissingAccess, { kind: 'left' }],
  [RESTJSONErrorCodes.UnknownGuildScheduledEvent, { kind: 'changed' }],
  [RESTJSONErrorCodes.CannotUpdateAFinishedEvent, { kind: 'changed' }],
]);

/** Sorts what a call on an event threw (Discord docs, Opcodes and Status Codes). */
export function eventFailureOf(error: unknown): EventFailure {
  const known = error instanceof DiscordAPIError ? BY_CODE.get(Number(error.code)) : undefined;
  return known ?? failureOf(error);
}

/** An event is over or cancelled: both are final (Discord docs, Valid Guild Scheduled Event Status Transitions). */
export function isOpen({ status }: APIGuildScheduledEvent): boolean {
  return status === GuildScheduledEventStatus.Scheduled || status === GuildScheduledEventStatus.Active;
}

/** What Discord is asked about the events of guilds. */
export class EventCalls {
  readonly #rest: REST;
  #botId: Promise<string> | undefined;

  /** @param rest must not repeat requests by itself: nothing tells Discord that two creations are one */
  constructor(rest: REST) {
    this.#rest = rest;
  }

  /** An event as it is; undefined when it was deleted. */
  async read(
    guildId: string,
    eventId: string,
    signal: AbortSignal,
  ): Promise<APIGuildScheduledEvent | undefined> {
    try {
      const route = Routes.guildScheduledEvent(guildId, eventId);
      return (await this.#rest.get(route, { signal })) as APIGuildScheduledEvent;
    } catch (error) {
      if (eventFailureOf(error).kind === 'changed') return undefined;
      throw error;
    }
  }

  /** All of a guild's events that are to come or under way, whoever made them. Discord gives them at once. */
  async open(guildId: string, signal: AbortSignal): Promise<APIGuildScheduledEvent[]> {
    const listed = await this.#rest.get(Routes.guildScheduledEvents(guildId), { signal });
    return (listed as APIGuildScheduledEvent[]).filter(isOpen);
  }

  /** The one of these events that Herald made for a match. Others may copy a description, but not who made it. */
  async ownAmong(
    events: readonly APIGuildScheduledEvent[],
    matchId: number,
    signal: AbortSignal,
  ): Promise<APIGuildScheduledEvent | undefined> {
    const marked = events.filter(({ description }) => matchOf(description) === matchId);
    if (marked.length === 0) return undefined;
    this.#botId ??= this.#askBotId(signal);
    const botId = await this.#botId;
    return marked.find((event) => (event.creator_id ?? event.creator?.id) === botId);
  }

  /** @returns the new event's id */
  async create(guildId: string, body: EventBody, signal: AbortSignal): Promise<string> {
    const fields = {
      ...detailsOf(body),
      scheduled_start_time: body.startsAt,
      scheduled_end_time: body.endsAt,
      privacy_level: GuildScheduledEventPrivacyLevel.GuildOnly,
      entity_type: GuildScheduledEventEntityType.External,
    } satisfies RESTPostAPIGuildScheduledEventJSONBody;
    const made = await this.#rest.post(Routes.guildScheduledEvents(guildId), { body: fields, signal });
    return (made as APIGuildScheduledEvent).id;
  }

  /**
   * Makes an open event show a match.
   *
   * @param isAhead the match is still to come: its start is set, which Discord takes of no event under way. Otherwise the
   *   event is started where that has not happened
   */
  async edit(
    event: APIGuildScheduledEvent,
    body: EventBody,
    isAhead: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const isActive = event.status === GuildScheduledEventStatus.Active;
    const end = Date.parse(body.endsAt) > Date.now() ? { scheduled_end_time: body.endsAt } : {};
    const times = isAhead ? { scheduled_start_time: body.startsAt, scheduled_end_time: body.endsAt } : {};
    const started = isAhead ? {} : { status: GuildScheduledEventStatus.Active as const };
    await this.#patch(event, { ...detailsOf(body), ...(isActive ? end : { ...times, ...started }) }, signal);
  }

  /** Cancels an event, or completes it where it is under way: that one cannot be cancelled any more. */
  async end(event: APIGuildScheduledEvent, signal: AbortSignal): Promise<void> {
    const isActive = event.status === GuildScheduledEventStatus.Active;
    const status = isActive ? GuildScheduledEventStatus.Completed : GuildScheduledEventStatus.Canceled;
    await this.#patch(event, { status }, signal);
  }

  async #patch(
    event: APIGuildScheduledEvent,
    body: RESTPatchAPIGuildScheduledEventJSONBody,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#rest.patch(Routes.guildScheduledEvent(event.guild_id, event.id), { body, signal });
  }

  async #askBotId(signal: AbortSignal): Promise<string> {
    try {
      return ((await this.#rest.get(Routes.user(), { signal })) as RESTGetAPICurrentUserResult).id;
    } catch (error) {
      this.#botId = undefined;
      throw error;
    }
  }
}

function detailsOf({ name, description, location }: EventBody) {
  return { name, description, entity_metadata: { location } };
}
