import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocketOptions } from 'discord.js';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { SharedBudget } from '../jobs/budget.ts';
import type { Log } from '../log.ts';

/** A shard begins its session 5 s after the last one with the same rate limit key (Discord docs, Gateway, Rate limiting). */
const EVERY_MS = 5_000;
/** What lies between the permission and the arrival at Discord may differ from one process to the next by so much. */
const LATENESS_MS = 500;
/** Nothing is waited for between taking a slot and giving it back. */
const TIMEOUT_MS = 1_000;

/**
 * The pace at which shards begin their sessions, over all gateway processes: Discord refuses those that come too early,
 * and counts them among the 1,000 of a day. Undefined where one process serves all shards: discord.js paces these itself.
 */
export function identifyPace(
  db: Database,
  { token = '', shards }: Config['discord'],
  log: Log,
): WebSocketOptions['buildIdentifyThrottler'] {
  if (shards === 'auto') return undefined;
  return async (manager) => {
    const { max_concurrency } = (await manager.fetchGatewayInformation()).session_start_limit;
    return {
      async waitForIdentify(shard, signal) {
        const budget = new SharedBudget(db, {
          provider: 'discord-identify',
          credential: `${token} ${shard % max_concurrency}`,
          requests: 1,
          windowMs: EVERY_MS + LATENESS_MS,
          timeoutMs: TIMEOUT_MS,
        });
        const wait = budget.acquire({ keepFree: 0, patienceMs: Number.POSITIVE_INFINITY, signal });
        await wait
          .then((slot) => budget.release(slot))
          .catch(async (error) => {
            signal.throwIfAborted();
            // Better a session that Discord may refuse for now than none while the database is away.
            log.warn({ err: error, shard }, 'sessions of Discord cannot be paced, waiting by guess');
            await delay(EVERY_MS, undefined, { signal });
          });
      },
    };
  };
}
