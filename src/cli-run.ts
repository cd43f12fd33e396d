import { App } from './app.ts';
import { type Config, loadConfig, secretsOf } from './config.ts';
import { createLog, type Log } from './log.ts';

/** 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

/** What was typed cannot be meant; the message says why. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * Opens Herald's services for one command and closes them after it, also when it is interrupted on the way.
 *
 * @param work gets a signal that ends with the first Ctrl-C; the second one ends the process
 */
export async function withApp(
  needs: readonly string[],
  work: (app: App, interrupted: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  return await interruptible(needs, async ({ config, log }, interrupted) => {
    const app = await App.open(config, log, { onGone: databaseGone });
    try {
      return interrupted.aborted ? 130 : await work(app, interrupted);
    } finally {
      await app.close();
    }
  });
}

/** The same for a command that opens itself what it needs. */
export async function interruptible(
  needs: readonly string[],
  work: (parts: { config: Config; log: Log }, interrupted: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const config = loadConfig(process.env, needs);
  const quiet = process.env.LOG_LEVEL ? config.logLevel : 'fatal';
  const log = createLog(quiet, secretsOf(config));
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());
  try {
    return await work({ config, log }, interruption.signal);
  } catch (error) {
    // What was under way then fails for no other reason.
    if (interruption.signal.aborted) return 130;
    throw error;
  }
}

function databaseGone(): void {
  process.stderr.write('The embedded PostgreSQL was stopped, or has moved. Type the command again.\n');
  process.exit(1);
}
