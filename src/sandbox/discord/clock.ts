/** Where the stand-in takes the time from; every age, limit and expiry is counted on it. */
export type Clock = { now(): number };

/** A clock that can be pushed forward. It keeps running between the pushes, so that waiting still works. */
export type MovableClock = Clock & { advance(ms: number): void; onAdvance(listener: () => void): void };

export const systemClock: Clock = { now: () => Date.now() };

export function movableClock(ahead = 0): MovableClock {
  const listeners: (() => void)[] = [];
  return {
    now: () => Date.now() + ahead,
    advance(ms) {
      ahead += ms;
      for (const listener of listeners) listener();
    },
    onAdvance: (listener) => void listeners.push(listener),
  };
}

/** Whether a clock tells when it was pushed. */
export function isMovable(clock: Clock): clock is MovableClock {
  return 'onAdvance' in clock;
}
