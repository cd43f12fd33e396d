import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';

/** The sandbox's clock as it was when it was last read: it runs ahead, and may run faster. */
export type Clock = { readAt: number; aheadMs: number; speed: number };

export const ClockContext = createContext<Clock>({ readAt: Date.now(), aheadMs: 0, speed: 1 });

const TICK_MS = 1000;

/** The sandbox's time in milliseconds since 1970, drawn anew every second. */
export function useNow(): number {
  const clock = useContext(ClockContext);
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return timeOf(clock);
}

/** What the clock says by now. */
export function timeOf({ readAt, aheadMs, speed }: Clock): number {
  return readAt + aheadMs + (Date.now() - readAt) * speed;
}
