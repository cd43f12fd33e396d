import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ApiError, refuse } from './errors.ts';
import type { Fault } from './faults.ts';
import { bucketHeaders, rateLimited } from './limits.ts';
import { applicationRoutes } from './routes/applications.ts';
import { channelRoutes } from './routes/channels.ts';
import { gatewayRoutes } from './routes/gateway.ts';
import { guildRoutes } from './routes/guilds.ts';
import { interactionRoutes } from './routes/interactions.ts';
import { scheduledEventRoutes } from './routes/scheduled-events.ts';
import { userRoutes } from './routes/users.ts';
import type { LoggedRequest, Parts } from './sandbox.ts';

const PREFIX = '/api/v10';

/** Every resource of the API. A new one is one more file in `routes/` and one more line here. */
const ROUTES = [
  gatewayRoutes,
  applicationRoutes,
  channelRoutes,
  guildRoutes,
  scheduledEventRoutes,
  userRoutes,
  interactionRoutes,
];

type HttpOptions = {
  log: LoggedRequest[];
  violations: string[];
  /** Holds request bodies to a description of the API; gives the reasons against one. */
  validate?: ((method: string, path: string, body: unknown) => string[]) | undefined;
};

/** The REST side: authorisation, limits, faults and the log around the routes. */
export function restServer(parts: Parts, options: HttpOptions): FastifyInstance {
  const app = fastify({
    forceCloseConnections: true,
    bodyLimit: 25 * 1024 * 1024,
    // Interaction tokens are longer than Fastify expects of a parameter.
    routerOptions: { maxParamLength: 500 },
  });
  readJson(app);
  injectFaults(app, parts, options);
  guard(app, parts);
  holdToDescription(app, options);
  app.setNotFoundHandler(() => {
    throw refuse.notFound();
  });
  app.setErrorHandler((error, _request, reply) => answerError(error, reply));
  app.register(
    async (api) => {
      for (const routes of ROUTES) routes(api, parts);
    },
    { prefix: PREFIX },
  );
  return app;
}

/** JSON bodies; an empty one counts as none. */
function readJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, text, done) => {
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(String(text)));
    } catch {
      done(refuse.invalidJson());
    }
  });
}

/** Lets armed faults happen, and writes the log: a broken connection stands in it with status 0. */
function injectFaults(app: FastifyInstance, parts: Parts, options: HttpOptions): void {
  const faults = new WeakMap<FastifyRequest, Fault>();
  const drop = (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack();
    request.raw.socket.destroy();
    note(parts, options, request, 0);
  };
  app.addHook('onRequest', async (request, reply) => {
    const fault = parts.faults.take(request.method, pathOf(request));
    if (!fault) return;
    faults.set(request, fault);
    if (fault.kind === 'delay' || fault.kind === 'hang') await sleep(fault.ms);
    if (fault.kind === 'hang') return drop(request, reply);
    if (fault.kind !== 'status') return;
    const body = fault.body ?? { message: `${fault.status}: Sandbox fault`, code: 0 };
    return reply
      .code(fault.status)
      .headers(fault.headers ?? {})
      .send(body);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (faults.get(request)?.kind === 'lost-answer') return drop(request, reply);
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => {
    const fault = faults.get(request)?.kind;
    if (fault !== 'hang' && fault !== 'lost-answer') note(parts, options, request, reply.statusCode);
  });
}

/** The token first, then the global limit, then the route's own. */
function guard(app: FastifyInstance, parts: Parts): void {
  app.addHook('onRequest', async (request, reply) => {
    const { open, unbound, bucket, per } = request.routeOptions.config;
    if (!open && request.headers.authorization !== `Bot ${parts.token}`) throw refuse.unauthorized();
    const overall = unbound ? undefined : parts.limits.take('global');
    if (overall?.exceeded) throw rateLimited(overall);
    const key = per ? (request.params as Record<string, string>)[per] : request.routeOptions.url;
    const state = parts.limits.take(bucket ?? 'other', key);
    void reply.headers(bucketHeaders(state));
    if (state.exceeded) throw rateLimited(state);
  });
}

function holdToDescription(app: FastifyInstance, { validate, violations }: HttpOptions): void {
  app.addHook('preHandler', async (request) => {
    if (request.body === undefined || !validate) return;
    const path = pathOf(request);
    for (const reason of validate(request.method, path, request.body))
      violations.push(`${request.method} ${path}: ${reason}`);
  });
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof ApiError) return reply.headers(error.headers).code(error.status).send(error.body());
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  return reply.code(status).send({ message: `${status}: ${(error as Error).message}`, code: 0 });
}

function note(parts: Parts, options: HttpOptions, request: FastifyRequest, status: number): void {
  const { method, body } = request;
  options.log.push({ at: parts.clock.now(), method, path: withoutPrefix(request.url), body, status });
  if (status === 401 || status === 403 || status === 429) parts.limits.countInvalid();
  parts.bus.changed('request');
}

/** The path of a request without prefix and query. */
function pathOf(request: FastifyRequest): string {
  return withoutPrefix(request.url).split('?')[0] ?? '';
}

function withoutPrefix(url: string): string {
  return url.startsWith(PREFIX) ? url.slice(PREFIX.length) : url;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
