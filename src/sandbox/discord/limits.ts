import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';
import { ApiError } from './errors.ts';

/** So many in so much time. */
type Limit = { count: number; perMs: number };

/**
 * What the platform allows. Only the global limit, the DM rule and the gateway's numbers are documented; the route
 * limits are what people see in the headers, and the limit for edits of old messages is reported (error 30046).
 */
const REAL_LIMITS = {
  global: { count: 50, perMs: 1_000 },
  messageCreate: { count: 5, perMs: 5_000 },
  messageEdit: { count: 5, perMs: 5_000 },
  oldMessageEdit: { count: 3, perMs: 6_000 },
  messageDelete: { count: 5, perMs: 1_000 },
  webhook: { count: 5, perMs: 2_000 },
  newDm: { count: 25, perMs: 60_000 },
  commandCreate: { count: 200, perMs: 86_400_000 },
  other: { count: 50, perMs: 1_000 },
  identify: { count: 1, perMs: 5_000 },
  identifyPerDay: { count: 1_000, perMs: 86_400_000 },
  gatewaySend: { count: 120, perMs: 60_000 },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof REAL_LIMITS;
export type LimitOverrides = Partial<Record<LimitName, Limit>> & {
  /** Divides every time span: 10 makes the limits ten times as generous. */
  scale?: number;
};

/** What a bucket says about itself after a request. */
type BucketState = {
  name: string;
  limit: number;
  remaining: number;
  /** When the window ends, ms on the clock. */
  resetAt: number;
  resetAfterMs: number;
  exceeded: boolean;
};

/** Counts requests in windows that start with their first request. */
export class Limits {
  readonly #clock: Clock;
  readonly #limits: Record<LimitName, Limit>;
  readonly #windows = new Map<string, { count: number; endsAt: number }>();
  readonly #invalid: number[] = [];

  constructor(clock: Clock, overrides: LimitOverrides = {}) {
    this.#clock = clock;
    const { scale = 1, ...replaced } = overrides;
    const limits = { ...REAL_LIMITS, ...replaced };
    this.#limits = Object.fromEntries(
      Object.entries(limits).map(([name, { count, perMs }]) => [name, { count, perMs: perMs / scale }]),
    ) as Record<LimitName, Limit>;
  }

  limit(name: LimitName): Limit {
    return this.#limits[name];
  }

  /** Counts one use of a limit, for a channel or whatever else it is kept for. A refused use is not counted. */
  take(name: LimitName, key = ''): BucketState {
    const { count, perMs } = this.#limits[name];
    const now = this.#clock.now();
    const id = `${name}:${key}`;
    let window = this.#windows.get(id);
    if (!window || window.endsAt <= now) {
      window = { count: 0, endsAt: now + perMs };
      this.#windows.set(id, window);
    }
    const exceeded = window.count >= count;
    if (!exceeded) window.count++;
    const resetAfterMs = window.endsAt - now;
    return {
      name,
      limit: count,
      remaining: count - window.count,
      resetAt: window.endsAt,
      resetAfterMs,
      exceeded,
    };
  }

  /** How much of a limit is left, without using it. */
  remaining(name: LimitName, key = ''): number {
    const window = this.#windows.get(`${name}:${key}`);
    const { count } = this.#limits[name];
    return window && window.endsAt > this.#clock.now() ? count - window.count : count;
  }

  /** Counts an answer of 401, 403 or 429; too many of them get an address banned. */
  countInvalid(): void {
    this.#invalid.push(this.#clock.now());
  }

  /** Invalid requests in the last 10 minutes (the platform bans at 10,000). Source: Discord docs, Rate Limits. */
  get invalidRequests(): number {
    const since = this.#clock.now() - 600_000;
    return this.#invalid.filter((at) => at > since).length;
  }
}

/** The rate limit headers of an answer. Source: Discord docs, Rate Limits, Header Format. */
export function bucketHeaders(state: BucketState): Record<string, string> {
  return {
    'x-ratelimit-limit': String(state.limit),
    'x-ratelimit-remaining': String(state.remaining),
    'x-ratelimit-reset': (state.resetAt / 1000).toFixed(3),
    'x-ratelimit-reset-after': (state.resetAfterMs / 1000).toFixed(3),
    'x-ratelimit-bucket': createHash('md5').update(state.name).digest('hex'),
  };
}

/** The 429 answer for an exhausted bucket; some limits have a code and words of their own. */
export function rateLimited(state: BucketState, code = 0, message = 'You are being rate limited.'): ApiError {
  const seconds = Number((state.resetAfterMs / 1000).toFixed(3));
  const isGlobal = state.name === 'global';
  return new ApiError(
    429,
    code,
    message,
    { retry_after: seconds, global: isGlobal },
    {
      'retry-after': String(Math.ceil(seconds)),
      'x-ratelimit-scope': isGlobal ? 'global' : 'user',
      ...(isGlobal ? { 'x-ratelimit-global': 'true' } : bucketHeaders(state)),
    },
  );
}
