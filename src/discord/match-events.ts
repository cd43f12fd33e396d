import type { REST } from '@discordjs/rest';
import { type APIGuildScheduledEvent, GuildScheduledEventStatus } from 'discord-api-types/v10';
import type { Database } from '../database/database.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  awaitRoom,
  CLAIM_MS,
  type ClaimedEvent,
  claimEvents,
  endEvent,
  giveUpEvents,
  HOUR_MS,
  laterEvents,
  markCreating,
  markDisplaced,
  noteDisplaced,
  postponeEvent,
  settleEvent,
} from '../matches/events/event-delivery.ts';
import { noteAllowed, noteRefused } from '../matches/events/event-refusal.ts';
import { type EventWish, eventWish } from '../matches/events/event-wish.ts';
import type { Delivery } from './delivery-loop.ts';
import { drawEvent, type EventBody, hashOf, isCoreSame } from './event-body.ts';
import { EventCalls, eventFailureOf, isOpen } from './event-calls.ts';

/** A delivery that takes longer ends before its claim does. */
const DELIVER_WITHIN_MS = CLAIM_MS - 5_000;
const MAX_WAIT_MS = 60_000;
/** What Discord was slow to answer it may still be doing: it is looked for only then. */
const AFTER_TIMEOUT_MS = 10_000;
/** Scheduled and active ones of a guild, whoever made them (Discord docs, Guild Scheduled Event). */
const MAX_OPEN = 100;
const LEFT = 'Herald is not in this server.';

/** A match as its event shall show it now. */
type Drawn = { phase: EventWish['phase']; body: EventBody; hash: string };

/**
 * Brings the Discord events of matches to what the database says: one per match, edited rather than made anew, so that
 * those who are interested stay. Any number of processes may do this side by side; it needs no gateway.
 */
export class MatchEvents implements Delivery<ClaimedEvent> {
  readonly what = 'Discord event';
  readonly channel = 'herald_event';
  readonly #db: Database;
  readonly #calls: EventCalls;
  readonly #log: Log;

  constructor(parts: { db: Database; rest: REST; log: Log }) {
    this.#db = parts.db;
    this.#calls = new EventCalls(parts.rest);
    this.#log = parts.log;
  }

