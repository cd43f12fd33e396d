import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../errors.ts';
import { runCli } from './bot.ts';
import { deployCommands, importAgain, importGame, startBot, surviveKill } from './demo-import.ts';
import { type Scene, say, step } from './demo-scene.ts';
import { followSchedule, SCHEDULE_ENV } from './demo-schedule.ts';
import { openPlace } from './place.ts';

const USAGE = `The main job, on this machine alone: a Discord and a start.gg to try with, and the real bot between them.

  npm run demo                 at the real limits: answers take 0.3 to 3 s, 80 requests in 60 s
  npm run demo -- --fast       quicker answers, no limit
`;

/** What is told, one after the other; each finds the bot as the one before left it. */
const CHAPTERS = [deployCommands, startBot, importGame, surviveKill, importAgain, followSchedule];

async function tell(scene: Scene): Promise<void> {
  for (const chapter of CHAPTERS) await chapter(scene);
  step('That was Herald. `npm start` runs it with a real token; the README tells how to get one.');
}

async function openScene(isFast: boolean, dataDir: string, signal: AbortSignal): Promise<Scene> {
  // A bot that was killed and comes back at once would wait 5 s for Discord to let it identify again.
  const discord = { limits: { identify: { count: 100, perMs: 5_000 } } };
  const latency = isFast ? { minMs: 300, maxMs: 900 } : { minMs: 300, maxMs: 3_000 };
  const startgg = { latency, ...(isFast ? { limit: false as const } : {}) };
  const place = await openPlace({ discord, startgg });
  const limit: Record<string, string> = isFast ? { STARTGG_REQUESTS_PER_MINUTE: '100000' } : {};
  return {
    place,
    env: { ...place.env, DATA_DIR: dataDir, ...SCHEDULE_ENV, ...limit },
    isFast,
    bot: undefined,
    signal,
  };
}

/** Plays the demo in a folder that goes afterwards, also when it is interrupted. Returns the exit code. */
async function play(isFast: boolean): Promise<number> {
  const interruption = new AbortController();
  const { signal } = interruption;
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort());
  const dataDir = await mkdtemp(join(tmpdir(), 'herald-demo-'));
  await chmod(dataDir, 0o755);
  const scene = await openScene(isFast, dataDir, signal);
  try {
    const told = tell(scene).catch((error) => {
      // What is waited for does not come once the bot is being stopped.
      if (!signal.aborted) throw error;
    });
    await Promise.race([told, signal.aborted || once(signal, 'abort')]);
    return signal.aborted ? 130 : 0;
  } finally {
    await scene.bot?.stop();
    await runCli(scene.env, ['database', 'stop', '--force']);
    await scene.place.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function readOptions(): { fast?: boolean; help?: boolean } {
  try {
    return parseArgs({ options: { fast: { type: 'boolean' }, help: { type: 'boolean' } } }).values;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

const options = readOptions();
if (options.help) say(USAGE);
// What an interrupted demo still waits for would keep the process.
else process.exit(await play(options.fast === true));
