import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ApiError, refuse } from './errors.ts';
import type { Fault } from './faults.ts';
import { bucketHeaders, rateLimited } from './limits.ts';
import { applicationRoutes } from './routes/applications.ts';
import { channelRoutes } from './routes/channels.ts';
import { gatewayRoutes } from './routes/gateway.ts';
import { guildRoutes } from './routes/guilds.ts';
import { interactionRoutes } from './routes/interactions.ts';
import { userRoutes } from './routes/users.ts';
import type { LoggedRequest, Parts } from './sandbox.ts';

const PREFIX = '/api/v10';

export type HttpOptions = {
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
  const faults = new WeakMap<FastifyRequest, Fault>();
  /** Breaks the connection instead of answering; the log shows it with status 0. */
  const drop = (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack();
    request.raw.socket.destroy();
    note(parts, options, request, 0);
  };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, text, done) => {
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(String(text)));
    } catch {
      done(refuse.invalidJson());
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    const fault = parts.faults.take(request.method, pathOf(request).split('?')[0] ?? '');
    if (!fault) return;
    faults.set(request, fault);
    if (fault.kind === 'delay') return sleep(fault.ms);
    if (fault.kind === 'hang') await sleep(fault.ms);
    if (fault.kind === 'hang') return drop(request, reply);
    if (fault.kind !== 'status') return;
    for (const [name, value] of Object.entries(fault.headers ?? {})) void reply.header(name, value);
    return reply
      .code(fault.status)
      .send(fault.body ?? { message: `${fault.status}: Sandbox fault`, code: 0 });
  });
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
  app.addHook('preHandler', async (request) => {
    if (request.body === undefined || !options.validate) return;
    const path = pathOf(request).split('?')[0] ?? '';
    for (const reason of options.validate(request.method, path, request.body))
      options.violations.push(`${request.method} ${path}: ${reason}`);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (faults.get(request)?.kind === 'lost-answer') return drop(request, reply);
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => {
    const fault = faults.get(request)?.kind;
    if (fault !== 'hang' && fault !== 'lost-answer') note(parts, options, request, reply.statusCode);
  });
  app.setNotFoundHandler(() => {
    throw refuse.notFound();
  });
  app.setErrorHandler((error, _request, reply) => answerError(error, reply));
  app.register(
    async (api) => {
      gatewayRoutes(api, parts);
      applicationRoutes(api, parts);
      channelRoutes(api, parts);
      guildRoutes(api, parts);
      userRoutes(api, parts);
      interactionRoutes(api, parts);
    },
    { prefix: PREFIX },
  );
  return app;
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof ApiError) {
    void reply.headers((error as { headers?: Record<string, string> }).headers ?? {});
    return reply.code(error.status).send(error.body());
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  return reply.code(status).send({ message: `${status}: ${(error as Error).message}`, code: 0 });
}

function note(parts: Parts, options: HttpOptions, request: FastifyRequest, status: number): void {
  options.log.push({
    at: parts.clock.now(),
    method: request.method,
    path: pathOf(request),
    body: request.body,
    status,
  });
  if (status === 401 || status === 403 || status === 429) parts.limits.countInvalid();
  parts.bus.changed('request');
}

function pathOf(request: FastifyRequest): string {
  return request.url.startsWith(PREFIX) ? request.url.slice(PREFIX.length) : request.url;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
