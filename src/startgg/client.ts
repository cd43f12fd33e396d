import { GraphQLClient } from 'graphql-request';
import type { z } from 'zod';
import { GiveUpError, messageOf, RetryLaterError, rootOf, SourceBlockedError } from '../errors.ts';
import type { Allowance, Share, SharedBudget, Slot } from '../jobs/budget.ts';
import type { Log } from '../log.ts';
import { type Observer, UNOBSERVED } from '../metrics/observer.ts';
import { TooComplexError, TooDeepError } from './errors.ts';
import { observed } from './observed.ts';
import { answerSchema, checkedFetch, findRefusal, type RawAnswer } from './transport.ts';

/** The slowest honest answers take a few seconds; clients in the field give up after 25 s. */
const TIMEOUT_MS = 25_000;
/** Up to this many requests a minute, the whole minute is kept count of. */
export const COUNTED_PER_MINUTE = 600;
/** How long nobody asks after a refusal that does not say how long. */
const BLOCKED_MS = 20_000;

const RENEW = 'Make a new one at https://start.gg/admin/profile/developer and set STARTGG_TOKEN.';

const costOf = (answer: RawAnswer) => answer.extensions?.queryComplexity ?? undefined;

/** An answer with its data checked, and the objects it cost. Entries of which some field failed are null in it. */
export type Answer<T> = { data: T; cost: number | undefined };

/** Something that start.gg could not give, and where in the answer it is missing. */
export type Complaint = { message: string; path: readonly (string | number)[] };

/** An answer whose top-level fields stand and fall each for itself. */
export type PackedAnswer = {
  data: Record<string, unknown>;
  /** Only those that leave a hole in the data; entries of lists of which some field failed are null in it. */
  complaints: Complaint[];
  cost: number | undefined;
};

type QueryOptions = { urgency: Urgency; signal?: AbortSignal; patienceMs?: number };

/**
 * start.gg counts requests per token: 80 in 60 s (start.gg developer documentation, Rate limits). An allowance that is
 * larger by far is kept by the second, which is stricter, so that the row of the budget stays small.
 */
export function startggAllowance(token: string | undefined, requestsPerMinute: number): Allowance {
  const common = { provider: 'startgg', credential: token ?? '', timeoutMs: TIMEOUT_MS };
  if (requestsPerMinute <= COUNTED_PER_MINUTE)
    return { ...common, requests: requestsPerMinute, windowMs: 60_000 };
  return { ...common, requests: Math.floor(requestsPerMinute / 60), windowMs: 1_000 };
}

/** Who waits for the answer: a person at the keyboard goes before an import and the sync of a schedule. */
export type Urgency = 'person' | 'import' | 'sync';

/** Requests that are left for whoever is more urgent. */
export const KEEP_FREE: Record<Urgency, number> = { person: 0, import: 2, sync: 2 };
/**
 * A quarter is never taken by syncs, so that an import does not wait a minute behind them. It is counted by kind: were it
 * kept free of all work, an import that runs for hours would leave the syncs nothing.
 */
const SHARES: Partial<Record<Urgency, Share>> = { sync: { of: 'sync', part: 0.75 } };

/** Reads start.gg within the shared budget and says in typed errors what a caller can do about a refusal. */
export class StartggClient {
  readonly #url: string;
  readonly #client: GraphQLClient;
  readonly #budget: SharedBudget;
  readonly #log: Log;
  readonly #observer: Observer;
  readonly #hasToken: boolean;
  readonly #timeoutMs: number;
  readonly #blockedMs: number;

