import type { Services } from '../place.ts';
import type { TrafficView } from './protocol.ts';

const [SECOND_MS, WINDOW_S, LATEST] = [1_000, 60, 60];
/** start.gg's limits: requests in 60 seconds, and objects in one. */
const [ALLOWED, ALLOWED_OBJECTS] = [80, 1_000];

/** What was asked of the services of late. SpeedGaming's log is by this machine's clock. */
export function trafficView({ startgg, speedgaming, discord }: Services, now: number): TrafficView {
  const perSecond = Array.from({ length: WINDOW_S }, () => 0);
  for (const { at } of latest(startgg.requests, now)) {
    const place = WINDOW_S - 1 - Math.floor((now - at) / SECOND_MS);
    if (place >= 0) perSecond[place] = (perSecond[place] ?? 0) + 1;
  }
  return {
    perSecond,
    allowed: ALLOWED,
    objects: startgg.requests
      .slice(-LATEST)
      .filter(({ answeredAt }) => answeredAt !== undefined)
      .map(({ cost }) => cost),
    allowedObjects: ALLOWED_OBJECTS,
    speedgaming: latest(speedgaming.requests, Date.now()).length,
    discord: latest(discord.log, now).length,
  };
}

/** Of a log, oldest first, what came within the window. */
function latest<T extends { at: number }>(log: readonly T[], now: number): T[] {
  const first = log.findLastIndex(({ at }) => at <= now - WINDOW_S * SECOND_MS) + 1;
  return log.slice(first);
}
