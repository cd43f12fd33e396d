import { App } from './app.ts';
import { ConfigError, loadConfig } from './config.ts';
import { UserError } from './errors.ts';
import { createLog, type Log } from './log.ts';

/** What must be over when a signal came: supervisors kill a process that takes much longer. */
const CLOSE_MS = 10_000;

async function main(): Promise<void> {
  try {
    process.loadEnvFile();
  } catch {
    // No .env is fine: the environment alone may hold everything.
  }
  const config = loadConfig(process.env, ['DISCORD_TOKEN']);
  const log = createLog(config.logLevel, [config.discord.token ?? '', config.startgg.token ?? '']);
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    process.exit(1);
  });
  const app = await App.open(config, log);
  closeOnSignal(app, log);
  try {
    await app.start();
  } catch (error) {
    await app.close();
    throw error;
  }
  log.info({ roles: config.roles }, 'Herald is running');
}

function closeOnSignal(app: App, log: Log): void {
  let closing = false;
  const close = (signal: string) => {
    if (closing) return;
    closing = true;
    log.info({ signal }, 'closing');
    const timer = setTimeout(() => {
      log.error('closing took too long');
      process.exit(1);
    }, CLOSE_MS);
    app.close().then(
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
