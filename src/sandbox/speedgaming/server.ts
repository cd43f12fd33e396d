import type { FastifyInstance, FastifyReply } from 'fastify';
import { type FaultMatch, FaultQueue } from '../faults.ts';
import {
  type HttpFault,
  type HttpRequest,
  type HttpServer,
  type Latency,
  sendPage,
  startHttp,
} from '../http.ts';
import { maxInAnyWindow } from '../startgg/request-log.ts';
import { readTime } from './times.ts';
import { World } from './world.ts';

export type SpeedgamingOptions = {
  /** Default: any free port. */
  port?: number;
  /** The clock that the default window is counted on, in milliseconds. */
  now?: () => number;
  latency?: Latency;
};

/** What can go wrong, in the forms in which clients of SpeedGaming have met it. */
export type SpeedgamingFault = FaultMatch<HttpRequest> &
  (
    | HttpFault
    /** As for an event that does not exist, with the status 200. */
    | { kind: 'error-object' }
    | { kind: 'empty-list' }
  );

export type Speedgaming = HttpServer & {
  /** What goes into SPEEDGAMING_API_URL. */
  url: string;
  world: World;
  faults: FaultQueue<HttpRequest, SpeedgamingFault>;
  /** The most requests that arrived in any stretch of `ms` milliseconds. */
  maxInAnyWindow(ms: number): number;
};

/**
 * The window of a schedule that is asked for without `to`. Only "less than a week" is known (facts of SpeedGaming,
 * query semantics); a client that relies on it shall notice.
 */
const DEFAULT_WINDOW_MS = 3 * 24 * 3_600_000;

const NO_EVENT = { error: 'Failed to find event.' };

/** Starts a stand-in for SpeedGaming's API on loopback, with an empty world. */
export async function startSpeedgaming(options: SpeedgamingOptions = {}): Promise<Speedgaming> {
  const world = new World();
  const faults = new FaultQueue<HttpRequest, SpeedgamingFault>();
  const server = await startHttp({
    port: options.port,
    latency: options.latency,
    strike: (request) => strike(faults.take(request)),
    routes: (app) => routes(app, world, options.now ?? Date.now),
  });
  return {
    ...server,
    url: `${server.url}/api`,
    world,
    faults,
    maxInAnyWindow: (ms) => maxInAnyWindow(server.requests, ms),
  };
}

function strike(fault: SpeedgamingFault | undefined) {
  if (fault?.kind === 'error-object') return json(NO_EVENT);
  if (fault?.kind === 'empty-list') return json([]);
  return fault;
}

type Asked<Name extends string> = { Querystring: Partial<Record<Name, string>> };

function routes(app: FastifyInstance, world: World, now: () => number): void {
  for (const path of ['/api/schedule', '/api/episode', '/api/event'])
    app.get(path, (request, reply) => {
      const query = request.url.slice(path.length);
      return reply.redirect(`${path}/${query}`, 301);
    });

  app.get<Asked<'event' | 'from' | 'to'>>('/api/schedule/', (request, reply) => {
    const { event, from, to } = request.query;
    if (event && !world.event(event)) return send(reply, NO_EVENT);
    const start = from ? readTime(from) : now();
    const end = to ? readTime(to) : (start ?? 0) + DEFAULT_WINDOW_MS;
    // PHP's DateTime throws on what it cannot read, and nobody catches: a page of the web server.
    if (start === undefined || end === undefined) return sendPage(reply, 500, 'Internal Server Error');
    return send(reply, world.schedule(event || undefined, start, end));
  });

  app.get<Asked<'id'>>('/api/episode/', (request, reply) => {
    // What is no number counts as 0, as PHP casts it: hence the "id 0" that clients have met.
    const id = Number.parseInt(request.query.id ?? '', 10) || 0;
    return send(reply, world.lookUp(id) ?? { error: `Failed to find episode with id ${id}.` });
  });

  app.get<Asked<'slug'>>('/api/event/', (request, reply) => {
    const event = world.event(request.query.slug ?? '');
    return send(reply, event ? [event] : NO_EVENT);
  });
}

/** JSON that says it is HTML, with 200 whatever it says: a client that trusts the header or the status shall fail. */
function json(body: unknown) {
  return { status: 200, type: 'text/html; charset=UTF-8', body: JSON.stringify(body) };
}

function send(reply: FastifyReply, body: unknown): FastifyReply {
  const answer = json(body);
  return reply.type(answer.type).send(answer.body);
}
