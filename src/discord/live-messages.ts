import { createHash } from 'node:crypto';
import type { REST } from '@discordjs/rest';
import { type APIMessage, type RESTPostAPIChannelMessageJSONBody, Routes } from 'discord-api-types/v10';
import type { Database } from '../database/database.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { closeChannel } from '../matches/closed-channel.ts';
import { type Observer, UNOBSERVED } from '../metrics/observer.ts';
import {
  CLAIM_MS,
  type ClaimedLive,
  claimLive,
  markPosting,
  postponeLive,
  refuseLive,
  repostLive,
  settleLive,
} from '../outbox/live-delivery.ts';
import type { Delivery } from './delivery-loop.ts';
import { failureOf } from './errors.ts';
import { findPosted } from './posted.ts';

/** Draws the present state of what a live message shows; null when there is nothing to show any more. */
export type Renderer = (live: {
  id: string;
  subject: string;
}) => Promise<RESTPostAPIChannelMessageJSONBody | null>;

/** A delivery that takes longer ends before its claim does, so that no stale state is sent after a newer one. */
const DELIVER_WITHIN_MS = CLAIM_MS - 5_000;
const MAX_WAIT_MS = 60_000;
/** After an hour Discord limits edits more strictly: who was told to wait then goes on slower. */
const OLD_WAIT_MS = 20_000;
const HOUR_MS = 3_600_000;
const REST_AFTER_REFUSAL_MS = 5 * 60_000;

/**
 * Sends live messages to Discord: posts each once, then edits it to the newest state. Any number of processes may do
 * this side by side; it needs no gateway.
 */
export class LiveMessages implements Delivery<ClaimedLive> {
  readonly what = 'live message';
  readonly channel = 'herald_live';
  readonly #db: Database;
  readonly #rest: REST;
  readonly #renderers: Record<string, Renderer>;
  readonly #log: Log;
  readonly #observer: Observer;

  constructor(parts: {
    db: Database;
    rest: REST;
    renderers: Record<string, Renderer>;
    log: Log;
    observer?: Observer;
  }) {
    this.#db = parts.db;
    this.#rest = parts.rest;
    this.#renderers = parts.renderers;
    this.#log = parts.log;
    this.#observer = parts.observer ?? UNOBSERVED;
  }

  async claim(limit: number): Promise<ClaimedLive[]> {
    return await claimLive(this.#db.em(), Object.keys(this.#renderers), limit);
  }

  async deliver(live: ClaimedLive): Promise<void> {
    try {
      const body = await this.#renderers[live.kind]?.(live);
      if (!body) return await settleLive(this.#db.em(), live, undefined);
      const hash = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22);
      if (live.messageId && hash === live.renderedHash)
        return await settleLive(this.#db.em(), live, undefined);
      const messageId = await this.#send(live, body, AbortSignal.timeout(DELIVER_WITHIN_MS));
      if (messageId) await settleLive(this.#db.em(), live, { messageId, hash });
    } catch (error) {
      await this.#handle(live, error);
    }
  }

  /** Gives the id of the message that shows this now; undefined when another process has taken over. */
  async #send(
    live: ClaimedLive,
    body: RESTPostAPIChannelMessageJSONBody,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const messageId =
      live.messageId ??
      (live.postedAt === null ? undefined : await findPosted(this.#rest, live, live.postedAt, signal));
    if (messageId) {
      await this.#rest.patch(Routes.channelMessage(live.channelId, messageId), { body, signal });
      this.#observer.liveMessage(live.kind, 'edited');
      return messageId;
    }
    const postedAt = live.postedAt ?? (await markPosting(this.#db.em(), live));
    if (postedAt === undefined) return undefined;
    // The nonce names this posting: one that is posted anew after it was deleted must not be taken for the old one.
    const nonce = `live-${live.id}-${Math.floor(postedAt).toString(36)}`.slice(0, 25);
    const route = Routes.channelMessages(live.channelId);
    const posted = (await this.#rest.post(route, {
      body: { ...body, nonce, enforce_nonce: true },
      signal,
    })) as APIMessage;
    this.#observer.liveMessage(live.kind, 'posted');
    return posted.id;
  }

  async #handle(live: ClaimedLive, error: unknown): Promise<void> {
    const em = this.#db.em();
    const failure = failureOf(error);
    this.#observer.liveMessage(live.kind, failure.kind);
    const about = { live: live.id, kind: live.kind, subject: live.subject };
    if (failure.kind === 'gone') {
      this.#log.info(about, 'live message was deleted, posting it anew');
      return await repostLive(em, live, live.channelId);
    }
    if (failure.kind === 'wait') {
      const isOld = live.postedAt !== null && Date.now() - live.postedAt > HOUR_MS;
      const afterMs = Math.max(failure.afterMs, isOld ? OLD_WAIT_MS : 0);
      return await postponeLive(em, live, { afterMs, failed: false });
    }
    if (failure.kind === 'unreachable') {
      this.#log.warn({ err: error, ...about }, 'live message not sent, trying again');
      const afterMs = Math.min(1_000 * 2 ** Math.min(live.attempts, 10), MAX_WAIT_MS);
      return await postponeLive(em, live, { afterMs, failed: true });
    }
    const reason = messageOf(error);
    const close = () => this.#db.transaction((inside) => closeChannel(inside, live.guildId, live.channelId));
    const other = failure.kind === 'closed' ? await close() : undefined;
    if (other) {
      this.#log.warn({ reason, ...about }, 'channel is closed to the live message, using the one of /setup');
      return await repostLive(em, live, other);
    }
    this.#log.error({ reason, ...about }, 'live message was refused');
    const words =
      failure.kind === 'closed'
        ? `Herald may not post in <#${live.channelId}> (Discord says: ${reason}). It needs View Channel, Send Messages, Embed Links and Read Message History there, or another channel: /setup channel, for a tournament /tournament settings.`
        : `Discord refused the message: ${reason.slice(0, 500)}`;
    await refuseLive(em, live, { error: words, restMs: REST_AFTER_REFUSAL_MS });
  }
}
