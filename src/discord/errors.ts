import { DiscordAPIError, HTTPError, RateLimitError } from '@discordjs/rest';
import { RESTJSONErrorCodes } from 'discord-api-types/v10';
import { ConfigError } from '../config.ts';

/** Discord does not accept the token. */
export function tokenRefused(): ConfigError {
  return new ConfigError(
    'DISCORD_TOKEN was refused by Discord. Discord Developer Portal (https://discord.com/developers/applications) → your application → Bot → Reset Token gives a new one.',
  );
}

/**
 * What can be done about a failed call on a message:
 * - `gone`: the message was deleted, it can be posted anew
 * - `closed`: nothing can be posted in this channel until people change something
 * - `wait`: Discord asks to come back after `afterMs`
 * - `refused`: the same request will not be taken
 * - `unreachable`: an answer that never came, a fault at Discord's, or a token that was reset: it goes with the right one
 */
export type CallFailure =
  | { kind: 'gone' | 'closed' | 'refused' | 'unreachable' }
  | { kind: 'wait'; afterMs: number };

/** Maximum edits to old messages reached. The wait is not documented. */
const OLD_EDITS_REACHED = 30046;
const OLD_EDITS_WAIT_MS = 60_000;
/** The token was missing or invalid (Discord docs, HTTP Response Codes). It says nothing of the request itself. */
const UNAUTHORIZED = 401;

const CLOSED: ReadonlySet<number> = new Set([
  RESTJSONErrorCodes.UnknownChannel,
  RESTJSONErrorCodes.UnknownGuild,
  RESTJSONErrorCodes.MissingAccess,
  RESTJSONErrorCodes.MissingPermissions,
  RESTJSONErrorCodes.CannotSendMessagesInNonTextChannel,
  RESTJSONErrorCodes.InvalidActionOnArchivedThread,
]);

/** Discord's own code for what went wrong (Discord docs, JSON Error Codes); 0 when it gave none. */
export function codeOf(error: unknown): number {
  return error instanceof DiscordAPIError ? Number(error.code) : 0;
}

/** Sorts what a call on a message threw (Discord docs, Opcodes and Status Codes). */
export function failureOf(error: unknown): CallFailure {
  if (error instanceof RateLimitError)
    return { kind: 'wait', afterMs: Math.max(error.retryAfter, error.timeToReset) };
  const isHttp = error instanceof HTTPError || error instanceof DiscordAPIError;
  if (isHttp && error.status === UNAUTHORIZED) return { kind: 'unreachable' };
  if (error instanceof HTTPError && error.status < 500) return { kind: 'refused' };
  if (!(error instanceof DiscordAPIError)) return { kind: 'unreachable' };
  const code = Number(error.code);
  if (code === OLD_EDITS_REACHED) return { kind: 'wait', afterMs: OLD_EDITS_WAIT_MS };
  if (code === RESTJSONErrorCodes.UnknownMessage) return { kind: 'gone' };
  if (CLOSED.has(code)) return { kind: 'closed' };
  if (error.status === 429 || error.status >= 500) return { kind: 'unreachable' };
  return { kind: 'refused' };
}
