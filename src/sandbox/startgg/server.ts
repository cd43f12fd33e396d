import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pause } from '../pause.ts';
import type { RequestContext } from './connection.ts';
import { Executor } from './execute.ts';
import { brokenAnswer, type WireAnswer } from './fault-answers.ts';
import { type Fault, Faults, type StartggRequest } from './faults.ts';
import { Random } from './random.ts';
import { type LoggedRequest, maxInAnyWindow, RateLimit } from './request-log.ts';
import type { World } from './world.ts';

export interface StartggOptions {
  world: World;
  port?: number;
  /** The tokens that are accepted. */
  token: string | string[];
  /** Requests of one token in any window; false: no limit. Default: start.gg's 80 in 60 s. */
  limit?: { requests: number; windowMs: number } | false;
  /** The clock that the limit is counted on, in milliseconds. Default: the machine's. */
  now?: () => number;
  /** How long answers take; real ones take 300 to 3000 ms. */
  latency?: { minMs: number; maxMs: number };
  /** Seed of the latency. */
  seed?: string | number;
  /** Price displayScore 2 and a slot's standing 2 higher than the recorded rule, as some answers suggest. */
  dearer?: boolean;
  /** Whether pages of sets in call order overlap and leave gaps. Default true. */
  shiftingPages?: boolean;
  /** Whether afterDate and beforeDate leave out a tournament of that very second. Default true. */
  exclusiveDates?: boolean;
  /** For how long an answer is served again to the same question, as start.gg's cache may. Default 0. */
  cacheSeconds?: number;
  /** Called before the n-th request (from 1) is answered: the place to change the world between two pages. */
  onRequest?: (n: number, request: StartggRequest) => void | Promise<void>;
}

