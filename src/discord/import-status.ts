import {
  type APIButtonComponent,
  type APIEmbed,
  type APIEmbedField,
  ButtonStyle,
  ComponentType,
  type RESTPostAPIChannelMessageJSONBody,
} from 'discord-api-types/v10';
import type { ImportJob } from '../jobs/entities.ts';
import type { ImportKind } from '../jobs/kind.ts';
import { type JobState, NO_COUNTS, type PhaseCounts } from '../jobs/state.ts';
import { IMPORT_MESSAGE } from '../jobs/store.ts';
import { liveButtonId } from '../outbox/custom-id.ts';
import { count, duration, escapeText, stamp } from '../text.ts';
import { EMBED, packLines, shortenEscaped } from './embed-limits.ts';

export type ImportView = {
  job: Pick<
    ImportJob,
    | 'id'
    | 'title'
    | 'state'
    | 'phase'
    | 'currentItem'
    | 'counters'
    | 'errorCount'
    | 'reason'
    | 'startedAt'
    | 'runningSince'
    | 'elapsedMs'
    | 'finishedAt'
  >;
  kind: Pick<ImportKind, 'phases' | 'effort'>;
  /** Requests that the source would take at this moment; undefined when that is not known. */
  requestsLeft?: number | undefined;
  now: Date;
};

type Look = { emoji: string; words: string; colour: number };

const BLURPLE = 0x5865f2;
const GREEN = 0x57f287;
const YELLOW = 0xfee75c;
const ORANGE = 0xe67e22;
const RED = 0xed4245;
const GREY = 0x95a5a6;

const LOOKS: Record<JobState, Look> = {
  PENDING: { emoji: '⏳', words: 'About to start', colour: GREY },
  RUNNING: { emoji: '🔄', words: 'Importing', colour: BLURPLE },
  PAUSED: { emoji: '⏸️', words: 'Paused', colour: YELLOW },
  COMPLETED: { emoji: '✅', words: 'Done', colour: GREEN },
  FAILED: { emoji: '❌', words: 'Stopped by an error', colour: RED },
  CANCELLED: { emoji: '🚫', words: 'Cancelled', colour: GREY },
};

const BAR_CELLS = 20;
/** Below this share of the work, the time left is anybody's guess. */
const TELL_TIME_FROM = 0.02;
const TELL_TIME_UP_TO_MS = 30 * 24 * 3_600_000;

/** The status message of an import: one embed and its buttons. */
export function renderImportStatus(view: ImportView & { liveId: string }): RESTPostAPIChannelMessageJSONBody {
  return {
    embeds: [importEmbed(view)],
    components: [{ type: ComponentType.ActionRow, components: buttons(view.job, view.liveId) }],
    allowed_mentions: { parse: [] },
  };
}

/** How an import stands, as an embed. */
export function importEmbed(view: ImportView): APIEmbed {
  const { job } = view;
  return {
    title: shortenEscaped(escapeText(job.title).trim(), EMBED.title) || `Import ${job.id}`,
    color: lookOf(job).colour,
    description: packLines(describe(view), EMBED.description),
    fields: facts(view),
    footer: { text: footer(view) },
  };
}

/** An import's state in one line: "🔄 Importing · 42 %". */
export function stateLine({ job, kind }: Pick<ImportView, 'job' | 'kind'>): string {
  const { emoji, words } = lookOf(job);
  const isUnderway = job.state === 'RUNNING' || job.state === 'PAUSED' || job.state === 'FAILED';
  return `${emoji} **${words}${isUnderway ? ` · ${percentOf(job, kind)} %` : ''}**`;
}

/** How much of a job is done, 0 to 100; 100 only when it is complete. */
export function percentOf(job: ImportView['job'], kind: ImportView['kind']): number {
  if (job.state === 'COMPLETED') return 100;
  const { done, total } = kind.effort(job.counters);
  const share = total > 0 ? done / total : 0;
  return Number.isFinite(share) ? Math.max(0, Math.min(99, Math.floor(share * 100))) : 0;
}

