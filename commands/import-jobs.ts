import { FormattedError } from '../src/discord/command.ts';
import { shortenEscaped } from '../src/discord/embed-limits.ts';
import { stateWord } from '../src/discord/import-status.ts';
import type { ImportJob } from '../src/jobs/entities.ts';
import type { Imports } from '../src/jobs/imports.ts';
import { UNFINISHED } from '../src/jobs/state.ts';
import type { LivePlace } from '../src/outbox/live-place.ts';
import { escapeText, shorten } from '../src/text.ts';

/** How far back autocomplete looks. */
const LOOK_BACK = 100;
const CHOICES = 25;

/** What a subcommand can be used on; those not named here take any import. */
const FITTING: Record<string, (job: ImportJob) => boolean> = {
  pause: ({ state }) => state === 'PENDING' || state === 'RUNNING',
  resume: ({ state }) => state === 'PAUSED' || state === 'FAILED',
  cancel: ({ state }) => UNFINISHED.includes(state) || state === 'FAILED',
  retry: ({ state, errorCount }) => errorCount > 0 && state !== 'CANCELLED',
};

/**
 * The id in what stands in a `job` option: chosen ("12"), or typed ("import 12", "#12").
 *
 * @throws FormattedError when there is none
 */
export function readJobId(text: string): number {
  const id = /^\s*(?:import\s*)?#?(\d{1,10})(?!\d)/i.exec(text)?.[1];
  if (id) return Number(id);
  throw new FormattedError(
    `“${escapeText(text.slice(0, 100))}” is no import. Choose one from the list that opens while you type, or give its number; \`/import list\` shows them.`,
  );
}

/** The guild's imports that a subcommand can be used on and that match what was typed. */
export async function suggestJobs(
  imports: Imports,
  guildId: string,
  subcommand: string,
  typed: string,
): Promise<{ name: string; value: string }[]> {
  const isFitting = FITTING[subcommand] ?? (() => true);
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const jobs = (await imports.list({ guildId }, LOOK_BACK)).filter(isFitting);
  return jobs
    .map((job) => ({ name: choiceName(job), value: String(job.id) }))
    .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    .slice(0, CHOICES);
}

/** "Import 12 · 2XKO · 2026-01-01 to … · running", in 100 characters: the title gives way, not the state. */
function choiceName(job: ImportJob): string {
  const [start, end] = [`Import ${job.id} · `, ` · ${stateWord(job.state)}`];
  const room = 100 - start.length - end.length;
  return start + shorten(job.title, room) + end;
}

/** An import's name in a sentence: "import 12 of **2XKO · …**". */
export function nameOf(job: Pick<ImportJob, 'id' | 'title'>): string {
  return `import ${job.id} of **${shortenEscaped(escapeText(job.title), 500)}**`;
}

/** A link to a live message; undefined while it is not posted. */
export function linkTo(place: LivePlace | undefined): string | undefined {
  return place?.messageId
    ? `https://discord.com/channels/${place.guildId}/${place.channelId}/${place.messageId}`
    : undefined;
}
