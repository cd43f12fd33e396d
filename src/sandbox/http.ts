import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { htmlPage } from './html-page.ts';
import { pause } from './pause.ts';
import { Random } from './startgg/random.ts';

/** A request as a fault's `match` sees it. */
export type HttpRequest = {
  method: string;
  /** Without the query. */
  path: string;
  query: Record<string, string>;
  /** The fields of a form-encoded body. */
  form: Record<string, string>;
};

/** A request as it was answered. Times are milliseconds of the machine's clock. */
export type LoggedRequest = HttpRequest & {
  at: number;
  /** When the answer was sent or the connection closed; undefined while it is under way. */
  answeredAt: number | undefined;
  /** The HTTP status; 0 while it is under way, and where the connection was cut without an answer. */
  status: number;
};

/** What can go wrong on the way to any web server. */
export type HttpFault =
  /** A proxy's error page. */
  | { kind: 'http'; status: 404 | 500 | 502 | 503 | 504 }
  /** A page, with the status 200. */
  | { kind: 'html' }
  | { kind: 'cut-off' }
  /** Answers after `ms`, or not at all. */
  | { kind: 'hang'; ms?: number }
  /** Nothing is done. */
  | { kind: 'lost-connection' }
  /** The work is done, then the connection breaks before the answer. */
  | { kind: 'lost-answer' };

type Answer = { status: number; type: string; body: string };

export type Latency = { minMs: number; maxMs: number };

type HttpOptions = {
  port?: number | undefined;
  latency?: Latency | undefined;
  /** The fault that strikes this request, or an answer to give in place of the true one. */
  strike: (request: HttpRequest) => HttpFault | Answer | undefined;
  routes: (app: FastifyInstance) => void;
};

export type HttpServer = {
  /** Scheme, host and port. */
  url: string;
  /** Every request so far, oldest first. */
  requests: LoggedRequest[];
  close(): Promise<void>;
};

/** Serves routes on loopback, with latency, faults and a log around them, until closed. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const requests: LoggedRequest[] = [];
  const stopping = new AbortController();
  const app = fastify({
    forceCloseConnections: true,
    routerOptions: { querystringParser: fields },
  });
  readForms(app);
  intervene(app, options, requests, stopping.signal);
  app.setNotFoundHandler((_request, reply) => sendPage(reply, 404, 'Not Found'));
  options.routes(app);
  const url = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  return {
    url,
    requests,
    async close() {
      stopping.abort();
      await app.close();
    },
  };
}

/** Form-encoded bodies; any other counts as none, so that a client which sends JSON shall notice. */
function readForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, text, done) =>
    done(null, fields(String(text))),
  );
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _text, done) => done(null, undefined));
}

/** Answers with an HTML page. */
export function sendPage(reply: FastifyReply, status: number, title: string): FastifyReply {
  return reply.code(status).type('text/html').send(htmlPage(title));
}

/** Writes the log and lets faults happen: before the work, or between the work and its answer. */
function intervene(
  app: FastifyInstance,
  { latency, strike }: HttpOptions,
  requests: LoggedRequest[],
  stopping: AbortSignal,
): void {
  const delays = new Random('latency');
  const struck = new WeakMap<FastifyRequest, { entry: LoggedRequest; kind: string | undefined }>();
  const drop = (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack();
    request.raw.socket.destroy();
  };
  app.addHook('preHandler', async (request, reply) => {
    const entry = { ...asked(request), at: Date.now(), answeredAt: undefined, status: 0 } as LoggedRequest;
    requests.push(entry);
    const gone = new AbortController();
    reply.raw.once('close', () => {
      entry.answeredAt ??= Date.now();
      gone.abort();
    });
    const signal = AbortSignal.any([gone.signal, stopping]);
    if (latency) await pause(delays.int(latency.minMs, latency.maxMs), signal);
    const fault = strike(entry);
    const kind = fault && 'kind' in fault ? fault.kind : undefined;
    struck.set(request, { entry, kind });
    if (fault && 'kind' in fault && fault.kind === 'hang') await pause(fault.ms, signal);
    if (signal.aborted || kind === 'lost-connection') return drop(request, reply);
    const answer = fault && answerOf(fault);
    if (answer) return reply.code(answer.status).type(answer.type).send(answer.body);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { entry, kind } = struck.get(request) ?? {};
    if (kind === 'lost-answer') return drop(request, reply);
    if (entry) Object.assign(entry, { status: reply.statusCode, answeredAt: Date.now() });
    return kind === 'cut-off' && typeof payload === 'string'
      ? payload.slice(0, Math.floor(payload.length / 2))
      : payload;
  });
}

function asked({ method, url, query, body }: FastifyRequest): HttpRequest {
  const form = typeof body === 'object' && body !== null ? (body as Record<string, string>) : {};
  return { method, path: url.split('?')[0] ?? '', query: query as Record<string, string>, form };
}

/** The answer that a fault gives in place of the true one, if it does. */
function answerOf(fault: HttpFault | Answer): Answer | undefined {
  if ('body' in fault) return fault;
  if (fault.kind === 'html') return { status: 200, type: 'text/html', body: htmlPage('Be right back') };
  if (fault.kind !== 'http') return undefined;
  return { status: fault.status, type: 'text/html', body: htmlPage(`${fault.status} from the proxy`) };
}

/** Decoded fields; of a repeated one the last counts, as in PHP and Django. A `+` is a space. */
function fields(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}
