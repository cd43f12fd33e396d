import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { attachEmbedded, stopEmbedded } from '../../src/database/embedded.ts';
import type { ImportJob } from '../../src/jobs/entities.ts';
import { createLog } from '../../src/log.ts';
import { createWorld } from '../../src/sandbox/startgg/create-world.ts';
import { type Startgg, startStartgg } from '../../src/sandbox/startgg/server.ts';
import type { World } from '../../src/sandbox/startgg/world.ts';
import { importJob } from '../../src/startgg/params.ts';
import { createDatabase, databaseUrl } from '../support/databases.ts';

export const GAME = { id: 64423, name: '2XKO' };
export const SINCE = '2026-01-01';
export const TOKEN = 'bench';
/** Requests a minute that no import reaches. */
export const UNLIMITED = 1_000_000;

export const log = createLog(process.env.LOG_LEVEL ?? 'error');

/** One row of the table that is printed and kept in the README. */
export type Measure = { what: string; value: string; bound: string; holds: boolean };

/** An embedded server for the whole run. */
export type Ground = { server: string; database(name: string): Promise<string>; close(): Promise<void> };

export async function openGround(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-bench-'));
  await chmod(folder, 0o755);
  const server = await attachEmbedded(folder, log);
  return {
    server,
    async database(name) {
      await createDatabase(server, name);
      return databaseUrl(server, name);
    },
    async close() {
      await stopEmbedded(folder, { onlyWhenUnused: false });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A start.gg without limit or latency. */
export async function serve(world: World): Promise<Startgg> {
  return await startStartgg({ world, token: TOKEN, limit: false });
}

/** A world of the first game, from the start of 2026. */
export function worldOf(size: { events: number; sets: number } | { tournaments: number }): World {
  return createWorld({ seed: 'bench', from: new Date('2026-01-01'), to: new Date('2026-12-31'), ...size });
}

/** Where a start.gg is. */
type At = Pick<Startgg, 'url'>;

export const settings = (url: string, startgg: At, requestsPerMinute = UNLIMITED) => ({
  DATABASE_URL: url,
  STARTGG_TOKEN: TOKEN,
  STARTGG_API_URL: startgg.url,
  STARTGG_REQUESTS_PER_MINUTE: String(requestsPerMinute),
});

export async function openApp(url: string, startgg: At, requestsPerMinute?: number): Promise<App> {
  return await App.open(loadConfig(settings(url, startgg, requestsPerMinute)), log);
}

/** A worker as a process of its own, at work. It needs Discord only to send, and imports of nobody have no message. */
export async function startWorker(url: string, startgg: At, flags: readonly string[] = []) {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const env = {
    ...settings(url, startgg),
    ROLES: 'worker',
    DISCORD_TOKEN: 'none',
    PATH: process.env.PATH ?? '',
  };
  const worker = spawn(process.execPath, [...flags, main], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  for await (const chunk of worker.stderr.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.includes('Herald is running')) break;
  }
  worker.stderr.resume();
  return Object.assign(worker, {
    pid: worker.pid as number,
    async end() {
      worker.kill('SIGTERM');
      await once(worker, 'exit');
    },
  });
}

/** Starts the import of a period, or of the whole world, and waits for its end. */
export async function runImport(
  app: App,
  [since, until]: readonly [string, string | null] = [SINCE, null],
): Promise<ImportJob> {
  const game = await app.games.resolve(String(GAME.id));
  const { job } = await app.imports.start({
    ...importJob(game, since, until),
    guildId: null,
    requestedBy: null,
    channelId: null,
  });
  for (;;) {
    const now = await app.imports.get('all', job.id);
    if (now.state === 'COMPLETED') return now;
    if (now.state === 'FAILED') throw new Error(now.reason ?? 'the import failed');
    await new Promise((done) => setTimeout(done, 100));
  }
}
