import type { REST } from '@discordjs/rest';
import { type APIChannel, type APIMessage, RESTJSONErrorCodes, Routes } from 'discord-api-types/v10';
import type { Database } from '../database/database.ts';
import { BudgetExhaustedError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { closeChannel } from '../matches/closed-channel.ts';
import { type NotificationOutcome, type Observer, UNOBSERVED } from '../metrics/observer.ts';
import { type Place, wordingOf } from '../notifications/wording.ts';
import {
  CLAIM_MS,
  type ClaimedNotification,
  claimNotifications,
  forgetReminder,
  markSending,
  noteFound,
  postponeNotification,
  redirectNotification,
  settleNotification,
  supersededBy,
} from '../outbox/notification-delivery.ts';
import {
  noteBlocked,
  noteDmChannel,
  noteFirstTold,
  type Recipient,
  recipient,
} from '../outbox/recipients.ts';
import type { Delivery } from './delivery-loop.ts';
import { codeOf, failureOf } from './errors.ts';
import { isMember } from './members.ts';
import { drawNotice, drawPersonal, isMessageOf } from './personal-message.ts';
import { findOwn } from './posted.ts';

const DELIVER_WITHIN_MS = CLAIM_MS - 5_000;
const MAX_WAIT_MS = 10 * 60_000;
const ASK_WITHIN_MS = 5_000;
/** Who is called has minutes to come. */
const CALL_LASTS_MS = 60_000;
/** What nobody could be told within a day is of no use any more. */
const GIVE_UP_HOURS = 24;
/** Discord does not say how long to wait when direct messages are opened too fast. */
const TOO_FAST_WAIT_MS = 5 * 60_000;
/** Opening direct messages too fast (Discord docs, JSON Error Codes). */
const TOO_FAST = 40003;
/** Nobody can be written to: closed direct messages, or no guild in common (Discord docs, JSON Error Codes). */
const CLOSED: ReadonlySet<number> = new Set([RESTJSONErrorCodes.CannotSendMessagesToThisUser, 50278]);

/** When people may be written to for the first time: Discord blocks bots that open many direct messages at once. */
export type NewChannelPace = {
  /** @throws BudgetExhaustedError when nobody may be written to for now */
  take(): Promise<void>;
  /** Nobody is written to for so long. */
  block(ms: number): Promise<void>;
  /** How much of that is left. */
  blockedMs(): Promise<number>;
};

/**
 * Sends what people are to be told: direct messages, and notices to channels. Any number of processes may do this side
 * by side; it needs no gateway.
 */
export class Notifications implements Delivery<ClaimedNotification> {
  readonly what = 'notification';
  readonly channel = 'herald_notify';
  readonly #db: Database;
  readonly #rest: REST;
  readonly #pace: NewChannelPace;
  readonly #log: Log;
  readonly #observer: Observer;

  constructor(parts: { db: Database; rest: REST; pace: NewChannelPace; log: Log; observer?: Observer }) {
    this.#db = parts.db;
    this.#rest = parts.rest;
    this.#pace = parts.pace;
    this.#log = parts.log;
    this.#observer = parts.observer ?? UNOBSERVED;
  }

  async claim(limit: number): Promise<ClaimedNotification[]> {
    return await claimNotifications(this.#db, limit);
  }

  async deliver(claimed: ClaimedNotification): Promise<void> {
    const signal = AbortSignal.timeout(DELIVER_WITHIN_MS);
    try {
      if (claimed.ageHours > GIVE_UP_HOURS)
        return await this.#end(claimed, 'failed', 'it could not be sent within a day');
      if (claimed.discordUserId === null) await this.#sendNotice(claimed, signal);
      else await this.#sendPersonal(claimed, claimed.discordUserId, signal);
    } catch (error) {
      await this.#handle(claimed, error);
    }
  }

  async #sendNotice(claimed: ClaimedNotification, signal: AbortSignal): Promise<void> {
    const channelId = claimed.channelId ?? '';
    if (await this.#isFound(claimed, channelId, signal)) return;
    await this.#post(claimed, channelId, drawNotice(claimed), signal);
  }

  async #sendPersonal(claimed: ClaimedNotification, userId: string, signal: AbortSignal): Promise<void> {
    const to = await recipient(this.#db.em(), userId);
    const channelId = claimed.channelId ?? to.dmChannelId;
    // What an earlier attempt may have sent is looked for first: what is new depends on it.
    if (channelId && (await this.#isFound(claimed, channelId, signal))) return;
    if (to.isBlocked && !claimed.channelId) return await this.#redirect(claimed);
    const wording = await wordingOf(this.#db.em(), claimed);
    const isHere = (place: Place) => !claimed.channelId || place.channelId === claimed.channelId;
    const place =
      wording &&
      (await this.#placeFor(userId, wording.places.filter(isHere), to.preference === 'on', signal));
    if (!wording || !place) return await this.#end(claimed, 'void');
    if (!claimed.channelId) await this.#awaitPermission();
    const target = channelId ?? (await this.#openChannel(userId, to, signal));
    // After a restore an attempt may have been made in a channel that was forgotten.
    if (!channelId && (await this.#isFound(claimed, target, signal))) return;
    const body = drawPersonal(claimed, wording.saying, wording.view, { ...place, isFirst: to.isNew });
    await this.#post(claimed, target, body, signal, { after: wording.view });
    if (to.isNew && !claimed.channelId) await noteFirstTold(this.#db.em(), userId);
  }

  /** Whoever did not ask for messages gets them only as a member of a guild that follows the match. */
  async #placeFor(
    userId: string,
    places: readonly Place[],
    hasAsked: boolean,
    signal: AbortSignal,
  ): Promise<Place | undefined> {
    if (hasAsked) return places[0];
    for (const place of places)
      if (await isMember(this.#db, this.#rest, place.guildId, userId, signal)) return place;
    return undefined;
  }

  /** @throws BudgetExhaustedError while Discord wants nobody to be written to */
  async #awaitPermission(): Promise<void> {
    const blockedMs = await this.#pace.blockedMs();
    if (blockedMs > 0) throw new BudgetExhaustedError(blockedMs);
  }

  async #openChannel(userId: string, to: Recipient, signal: AbortSignal): Promise<string> {
    if (to.preference !== 'on') await this.#pace.take();
    const body = { recipient_id: userId };
    const channel = (await this.#rest.post(Routes.userChannels(), { body, signal })) as APIChannel;
    await noteDmChannel(this.#db.em(), userId, channel.id);
    return channel.id;
  }

  /** Whether it, or an earlier one that it speaks for, was sent although nobody noted it; if it was itself, it is settled. */
  async #isFound(claimed: ClaimedNotification, channelId: string, signal: AbortSignal): Promise<boolean> {
    const earlier = await supersededBy(this.#db.em(), claimed);
    for (const { id, triedAt } of [...earlier, claimed]) {
      if (triedAt === null) continue;
      const isIt = (message: APIMessage) => isMessageOf(message, id);
      const messageId = await findOwn(this.#rest, channelId, triedAt, isIt, signal);
      if (!messageId) continue;
      await noteFound(this.#db.em(), id, messageId);
      this.#observe(claimed, 'sent');
      if (id === claimed.id) return true;
    }
    return false;
  }

  async #post(
    claimed: ClaimedNotification,
    channelId: string,
    body: object,
    signal: AbortSignal,
    told?: Record<string, unknown>,
  ): Promise<void> {
    if (!(await markSending(this.#db.em(), claimed, told))) return;
    // One that is said in a channel after all is another message than the one that Discord refused.
    const nonce = `${claimed.channelId ? 'c' : 'n'}-${claimed.id}`.slice(0, 25);
    const sent = (await this.#rest.post(Routes.channelMessages(channelId), {
      body: { ...body, nonce, enforce_nonce: true },
      signal,
    })) as APIMessage;
    await this.#db.transaction((em) =>
      settleNotification(em, claimed, { state: 'sent', messageId: sent.id }),
    );
    this.#observe(claimed, 'sent');
  }

  async #end(claimed: ClaimedNotification, state: 'void' | 'failed', error?: string): Promise<void> {
    if (state === 'void' && claimed.class === 'reminder') await forgetReminder(this.#db.em(), claimed);
    await this.#db.transaction((em) => settleNotification(em, claimed, { state, error }));
    this.#observe(claimed, state);
    if (state === 'failed')
      this.#log.warn({ notification: claimed.id, reason: error }, 'notification given up');
  }

  /** Nobody may be written to for now. What would come too late by then is said in the channel instead, if there is one. */
  async #await(claimed: ClaimedNotification, waitMs: number): Promise<void> {
    const place = comesTooLate(claimed, waitMs) ? await this.#openPlace(claimed) : undefined;
    if (place?.channelId) await redirectNotification(this.#db.em(), claimed, place.channelId);
    else await postponeNotification(this.#db.em(), claimed, { afterMs: waitMs, failed: false });
  }

  /** A guild that the person is in, with a channel for its announcements. */
  async #openPlace(claimed: ClaimedNotification): Promise<Place | undefined> {
    const wording = await wordingOf(this.#db.em(), claimed);
    const open = (wording?.places ?? []).filter(({ channelId }) => channelId !== null);
    return await this.#placeFor(claimed.discordUserId ?? '', open, false, AbortSignal.timeout(ASK_WITHIN_MS));
  }

  /** Discord takes no direct messages for this person: they are mentioned in the channel of a guild that they are in. */
  async #redirect(claimed: ClaimedNotification): Promise<void> {
    if (!(await wordingOf(this.#db.em(), claimed))) return await this.#end(claimed, 'void');
    const place = await this.#openPlace(claimed);
    if (place?.channelId) return await redirectNotification(this.#db.em(), claimed, place.channelId);
    const reason = 'Discord takes no direct messages for this person, and no channel is set';
    await this.#end(claimed, 'failed', reason);
  }

  async #handle(claimed: ClaimedNotification, error: unknown): Promise<void> {
    const em = this.#db.em();
    const about = { notification: claimed.id, err: error };
    if (error instanceof BudgetExhaustedError) return await this.#await(claimed, error.waitMs);
    const code = codeOf(error);
    if (claimed.discordUserId && !claimed.channelId && CLOSED.has(code)) {
      this.#log.info(about, 'direct messages are closed');
      this.#observe(claimed, 'closed');
      await noteBlocked(em, claimed.discordUserId);
      // It is taken up again at once, as that of somebody whose messages are closed.
      return await postponeNotification(em, claimed, { afterMs: 0, failed: false });
    }
    if (code === TOO_FAST) {
      this.#log.warn(about, 'direct messages are opened too fast');
      await this.#pace.block(TOO_FAST_WAIT_MS);
      return await postponeNotification(em, claimed, { afterMs: TOO_FAST_WAIT_MS, failed: false });
    }
    const failure = failureOf(error);
    if (failure.kind === 'wait')
      return await postponeNotification(em, claimed, { afterMs: failure.afterMs, failed: false });
    if (failure.kind === 'unreachable') {
      this.#log.warn(about, 'notification not sent, trying again');
      const afterMs = Math.min(1_000 * 2 ** Math.min(claimed.attempts, 12), MAX_WAIT_MS);
      return await postponeNotification(em, claimed, { afterMs, failed: true });
    }
    const other = failure.kind === 'closed' && (await this.#elsewhere(claimed));
    if (other) {
      this.#observe(claimed, 'closed');
      return await redirectNotification(em, claimed, other);
    }
    await this.#end(claimed, 'failed', messageOf(error));
  }

  #observe({ discordUserId, channelId }: ClaimedNotification, outcome: NotificationOutcome): void {
    const place = discordUserId === null ? 'channel' : channelId === null ? 'direct_message' : 'mention';
    this.#observer.notification(place, outcome);
  }

  /** Where to say what cannot be said in its channel any more. */
  async #elsewhere({ guildId, channelId }: ClaimedNotification): Promise<string | undefined> {
    if (channelId === null) return undefined;
    return await this.#db.transaction((em) => closeChannel(em, guildId, channelId));
  }
}

/** Whether a message is of no use after so long a wait. */
function comesTooLate(claimed: ClaimedNotification, waitMs: number): boolean {
  if (claimed.class === 'called' || claimed.class === 'room') return waitMs > CALL_LASTS_MS;
  return claimed.class === 'reminder' && Date.now() + waitMs >= Date.parse(claimed.revision);
}
