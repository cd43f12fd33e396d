import { setTimeout as wait } from 'node:timers/promises';

/** The longest that a timer can wait: 24 days. */
const FOREVER = 2 ** 31 - 1;

/** Waits, but not longer than there is somebody to answer; without a time, until there is nobody. */
export async function pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
  await wait(ms ?? FOREVER, undefined, { signal }).catch(() => undefined);
}
