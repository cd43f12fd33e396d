import { App, type Gone } from './app.ts';
import { Monitoring } from './app-metrics.ts';
import { ConfigError, loadConfig, type Role, secretsOf } from './config.ts';
import { UserError } from './errors.ts';
import { createLog, type Log } from './log.ts';

/** What must be over when a signal came: supervisors kill a process that takes much longer. */
const CLOSE_MS = 10_000;

/** What a process cannot do without: one that only keeps the time never speaks to Discord. */
const NEEDS: Record<Role, readonly string[]> = {
  gateway: ['DISCORD_TOKEN'],
  worker: ['DISCORD_TOKEN'],
  scheduler: [],
};

const GONE: Record<Gone, string> = {
  database: 'the embedded PostgreSQL was stopped or has moved: ending, so that the next start finds it again',
  discord: 'Discord closed the connection for good: ending, so that the next start says why or puts it right',
};

async function main(): Promise<void> {
  try {
    process.loadEnvFile();
  } catch {
    // No .env is fine: the environment alone may hold everything.
  }
  const config = loadConfig(process.env, (role) => NEEDS[role]);
  const log = createLog(config.logLevel, secretsOf(config));
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    process.exit(1);
  });
  if (!config.startgg.token && config.roles.some((role) => role !== 'scheduler'))
    log.warn(
      'imports from start.gg are off: STARTGG_TOKEN is not set. Make one at https://start.gg/admin/profile/developer and put it in .env',
    );
  // First of all: whoever watches sees that it is being started, however long the database takes.
  const monitoring = await Monitoring.open(config, log);
  const onGone = (what: Gone) => {
    log.fatal(GONE[what]);
    process.exit(1);
  };
  const stopping = new AbortController();
  const { signal: signalled } = stopping;
  const opening = App.open(config, log, { onGone, monitoring, signal: signalled });
  closeOnSignal(stopping, opening, log);
  try {
    await start(await opening, signalled);
  } catch (error) {
    // What was under way when the signal came is being closed, and may well fail.
    if (!signalled.aborted) throw error;
  }
  if (!signalled.aborted) log.info({ roles: config.roles }, 'Herald is running');
}

async function start(app: App, signalled: AbortSignal): Promise<void> {
  if (signalled.aborted) return;
  try {
    await app.start();
  } catch (error) {
    if (!signalled.aborted) await app.close();
    throw error;
  }
}

/** Closes what there is by then at the first SIGTERM or SIGINT, also while it is still being opened. */
function closeOnSignal(stopping: AbortController, opening: Promise<App>, log: Log): void {
  const close = (signal: string) => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    log.info({ signal }, 'closing');
    const timer = setTimeout(() => {
      log.error('closing took too long');
      process.exit(1);
    }, CLOSE_MS);
    const closed = opening.then(
      (app) => app.close(),
      // It could not be opened, so there is nothing to close.
      () => {},
    );
    closed.then(
      () => {
        clearTimeout(timer);
        log.info('closed');
        // What still waits somewhere (an answer of Discord's, say) is of no use to anybody now.
        process.exit(0);
      },
      (error) => {
        log.error({ err: error }, 'closing failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', close).on('SIGINT', close);
}

main().catch((error) => {
  const isPlain = error instanceof ConfigError || error instanceof UserError;
  process.stderr.write(`${isPlain ? error.message : (error?.stack ?? error)}\n`);
  process.exit(1);
});
