import type { ChatInputCommandInteraction } from 'discord.js';
import type { Database } from '../src/database/database.ts';
import type { Listener } from '../src/database/listener.ts';
import { plain } from '../src/discord/command.ts';
import { stateWord } from '../src/discord/import-status.ts';
import { UserError } from '../src/errors.ts';
import type { Guilds } from '../src/guilds/guilds.ts';
import type { ImportJob } from '../src/jobs/entities.ts';
import type { Imports } from '../src/jobs/imports.ts';
import { IMPORT_MESSAGE } from '../src/jobs/store.ts';
import { findLive, type LivePlace, reviveLive, waitForLive } from '../src/outbox/live-place.ts';
import { followGame } from '../src/startgg/follow/follows.ts';
import { importJob } from '../src/startgg/params.ts';
import { linkTo, nameOf } from './import-jobs.ts';
import { requireOrganiser } from './organiser.ts';
import { postingChannel } from './posting-channel.ts';

/** How long the reply waits for the status message, to link it. */
const LINK_WITHIN_MS = 20_000;

const FOLLOWED =
  ' After that the game is followed: what changes comes in by itself. `/import unfollow` ends it.';

/** What is asked of start.gg for a person. */
export type StartggGames = {
  /** @throws UserError when no game, or more than one, is meant */
  resolveGame(text: string, signal: AbortSignal): Promise<{ id: number; name: string }>;
  /** From the database alone. */
  suggestGames(text: string): Promise<{ name: string; value: string }[]>;
};

export type ImportServices = {
  db: Database;
  listener: Listener;
  imports: Imports;
  guilds: Guilds;
  /** Undefined without a token for start.gg. */
  startgg: StartggGames | undefined;
};

/** `/import startgg`: starts the job, says so at once, and then links its status message. */
export async function startImport(
  services: ImportServices,
  interaction: ChatInputCommandInteraction,
  signal: AbortSignal,
): Promise<void> {
  const { db, listener, imports, guilds, startgg } = services;
  const guildId = await requireOrganiser(interaction, guilds);
  if (!startgg)
    throw new UserError(
      'start.gg is not set up here: whoever runs this Herald has to set STARTGG_TOKEN and restart it.',
    );
  const [typed, since, until] = ['game', 'since', 'until'].map((name) =>
    interaction.options.getString(name)?.trim(),
  );
  const follows = interaction.options.getBoolean('follow') ?? false;
  if (follows && until)
    throw new UserError('A game is followed without an end: leave out either `until` or `follow`.');
  const jobOf = (game: { id: number; name: string }) => importJob(game, since ?? '', until || null);
  // Wrong dates are said before a request is spent on the game.
  jobOf({ id: 0, name: '' });
  const channelId = await postingChannel(interaction, guilds);
  const game = await startgg.resolveGame(typed ?? '', signal);

  const requestedBy = interaction.user.id;
  const wanted = { ...jobOf(game), guildId, requestedBy, channelId };
  const { job, isNew } = await imports.start(wanted, (em, { id, title }) =>
    guilds.audit(em, { guildId, actorId: requestedBy, action: 'import.start', detail: { job: id, title } }),
  );
  if (follows)
    await db.transaction(async (em) => {
      await followGame(em, { guildId, videogameId: game.id, since: since ?? '', channelId });
      await guilds.audit(em, {
        guildId,
        actorId: requestedBy,
        action: 'import.follow',
        detail: { game: game.name },
      });
    });
  const subject = String(job.id);
  if (isNew) {
    await interaction.editReply(plain(`${started(job)} Its status message comes in a moment.`));
  } else {
    // The first attempt at its message may have failed for want of a permission; this channel is as good.
    await db.transaction((em) => reviveLive(em, IMPORT_MESSAGE, subject, channelId));
    await interaction.editReply(plain(alreadyRuns(job, await findLive(db.em(), IMPORT_MESSAGE, subject))));
  }
  const about = { kind: IMPORT_MESSAGE, subject };
  const place = await waitForLive(db, listener, about, { timeoutMs: LINK_WITHIN_MS, signal });
  const answer = isNew
    ? `${started(job)}${whereabouts(place, interaction.channelId)}`
    : alreadyRuns(job, place);
  await interaction.editReply(plain(`${answer}${follows ? FOLLOWED : ''}`));
}

function started(job: ImportJob): string {
  const name = nameOf(job);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} has started.`;
}

function alreadyRuns(job: ImportJob, place: LivePlace | undefined): string {
  const link = linkTo(place);
  const hint = job.state === 'PAUSED' ? ' `/import resume` goes on with it.' : '';
  return `This is being imported already: ${nameOf(job)} is ${stateWord(job.state)}.${hint}${link ? ` Its progress: ${link}` : ''}`;
}

function whereabouts(place: LivePlace | undefined, askedInChannelId: string): string {
  if (place?.error)
    return ` ${place.error} The import goes on all the same: \`/import show\` tells how far it is.`;
  const link = linkTo(place);
  if (!link)
    return ' Its status message comes as soon as Discord takes it; `/import show` tells how far it is.';
  const where = place?.channelId === askedInChannelId ? 'here' : `in <#${place?.channelId}>`;
  return ` Watch it ${where}: ${link}`;
}