  async claim(limit: number): Promise<ClaimedEvent[]> {
    return await claimEvents(this.#db.em(), limit);
  }

  async deliver(claimed: ClaimedEvent): Promise<void> {
    try {
      const wish = await eventWish(this.#db.em(), claimed.matchId);
      if (!wish) return;
      if (wish.hasLeft) return await giveUpEvents(this.#db.em(), claimed.guildId, LEFT);
      const drawn = draw(claimed.matchId, wish);
      const signal = AbortSignal.timeout(DELIVER_WITHIN_MS);
      if (claimed.isCreated) await this.#update(claimed, drawn, signal);
      else await this.#begin(claimed, drawn, signal);
    } catch (error) {
      await this.#handle(claimed, error);
    }
  }

  /** There is no event. One that people took away is not forced on them: only what is told of a match brings it back. */
  async #begin(claimed: ClaimedEvent, drawn: Drawn | undefined, signal: AbortSignal): Promise<void> {
    if (!drawn) return await endEvent(this.#db.em(), claimed, null);
    if (drawn.phase !== 'ahead' || isCoreSame(drawn.hash, claimed.renderedHash))
      return await settleEvent(this.#db.em(), claimed);
    await this.#create(claimed, drawn, signal);
  }

  /** There is an event, or there may be one. */
  async #update(claimed: ClaimedEvent, drawn: Drawn | undefined, signal: AbortSignal): Promise<void> {
    const em = this.#db.em();
    const isSame = drawn !== undefined && isCoreSame(drawn.hash, claimed.renderedHash);
    // Discord completes an event at its end by itself.
    if (drawn?.phase === 'over' && isSame) return await endEvent(em, claimed, null);
    if (drawn && claimed.eventId && drawn.hash === claimed.renderedHash)
      return await settleEvent(em, claimed);
    const { event, open } = await this.#find(claimed, signal);
    if (event && isOpen(event)) return await this.#change(claimed, event, drawn, isSame, signal);
    // Deleted or ended by people, when it had been there.
    if (drawn?.phase === 'ahead' && !isSame) return await this.#create(claimed, drawn, signal, open);
    await endEvent(em, claimed, drawn ? claimed.renderedHash : null);
  }

  async #change(
    claimed: ClaimedEvent,
    event: APIGuildScheduledEvent,
    drawn: Drawn | undefined,
    isSame: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const em = this.#db.em();
    const isActive = event.status === GuildScheduledEventStatus.Active;
    const isOver = drawn?.phase === 'over';
    // Moved after it began: the start of an event under way cannot be changed.
    const isMoved = drawn?.phase === 'ahead' && isActive && !isSame;
    if (isOver && isActive) return await endEvent(em, claimed, null);
    if (!drawn || isMoved || isOver) await this.#calls.end(event, signal);
    else await this.#calls.edit(event, drawn.body, drawn.phase === 'ahead', signal);
    await noteAllowed(em, claimed.guildId);
    if (!drawn || isOver) return await endEvent(em, claimed, null);
    if (isMoved) return await this.#create(claimed, drawn, signal);
    await settleEvent(em, claimed, { eventId: event.id, hash: drawn.hash });
  }

  /** @param open the guild's events, where they are known */
  async #create(
    claimed: ClaimedEvent,
    { body, hash }: Drawn,
    signal: AbortSignal,
    open?: readonly APIGuildScheduledEvent[],
  ): Promise<void> {
    const em = this.#db.em();
    if (open && !(await this.#makeRoom(claimed, signal, open))) return await awaitRoom(em, claimed);
    if (!(await markCreating(em, claimed))) return;
    const create = () => this.#calls.create(claimed.guildId, body, signal);
    const eventId = await create().catch(async (error) => {
      if (open || eventFailureOf(error).kind !== 'full') throw error;
      if (!(await this.#makeRoom(claimed, signal))) throw error;
      return await create();
    });
    await settleEvent(em, claimed, { eventId, hash });
    await noteAllowed(em, claimed.guildId);
  }

  /**
   * Where the guild is full, calls off the farthest of Herald's own events that comes after this one: one at most, and
   * never for an event that comes after it, so that what was called off cannot do the same in turn.
   *
   * @param known the guild's events, where they are known
   * @returns whether there is room now
   */
  async #makeRoom(
    claimed: ClaimedEvent,
    signal: AbortSignal,
    known?: readonly APIGuildScheduledEvent[],
  ): Promise<boolean> {
    if (known && known.length < MAX_OPEN) return true;
    const em = this.#db.em();
    const later = await laterEvents(em, claimed);
    if (later.length === 0) return false;
    const open = known ?? (await this.#calls.open(claimed.guildId, signal));
    if (open.length < MAX_OPEN) return true;
    const byId = new Map(open.map((event) => [event.id, event]));
    const farthest = later.map((id) => byId.get(id)).find((event) => event !== undefined);
    if (!farthest) return false;
    await markDisplaced(em, claimed.guildId, farthest.id);
    await this.#calls.end(farthest, signal);
    await noteDisplaced(em, claimed.guildId, farthest.id);
    return true;
  }

  /** The event of a row that has one; of a row whose creation got no answer, what the guild's events say. */
  async #find(
    { guildId, eventId, matchId }: ClaimedEvent,
    signal: AbortSignal,
  ): Promise<{ event?: APIGuildScheduledEvent | undefined; open?: APIGuildScheduledEvent[] }> {
    if (eventId) return { event: await this.#calls.read(guildId, eventId, signal) };
    const open = await this.#calls.open(guildId, signal);
    return { event: await this.#calls.ownAmong(open, matchId, signal), open };
  }

  async #handle(claimed: ClaimedEvent, error: unknown): Promise<void> {
    const em = this.#db.em();
    const failure = eventFailureOf(error);
    const about = { match: claimed.matchId, guild: claimed.guildId };
    const reason = messageOf(error);
    if (failure.kind === 'full') return await awaitRoom(em, claimed);
    if (failure.kind === 'wait')
      return await postponeEvent(em, claimed, { afterMs: failure.afterMs, failed: false });
    if (failure.kind === 'forbidden') {
      this.#log.warn({ reason, ...about }, 'Discord events are not permitted in a guild');
      return await this.#db.transaction((inside) => noteRefused(inside, claimed));
    }
    if (failure.kind === 'left') {
      this.#log.warn({ reason, ...about }, 'guild is closed to Discord events, giving them up');
      return await giveUpEvents(em, claimed.guildId, LEFT);
    }
    if (failure.kind === 'unreachable' || failure.kind === 'changed') {
      this.#log.warn({ err: error, ...about }, 'Discord event not sent, trying again');
      const afterMs = Math.min(1_000 * 2 ** Math.min(claimed.attempts, 10), MAX_WAIT_MS);
      const leastMs = isTimeout(error) ? AFTER_TIMEOUT_MS : 0;
      return await postponeEvent(em, claimed, { afterMs: Math.max(afterMs, leastMs), failed: true });
    }
    this.#log.error({ reason, ...about }, 'Discord event was refused');
    const words = `Discord refused the event: ${reason.slice(0, 500)}`;
    await postponeEvent(em, claimed, { afterMs: HOUR_MS, failed: true, error: words });
  }
}

/** Undefined when the match is to have no event. */
function draw(matchId: number, { phase, view, tournament }: EventWish): Drawn | undefined {
  if (phase === 'none' || view.startsAt === null) return undefined;
  const body = drawEvent(matchId, view, tournament, view.startsAt);
  return { phase, body, hash: hashOf(body, view) };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
