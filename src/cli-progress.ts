import { SingleBar } from 'cli-progress';
import { asJson, asJsonInFull, printJob } from './cli-output.ts';
import { print } from './cli-run.ts';
import { elapsedMs, estimatedEnd, percentOf } from './discord/import-status.ts';
import type { ImportItem, ImportJob } from './jobs/entities.ts';
import type { ImportKind } from './jobs/kind.ts';
import { NO_COUNTS } from './jobs/state.ts';
import { KEEP_FREE } from './startgg/client.ts';
import { count, duration, shorten, withoutControls } from './text.ts';

/** What one line of progress is made of. */
export type Progress = {
  percent: number;
  /** "Sets 400/1,000". */
  phase: string;
  /** What remains or is waited for: of several wordings the first that fits is shown. */
  notes: readonly string[];
  elapsed: string;
  item: string;
};

const LONGEST_BAR = 30;
const SHORTEST_BAR = 6;
/** Less of an item's name says nothing. */
const SHORTEST_ITEM = 8;

/** A running import in one line of a terminal: numbers are whole or not there, the item alone is cut. */
export function progressLine(progress: Progress, columns: number): string {
  const { percent, phase, notes, elapsed, item } = progress;
  const cells = Math.max(SHORTEST_BAR, Math.min(LONGEST_BAR, Math.floor(columns / 6)));
  const full = Math.floor((percent / 100) * cells);
  let line = `${'█'.repeat(full)}${'░'.repeat(cells - full)} ${percent} % | ${phase}`;
  const fits = (part: string) => line.length + part.length + 3 <= columns;
  for (const part of [notes.find(fits), elapsed]) if (part && fits(part)) line += ` | ${part}`;
  const room = columns - line.length - 3;
  return item && room >= SHORTEST_ITEM ? `${line} | ${shorten(item, room)}` : line;
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
    if (options.json || !process.stderr.isTTY) return;
    // The last column stays free: some terminals begin a new line when it is filled.
    const format = (_: unknown, __: unknown, progress: Progress) =>
      progressLine(progress, (process.stderr.columns ?? 80) - 1);
    this.#bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true, linewrap: false });
    this.#bar.start(100, 0, { percent: 0, phase: 'Starting', notes: [], elapsed: '', item: '' });
  }

  /** @param requestsLeft what the source would take at this moment; undefined when that does not matter */
  update(job: ImportJob, requestsLeft: number | undefined): void {
    this.#bar?.update(percentOf(job, this.#kind), this.#progress(job, requestsLeft));
    const seen = this.#json ? JSON.stringify(asJson(job, this.#kind)) : (job.phase ?? '');
    if (seen === this.#last) return;
    this.#last = seen;
    if (this.#json) print(seen);
    else if (!this.#bar && job.phase) print(`${this.#phase(job)} …`);
  }

  /** @param stands how the job stands, where that is more than its state */
  end(job: ImportJob, failures: readonly ImportItem[], stands?: string): void {
    this.#bar?.stop();
    if (this.#json) print(JSON.stringify({ ...asJsonInFull(job, this.#kind, failures), done: true }));
    else printJob(job, this.#kind, failures, stands);
  }

  #phase(job: ImportJob): string {
    return this.#kind.phases.find((phase) => phase.name === job.phase)?.title ?? 'Starting';
  }

  #progress(job: ImportJob, requestsLeft: number | undefined): Progress {
    const now = new Date();
    const { done, total } = { ...NO_COUNTS, ...job.counters[job.phase ?? ''] };
    const end = estimatedEnd({ job, kind: this.#kind, now });
    return {
      percent: percentOf(job, this.#kind),
      phase: `${this.#phase(job)} ${count(done)}/${count(total)}`,
      notes: notesOn(requestsLeft, end && end.getTime() - now.getTime()),
      elapsed: duration(elapsedMs({ job, now })),
      item: withoutControls(job.reason ?? job.currentItem ?? ''),
    };
  }
}

function notesOn(requestsLeft: number | undefined, msLeft: number | undefined): string[] {
  if (requestsLeft !== undefined && requestsLeft <= KEEP_FREE.import)
    return ["waiting for start.gg's limit", 'waiting'];
  const requests = requestsLeft === undefined ? [] : [`${count(requestsLeft)} requests left`];
  const time = msLeft === undefined ? [] : [`done in ${duration(msLeft)}`];
  const all = [...time, ...requests].join(', ');
  return [all, ...time, ...requests].filter(Boolean);
}
