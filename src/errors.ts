/** What a person did wrong or has to know. The message is shown to that person as it is. */
export class UserError extends Error {
  override name = 'UserError';
}

/** A passing fault of an outside service (rate limit, 5xx, time-out, cut-off answer): the same call may work later. */
export class RetryLaterError extends Error {
  override name = 'RetryLaterError';
  /** Milliseconds after which the service itself asked to be called again, if it said so. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** This one item cannot be had, however often it is asked for; everything else goes on. */
export class GiveUpError extends Error {
  override name = 'GiveUpError';
}

/** Nothing of this source works until a person acts (an expired token, say). The message says what to do. */
export class SourceBlockedError extends Error {
  override name = 'SourceBlockedError';
}

/** The shared budget has no room now. Thrown instead of waiting when the wait would be long. */
export class BudgetExhaustedError extends Error {
  override name = 'BudgetExhaustedError';
  readonly waitMs: number;

  constructor(waitMs: number) {
    super(`the request budget is used up for ${Math.ceil(waitMs / 1000)} s`);
    this.waitMs = waitMs;
  }
}

/** What is at the bottom of a failed call, such as "connect ECONNREFUSED 127.0.0.1:443" below "fetch failed". */
export function rootOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  return error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error;
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
