import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type FaultMatch, FaultQueue } from '../faults.ts';
import {
  type HttpFault,
  type HttpRequest,
  type HttpServer,
  type Latency,
  sendPage,
  startHttp,
} from '../http.ts';
import { readForm } from './form.ts';
import { isOver, type NewCategory } from './shapes.ts';
import { categoryData, roomData } from './view.ts';
import { World } from './world.ts';

export type RacetimeOptions = {
  /** Default: any free port. */
  port?: number;
  clientId: string;
  clientSecret: string;
  /** The real bot of a category is one client's; here the client is the bot of all but those that say otherwise. */
  categories: NewCategory[];
  /** Name of the bot. */
  bot?: string;
  /** The clock that rooms and tokens live by, in milliseconds. */
  now?: () => number;
  latency?: Latency;
};

export type RacetimeFault = FaultMatch<HttpRequest> & HttpFault;

export type Racetime = HttpServer & {
  /** What goes into RACETIME_URL. */
  url: string;
  world: World;
  faults: FaultQueue<HttpRequest, RacetimeFault>;
  /** From now on all tokens given out so far are refused. */
  revokeTokens(): void;
};

const TOKEN_SECONDS = 36_000;

/** Starts a stand-in for racetime.gg on loopback, without its websockets. */
export async function startRacetime(options: RacetimeOptions): Promise<Racetime> {
  const now = options.now ?? Date.now;
  const world = new World(options.categories, now);
  const faults = new FaultQueue<HttpRequest, RacetimeFault>();
  const tokens = new Map<string, number>();
  const server = await startHttp({
    port: options.port,
    latency: options.latency,
    strike: (request) => faults.take(request),
    routes: (app) => {
      tokenRoute(app, options, tokens, now);
      formRoutes(app, world, options.bot ?? 'HeraldBot', (token) => (tokens.get(token) ?? 0) > now());
      dataRoutes(app, world);
    },
  });
  return { ...server, world, faults, revokeTokens: () => tokens.clear() };
}

/** Client credentials, in the form or as basic authorisation. Source: RFC 6749, sections 2.3.1, 4.4 and 5.2. */
function tokenRoute(
  app: FastifyInstance,
  { clientId, clientSecret }: RacetimeOptions,
  tokens: Map<string, number>,
  now: () => number,
): void {
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  app.post('/o/token', (request, reply) => {
    const form = formOf(request);
    const known = form.client_id === clientId && form.client_secret === clientSecret;
    if (!known && request.headers.authorization !== basic)
      return reply.code(401).send({ error: 'invalid_client' });
    if (form.grant_type !== 'client_credentials')
      return reply.code(400).send({ error: 'unsupported_grant_type' });
    const token = randomUUID();
    tokens.set(token, now() + TOKEN_SECONDS * 1000);
    return reply.send({
      access_token: token,
      expires_in: TOKEN_SECONDS,
      token_type: 'Bearer',
      scope: 'read create_race',
    });
  });
}

type CategoryPath = { Params: { category: string } };
type RoomPath = { Params: { category: string; race: string } };

/** What the bot does. In the order of racetime-app: token, category, form, and only then whose bot it is. */
function formRoutes(
  app: FastifyInstance,
  world: World,
  bot: string,
  accepts: (token: string) => boolean,
): void {
  const authorised = ({ headers }: FastifyRequest) =>
    accepts(/^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '');

  app.post<CategoryPath>('/o/:category/startrace', (request, reply) => {
    // django-oauth-toolkit's views answer 403 and not 401, also to a token that has expired.
    if (!authorised(request)) return forbidden(reply);
    const category = world.categories.get(request.params.category);
    if (!category) return sendPage(reply, 404, 'Not Found');
    const { settings, errors } = readForm(category, formOf(request));
    if (errors) return reply.code(422).send({ errors });
    if (!category.hasBot) return forbidden(reply);
    const room = world.open(category.slug, settings, bot);
    return reply.code(201).header('location', `/${category.slug}/${room.slug}`).send();
  });

  app.post<RoomPath>('/o/:category/:race/edit', (request, reply) => {
    if (!authorised(request)) return forbidden(reply);
    const path = `${request.params.category}/${request.params.race}`;
    const room = world.find(path);
    if (!room) return sendPage(reply, 404, 'Not Found');
    const { settings, errors } = readForm(room.category, formOf(request));
    if (errors) return reply.code(422).send({ errors });
    if (isOver(room) || !room.category.hasBot) return forbidden(reply);
    world.edit(path, settings);
    return reply.send();
  });
}

/** What anybody may read. */
function dataRoutes(app: FastifyInstance, world: World): void {
  app.get<CategoryPath>('/:category/data', (request, reply) => {
    const category = world.categories.get(request.params.category);
    if (!category) return sendPage(reply, 404, 'Not Found');
    return reply.send(categoryData(category, world.rooms(category.slug)));
  });

  app.get<RoomPath>('/:category/:race/data', (request, reply) => {
    const room = world.find(`${request.params.category}/${request.params.race}`);
    return room ? reply.send(roomData(room)) : sendPage(reply, 404, 'Not Found');
  });
}

function formOf(request: FastifyRequest): Record<string, string> {
  return (request.body ?? {}) as Record<string, string>;
}

function forbidden(reply: FastifyReply): FastifyReply {
  return reply.code(403).send();
}