/** A state as people say it: "waiting", "running", … */
export function stateWord(state: JobState): string {
  return state === 'PENDING' ? 'waiting' : state.toLowerCase();
}

function lookOf(job: ImportView['job']): Look {
  const isRetrying = job.state === 'RUNNING' && job.reason !== null;
  if (isRetrying) return { emoji: '⚠️', words: 'Waiting for the source', colour: YELLOW };
  const hasFailures = job.state === 'COMPLETED' && job.errorCount > 0;
  const failures = `${count(job.errorCount)} ${job.errorCount === 1 ? 'item' : 'items'}`;
  if (hasFailures) return { emoji: '☑️', words: `Done, but ${failures} failed`, colour: ORANGE };
  if (job.state === 'PENDING' && job.startedAt) return { ...LOOKS.PENDING, words: 'About to go on' };
  return LOOKS[job.state as JobState];
}

function describe(view: ImportView): string[] {
  const { job, kind } = view;
  const isOver = job.state === 'COMPLETED' || job.state === 'CANCELLED';
  const reason = job.reason ? [`> ${shortenEscaped(escapeText(job.reason), 900)}`] : [];
  const current = isOver ? [] : currentPhase(view);
  const phases = kind.phases.map((phase, i) => phaseLine(view, phase, i));
  const sum = job.state === 'COMPLETED' ? ['', `**In all:** ${summary(job.counters, kind)}`] : [];
  return [stateLine({ job, kind }), ...reason, ...current, '', ...phases, ...sum].map((line) =>
    line.length > EMBED.fieldValue ? shortenEscaped(line, EMBED.fieldValue) : line,
  );
}

/** The phase at work with its bar, and the item at hand. */
function currentPhase({ job, kind }: ImportView): string[] {
  const phase = kind.phases.find(({ name }) => name === job.phase) ?? kind.phases[0];
  if (!phase || job.state === 'PENDING') return [];
  const { done, total } = countsOf(job.counters, phase.name);
  const item = job.currentItem ? shortenEscaped(escapeText(job.currentItem), 200) : '';
  return [
    '',
    `**${title(phase)}** · ${count(done)} / ${count(total)}`,
    `\`${bar(done, total)}\``,
    ...(item && job.state === 'RUNNING' ? [`-# ${item}`] : []),
  ];
}

/** Whether a phase was left behind with all of it done. */
export function isPhaseOver(job: ImportView['job'], kind: ImportView['kind'], index: number): boolean {
  const { done, total } = countsOf(job.counters, kind.phases[index]?.name ?? '');
  const current = kind.phases.findIndex(({ name }) => name === job.phase);
  return (job.state === 'COMPLETED' || index < current) && done >= total;
}

function phaseLine({ job, kind }: ImportView, phase: { name: string; title: string }, index: number): string {
  const counts = countsOf(job.counters, phase.name);
  const current = kind.phases.findIndex(({ name }) => name === job.phase);
  const isCompleted = job.state === 'COMPLETED';
  const isWhole = isPhaseOver(job, kind, index);
  const isAtWork = index === current && job.state !== 'CANCELLED';
  const icon = isWhole ? '✅' : isCompleted ? '⚠️' : isAtWork ? '▶️' : '▫️';
  const amount = `${count(counts.done)} / ${count(counts.total)}`;
  if (isCompleted || job.state === 'CANCELLED')
    return `${icon} **${title(phase)}** ${isWhole ? count(counts.done) : amount}${whatRowsWere(counts, isWhole)}`;
  return `${icon} **${title(phase)}**${counts.total > 0 || index <= current ? ` ${amount}` : ''}`;
}

/**
 * " · 12 new · 200 unchanged": only what there is. Rows come with the page that lists them, before what belongs to them
 * was read: in an unfinished phase there are more of them than are done.
 */
