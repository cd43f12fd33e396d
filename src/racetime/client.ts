import type { z } from 'zod';
import { GiveUpError, messageOf, RetryLaterError, SourceBlockedError } from '../errors.ts';
import type { Allowance, SharedBudget } from '../jobs/budget.ts';
import {
  categoryAnswer,
  type RaceAnswer,
  raceAnswer,
  refusalAnswer,
  roomPath,
  tokenAnswer,
} from './answers.ts';

const TIMEOUT_MS = 10_000;
/** A request waits so long for its turn; the budget lets one go each second. */
const PATIENCE_MS = 30_000;
/** So long before its end a token is not used any more. */
const SPARE_MS = 60_000;

/** racetime.gg said in its own words that it will not do this, however often it is asked. */
export class RefusedError extends GiveUpError {
  override name = 'RefusedError';
}

/** racetime.gg asks bots to be gentle and names no limit: one request a second is what its own bots come to. */
export function racetimeAllowance(clientId: string): Allowance {
  return {
    provider: 'racetime',
    credential: clientId,
    requests: 1,
    windowMs: 1_000,
    timeoutMs: TIMEOUT_MS,
  };
}

/** What is listed of a category: its goals, and its rooms that are not over. */
export type Category = {
  name: string;
  goals: string[];
  rooms: { path: string; goal: string; info: string }[];
};

type Answer = { status: number; location: string | null; text: string };

/** Speaks with racetime.gg as the bot of a category (racetime-app wiki, Category bots). */
export class RacetimeClient {
  /** Scheme and host. */
  readonly url: string;
  readonly #clientId: string;
  readonly #clientSecret: string;
  readonly #budget: SharedBudget;
  #token: { text: string; until: number } | undefined;

  constructor(options: { url: string; clientId: string; clientSecret: string; budget: SharedBudget }) {
    this.url = options.url;
    this.#clientId = options.clientId;
    this.#clientSecret = options.clientSecret;
    this.#budget = options.budget;
  }

  /** @throws RefusedError when there is no such category; RetryLaterError when there is no usable answer */
  async category(slug: string, signal?: AbortSignal): Promise<Category> {
    const answer = await this.#send(`/${slug}/data`, {}, signal);
    if (answer.status === 404) throw new RefusedError(`racetime.gg has no category "${slug}"`);
    const { name, goals, current_races } = read(categoryAnswer, answer);
    const rooms = current_races.flatMap((race) => (race ? [{ ...race, path: race.url }] : []));
    return { name: name || slug, goals, rooms };
  }

  /** A room by its path. @throws RefusedError when there is none; RetryLaterError when there is no usable answer */
  async race(path: string, signal?: AbortSignal): Promise<RaceAnswer> {
    const answer = await this.#send(`${path}/data`, {}, signal);
    if (answer.status === 404) throw new RefusedError(`racetime.gg has no room ${path}`);
    return read(raceAnswer, answer);
  }

  /**
   * Opens a room. When this fails with a RetryLaterError, the room may be there nonetheless.
   *
   * @param form what is left out takes racetime.gg's default
   * @returns the path of the room
   * @throws RefusedError with racetime.gg's words; SourceBlockedError when the bot or its credentials are not accepted
   */
  async open(category: string, form: Record<string, string>, signal?: AbortSignal): Promise<string> {
    const isCached = this.#token !== undefined && this.#token.until > Date.now();
    let answer = await this.#post(category, form, signal);
    // racetime.gg answers 403 to a token that has ended as to a bot of another category.
    if (isCached && isForbidden(answer)) {
      this.#token = undefined;
      answer = await this.#post(category, form, signal);
    }
    if (isForbidden(answer))
      throw new SourceBlockedError(
        `racetime.gg does not let this bot open rooms in the category "${category}": it has to be the category's own bot`,
      );
    if (answer.status === 404) throw new RefusedError(`racetime.gg has no category "${category}"`);
    if (answer.status === 422) throw new RefusedError(`racetime.gg says: ${complaints(answer.text)}`);
    const path = roomPath.safeParse(answer.location).data;
    if (answer.status !== 201 || !path)
      throw new RetryLaterError(`racetime.gg answered with HTTP ${answer.status}`);
    return path;
  }

  async #post(category: string, form: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
    const headers = { authorization: `Bearer ${await this.#bearer(signal)}` };
    const body = new URLSearchParams(form);
    return await this.#send(`/o/${category}/startrace`, { method: 'POST', headers, body }, signal);
  }

  async #bearer(signal?: AbortSignal): Promise<string> {
    if (this.#token && this.#token.until > Date.now()) return this.#token.text;
    const body = new URLSearchParams({
      client_id: this.#clientId,
      client_secret: this.#clientSecret,
      grant_type: 'client_credentials',
    });
    const answer = await this.#send('/o/token', { method: 'POST', body }, signal);
    if ([400, 401, 403].includes(answer.status))
      throw new SourceBlockedError(
        'racetime.gg does not accept RACETIME_CLIENT_ID and RACETIME_CLIENT_SECRET: whoever runs Herald has to correct them',
      );
    const { access_token: text, expires_in: seconds } = read(tokenAnswer, answer);
    this.#token = { text, until: Date.now() + seconds * 1_000 - SPARE_MS };
    return text;
  }

  async #send(path: string, init: RequestInit, signal?: AbortSignal): Promise<Answer> {
    const slot = await this.#budget.acquire({ keepFree: 0, patienceMs: PATIENCE_MS, signal });
    const signals = [AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])];
    try {
      const response = await fetch(`${this.url}${path}`, {
        ...init,
        redirect: 'manual',
        signal: AbortSignal.any(signals),
      });
      const text = await response.text();
      return { status: response.status, location: response.headers.get('location'), text };
    } catch (error) {
      signal?.throwIfAborted();
      throw new RetryLaterError(`racetime.gg did not answer: ${messageOf(error)}`, { cause: error });
    } finally {
      await this.#budget.release(slot);
    }
  }
}

function isForbidden({ status }: Answer): boolean {
  return status === 401 || status === 403;
}

function read<T>(schema: z.ZodType<T>, { status, text }: Answer): T {
  if (status !== 200) throw new RetryLaterError(`racetime.gg answered with HTTP ${status}`);
  const parsed = schema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'the answer';
  throw new RetryLaterError(`racetime.gg sent something else than expected at ${where}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** "goal: This category has no such goal" */
function complaints(text: string): string {
  const { errors } = refusalAnswer.catch({ errors: {} }).parse(parse(text));
  const words = Object.entries(errors).map(([field, said]) => {
    const all = said.map(String).join(' ');
    return field === '__all__' ? all : `${field}: ${all}`;
  });
  return words.join(' ').replace(/\.$/, '') || 'the room cannot be opened so';
}
