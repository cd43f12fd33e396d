import type { Allowance } from '../jobs/budget.ts';
import { TIMEOUT_MS } from './client.ts';

/** SpeedGaming's developers ask for one request at a time, and for a second between two (asked in the field, not documented). */
export function speedgamingAllowance(): Allowance {
  return { provider: 'speedgaming', credential: '', requests: 1, windowMs: 1_000, timeoutMs: TIMEOUT_MS };
}

/** One event's schedule is to be read about once a minute. */
export function slugAllowance(slug: string, secondsPerSlug: number): Allowance {
  return {
    provider: 'speedgaming-slug',
    credential: slug,
    requests: 1,
    windowMs: secondsPerSlug * 1_000,
    // It also waits for its turn among the other slugs.
    timeoutMs: TIMEOUT_MS * 4,
  };
}
