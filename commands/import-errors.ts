import {
  type ActionRowData,
  ButtonStyle,
  ComponentType,
  type InteractionButtonComponentData,
  type InteractionEditReplyOptions,
} from 'discord.js';
import { EMBED, packLines, shortenEscaped } from '../src/discord/embed-limits.ts';
import type { ImportItem, ImportJob } from '../src/jobs/entities.ts';
import type { Imports } from '../src/jobs/imports.ts';
import { IMPORT_MESSAGE } from '../src/jobs/store.ts';
import { pageButtonId } from '../src/outbox/custom-id.ts';
import { count, escapeText } from '../src/text.ts';

const PER_PAGE = 10;
const LABEL = 150;
const REASON = 200;

/** A page of what failed in an import, with buttons to turn when there are more. Pages count from 1. */
export async function errorsPage(
  imports: Imports,
  job: ImportJob,
  liveId: string,
  wanted: number,
): Promise<InteractionEditReplyOptions> {
  const pages = Math.max(1, Math.ceil(job.errorCount / PER_PAGE));
  const page = Math.min(Math.max(1, wanted), pages);
  const items = (await imports.failures(job.id, page * PER_PAGE)).slice((page - 1) * PER_PAGE);
  if (items.length === 0)
    return {
      content: `Nothing failed in import ${job.id}.`,
      embeds: [],
      components: [],
      allowedMentions: { parse: [] },
    };
  const turn = (label: string, to: number): InteractionButtonComponentData => ({
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    label,
    customId: pageButtonId(IMPORT_MESSAGE, 'errors-page', String(job.id), liveId, to),
    disabled: to < 1 || to > pages,
  });
  const buttons: ActionRowData<InteractionButtonComponentData> = {
    type: ComponentType.ActionRow,
    components: [turn('Previous', page - 1), turn('Next', page + 1)],
  };
  return {
    content: '',
    embeds: [
      {
        title: `Import ${job.id}: ${count(job.errorCount)} failed`,
        color: 0xe67e22,
        description: errorLines(items, EMBED.description),
        footer: {
          text:
            pages > 1 ? `Page ${page} of ${pages} · Retry takes up only these` : 'Retry takes up only these',
        },
      },
    ],
    components: pages > 1 ? [buttons] : [],
    allowedMentions: { parse: [] },
  };
}

/** Item and reason, one after the other, as many as fit. */
export function errorLines(items: readonly Pick<ImportItem, 'label' | 'error'>[], length: number): string {
  const lines = items.map(({ label, error }) => {
    const reason = shortenEscaped(escapeText(error ?? 'no reason given'), REASON);
    return `**${shortenEscaped(escapeText(label), LABEL)}**\n${reason}`;
  });
  return packLines(lines, length);
}
