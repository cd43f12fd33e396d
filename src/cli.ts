import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { commandDefinitions } from './app-commands.ts';
import { backUp, restoreBackup } from './cli-backup.ts';
import {
  type ControlVerb,
  controlImport,
  listImports,
  type StartOptions,
  showImport,
  startImport,
} from './cli-import.ts';
import { type ExitCode, print, UsageError, withApp } from './cli-run.ts';
import { syncSchedules } from './cli-sync.ts';
import { ConfigError, loadConfig } from './config.ts';
import { stopEmbedded } from './database/embedded.ts';
import { deployCommands } from './discord/deploy.ts';
import { createRest } from './discord/rest.ts';
import {
  BudgetExhaustedError,
  GiveUpError,
  messageOf,
  RetryLaterError,
  SourceBlockedError,
  UserError,
} from './errors.ts';
import { SOURCES, type Source } from './matches/source.ts';
import { duration } from './text.ts';

/** Their messages say all that can be said. */
const PLAIN = [UsageError, ConfigError, UserError, SourceBlockedError, RetryLaterError, GiveUpError];

const EXIT_CODES = 'Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted or paused.';

async function deploy(options: { guild?: string }): Promise<ExitCode> {
  const config = loadConfig(process.env, ['DISCORD_TOKEN']);
  const result = await deployCommands(createRest(config.discord), commandDefinitions, {
    guildId: options.guild,
  });
  const [where, which] = options.guild
    ? [`in guild ${options.guild}`, `The commands in guild ${options.guild}`]
    : ['globally', 'The global commands'];
  print(
    result.result === 'deployed'
      ? `Commands deployed ${where}: ${result.names.map((name) => `/${name}`).join(', ')}.`
      : `${which} are up to date.`,
  );
  return 0;
}

async function stopDatabase(options: { force?: boolean }): Promise<ExitCode> {
  const { dataDir } = loadConfig(process.env);
  const { stopped, connections } = await stopEmbedded(dataDir, { onlyWhenUnused: options.force !== true });
  if (stopped) print('The embedded PostgreSQL was stopped.');
  else if (connections === 0) print('The embedded PostgreSQL is not running.');
  else
    throw new UserError(
      `The embedded PostgreSQL is in use: it has ${connections} other connections (a running Herald has several). Stop those programs first; --force stops it all the same, and a running Herald ends with it.`,
    );
  return 0;
}

function jobNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError('it must be the number of an import, as shown by `import list`.');
  return Number(text);
}

function guildId(text: string): string {
  if (!/^\d{1,20}$/.test(text))
    throw new InvalidArgumentError(
      "it must be a server's id, digits only: in Discord with developer mode on, right-click the server → Copy Server ID.",
    );
  return text;
}

type Run = <Args extends unknown[]>(
  work: (...args: Args) => Promise<ExitCode>,
) => (...args: Args) => Promise<void>;

const json = (what = 'print one JSON object per step, and a last one with all counts') =>
  new Option('--json', what);

function addImports(root: Command, run: Run): void {
  const imports = root.command('import').description('imports of public data');
  const startgg = imports
    .command('startgg')
    .description('bring in all tournaments, events, entrants, participants and sets of a game from start.gg')
    .option('--game <name>', 'name or start.gg id of the game (required)')
    .option('--since <date>', 'first day (UTC) on which tournaments start, YYYY-MM-DD (required)')
    .option('--until <date>', 'last such day, YYYY-MM-DD')
    .addOption(json());
  startgg.action(
    run(async (options: Partial<StartOptions>) => {
      // Commander's own check would come before that for unknown options, and hide a misspelt name.
      const { game, since, ...others } = options;
      if (game !== undefined && since !== undefined) return await startImport({ game, since, ...others });
      const lacking = game === undefined ? '--game <name>' : '--since <date>';
      return startgg.error(`error: required option '${lacking}' not specified`);
    }),
  );
  imports
    .command('list')
    .description('the newest 50 imports')
    .addOption(json('print them as one JSON array'))
    .action(run(listImports));
  imports
    .command('show')
    .description('one import: phases, counts, what failed and why')
    .argument('<job>', 'number of the import', jobNumber)
    .addOption(json('print it as one JSON object'))
    .action(run(showImport));
  const verbs: Record<ControlVerb, string> = {
    pause: 'stop it for now',
    resume: 'go on where it stopped',
    cancel: 'end it',
    retry: 'take up what failed',
  };
  for (const [verb, description] of Object.entries(verbs) as [ControlVerb, string][])
    imports
      .command(verb)
      .description(description)
      .argument('<job>', 'number of the import', jobNumber)
      .addOption(json())
      .action(run((id: number, options: { json?: boolean }) => controlImport(verb, id, options)));
}

function addBackups(root: Command, run: Run): void {
  const steps = () => json('print one JSON object per table, and a last one with what was done');
  root
    .command('backup')
    .description('write all that Herald keeps into a file; the bot may go on running')
    .argument('<file>', 'the file to write')
    .option('--force', 'replace the file if it is there')
    .addOption(steps())
    .action(run(backUp));
  root
    .command('restore')
    .description('put what a backup holds into the empty database of this Herald, while the bot is stopped')
    .argument('<file>', 'the backup')
    .option('--force', 'replace all that Herald keeps in the database')
    .addOption(steps())
    .action(run(restoreBackup));
}

function program(done: (code: ExitCode) => void): Command {
  const run: Run =
    (work) =>
    async (...args) =>
      done(await work(...args));
  const root = new Command('herald').description('Herald from a terminal: the same services as the bot.');
  root.exitOverride().addHelpText('afterAll', `\n${EXIT_CODES}`);
  const migrate = async () => {
    print('The database is up to date.');
    return 0 as const;
  };
  root
    .command('migrate')
    .description("create or update the database's tables")
    .action(run(() => withApp([], migrate)));
  addBackups(root, run);
  root
    .command('commands')
    .description("the bot's slash commands")
    .command('deploy')
    .description('register the slash commands at Discord, if they changed')
    .option('--guild <id>', 'only in this guild, at once; for trying', guildId)
    .action(run(deploy));
  addImports(root, run);
  root
    .command('sync')
    .description('read the schedules that are followed, now')
    .addArgument(new Argument('[source]', 'only those at one source').choices(SOURCES))
    .action(run((source?: Source) => syncSchedules(source ? [source] : SOURCES)));
  root
    .command('database')
    .description('the embedded PostgreSQL')
    .command('stop')
    .description('stop it, unless others are connected')
    .option('--force', 'stop it also while others are connected; a running Herald ends with it')
    .action(run(stopDatabase));
  return root;
}

/** What is told about a command that failed. */
function wordsFor(error: unknown): string {
  if (error instanceof BudgetExhaustedError)
    return `The source takes no more requests for ${duration(error.waitMs)}. Try again after that.`;
  return PLAIN.some((kind) => error instanceof kind)
    ? messageOf(error)
    : `Herald failed: ${messageOf(error)}`;
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
    process.stderr.write(`${wordsFor(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exitCode = await main();
