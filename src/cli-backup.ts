import { SingleBar } from 'cli-progress';
import { backup } from './app-backup.ts';
import { restore } from './app-restore.ts';
import { progressLine } from './cli-progress.ts';
import { type ExitCode, interruptible, print, UsageError, withApp } from './cli-run.ts';
import type { Progress } from './database/backup/format.ts';
import { count, duration } from './text.ts';

type Options = { json?: boolean; force?: boolean };

const STEPS = { check: 'Checking', write: 'Writing' };
type Step = keyof typeof STEPS;

/** `backup`: writes all that Herald keeps into a file. */
export async function backUp(path: string, options: Options): Promise<ExitCode> {
  checkPath(path);
  return await withApp([], async (app, signal) => {
    const shown = new Shown(options);
    const onProgress = (progress: Progress) => shown.update('write', progress);
    const { manifest, bytes } = await backup(app, {
      path,
      force: options.force === true,
      signal,
      onProgress,
    }).finally(() => shown.stop());
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    if (options.json) print(JSON.stringify({ file: path, bytes, rows, at: manifest.at, done: true }));
    else
      print(
        `${path} holds ${count(rows)} rows of ${manifest.tables.length} tables, as they were at ${manifest.at}.`,
      );
    return 0;
  });
}

/** `restore`: puts what a backup holds into the database. */
export async function restoreBackup(path: string, options: Options): Promise<ExitCode> {
  checkPath(path);
  return await interruptible([], async ({ config, log }, signal) => {
    const shown = new Shown(options);
    const { manifest, imports, erasedAgain } = await restore(config, log, {
      path,
      force: options.force === true,
      signal,
      onProgress: (step, progress) => shown.update(step, progress),
    }).finally(() => shown.stop());
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    if (options.json)
      print(JSON.stringify({ file: path, rows, at: manifest.at, imports, erasedAgain, done: true }));
    else {
      print(
        `Restored ${count(rows)} rows of ${manifest.tables.length} tables, as they were at ${manifest.at}.`,
      );
      if (imports > 0) print(`Unfinished imports that go on when Herald starts: ${count(imports)}.`);
      if (erasedAgain > 0)
        print(`People who had themselves erased since the backup, erased again: ${count(erasedAgain)}.`);
    }
    return 0;
  });
}

function checkPath(path: string): void {
  if (!path.trim()) throw new UsageError('FILE is empty: name the file.');
}

/** How far it is: a bar on a terminal, a JSON line per table with `json`, nothing otherwise. */
class Shown {
  readonly #json: boolean;
  readonly #startedAt = Date.now();
  #bar: SingleBar | undefined;
  #last = '';

  constructor({ json = false }: Options) {
    this.#json = json;
    if (json || !process.stderr.isTTY) return;
    const format = (_: unknown, __: unknown, { line }: { line: string }) => line;
    this.#bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true, linewrap: false });
    this.#bar.start(100, 0, { line: '' });
  }

  update(step: Step, { table, rows, of }: Progress): void {
    const percent = of > 0 ? Math.floor((rows / of) * 100) : 100;
    this.#bar?.update(percent, {
      line: progressLine(
        {
          percent,
          phase: `${STEPS[step]} ${count(rows)}/${count(of)}`,
          notes: [],
          elapsed: duration(Date.now() - this.#startedAt),
          item: table,
        },
        (process.stderr.columns ?? 80) - 1,
      ),
    });
    // A line when a table is begun.
    const seen = `${step} ${table}`;
    if (this.#json && seen !== this.#last) print(JSON.stringify({ step, table, rows, of }));
    this.#last = seen;
  }

  stop(): void {
    this.#bar?.stop();
  }
}
