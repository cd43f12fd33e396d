import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { ConfigError } from '../../src/config.ts';
import { MetricsServer, type Pages } from '../../src/metrics/server.ts';
import { ask } from '../support/scrape.ts';

const PAGES: Pages = {
  metrics: async () => ({ type: 'text/plain; version=0.0.4', text: 'herald_x 1\n' }),
  missing: async () => [],
};

async function serve(pages: Partial<Pages> = {}) {
  const server = await MetricsServer.listen(0, { ...PAGES, ...pages });
  onTestFinished(() => server.close().catch(() => {}));
  return { server, origin: `http://127.0.0.1:${server.port}` };
}

it('serves three pages, to be read and never kept', async () => {
  const { origin } = await serve();
  const metrics = await fetch(`${origin}/metrics?from=anywhere`);
  expect(await metrics.text()).toBe('herald_x 1\n');
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  expect(metrics.headers.get('cache-control')).toBe('no-store');
  expect(await ask(origin, '/healthz')).toEqual({ status: 200, body: { alive: true } });
  expect(await ask(origin, '/readyz')).toEqual({ status: 200, body: { ready: true, missing: [] } });
  expect((await ask(origin, '/')).status).toBe(404);
  const head = await fetch(`${origin}/readyz`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(405);
});

it('says 503 and what is missing', async () => {
  const { origin } = await serve({ missing: async () => ['database', 'gateway'] });
  const body = { ready: false, missing: ['database', 'gateway'] };
  expect(await ask(origin, '/readyz')).toEqual({ status: 503, body });
  expect((await ask(origin, '/healthz')).status).toBe(200);
});

it('outlives a page that fails', async () => {
  const { origin } = await serve({
    metrics: async () => {
      throw new Error('no numbers today');
    },
  });
  expect(await ask(origin, '/metrics')).toEqual({ status: 500, body: { error: 'no numbers today' } });
  expect((await ask(origin, '/healthz')).status).toBe(200);
});

it('names the variable when the port is taken', async () => {
  const { server } = await serve();
  const second = MetricsServer.listen(server.port, PAGES);
  await expect(second).rejects.toThrow(
    `METRICS_PORT ${server.port} cannot be served: another program uses this port already.`,
  );
  await expect(second).rejects.toBeInstanceOf(ConfigError);
});

it('frees the port at once, also from connections that stay open', async () => {
  const { server } = await serve();
  const { port } = server;
  const idle = connect(port, '127.0.0.1');
  await once(idle, 'connect');
  idle.on('error', () => {});
  await server.close();
  const next = await MetricsServer.listen(port, PAGES);
  expect(next.port).toBe(port);
  await next.close();
});