export interface Startgg {
  /** The address of the GraphQL endpoint. */
  url: string;
  world: World;
  faults: Faults;
  /** Every request so far, oldest first. */
  requests: LoggedRequest[];
  onRequest: StartggOptions['onRequest'];
  maxInAnyWindow(ms: number, by?: 'arrival' | 'answer'): number;
  /** From now on the token is answered with 401. */
  expire(token: string): void;
  /** Resolves once the predicate holds, tried when a request arrives and when one is answered. */
  waitFor(predicate: (requests: LoggedRequest[]) => boolean, timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** Serves a world over HTTP as api.start.gg does, until closed. */
export async function startStartgg(options: StartggOptions): Promise<Startgg> {
  const service = new Service(options);
  const server = createServer((request, response) => {
    service.handle(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(service, {
    url: `http://127.0.0.1:${port}/gql/alpha`,
    close: async () => {
      service.stopping.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

class Service {
  readonly world: World;
  readonly faults = new Faults();
  readonly requests: LoggedRequest[] = [];
  readonly stopping = new AbortController();
  onRequest: StartggOptions['onRequest'];
  readonly #options: StartggOptions;
  readonly #executor: Executor;
  readonly #now: () => number;
  readonly #limit: RateLimit | undefined;
  readonly #latency: Random;
  readonly #tokens: Set<string>;
  readonly #expired = new Set<string>();
  readonly #cache = new Map<string, { at: number; body: string; cost: number }>();
  readonly #watchers = new Set<() => void>();
  readonly #queries = new Map<string, string>();

  constructor(options: StartggOptions) {
    this.#options = options;
    this.world = options.world;
    this.#now = options.now ?? Date.now;
    this.onRequest = options.onRequest;
    this.#executor = new Executor(options.world);
    const limit = options.limit ?? { requests: 80, windowMs: 60_000 };
    this.#limit = limit === false ? undefined : new RateLimit(limit);
    this.#latency = new Random(`${options.seed ?? 0}/latency`);
    this.#tokens = new Set([options.token].flat());
  }

  maxInAnyWindow(ms: number, by: 'arrival' | 'answer' = 'arrival'): number {
    return maxInAnyWindow(this.requests, ms, by);
  }

  expire(token: string): void {
    this.#expired.add(token);
  }

  async waitFor(predicate: (requests: LoggedRequest[]) => boolean, timeoutMs = 60_000): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => predicate(this.requests) && resolve();
    const timer = setTimeout(
      () => reject(new Error('start.gg: what was waited for did not happen')),
      timeoutMs,
    );
    this.#watchers.add(look);
    look();
    await promise.finally(() => {
      clearTimeout(timer);
      this.#watchers.delete(look);
    });
  }

  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = this.#now();
    const token = /^Bearer (.+)$/i.exec(incoming.headers.authorization ?? '')?.[1];
    const request = await read(incoming);
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
    if (incoming.method !== 'POST' || pathname !== '/gql/alpha' || !request) {
      response.writeHead(request ? 404 : 400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ success: false, message: request ? 'Not found' : 'Malformed request' }));
      return;
    }
    const operationName = this.#executor.operationName(request);
    const entry: LoggedRequest = {
      at,
      answeredAt: undefined,
      token,
      from: searchParams.get('from') ?? undefined,
      ...request,
      query: this.#once(request.query),
      operationName,
      cost: 0,
      refused: false,
      status: 0,
    };
    this.requests.push(entry);
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
      entry.answeredAt ??= this.#now();
      this.#changed();
    });
    this.#changed();
    await this.onRequest?.(this.requests.length, request);
    const answer = await this.#answer(
      { ...request, operationName },
      token,
      at,
      AbortSignal.any([gone.signal, this.stopping.signal]),
    );
    if (gone.signal.aborted || this.stopping.signal.aborted) return;
    await this.#send(answer, entry, response);
  }

  async #answer(
    request: StartggRequest,
    token: string | undefined,
    at: number,
    signal: AbortSignal,
  ): Promise<WireAnswer> {
    if (!token || !this.#tokens.has(token)) return brokenAnswer({ kind: 'invalid-token' });
    if (this.#expired.has(token)) return brokenAnswer({ kind: 'expired-token' });
    if (this.#limit && !this.#limit.allows(token, at)) return brokenAnswer({ kind: 'rate-limit' });
    const { latency } = this.#options;
    const delay = latency ? this.#latency.int(latency.minMs, latency.maxMs) : 0;
    if (delay > 0) await pause(delay, signal);
    const fault = this.faults.take(request);
    if (fault?.kind === 'hang') await pause(fault.ms, signal);
    return this.#executed(request, token, fault);
  }

  #executed(request: StartggRequest, token: string, fault: Fault | undefined): WireAnswer {
    const key = JSON.stringify([token, request.query, request.variables]);
    const kept = this.#cache.get(key);
    const keepMs = (this.#options.cacheSeconds ?? 0) * 1000;
    if (kept && !fault && Date.now() - kept.at < keepMs) return json(kept.body, kept.cost);
    const answer = this.#executor.run(request, this.#context(fault));
    const body = JSON.stringify(answer.envelope);
    const broken = brokenAnswer(fault, body, this.#executor.keys(request));
    if (broken) return broken;
    const cost = answer.envelope.extensions.queryComplexity;
    if (keepMs > 0 && !fault) this.#cache.set(key, { at: Date.now(), body, cost });
    return { ...json(body, cost), refused: answer.isTooLarge };
  }

  #context(fault: Fault | undefined): RequestContext {
    const { dearer = false, shiftingPages = true, exclusiveDates = true } = this.#options;
    const { failingEvents } = this.faults;
    return {
      fault,
      costs: new Map(),
      dearer,
      shiftingPages,
      exclusiveDates,
      failingEvents,
      partialDone: false,
      event: undefined,
      list: undefined,
    };
  }

  async #send(answer: WireAnswer, entry: LoggedRequest, response: ServerResponse): Promise<void> {
    if (answer.destroy) {
      response.socket?.destroy();
      return;
    }
    entry.status = answer.status;
    entry.cost = answer.cost ?? 0;
    entry.refused = answer.refused ?? false;
    response.writeHead(answer.status, { 'content-type': answer.type, ...answer.headers });
    response.end(answer.body);
  }

  /** The same text for the same query: a long import asks the same thing 100,000 times, and all of it is logged. */
  #once(query: string): string {
    const known = this.#queries.get(query);
    if (known === undefined) this.#queries.set(query, query);
    return known ?? query;
  }

  #changed(): void {
    for (const look of this.#watchers) look();
  }
}

function json(body: string, cost: number): WireAnswer {
  return { status: 200, type: 'application/json', body, cost };
}

async function read(incoming: IncomingMessage): Promise<StartggRequest | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  try {
    const { query, variables, operationName } = JSON.parse(Buffer.concat(chunks).toString());
    if (typeof query !== 'string') return undefined;
    return { query, variables: variables ?? {}, operationName: operationName ?? null };
  } catch {
    return undefined;
  }
}
