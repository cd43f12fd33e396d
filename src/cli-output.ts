import { Presets, SingleBar } from 'cli-progress';
import type { ImportItem, ImportJob } from './jobs/entities.ts';
import type { ImportKind } from './jobs/kind.ts';
import { NO_COUNTS } from './jobs/state.ts';
import { count, duration, shorten, withoutControls } from './text.ts';

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** One job in one object: what `--json` prints for every step, and at the end with `done: true`. */
function asJson(job: ImportJob): Record<string, unknown> {
  const { id, title, state, phase, currentItem, counters, errorCount, reason } = job;
  return { job: id, title, state, phase, item: currentItem, counters, errors: errorCount, reason };
}

/** The job's time at work so far, in milliseconds. */
function elapsed(job: ImportJob): number {
  return job.elapsedMs + (job.runningSince ? Date.now() - job.runningSince.getTime() : 0);
}

/** Shows a running import: a bar on a terminal, JSON lines with `json`, a line per phase otherwise. */
export class ProgressPrinter {
  readonly #json: boolean;
  readonly #kind: ImportKind;
  readonly #bar: SingleBar | undefined;
  #last = '';

  constructor(kind: ImportKind, options: { json: boolean }) {
    this.#kind = kind;
    this.#json = options.json;
    const format = '{bar} {percentage} % | {phase} {done}/{all} | {elapsed} | {item}';
    if (!options.json && process.stderr.isTTY)
      this.#bar = new SingleBar(
        { format, hideCursor: true, clearOnComplete: true, linewrap: false },
        Presets.shades_classic,
      );
    this.#bar?.start(100, 0, this.#fields());
  }

  update(job: ImportJob): void {
    const step = JSON.stringify(asJson(job));
    const { done, total } = this.#kind.effort(job.counters);
    this.#bar?.update(total > 0 ? Math.min(99, Math.floor((done / total) * 100)) : 0, this.#fields(job));
    const seen = this.#json ? step : (job.phase ?? '');
    if (seen === this.#last) return;
    this.#last = seen;
    if (this.#json) print(step);
    else if (!this.#bar && job.phase) print(`${this.#phase(job)} …`);
  }

  end(job: ImportJob, failures: readonly ImportItem[]): void {
    this.#bar?.stop();
    if (this.#json) {
      const errors = failures.map(({ label, error }) => ({ item: label, reason: error }));
      print(JSON.stringify({ ...asJson(job), elapsedMs: elapsed(job), failures: errors, done: true }));
    } else this.#summary(job, failures);
  }

  #summary(job: ImportJob, failures: readonly ImportItem[]): void {
    print(`Import ${job.id} (${job.title}) ${job.state.toLowerCase()} after ${duration(elapsed(job))}.`);
    if (job.reason) print(job.reason);
    for (const { name, title } of this.#kind.phases) {
      const counts = { ...NO_COUNTS, ...job.counters[name] };
      const parts = (['new', 'changed', 'unchanged', 'gone'] as const).map(
        (key) => `${count(counts[key])} ${key}`,
      );
      print(`  ${title.padEnd(12)} ${count(counts.done).padStart(9)}   ${parts.join(', ')}`);
    }
    if (job.errorCount > 0)
      print(
        `${count(job.errorCount)} items failed; \`npm run herald -- import retry ${job.id}\` takes them up again:`,
      );
    for (const { label, error } of failures) print(`  ${withoutControls(label)}: ${error}`);
  }

  #phase(job: ImportJob): string {
    return this.#kind.phases.find((phase) => phase.name === job.phase)?.title ?? 'Starting';
  }

  #fields(job?: ImportJob) {
    const counts = { ...NO_COUNTS, ...job?.counters[job.phase ?? ''] };
    return {
      phase: job ? this.#phase(job) : 'Starting',
      done: count(counts.done),
      all: count(counts.total),
      elapsed: duration(job ? elapsed(job) : 0),
      item: shorten(withoutControls(job?.currentItem ?? ''), 40),
    };
  }
}

/** The list of `import list`. */
export function printJobs(jobs: readonly ImportJob[]): void {
  if (jobs.length === 0) print('No imports yet.');
  for (const job of jobs) {
    const sets = { ...NO_COUNTS, ...job.counters.sets };
    const errors = job.errorCount > 0 ? `, ${count(job.errorCount)} failed items` : '';
    print(
      `${String(job.id).padStart(5)}  ${job.state.padEnd(9)}  ${job.title}  (${count(sets.done)} sets${errors})`,
    );
  }
}
