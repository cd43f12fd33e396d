import type { Bus } from './bus.ts';
import { type EventFields, found, type Guild, idOf, type Ref, type ScheduledEvent } from './entities.ts';
import { refuse } from './errors.ts';
import { readEvent } from './event-form.ts';
import type { Json } from './form.ts';
import { INTENTS } from './intents.ts';
import { has, permissionsOf } from './permissions.ts';
import { eventJson } from './wire.ts';
import type { World } from './world.ts';

/** Source: Discord docs, Create Guild Scheduled Event. */
const MAX_OPEN = 100;
/** The longest time that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The scheduled events of all guilds: rules, permissions, and what happens to them by the clock. */
export class ScheduledEvents {
  readonly #bus: Bus;
  readonly #world: World;
  readonly #now: () => number;
  readonly #byId = new Map<string, ScheduledEvent>();
  #timer: NodeJS.Timeout | undefined;

  constructor(bus: Bus, world: World, now: () => number) {
    this.#bus = bus;
    this.#world = world;
    this.#now = now;
  }

  /** Every event that a guild ever had, oldest first: those that are over, cancelled or deleted too. */
  all(guildId: string): ScheduledEvent[] {
    this.settle();
    return [...this.#byId.values()].filter((event) => event.guildId === guildId);
  }

  /** Puts events back, as `all` gave them. Nobody is told. */
  restore(events: readonly ScheduledEvent[]): void {
    for (const event of events) this.#byId.set(event.id, event);
    this.#arm();
  }

  /**
   * What the list of a guild holds, the earliest first. Events that are over or cancelled are no longer in it.
   * Source: home-assistant/core pull request 75149.
   */
  open(guildId: string): ScheduledEvent[] {
    return this.all(guildId)
      .filter((event) => isOpen(event) && event.deletedAt === undefined)
      .sort((a, b) => a.startsAt - b.startsAt);
  }

  /** An event by its id, also one that is over. @throws ApiError 10070 */
  get(guildId: string, id: string): ScheduledEvent {
    this.settle();
    const event = this.#byId.get(id);
    if (!event || event.guildId !== guildId || event.deletedAt !== undefined)
      throw refuse.unknownScheduledEvent();
    return event;
  }

  /**
   * Makes an event from a request body.
   * @throws ApiError 50013 without Create Events (Manage Events is not enough), 50035, 30038
   */
  create(guild: Guild, creatorId: string, body: unknown): ScheduledEvent {
    if (!has(permissionsOf(guild, creatorId), 'CreateEvents')) throw refuse.missingPermissions();
    const now = this.#now();
    const fields = readEvent(body, now);
    if (this.open(guild.id).length >= MAX_OPEN) throw refuse.tooManyEvents(MAX_OPEN);
    const event: ScheduledEvent = {
      ...fields,
      id: this.#world.newId(),
      guildId: guild.id,
      creatorId,
      createdAt: now,
      deletedAt: undefined,
      interested: new Set(),
      history: [{ at: now, ...fields }],
    };
    this.#byId.set(event.id, event);
    this.#tell('CREATE', event);
    return event;
  }

  /** Changes what a request body names. @throws ApiError 50013, 180000 when the event is over, 50035 */
  edit(event: ScheduledEvent, userId: string, body: unknown): void {
    this.settle();
    this.#refuseStranger(event, userId);
    if (!isOpen(event)) throw refuse.finishedEvent();
    this.#change(event, readEvent(body, this.#now(), fieldsOf(event)));
  }

  /** Also an event that is over can be deleted (Rapptz/discord.py pull request 10113). @throws ApiError 50013 */
  delete(event: ScheduledEvent, userId: string): void {
    this.#refuseStranger(event, userId);
    event.deletedAt = this.#now();
    this.#tell('DELETE', event);
  }

  /** Marks a member as interested, or no longer. */
  interest(eventRef: Ref, userRef: Ref, interested: boolean): void {
    this.settle();
    const event = found(this.#byId.get(idOf(eventRef)), 'scheduled event', eventRef);
    const user = this.#world.user(userRef);
    found(this.#world.guild(event.guildId).members.get(user.id), 'member', user);
    if (!isOpen(event) || event.deletedAt !== undefined) throw new Error('the event is over');
    if (event.interested.has(user.id) === interested) return;
    if (interested) event.interested.add(user.id);
    else event.interested.delete(user.id);
    const d = { guild_scheduled_event_id: event.id, user_id: user.id, guild_id: event.guildId };
    this.#dispatch(`GUILD_SCHEDULED_EVENT_USER_${interested ? 'ADD' : 'REMOVE'}`, event, d);
  }

  /**
   * Starts and ends the events whose time has come, as the platform does with external ones.
   * Source: Discord docs, Guild Scheduled Event, Status Update Automation.
   */
  settle(): void {
    const now = this.#now();
    for (const event of this.#byId.values()) {
      if (event.deletedAt !== undefined) continue;
      if (event.status === 'SCHEDULED' && event.startsAt <= now)
        this.#change(event, { ...fieldsOf(event), status: 'ACTIVE' });
      if (event.status === 'ACTIVE' && event.endsAt <= now)
        this.#change(event, { ...fieldsOf(event), status: 'COMPLETED' });
    }
  }

  /** Own events with Create Events, all with Manage Events. */
  #refuseStranger(event: ScheduledEvent, userId: string): void {
    const bits = permissionsOf(this.#world.guild(event.guildId), userId);
    const own = event.creatorId === userId && has(bits, 'CreateEvents');
    if (!own && !has(bits, 'ManageEvents')) throw refuse.missingPermissions();
  }

  #change(event: ScheduledEvent, fields: EventFields): void {
    Object.assign(event, fields);
    event.history.push({ at: this.#now(), ...fields });
    this.#tell('UPDATE', event);
  }

  #tell(what: 'CREATE' | 'UPDATE' | 'DELETE', event: ScheduledEvent): void {
    this.#dispatch(`GUILD_SCHEDULED_EVENT_${what}`, event, eventJson(this.#world, event));
    this.#arm();
  }

  #dispatch(t: string, event: ScheduledEvent, d: Json): void {
    const guild = this.#world.guild(event.guildId);
    if (guild.members.has(this.#world.application.botId))
      this.#bus.dispatch({ t, d, guildId: guild.id, intent: INTENTS.GuildScheduledEvents });
    this.#bus.changed('event', event.id);
  }

  /** Waits for the next start or end. */
  #arm(): void {
    clearTimeout(this.#timer);
    const due = [...this.#byId.values()]
      .filter((event) => isOpen(event) && event.deletedAt === undefined)
      .map((event) => (event.status === 'SCHEDULED' ? event.startsAt : event.endsAt));
    if (due.length === 0) return;
    const wait = Math.min(Math.max(0, Math.min(...due) - this.#now()), MAX_TIMER_MS);
    const wake = () => {
      this.settle();
      this.#arm();
    };
    this.#timer = setTimeout(wake, wait).unref();
  }
}

function isOpen({ status }: ScheduledEvent): boolean {
  return status === 'SCHEDULED' || status === 'ACTIVE';
}

function fieldsOf(event: ScheduledEvent): EventFields {
  const { name, description, location, startsAt, endsAt, status } = event;
  return { name, description, location, startsAt, endsAt, status };
}
