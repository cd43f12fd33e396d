import type { APIEmbed, InteractionEditReplyOptions } from 'discord.js';
import type { Database } from '../src/database/database.ts';
import { EMBED, packLines, shortenEscaped } from '../src/discord/embed-limits.ts';
import { importEmbed, stateLine } from '../src/discord/import-status.ts';
import type { ImportJob } from '../src/jobs/entities.ts';
import type { Imports } from '../src/jobs/imports.ts';
import { IMPORT_MESSAGE } from '../src/jobs/store.ts';
import { findLive } from '../src/outbox/live-place.ts';
import { count, escapeText, stamp } from '../src/text.ts';
import { errorLines } from './import-errors.ts';
import { linkTo } from './import-jobs.ts';

const LISTED = 10;
const SHOWN_ERRORS = 10;
/** Both embeds of one message share 6000 characters (Discord docs, Message, Embed Limits). */
const ERRORS_LENGTH = 1_200;

/** `/import list`. */
export async function listImports(
  db: Database,
  imports: Imports,
  guildId: string,
): Promise<InteractionEditReplyOptions> {
  const jobs = await imports.list({ guildId }, LISTED + 1);
  if (jobs.length === 0)
    return {
      content: 'Nothing was imported here yet. `/import startgg` begins.',
      allowedMentions: { parse: [] },
    };
  const lines = await Promise.all(jobs.slice(0, LISTED).map((job) => describe(db, imports, job)));
  const description = packLines(
    lines.map((line) => `${line}\n`),
    EMBED.description,
  );
  const footer = jobs.length > LISTED ? { footer: { text: `The newest ${LISTED}` } } : {};
  return {
    embeds: [{ title: 'Imports', color: 0x5865f2, description, ...footer }],
    allowedMentions: { parse: [] },
  };
}

async function describe(db: Database, imports: Imports, job: ImportJob): Promise<string> {
  const kind = imports.kindOf(job);
  const counts = kind.phases.map(
    ({ name, title }) => `${count(job.counters[name]?.done ?? 0)} ${title.toLowerCase()}`,
  );
  const errors = job.errorCount > 0 ? [`${count(job.errorCount)} failed`] : [];
  const link = linkTo(await findLive(db.em(), IMPORT_MESSAGE, String(job.id)));
  const place = link ? ` · [message](${link})` : '';
  return [
    `**Import ${job.id}** · ${shortenEscaped(escapeText(job.title), 120)}`,
    `${stateLine({ job, kind })} · ${stamp(job.createdAt, 'R')}${place}`,
    [...counts, ...errors].join(' · '),
  ].join('\n');
}

/** `/import show`: the same as the status message, who asked for it, and what failed. */
export async function showImport(
  db: Database,
  imports: Imports,
  job: ImportJob,
  requestsLeft: number | undefined,
): Promise<InteractionEditReplyOptions> {
  const embed = importEmbed({ job, kind: imports.kindOf(job), requestsLeft, now: new Date() });
  const place = await findLive(db.em(), IMPORT_MESSAGE, String(job.id));
  const link = linkTo(place);
  const origin = [
    `Started ${stamp(job.createdAt)}${job.requestedBy ? ` by <@${job.requestedBy}>` : ''}`,
    ...(link ? [link] : []),
    ...(place?.error ? [place.error] : []),
  ];
  const status: APIEmbed = {
    ...embed,
    fields: [
      ...(embed.fields ?? []),
      { name: 'Origin', value: origin.join('\n').slice(0, EMBED.fieldValue) },
    ],
  };
  const failed = await imports.failures(job.id, SHOWN_ERRORS);
  const errors = failed.length > 0 ? [errorsEmbed(job, failed)] : [];
  return { embeds: [withinMessage(status), ...errors], allowedMentions: { parse: [] } };
}

function errorsEmbed(job: ImportJob, failed: Parameters<typeof errorLines>[0]): APIEmbed {
  const more =
    job.errorCount > failed.length
      ? { footer: { text: 'The Errors button of the status message shows all' } }
      : {};
  const title = `${count(job.errorCount)} failed`;
  return { title, color: 0xe67e22, description: errorLines(failed, ERRORS_LENGTH), ...more };
}

/** The status embed, short enough to leave room for the errors. */
function withinMessage(embed: APIEmbed): APIEmbed {
  return { ...embed, description: shortenEscaped(embed.description ?? '', 3_000) };
}
