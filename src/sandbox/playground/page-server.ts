import type { IncomingMessage } from 'node:http';
import serveFiles from '@fastify/static';
import fastify, { type FastifyInstance } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { messageOf, UserError } from '../../errors.ts';
import { deed, perform, person, place } from './deeds.ts';
import type { Playground } from './playground.ts';
import type { Update, View, Watch } from './protocol.ts';
import { viewOf } from './view.ts';

/** What changes together is told together. */
const GATHER_MS = 15;
/** Charts and clocks move without anything being said. */
const TICK_MS = 1_000;

const watch = z.object({ person, place: place.optional() }) satisfies z.ZodType<Watch>;

export type PageServer = { url: string; close(): Promise<void> };

/**
 * Serves the page on loopback, and what happens in the sandbox over it.
 *
 * @param files the folder of the built page
 * @throws UserError when the port is taken
 */
export async function servePage(
  { port, files }: { port: number; files: string },
  playground: Promise<Playground>,
): Promise<PageServer> {
  const app = fastify({ forceCloseConnections: true });
  app.addHook('onRequest', async (request, reply) => {
    if (!isOwn(request.raw)) return reply.code(403).send({ refusal: 'This is no page of the sandbox.' });
  });
  app.register(serveFiles, { root: files, cacheControl: false });
  app.post('/do', async (request, reply) => {
    const wanted = deed.safeParse(request.body);
    if (!wanted.success) return reply.code(400).send({ refusal: z.prettifyError(wanted.error) });
    const ground = await playground;
    try {
      return await perform(ground, wanted.data);
    } catch (error) {
      return reply.code(409).send({ refusal: messageOf(error) });
    } finally {
      ground.changed();
    }
  });
  const sockets = new WebSocketServer({ noServer: true });
  app.server.on('upgrade', (request, socket, head) => {
    if (request.url !== '/live' || !isOwn(request)) return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (websocket) => void show(websocket, playground));
  });
  return {
    url: await listen(app, port),
    async close() {
      for (const client of sockets.clients) client.terminate();
      await app.close();
    },
  };
}

async function listen(app: FastifyInstance, port: number): Promise<string> {
  try {
    return `${await app.listen({ host: '127.0.0.1', port })}/`;
  } catch (error) {
    await app.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UserError(`Port ${port} is taken. Choose another one with --port; 0 takes any that is free.`);
  }
}

/** Other sites that a browser has open reach loopback too, by its address or by a name that they point there. */
function isOwn({ headers }: IncomingMessage): boolean {
  const { host = '', origin } = headers;
  const isLoopback = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
  return isLoopback && (origin === undefined || origin === `http://${host}`);
}

/** Keeps one page up to date: it is sent what is other than what it was sent last. */
async function show(socket: WebSocket, opening: Promise<Playground>): Promise<void> {
  let watched: Watch | undefined;
  let timer: NodeJS.Timeout | undefined;
  const sent = new Map<string, string>();
  let playground: Playground | undefined;
  const tell = () => {
    timer = undefined;
    if (!watched || !playground) return;
    const update: Record<string, unknown> = {};
    for (const [part, value] of Object.entries(viewOf(playground, watched) satisfies View)) {
      const text = JSON.stringify(value);
      if (sent.get(part) === text) continue;
      sent.set(part, text);
      update[part] = value;
    }
    if (Object.keys(update).length > 0) socket.send(JSON.stringify(update satisfies Update));
  };
  const soon = () => {
    timer ??= setTimeout(tell, GATHER_MS);
  };
  socket.on('message', (data) => {
    try {
      watched = watch.parse(JSON.parse(String(data)));
      soon();
    } catch {
      socket.close(1008, 'not understood');
    }
  });
  const ticking = setInterval(soon, TICK_MS);
  let unlisten = () => {};
  socket.on('error', () => {});
  socket.on('close', () => {
    clearInterval(ticking);
    clearTimeout(timer);
    unlisten();
  });
  playground = await opening;
  if (socket.readyState === socket.OPEN) unlisten = playground.onChange(soon);
  soon();
}
