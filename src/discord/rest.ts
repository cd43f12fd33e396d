import { REST } from '@discordjs/rest';
import type { Config } from '../config.ts';

const TIMEOUT_MS = 6_000;

/**
 * The way out to Discord's REST API, without a gateway.
 *
 * The library repeats requests that time out or get a 5xx, POSTs too: every message that is sent with it carries a
 * nonce with `enforce_nonce`. Calls on channels do not queue up behind a rate limit, they throw RateLimitError, since
 * by then there may be something newer to send.
 */
export function createRest(discord: Config['discord']): REST {
  const rest = new REST({
    api: discord.apiUrl,
    version: '10',
    timeout: TIMEOUT_MS,
    retries: 1,
    rejectOnRateLimit: ['/channels'],
  });
  return discord.token ? rest.setToken(discord.token) : rest;
}
