import type { Fault as DiscordFault } from '../discord/faults.ts';
import type { Services } from '../place.ts';
import type { SpeedgamingFault } from '../speedgaming/server.ts';
import type { Fault as StartggFault } from '../startgg/faults.ts';
import type { Mood, ServiceName } from './protocol.ts';

type Ill = Exclude<Mood, 'well'>;

const always = { times: Number.POSITIVE_INFINITY };

/** How each service shows a mood, in a form in which clients have met it. */
const DISCORD: Record<Ill, DiscordFault> = {
  slow: { kind: 'delay', ms: 1_500, ...always },
  limited: {
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '5', 'x-ratelimit-scope': 'user' },
    body: { message: 'You are being rate limited.', retry_after: 5, global: false },
    ...always,
  },
  broken: { kind: 'status', status: 503, ...always },
  lying: { kind: 'lost-answer', ...always },
};
const STARTGG: Record<Ill, StartggFault> = {
  slow: { kind: 'hang', ms: 5_000, ...always },
  limited: { kind: 'rate-limit', retryAfter: 15, ...always },
  broken: { kind: 'http', status: 503, ...always },
  lying: { kind: 'short-page', drop: 1, ...always },
};
const SPEEDGAMING: Record<Ill, SpeedgamingFault> = {
  slow: { kind: 'hang', ms: 5_000, ...always },
  limited: { kind: 'http', status: 503, ...always },
  broken: { kind: 'http', status: 500, ...always },
  lying: { kind: 'empty-list', ...always },
};

/** How the services are to whoever asks them. */
export class Moods {
  readonly now: Record<ServiceName, Mood> = { discord: 'well', startgg: 'well', speedgaming: 'well' };
  readonly #services: Services;
  readonly #heal = new Map<ServiceName, () => void>();

  constructor(services: Services) {
    this.#services = services;
  }

  set(service: ServiceName, mood: Mood): void {
    this.#heal.get(service)?.();
    this.#heal.delete(service);
    this.now[service] = mood;
    if (mood !== 'well') this.#heal.set(service, this.#afflict(service, mood));
  }

  #afflict(service: ServiceName, mood: Ill): () => void {
    const { discord, startgg, speedgaming } = this.#services;
    if (service === 'discord') return discord.faults.add(DISCORD[mood]);
    if (service === 'startgg') return startgg.faults.add(STARTGG[mood]);
    return speedgaming.faults.add(SPEEDGAMING[mood]);
  }
}
