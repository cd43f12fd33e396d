import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Env } from '../../src/sandbox/bot.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

export type CliResult = { code: number | null; out: string; err: string };

/** A running command of the CLI. */
export type Cli = {
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
  /** What it printed so far. */
  out(): string;
  ended: Promise<CliResult>;
};

/** Starts a command of the CLI as a process of its own, to be interrupted. */
export function startCli(env: Env, args: readonly string[]): Cli {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], { env: { PATH, HOME, ...env } });
  const text = { out: '', err: '' };
  for (const [name, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const)
    stream.setEncoding('utf8').on('data', (more) => {
      text[name] += more;
    });
  return {
    signal: (name) => void child.kill(name),
    out: () => text.out,
    ended: once(child, 'close').then(([code]) => ({ code, ...text })),
  };
}
