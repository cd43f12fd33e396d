import type { Database } from '../database/database.ts';
import { SharedBudget } from '../jobs/budget.ts';
import type { NewChannelPace } from './notifications.ts';

const DAY_MS = 86_400_000;
/** Nothing is waited for between taking a slot and giving it back. */
const TIMEOUT_MS = 1_000;

/** The pace at which people are written to for the first time, over all processes. */
export function newChannelPace(
  db: Database,
  limits: { secondsPerNewChannel: number; newChannelsPerDay: number },
): NewChannelPace {
  const common = { credential: '', timeoutMs: TIMEOUT_MS };
  const windowMs = limits.secondsPerNewChannel * 1_000;
  const each = new SharedBudget(db, { ...common, provider: 'discord-dm', requests: 1, windowMs });
  const daily = new SharedBudget(db, {
    ...common,
    provider: 'discord-dm-day',
    requests: limits.newChannelsPerDay,
    windowMs: DAY_MS,
  });
  return {
    async take() {
      for (const budget of [each, daily])
        await budget.release(await budget.acquire({ keepFree: 0, patienceMs: 0 }));
    },
    block: (ms) => each.block(ms),
    blockedMs: () => each.blockedMs(),
  };
}
