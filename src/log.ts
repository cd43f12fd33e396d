import { type Logger, pino } from 'pino';

export type Log = Logger;

// Interaction and webhook tokens are part of the addresses that Discord's errors quote.
const TOKEN_IN_URL = /((?:webhooks|interactions)\/\d+\/)[\w.-]+/g;

/**
 * The process's logger: JSON lines on standard error, so that standard output stays free for what a command prints.
 *
 * @param secrets values that must never be written, whatever object they hide in
 */
export function createLog(level: string, secrets: readonly string[] = []): Log {
  const hidden = secrets
    .filter((secret) => secret.length > 0)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: {
        streamWrite: (line) =>
          hidden
            .reduce((text, secret) => text.replaceAll(secret, '[hidden]'), line)
            .replace(TOKEN_IN_URL, '$1[hidden]'),
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/**
 * For a failure that repeats itself for as long as something is away: one line at once and then one every `everyMs`,
 * which says how many were left out.
 */
export function sparsely(
  write: (about: { err: unknown; leftOut: number }) => void,
  everyMs = 30_000,
): (error: unknown) => void {
  let [next, leftOut] = [0, 0];
  return (error) => {
    if (Date.now() < next) {
      leftOut += 1;
      return;
    }
    write({ err: error, leftOut });
    [next, leftOut] = [Date.now() + everyMs, 0];
  };
}
