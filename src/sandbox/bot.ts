import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Environment variables for Herald; nothing of this process's own Herald settings is passed on. */
export type Env = Record<string, string>;

/** Only what any program needs; a real token in the surroundings stays out of the sandbox. */
function surroundings(): Env {
  const wanted = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SystemRoot', 'NODE_COMPILE_CACHE'];
  return Object.fromEntries(wanted.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function run(script: string, args: readonly string[], env: Env): ChildProcess {
  const options = { env: { ...surroundings(), ...env }, cwd: file('.') };
  return spawn(process.execPath, [file(script), ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A running bot: the real program as a process of its own. */
export class Bot {
  readonly process: ChildProcess;
  /** What it logged so far. */
  log = '';

  /** Starts the bot. It works when `ready` says so. */
  constructor(env: Env) {
    this.process = run('../main.ts', [], env);
    this.process.stdout?.resume();
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
  }

  /** Waits until the bot has logged in and works. @throws Error with its log when it ends before that */
  async ready(): Promise<void> {
    await this.logged('Herald is running');
  }

  /** Waits until the log contains a text. */
  async logged(text: string): Promise<void> {
    while (!this.log.includes(text)) {
      if (this.#hasEnded()) throw new Error(`the bot ended:\n${this.log}`);
      const waiting = new AbortController();
      const { signal } = waiting;
      await Promise.race([
        once(this.process.stderr ?? this.process, 'data', { signal }),
        once(this.process, 'exit', { signal }),
      ]);
      waiting.abort();
    }
  }

  /** Sends a signal and waits for the end. Returns the exit code, null when the signal itself ended it. */
  async stop(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.#hasEnded()) return this.process.exitCode;
    const exit = once(this.process, 'exit');
    this.process.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  }

  #hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }
}

/** Runs one command of the CLI to its end. */
export async function runCli(
  env: Env,
  args: readonly string[],
): Promise<{ code: number | null; out: string; err: string }> {
  const child = run('../cli.ts', args, env);
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
