import { readFileSync } from 'node:fs';

// Loaded into the bot's process before the bot. It makes the bot's clock as far ahead as the sandbox's (so many
// milliseconds stand in a file), and ends the bot with the sandbox, also when that is killed.

const LOOK_EVERY_MS = 100;

const [realNow, realSetTimeout, realClearTimeout] = [Date.now, setTimeout, clearTimeout];
const { SANDBOX_CLOCK: file = '' } = process.env;
const parent = process.ppid;
/** What the scheduler waits for, which does not look at the clock again before. Other waits are for other processes. */
const scheduled = new Map<unknown, { dueAt: number; run: () => void }>();
let ahead = 0;

const now = () => realNow() + ahead;

function look(): void {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  const before = ahead;
  try {
    ahead = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // Nobody has moved the clock yet.
  }
  if (ahead === before) return;
  for (const [timer, { dueAt, run }] of [...scheduled])
    if (dueAt <= now()) {
      clearTimeout(timer as NodeJS.Timeout);
      run();
    }
}

look();
setInterval(look, LOOK_EVERY_MS).unref();
globalThis.Date = new Proxy(Date, {
  construct: (date, given, as) => Reflect.construct(date, given.length > 0 ? given : [now()], as),
  apply: () => new Date(now()).toString(),
  get: (date, key) => (key === 'now' ? now : Reflect.get(date, key)),
});
globalThis.setTimeout = Object.assign((work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
  const isScheduler = ms > LOOK_EVERY_MS && /[/\\]croner[/\\]/.test(new Error().stack ?? '');
  if (!isScheduler) return realSetTimeout(work, ms, ...args);
  const run = () => {
    scheduled.delete(timer);
    work(...args);
  };
  const timer = realSetTimeout(run, ms);
  scheduled.set(timer, { dueAt: now() + ms, run });
  return timer;
}, realSetTimeout);
globalThis.clearTimeout = (timer) => {
  scheduled.delete(timer);
  realClearTimeout(timer);
};
