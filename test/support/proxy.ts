import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way to the database that can be cut, or goes silent as a network does that swallows everything. */
export async function openProxy(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const attempts: number[] = [];
  let isCut = false;
  let isSilent = false;
  const server = createServer((socket) => {
    attempts.push(performance.now());
    sockets.add(socket.on('error', () => {}));
    if (isCut) return socket.destroy();
    if (isSilent) return;
    const onward = connect(Number(target.port), target.hostname).on('error', () => socket.destroy());
    sockets.add(onward);
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: Object.assign(new URL(databaseUrl), { port: String(port) }).href,
    attempts,
    cut() {
      isCut = true;
      attempts.length = 0;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    /** Nothing comes through any more, and neither side is told. */
    swallow() {
      isSilent = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}
