import { z } from 'zod';
import { GiveUpError, messageOf, RetryLaterError } from '../errors.ts';
import type { SharedBudget } from '../jobs/budget.ts';
import { errorAnswer, eventAnswer } from './answers.ts';

/** Others of its clients give up after this long. */
export const TIMEOUT_MS = 20_000;
/** A request waits so long for its turn; the budget lets one go each second. */
const PATIENCE_MS = 60_000;

type Endpoint = {
  path: string;
  answer: 'list' | 'object';
  /** Its words for "there is none" (met in the field, not documented). Any other error says nothing of the thing asked for. */
  none: RegExp;
};
const SCHEDULE: Endpoint = { path: 'schedule/', answer: 'list', none: /find event/i };
const EVENT: Endpoint = { path: 'event/', answer: 'list', none: /find event/i };
const EPISODE: Endpoint = { path: 'episode/', answer: 'object', none: /find episode/i };

/** SpeedGaming said in its own words that there is no such thing. */
export class NotFoundError extends GiveUpError {
  override name = 'NotFoundError';
}

/** Reads SpeedGaming's public API, one request at a time, and tells "there is none" from "there is no answer". */
export class SpeedgamingClient {
  readonly #url: string;
  readonly #budget: SharedBudget;
  readonly #timeoutMs: number;

  constructor(options: { url: string; budget: SharedBudget; timeoutMs?: number }) {
    this.#url = options.url;
    this.#budget = options.budget;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  /**
   * The episodes of an event between two times, each as it came.
   *
   * @throws NotFoundError when there is no such event; RetryLaterError when there is no usable answer
   */
  async schedule(slug: string, from: Date, to: Date, signal?: AbortSignal): Promise<unknown[]> {
    // Without an offset the times would be read as US/Eastern; without an end, a week is all that comes.
    const query = { event: slug, from: from.toISOString(), to: to.toISOString() };
    return z.array(z.unknown()).parse(await this.#get(SCHEDULE, query, signal));
  }

  /** One episode, wherever it lies in time. @throws as `schedule` */
  async episode(id: number, signal?: AbortSignal): Promise<unknown> {
    return await this.#get(EPISODE, { id: String(id) }, signal);
  }

  /** What an event is called. @throws as `schedule` */
  async event(slug: string, signal?: AbortSignal): Promise<{ slug: string; name: string }> {
    const found = await this.#get(EVENT, { slug }, signal);
    const [event] = z.array(eventAnswer).catch([]).parse(found);
    if (!event) throw new NotFoundError('Failed to find event.');
    return { slug: event.slug || slug, name: event.name || slug };
  }

  async #get(endpoint: Endpoint, query: Record<string, string>, signal?: AbortSignal): Promise<unknown> {
    const slot = await this.#budget.acquire({ keepFree: 0, patienceMs: PATIENCE_MS, signal });
    try {
      return read(await this.#fetch(`${endpoint.path}?${new URLSearchParams(query)}`, signal), endpoint);
    } finally {
      await this.#budget.release(slot);
    }
  }

  async #fetch(path: string, signal?: AbortSignal): Promise<string> {
    const signals = [AbortSignal.timeout(this.#timeoutMs), ...(signal ? [signal] : [])];
    try {
      const response = await fetch(`${this.#url}/${path}`, { signal: AbortSignal.any(signals) });
      const text = await response.text();
      if (!response.ok) throw new RetryLaterError(`SpeedGaming answered with HTTP ${response.status}`);
      return text;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof RetryLaterError) throw error;
      throw new RetryLaterError(`SpeedGaming did not answer: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** Errors come with status 200, and all answers say that they are text/html: only the body tells. */
function read(text: string, { answer, none }: Endpoint): unknown {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new RetryLaterError(`SpeedGaming sent no readable answer (${text.length} characters)`);
  }
  const refused = errorAnswer.safeParse(body).data;
  if (refused && none.test(refused.error)) throw new NotFoundError(refused.error);
  if (refused) throw new RetryLaterError(`SpeedGaming answered with an error: ${refused.error}`);
  const isRight = answer === 'list' ? Array.isArray(body) : typeof body === 'object' && body !== null;
  if (!isRight) throw new RetryLaterError('SpeedGaming sent something else than was asked for');
  return body;
}
