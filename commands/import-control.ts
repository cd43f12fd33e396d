import type { ButtonInteraction, ChatInputCommandInteraction } from 'discord.js';
import { type ButtonHandler, plain } from '../src/discord/command.ts';
import type { ImportJob } from '../src/jobs/entities.ts';
import { IMPORT_MESSAGE } from '../src/jobs/store.ts';
import { touchLive } from '../src/outbox/live-message.ts';
import { findLive, reviveLive } from '../src/outbox/live-place.ts';
import { errorsPage } from './import-errors.ts';
import { linkTo, nameOf, readJobId } from './import-jobs.ts';
import type { ImportServices } from './import-start.ts';
import { requireOrganiser } from './organiser.ts';

export const CONTROLS = ['pause', 'resume', 'cancel', 'retry'] as const;
export type Control = (typeof CONTROLS)[number];

const DONE: Record<Control, (job: ImportJob) => string> = {
  pause: (job) => `Paused ${nameOf(job)}. \`/import resume\` goes on from there, also days later.`,
  resume: (job) => `${nameOf(job)} goes on where it stopped.`,
  cancel: (job) => `Cancelled ${nameOf(job)}. What was brought in stays.`,
  retry: (job) => `What failed in ${nameOf(job)} is taken up again.`,
};

/** `/import pause|resume|cancel|retry`. */
export async function controlImport(
  services: ImportServices,
  interaction: ChatInputCommandInteraction,
  control: Control,
): Promise<void> {
  const guildId = await requireOrganiser(interaction, services.guilds);
  const id = readJobId(interaction.options.getString('job', true));
  const job = await act(services, control, { guildId, id, actorId: interaction.user.id });
  const place = await findLive(services.db.em(), IMPORT_MESSAGE, String(id));
  // What kept the status message from being shown may be put right by now.
  if (place?.error)
    await services.db.transaction((em) => reviveLive(em, IMPORT_MESSAGE, String(id), place.channelId));
  const link = linkTo(place);
  const answer = DONE[control](job);
  await interaction.editReply(
    plain(`${answer.charAt(0).toUpperCase()}${answer.slice(1)}${link ? `\n${link}` : ''}`),
  );
}

/** The buttons of the status message. What they do shows in the message itself; only refusals get an answer. */
export function importButtons(services: ImportServices): Record<string, ButtonHandler> {
  const controls = CONTROLS.map((control): [string, ButtonHandler] => [
    control,
    {
      acknowledge: 'update',
      async run(interaction, [jobId = '']) {
        const guildId = await requireOrganiser(interaction, services.guilds);
        const id = readJobId(jobId);
        try {
          await act(services, control, { guildId, id, actorId: interaction.user.id });
        } catch (error) {
          // Who pressed a button that no longer fits saw an old state; let the message catch up.
          await services.db.transaction((em) => touchLive(em, IMPORT_MESSAGE, String(id)));
          throw error;
        }
      },
    },
  ]);
  const showErrors = async (
    interaction: ButtonInteraction,
    [jobId = '', liveId = '', page = '1']: string[],
  ) => {
    const guildId = await requireOrganiser(interaction, services.guilds);
    const job = await services.imports.get({ guildId }, readJobId(jobId));
    await interaction.editReply(await errorsPage(services.imports, job, liveId, Number(page) || 1));
  };
  return {
    ...Object.fromEntries(controls),
    errors: { acknowledge: 'reply', run: showErrors },
    'errors-page': { acknowledge: 'update', run: showErrors },
  };
}

async function act(
  { imports, guilds }: ImportServices,
  control: Control,
  { guildId, id, actorId }: { guildId: string; id: number; actorId: string },
): Promise<ImportJob> {
  return await imports[control]({ guildId }, id, (em, { title }) =>
    guilds.audit(em, { guildId, actorId, action: `import.${control}`, detail: { job: id, title } }),
  );
}