  constructor(options: {
    url: string;
    token: string | undefined;
    budget: SharedBudget;
    log: Log;
    observer?: Observer;
    timeoutMs?: number;
    blockedMs?: number;
  }) {
    this.#url = options.url;
    this.#budget = options.budget;
    this.#log = options.log;
    this.#observer = options.observer ?? UNOBSERVED;
    this.#hasToken = options.token !== undefined;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#blockedMs = options.blockedMs ?? BLOCKED_MS;
    this.#client = new GraphQLClient(options.url, {
      headers: { authorization: `Bearer ${options.token}` },
      errorPolicy: 'all',
      fetch: checkedFetch,
    });
  }

  /** Requests that could be sent at this moment. */
  async requestsLeft(): Promise<number> {
    return await this.#budget.remaining();
  }

  /**
   * Sends one query.
   *
   * @param schema the fields used of `data`; what is null there has to be allowed to be null
   * @throws RetryLaterError, SourceBlockedError (token), TooComplexError, TooDeepError, BudgetExhaustedError
   */
  async query<T>(
    document: string,
    variables: Record<string, unknown>,
    schema: z.ZodType<T>,
    options: QueryOptions,
  ): Promise<Answer<T>> {
    return await this.#ask(document, variables, options, async (answer) => {
      for (const { message } of answer.errors ?? []) await this.#refuse(message, 'partial');
      for (const { path, message } of answer.errors ?? [])
        if (!blankEntry(answer.data, path ?? [])) throw new RetryLaterError(`start.gg: ${message}`);
      const parsed = schema.safeParse(answer.data ?? undefined);
      if (!parsed.success) throw new RetryLaterError(unreadable(parsed.error));
      return { data: parsed.data, cost: costOf(answer) };
    });
  }

  /**
   * Sends a document whose top-level fields have nothing to do with each other.
   *
   * @throws as `query`, but only for what concerns the request as a whole
   */
  async queryPacked(document: string, options: QueryOptions): Promise<PackedAnswer> {
    return await this.#ask(document, {}, options, async (answer) => {
      const complaints: Complaint[] = [];
      for (const { path, message } of answer.errors ?? []) {
        if (!answer.data || !path?.length || isOfAll(message)) await this.#refuse(message, 'partial');
        if (!path?.length) throw new RetryLaterError(`start.gg: ${message}`);
        if (!blankEntry(answer.data, path)) complaints.push({ message, path });
      }
      if (!answer.data) throw new RetryLaterError('start.gg answered without data');
      return { data: answer.data, complaints, cost: costOf(answer) };
    });
  }

  /** Sends a document within the budget and has the answer understood; what becomes of it is told to the observer. */
  async #ask<T extends { cost: number | undefined }>(
    document: string,
    variables: Record<string, unknown>,
    options: QueryOptions,
    understand: (answer: RawAnswer) => Promise<T>,
  ): Promise<T> {
    const { urgency, signal, patienceMs = 5_000 } = options;
    if (!this.#hasToken) throw new SourceBlockedError(`STARTGG_TOKEN is not set. ${RENEW}`);
    const [keepFree, share] = [KEEP_FREE[urgency], SHARES[urgency]];
    const slot = await this.#budget.acquire({ keepFree, share, patienceMs, signal });
    const understood = async () => {
      const answer = await this.#send(document, variables, slot, signal);
      if (answer.success === false) await this.#refuse(answer.message ?? 'start.gg refused');
      const complaints = (answer.errors ?? []).map((error) => error.message);
      if (complaints.length > 0) this.#log.warn({ complaints }, 'start.gg answered in part');
      return await understand(answer);
    };
    return await observed(understood(), this.#observer, signal);
  }

  async #send(
    document: string,
    variables: Record<string, unknown>,
    slot: Slot,
    signal?: AbortSignal,
  ): Promise<RawAnswer> {
    const signals = [AbortSignal.timeout(this.#timeoutMs), ...(signal ? [signal] : [])];
    try {
      const answer = await this.#client.rawRequest({
        query: document,
        variables,
        signal: AbortSignal.any(signals),
      });
      return answerSchema.parse({ data: answer.data, errors: answer.errors, extensions: answer.extensions });
    } catch (error) {
      signal?.throwIfAborted();
      const refusal = findRefusal(error);
      if (refusal?.status === 429) throw await this.#rateLimited(refusal.retryAfterMs);
      if (refusal) return { ...refusal.body, data: null, errors: null, extensions: null, success: false };
      throw new RetryLaterError(this.#noAnswer(error), { cause: error });
    } finally {
      await this.#budget.release(slot);
    }
  }

  #noAnswer(error: unknown): string {
    const root = rootOf(error);
    if (root instanceof Error && root.name === 'TimeoutError')
      return `start.gg did not answer within ${this.#timeoutMs / 1000} s`;
    // With any answer at all, the address was the right one.
    const where = root instanceof RetryLaterError ? '' : ` at ${this.#url}`;
    return `start.gg did not answer${where}: ${messageOf(root)}`;
  }

  /** Throws what a complaint of start.gg's means; a complaint about a part of the answer may mean nothing for the rest. */
  async #refuse(message: string, extent: 'whole' | 'partial' = 'whole'): Promise<void> {
    if (/rate limit/i.test(message)) throw await this.#rateLimited();
    if (/complexity.*too high/i.test(message)) throw new TooComplexError(message);
    if (/10,000th entry/i.test(message)) throw new TooDeepError(message);
    if (/(authentication|invalid).*token/i.test(message))
      throw new SourceBlockedError(`start.gg does not know the token. ${RENEW}`);
    if (/token.*expired|expired.*token/i.test(message))
      throw new SourceBlockedError(`The start.gg token has expired. ${RENEW}`);
    if (extent === 'whole') throw new GiveUpError(`start.gg: ${message}`);
  }

  async #rateLimited(retryAfterMs = this.#blockedMs): Promise<RetryLaterError> {
    await this.#budget.block(retryAfterMs);
    return new RetryLaterError('start.gg: rate limit exceeded', { retryAfterMs });
  }
}

/** Whether a complaint is about the request rather than about the field that it names. */
const isOfAll = (message: string) => /rate limit|token/i.test(message);

/** The first field that was not as expected, by its path. */
export function unreadable(error: z.ZodError): string {
  const [issue] = error.issues;
  return `start.gg sent something else than expected at ${issue?.path.join('.') || 'data'}: ${issue?.message ?? ''}`;
}

/**
 * An entry of a list of which some field failed is no entry: its nulls are not start.gg's word on the field.
 *
 * @returns whether the field belongs to an entry; otherwise nobody can tell what is missing
 */
function blankEntry(data: unknown, path: readonly (string | number)[]): boolean {
  let place = data;
  for (const [depth, step] of path.entries()) {
    if (typeof place !== 'object' || place === null) return false;
    if (Array.isArray(place) && typeof step === 'number' && path[depth - 1] === 'nodes') {
      place[step] = null;
      return true;
    }
    place = (place as Record<string | number, unknown>)[step];
  }
  return false;
}
