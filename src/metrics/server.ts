import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from '../config.ts';
import { messageOf } from '../errors.ts';

/** What the server is asked for. */
export type Pages = {
  metrics(): Promise<{ type: string; text: string }>;
  /** What this process needs for its roles and does not have; empty when it is ready. */
  missing(): Promise<string[]>;
};

type Answer = { status: number; type: string; text: string };

const JSON_TYPE = 'application/json; charset=utf-8';

/** What can be done about a port that cannot be had (Node.js documentation, Common system errors). */
const REASONS: Record<string, string> = {
  EADDRINUSE: 'another program uses this port already. Choose another one, or leave METRICS_PORT empty',
  EACCES: 'this user may not use it. Choose one from 1024 on',
};

/**
 * Serves `/metrics`, `/healthz` and `/readyz` on all interfaces, since whoever scrapes sits outside of the container. Nothing
 * that it tells is secret, and nothing can be changed through it.
 */
export class MetricsServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * @param port 0: any free one
   * @throws ConfigError when the port cannot be had
   */
  static async listen(port: number, pages: Pages): Promise<MetricsServer> {
    const server = createServer((request, response) => void answer(pages, request, response));
    server.listen(port);
    try {
      await once(server, 'listening');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      throw new ConfigError(`METRICS_PORT ${port} cannot be served: ${REASONS[code] ?? messageOf(error)}.`);
    }
    return new MetricsServer(server);
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Frees the port at once, whoever is still connected. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(pages: Pages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, type, text } = await page(pages, request).catch((error) => ({
    status: 500,
    type: JSON_TYPE,
    text: JSON.stringify({ error: messageOf(error) }),
  }));
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : text);
}

async function page(pages: Pages, { method, url }: IncomingMessage): Promise<Answer> {
  const json = (status: number, body: object) => ({ status, type: JSON_TYPE, text: JSON.stringify(body) });
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'only GET and HEAD are served' });
  const [path] = (url ?? '').split('?');
  if (path === '/metrics') return { status: 200, ...(await pages.metrics()) };
  if (path === '/healthz') return json(200, { alive: true });
  if (path !== '/readyz') return json(404, { error: 'there are /metrics, /healthz and /readyz' });
  const missing = await pages.missing();
  return json(missing.length === 0 ? 200 : 503, { ready: missing.length === 0, missing });
}
