import { setTimeout as delay } from 'node:timers/promises';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { App, commandDefinitions } from './app.ts';
import { ProgressPrinter, print, printJobs } from './cli-output.ts';
import { ConfigError, loadConfig } from './config.ts';
import { stopEmbedded } from './database/embedded.ts';
import { deployCommands } from './discord/deploy.ts';
import { createRest } from './discord/rest.ts';
import { messageOf, UserError } from './errors.ts';
import type { ImportJob } from './jobs/entities.ts';
import type { JobState } from './jobs/state.ts';
import { createLog } from './log.ts';
import { importJob } from './startgg/params.ts';

/** 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
type ExitCode = 0 | 1 | 2 | 130;

const LOOK_EVERY_MS = 250;
const ENDS: readonly JobState[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'PAUSED'];

/** Opens Herald's services for one command and closes them after it. */
async function withApp(needs: readonly string[], work: (app: App) => Promise<ExitCode>): Promise<ExitCode> {
  const config = loadConfig(process.env, needs);
  const quiet = process.env.LOG_LEVEL ? config.logLevel : 'fatal';
  const app = await App.open(
    config,
    createLog(quiet, [config.startgg.token ?? '', config.discord.token ?? '']),
  );
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** Shows a job until it ends, and runs it here while no worker is alive. Ctrl-C pauses it. */
async function follow(app: App, started: ImportJob, options: { json?: boolean }): Promise<ExitCode> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const printer = new ProgressPrinter(app.imports.kindOf(started), { json: options.json === true });
  let isWorking = false;
  let job = started;
  while (!ENDS.includes(job.state)) {
    if (interrupted.signal.aborted) {
      await app.imports.pause('all', job.id).catch(() => {});
    } else {
      if (!isWorking && !(await app.hasWorker())) {
        isWorking = true;
        await app.work();
      }
      await delay(LOOK_EVERY_MS, undefined, { signal: interrupted.signal }).catch(() => {});
    }
    job = await app.imports.get('all', job.id);
    printer.update(job);
  }
  printer.end(job, await app.imports.failures(job.id, 50));
  if (job.state === 'PAUSED') {
    if (!options.json) print(`Go on with: npm run herald -- import resume ${job.id}`);
    return 130;
  }
  return job.state === 'COMPLETED' ? 0 : 1;
}

async function startImport(options: {
  game: string;
  since: string;
  until?: string;
  json?: boolean;
}): Promise<ExitCode> {
  return await withApp(['STARTGG_TOKEN'], async (app) => {
    const game = await app.games.resolve(options.game);
    const wanted = importJob(game, options.since, options.until ?? null);
    const { job } = await app.imports.start({ ...wanted, guildId: null, requestedBy: null, channelId: null });
    return await follow(app, job.state === 'PAUSED' ? await app.imports.resume('all', job.id) : job, options);
  });
}

/** What `pause`, `resume`, `cancel` and `retry` do: the last job's progress is shown where there is some to show. */
async function control(
  verb: 'pause' | 'resume' | 'cancel' | 'retry',
  id: number,
  options: { json?: boolean },
): Promise<ExitCode> {
  const goesOn = verb === 'resume' || verb === 'retry';
  return await withApp(goesOn ? ['STARTGG_TOKEN'] : [], async (app) => {
    const job = await app.imports[verb]('all', id);
    if (goesOn) return await follow(app, job, options);
    if (options.json) print(JSON.stringify({ job: job.id, state: job.state }));
    else print(`Import ${job.id} (${job.title}) is ${job.state.toLowerCase()}.`);
    return 0;
  });
}

async function deploy(options: { guild?: string }): Promise<ExitCode> {
  const config = loadConfig(process.env, ['DISCORD_TOKEN']);
  const result = await deployCommands(createRest(config.discord), commandDefinitions, {
    guildId: options.guild,
  });
  const where = options.guild ? `in guild ${options.guild}` : 'globally';
  print(
    result.result === 'deployed'
      ? `Commands deployed ${where}: ${result.names.map((name) => `/${name}`).join(', ')}.`
      : `The commands ${where} are up to date.`,
  );
  return 0;
}

function jobNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError('it must be the number of an import, as shown by `import list`.');
  return Number(text);
}

function program(done: (code: ExitCode) => void): Command {
  const run =
    <Args extends unknown[]>(work: (...args: Args) => Promise<ExitCode>) =>
    async (...args: Args) =>
      done(await work(...args));
  const json = () => new Option('--json', 'print one JSON object per step, and a last one with all counts');
  const root = new Command('herald').description('Herald from a terminal: the same services as the bot.');
  root.exitOverride().configureHelp({ showGlobalOptions: true });
  root
    .command('migrate')
    .description("create or update the database's tables")
    .action(
      run(() =>
        withApp([], async () => {
          print('The database is up to date.');
          return 0;
        }),
      ),
    );
  const commands = root.command('commands').description("the bot's slash commands");
  commands
    .command('deploy')
    .description('register the slash commands at Discord, if they changed')
    .option('--guild <id>', 'only in this guild, at once; for trying')
    .action(run(deploy));
  const imports = root.command('import').description('imports of public data');
  imports
    .command('startgg')
    .description('bring in all tournaments, events, entrants, participants and sets of a game from start.gg')
    .requiredOption('--game <name>', 'name or start.gg id of the game')
    .requiredOption('--since <date>', 'first day (UTC) on which tournaments start, YYYY-MM-DD')
    .option('--until <date>', 'last such day, YYYY-MM-DD')
    .addOption(json())
    .action(run(startImport));
  imports
    .command('list')
    .description('the newest imports')
    .addOption(json())
    .action(
      run((options: { json?: boolean }) =>
        withApp([], async (app) => {
          const jobs = await app.imports.list('all', 50);
          if (options.json) print(JSON.stringify(jobs));
          else printJobs(jobs);
          return 0;
        }),
      ),
    );
  const verbs = {
    pause: 'stop it for now',
    resume: 'go on where it stopped',
    cancel: 'end it',
    retry: 'take up what failed',
  } as const;
  for (const verb of Object.keys(verbs) as (keyof typeof verbs)[])
    imports
      .command(verb)
      .description(verbs[verb])
      .argument('<job>', 'number of the import', jobNumber)
      .addOption(json())
      .action(run((id: number, options: { json?: boolean }) => control(verb, id, options)));
  root
    .command('database')
    .description('the embedded PostgreSQL')
    .command('stop')
    .description('stop it, whoever is connected')
    .action(
      run(async () => {
        const stopped = await stopEmbedded(loadConfig(process.env).dataDir, { onlyWhenUnused: false });
        print(stopped ? 'The embedded PostgreSQL was stopped.' : 'The embedded PostgreSQL is not running.');
        return 0;
      }),
    );
  return root;
}

async function main(): Promise<ExitCode> {
  try {
    process.loadEnvFile();
  } catch {
    // No .env is fine: the environment alone may hold everything.
  }
  let code: ExitCode = 0;
  try {
    await program((value) => {
      code = value;
    }).parseAsync();
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const isPlain = error instanceof UserError || error instanceof ConfigError;
    process.stderr.write(`${isPlain ? error.message : `Herald failed: ${messageOf(error)}`}\n`);
    return 1;
  }
}

process.exitCode = await main();
