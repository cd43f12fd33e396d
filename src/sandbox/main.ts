import { once } from 'node:events';
import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { messageOf, UserError } from '../errors.ts';
import { createLog } from '../log.ts';
import { takeFolder } from './playground/folder.ts';
import { buildPage } from './playground/page-build.ts';
import { servePage } from './playground/page-server.ts';
import { openPlayground } from './playground/playground.ts';

type Options = { port: number; data: string; fresh: boolean };

const program = new Command('npm run sandbox --')
  .description(
    'Herald in a browser, with a Discord, a start.gg, a SpeedGaming and a racetime.gg to try it with.',
  )
  .option(
    '--port <number>',
    'where the page is served on this machine; 0 takes any free port',
    readPort,
    4747,
  )
  .option('--data <folder>', 'where everything is kept between runs', 'data/sandbox')
  .option('--fresh', 'forget what earlier runs have left there', false)
  .allowExcessArguments(false)
  .exitOverride();

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It is a number from 0 to 65535.');
}

type End = () => Promise<void>;

/** Starts it all. @param ends what is to be called at the end, in this order */
async function start({ port, data, fresh }: Options, ends: End[]): Promise<void> {
  const log = createLog(process.env.LOG_LEVEL ?? 'error');
  const folder = await takeFolder(resolve(data), { isFresh: fresh });
  ends.unshift(folder.release);
  const opening = Promise.withResolvers<Awaited<ReturnType<typeof openPlayground>>>();
  opening.promise.catch(() => {});
  const page = await servePage({ port, files: await buildPage() }, opening.promise);
  ends.unshift(page.close);
  const playground = await openPlayground(folder, log);
  ends.unshift(playground.close);
  opening.resolve(playground);
  await playground.keeper.begin();
  process.stdout.write(`Herald's sandbox: ${page.url}\nCtrl-C ends it; it is kept in ${data}.\n`);
}

/** Runs until it is interrupted, which may be while it starts. */
async function run(options: Options, signal: AbortSignal): Promise<void> {
  const ends: End[] = [];
  const interrupted = once(signal, 'abort');
  try {
    await Promise.race([start(options, ends), interrupted]);
    await interrupted;
  } finally {
    for (const end of [...ends]) await end();
  }
}

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort());
try {
  await run(program.parse().opts<Options>(), interruption.signal);
  process.exit(0);
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  process.stderr.write(`${error instanceof UserError ? messageOf(error) : (error as Error).stack}\n`);
  process.exit(1);
}
