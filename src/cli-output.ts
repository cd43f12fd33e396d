import { print } from './cli-run.ts';
import { elapsedMs, isPhaseOver } from './discord/import-status.ts';
import type { ImportItem, ImportJob } from './jobs/entities.ts';
import type { ImportKind } from './jobs/kind.ts';
import { NO_COUNTS, type PhaseCounts } from './jobs/state.ts';
import { count, duration, withoutControls } from './text.ts';

/** One job in one object, as every command with `--json` prints it. */
export function asJson(job: ImportJob, kind: ImportKind): Record<string, unknown> {
  const { id, title, state, phase, currentItem, errorCount, reason, guildId, createdAt } = job;
  const counters = Object.fromEntries(kind.phases.map(({ name }) => [name, countsOf(job, name)]));
  const progress = { phase, item: currentItem, counters, errors: errorCount, reason };
  return { job: id, title, state, ...progress, guild: guildId, createdAt };
}

/** The same with what is asked for once: how long it took, and what failed. */
export function asJsonInFull(
  job: ImportJob,
  kind: ImportKind,
  failures: readonly ImportItem[],
): Record<string, unknown> {
  const errors = failures.map(({ label, error }) => ({ item: label, reason: error }));
  return { ...asJson(job, kind), elapsedMs: elapsedMs({ job, now: new Date() }), failures: errors };
}

/** A job in full: how it stands, what came of each phase, what failed. */
export function printJob(
  job: ImportJob,
  kind: ImportKind,
  failures: readonly ImportItem[],
  stands: string = job.state.toLowerCase(),
): void {
  const elapsed = duration(elapsedMs({ job, now: new Date() }));
  print(`Import ${job.id} (${withoutControls(job.title)}) ${stands} after ${elapsed}.`);
  if (job.reason) print(withoutControls(job.reason));
  for (const [index, { name, title }] of kind.phases.entries()) {
    const counts = countsOf(job, name);
    const isOver = isPhaseOver(job, kind, index);
    const amount = isOver ? count(counts.done) : `${count(counts.done)} / ${count(counts.total)}`;
    print(`  ${title.padEnd(12)} ${amount.padStart(15)}   ${rowsOf(counts, isOver)}`.trimEnd());
  }
  if (job.errorCount > 0)
    print(
      `${count(job.errorCount)} items failed; \`npm run herald -- import retry ${job.id}\` takes them up again:`,
    );
  for (const { label, error } of failures) print(withoutControls(`  ${label}: ${error}`));
}

/** What a phase's rows were. They come with the page that lists them, before what belongs to them was read. */
function rowsOf(counts: PhaseCounts, isOver: boolean): string {
  const parts = (['new', 'changed', 'unchanged', 'gone'] as const)
    .filter((key) => isOver || counts[key] > 0)
    .map((key) => `${count(counts[key])} ${key}`);
  return isOver || parts.length === 0 ? parts.join(', ') : `rows so far: ${parts.join(', ')}`;
}

/** The list of `import list`. @param guildNames by id */
export function printJobs(
  jobs: readonly ImportJob[],
  options: { hasWorker: boolean; guildNames: ReadonlyMap<string, string> },
): void {
  if (jobs.length === 0) print('No imports yet.');
  for (const job of jobs) {
    const isActive = job.state === 'PENDING' || job.state === 'RUNNING';
    const facts = [
      `${count(countsOf(job, 'sets').done)} sets`,
      ...(job.errorCount > 0 ? [`${count(job.errorCount)} failed items`] : []),
      ...(isActive && !options.hasWorker ? ['waiting for a worker'] : []),
    ];
    const started = `${job.createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    const place = job.guildId ? (options.guildNames.get(job.guildId) ?? job.guildId) : 'terminal';
    print(
      withoutControls(
        `${String(job.id).padStart(5)}  ${job.state.padEnd(9)}  ${job.title}  (${facts.join(', ')})  ${started}  ${place}`,
      ),
    );
  }
}

function countsOf(job: ImportJob, phase: string): PhaseCounts {
  return { ...NO_COUNTS, ...job.counters[phase] };
}
