import { REST } from '@discordjs/rest';
import type { Config } from '../config.ts';

const TIMEOUT_MS = 6_000;

/**
 * The way out to Discord's REST API, without a gateway.
 *
 * The library repeats requests that time out or get a 5xx, POSTs too: every message that is sent with it carries a
 * nonce with `enforce_nonce`. Calls on channels and events do not queue up behind a rate limit, they throw RateLimitError,
 * since by then there may be something newer to send.
 *
 * @param options `retries` 0 for what has no nonce
 */
export function createRest(discord: Config['discord'], options: { retries?: number } = {}): REST {
  const rest = new REST({
    api: discord.apiUrl,
    version: '10',
    timeout: TIMEOUT_MS,
    retries: options.retries ?? 1,
    rejectOnRateLimit: ['/channels', '/guilds/:id/scheduled-events'],
  });
  return discord.token ? rest.setToken(discord.token) : rest;
}