function whatRowsWere(counts: PhaseCounts, isWhole: boolean): string {
  const parts = (['new', 'changed', 'unchanged', 'gone'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${count(counts[name])} ${name}`);
  return parts.length > 0 ? ` · ${isWhole ? '' : 'rows so far: '}${parts.join(' · ')}` : '';
}

/** "12 new · 0 changed · 200 unchanged · 1 gone" over all phases. */
function summary(counters: Record<string, PhaseCounts>, kind: ImportView['kind']): string {
  const all = kind.phases.map(({ name }) => countsOf(counters, name));
  return (['new', 'changed', 'unchanged', 'gone'] as const)
    .map((name) => `${count(all.reduce((sum, counts) => sum + counts[name], 0))} ${name}`)
    .join(' · ');
}

function facts(view: ImportView): APIEmbedField[] {
  const { job } = view;
  const end = estimatedEnd(view);
  const fields = [
    { name: 'Elapsed', value: duration(elapsedMs(view)) },
    ...(end ? [{ name: 'Time left', value: stamp(end, 'R') }] : []),
    ...(job.finishedAt && isEnded(job.state) ? [{ name: 'Ended', value: stamp(job.finishedAt, 'R') }] : []),
    { name: 'Errors', value: job.errorCount > 0 ? `⚠️ ${count(job.errorCount)}` : 'none' },
  ];
  return fields.map((field) => ({ ...field, value: field.value.slice(0, EMBED.fieldValue), inline: true }));
}

function footer({ job, requestsLeft }: ImportView): string {
  const isActive = job.state === 'RUNNING' || job.state === 'PENDING';
  const left =
    isActive && requestsLeft !== undefined ? ` · ${count(requestsLeft)} requests left this minute` : '';
  return `Import ${job.id}${left}`;
}

/** The job's time at work so far. */
export function elapsedMs({ job, now }: Pick<ImportView, 'job' | 'now'>): number {
  const stretch = job.runningSince ? Math.max(0, now.getTime() - job.runningSince.getTime()) : 0;
  return job.elapsedMs + stretch;
}

/** When a running job will end if it goes on as it went; undefined where that is anybody's guess. */
export function estimatedEnd({ job, kind, now }: Pick<ImportView, 'job' | 'kind' | 'now'>): Date | undefined {
  const elapsed = elapsedMs({ job, now });
  if (job.state !== 'RUNNING' || job.reason) return undefined;
  const { done, total } = kind.effort(job.counters);
  const share = done / total;
  if (!(share >= TELL_TIME_FROM && share <= 1)) return undefined;
  const left = (elapsed / share) * (1 - share);
  return left <= TELL_TIME_UP_TO_MS ? new Date(now.getTime() + left) : undefined;
}

function buttons(job: ImportView['job'], liveId: string): APIButtonComponent[] {
  const { state, errorCount } = job;
  const button = (
    label: string,
    action: string,
    style: ButtonStyle,
    isUsable: boolean,
  ): APIButtonComponent => ({
    type: ComponentType.Button,
    style: style as ButtonStyle.Primary,
    label,
    custom_id: liveButtonId(IMPORT_MESSAGE, action, String(job.id), liveId),
    disabled: !isUsable,
  });
  const isActive = state === 'PENDING' || state === 'RUNNING';
  const isStopped = state === 'PAUSED' || state === 'FAILED';
  return [
    button('Pause', 'pause', ButtonStyle.Secondary, isActive),
    button('Resume', 'resume', ButtonStyle.Success, isStopped),
    button('Cancel', 'cancel', ButtonStyle.Danger, isActive || isStopped),
    button('Errors', 'errors', ButtonStyle.Secondary, errorCount > 0),
    ...(errorCount > 0 ? [button('Retry', 'retry', ButtonStyle.Primary, state !== 'CANCELLED')] : []),
  ];
}

function bar(done: number, total: number): string {
  const share = total > 0 && Number.isFinite(done / total) ? Math.max(0, Math.min(1, done / total)) : 0;
  const full = Math.floor(share * BAR_CELLS);
  return '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
}

function title(phase: { title: string }): string {
  return shortenEscaped(escapeText(phase.title), 100);
}

function countsOf(counters: Record<string, PhaseCounts>, phase: string): PhaseCounts {
  return { ...NO_COUNTS, ...counters[phase] };
}

function isEnded(state: JobState): boolean {
  return state === 'COMPLETED' || state === 'FAILED' || state === 'CANCELLED';
}
