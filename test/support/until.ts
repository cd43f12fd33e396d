import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until a condition holds, tried every 20 ms.
 *
 * @param what said when it does not come to hold in time
 * @returns what the condition returned
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 60_000,
): Promise<Exclude<T, false | 0 | '' | null | undefined>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<T, false | 0 | '' | null | undefined>;
    if (Date.now() > deadline) throw new Error(`${what}: not so after ${timeoutMs} ms`);
    await pause(20);
  }
}
