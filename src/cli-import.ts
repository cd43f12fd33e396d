import { setTimeout as delay } from 'node:timers/promises';
import type { App } from './app.ts';
import { asJson, asJsonInFull, printJob, printJobs } from './cli-output.ts';
import { ProgressPrinter } from './cli-progress.ts';
import { type ExitCode, print, UsageError, withApp } from './cli-run.ts';
import { UserError } from './errors.ts';
import { Guild } from './guilds/entities.ts';
import type { ImportJob } from './jobs/entities.ts';
import type { JobState } from './jobs/state.ts';
import { importJob } from './startgg/params.ts';

type Options = { json?: boolean };
export type StartOptions = Options & { game: string; since: string; until?: string };
export type ControlVerb = 'pause' | 'resume' | 'cancel' | 'retry';

const LOOK_EVERY_MS = 250;
const LISTED = 50;
const SHOWN_FAILURES = 50;
const ENDS: readonly JobState[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'PAUSED'];

/** `import startgg`: a job of its own, or the unfinished one of the same game and period. */
export async function startImport(options: StartOptions): Promise<ExitCode> {
  const { game: typed, since, until = null } = options;
  checkUsage(typed, since, until);
  return await withApp(['STARTGG_TOKEN'], async (app, interrupted) => {
    const wanted = importJob(await app.games.resolve(typed, interrupted), since, until);
    const { job } = await app.imports.start({ ...wanted, guildId: null, requestedBy: null, channelId: null });
    const isPaused = job.state === 'PAUSED';
    return await follow(app, isPaused ? await app.imports.resume('all', job.id) : job, options, interrupted);
  });
}

/** What is wrong with the words alone is said before anything is opened or asked. */
function checkUsage(game: string, since: string, until: string | null): void {
  if (!game.trim()) throw new UsageError('--game is empty: give the name of a game, or its start.gg id.');
  try {
    importJob({ id: 0, name: '' }, since, until);
  } catch (error) {
    throw error instanceof UserError ? new UsageError(error.message) : error;
  }
}

/** `import pause`, `resume`, `cancel` and `retry`: the last two show the job until it ends. */
export async function controlImport(verb: ControlVerb, id: number, options: Options): Promise<ExitCode> {
  const goesOn = verb === 'resume' || verb === 'retry';
  return await withApp(goesOn ? ['STARTGG_TOKEN'] : [], async (app, interrupted) => {
    const isLeft = verb === 'resume' && (await isLeftBehind(app, await app.imports.get('all', id)));
    const job = await app.imports[isLeft ? 'get' : verb]('all', id);
    if (goesOn) return await follow(app, job, options, interrupted);
    if (options.json) print(JSON.stringify({ job: job.id, state: job.state }));
    else print(`Import ${job.id} (${job.title}) is ${job.state.toLowerCase()}.`);
    return 0;
  });
}

/** Whether a job shall run and nobody is there to run it: whoever watches it works on it. */
async function isLeftBehind(app: App, { state }: ImportJob): Promise<boolean> {
  return (state === 'RUNNING' || state === 'PENDING') && !(await app.hasWorker());
}

/** `import list`. */
export async function listImports(options: Options): Promise<ExitCode> {
  return await withApp([], async (app) => {
    const jobs = await app.imports.list('all', LISTED);
    if (options.json) print(JSON.stringify(jobs.map((job) => asJson(job, app.imports.kindOf(job)))));
    else {
      const guilds = await app.db.em().find(Guild, { id: { $in: jobs.flatMap((job) => job.guildId ?? []) } });
      const guildNames = new Map(guilds.map(({ id, name }) => [id, `${name} (${id})`]));
      printJobs(jobs, { hasWorker: await app.hasWorker(), guildNames });
    }
    return 0;
  });
}

/** `import show`. */
export async function showImport(id: number, options: Options): Promise<ExitCode> {
  return await withApp([], async (app) => {
    const job = await app.imports.get('all', id);
    const kind = app.imports.kindOf(job);
    const failures = await app.imports.failures(id, SHOWN_FAILURES);
    if (options.json) print(JSON.stringify(asJsonInFull(job, kind, failures)));
    else {
      const waits = (await isLeftBehind(app, job)) ? ', waiting for a worker,' : '';
      printJob(job, kind, failures, `is ${job.state.toLowerCase()}${waits}`);
    }
    return 0;
  });
}

/** Shows a job until it ends, and runs it here while no worker is alive. */
async function follow(
  app: App,
  started: ImportJob,
  options: Options,
  interrupted: AbortSignal,
): Promise<ExitCode> {
  const { imports } = app;
  const isText = options.json !== true;
  const printer = new ProgressPrinter(imports.kindOf(started), { json: !isText });
  const end = async (stands?: string) =>
    printer.end(job, await imports.failures(job.id, SHOWN_FAILURES), stands);
  let [isWorking, isPausedHere] = [false, false];
  let job = started;
  while (!ENDS.includes(job.state)) {
    if (interrupted.aborted) {
      // What a guild began and another process works on is not this terminal's to stop.
      if (job.guildId && !isWorking) {
        await end('goes on without this terminal,');
        if (isText) print(`See how far it is with: npm run herald -- import show ${job.id}`);
        return 130;
      }
      isPausedHere = await imports.pause('all', job.id).then(
        () => true,
        () => false,
      );
    } else {
      if (!isWorking && !(await app.hasWorker())) {
        isWorking = true;
        await app.work();
      }
      await delay(LOOK_EVERY_MS, undefined, { signal: interrupted }).catch(() => {});
    }
    job = await imports.get('all', job.id);
    printer.update(job, isText ? await app.requestsLeft() : undefined);
  }
  await end(job.state === 'PAUSED' && !isPausedHere ? 'was paused elsewhere' : undefined);
  if (job.state !== 'PAUSED') return job.state === 'COMPLETED' ? 0 : 1;
  if (isText) print(`Go on with: npm run herald -- import resume ${job.id}`);
  return 130;
}
