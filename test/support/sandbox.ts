import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/sandbox/main.ts', import.meta.url));

/** A sandbox as a process of its own, as `npm run sandbox` starts it. */
export type RunningSandbox = {
  url: string;
  process: ChildProcess;
  /** Ends it as Ctrl-C does. Gives the exit code. */
  end(signal?: 'SIGINT' | 'SIGKILL'): Promise<number | null>;
};

/** Starts one and waits for its address. @throws Error with what it says when it ends before that */
export async function startSandbox(args: readonly string[]): Promise<RunningSandbox> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    out += text;
    if (/Ctrl-C/.test(out)) break;
  }
  child.stdout.resume();
  const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(out)?.[0];
  if (!url) {
    if (child.exitCode === null) await once(child, 'exit');
    throw new Error(`the sandbox ended with ${child.exitCode}:\n${out}${err}`);
  }
  return {
    url,
    process: child,
    async end(signal = 'SIGINT') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
      return child.exitCode;
    },
  };
}
