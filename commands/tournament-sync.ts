import { setTimeout as delay } from 'node:timers/promises';
import type { ChatInputCommandInteraction } from 'discord.js';
import type { Database } from '../src/database/database.ts';
import { plain } from '../src/discord/command.ts';
import { EMBED, packLines, shortenEscaped } from '../src/discord/embed-limits.ts';
import { UserError } from '../src/errors.ts';
import { SOURCE_NAMES } from '../src/matches/linking.ts';
import { type LinkStatus, linkStatuses } from '../src/matches/overview.ts';
import { databaseNow, isSyncedSince, type SyncedMatch, syncedSince } from '../src/matches/sync-report.ts';
import { count, escapeText, stamp } from '../src/text.ts';
import { changeWords } from './match-changes.ts';
import { requireOrganiser } from './organiser.ts';
import type { TournamentServices } from './tournament-services.ts';
import { stateWords } from './tournament-show.ts';

/** How long the reply waits for the sync, beyond what the source itself asks for. */
const DONE_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 500;

/** `/tournament sync`: asks for a sync and tells what it changed, or when the source allows it. */
export async function syncTournament(
  { db, guilds, tournaments, sources }: TournamentServices,
  interaction: ChatInputCommandInteraction,
  signal: AbortSignal,
): Promise<void> {
  const guildId = await requireOrganiser(interaction, guilds);
  const { id, name } = await tournaments.find(guildId, interaction.options.getString('tournament', true));
  const links = await linkStatuses(db, guildId, id);
  if (links.length === 0)
    throw new UserError(`"${name}" follows nothing. /tournament link lets it follow a schedule.`);
  // Switched off while Herald was away: who asks for a sync wants to follow it.
  for (const { source, slug, name: called } of links.filter(({ isDisabled }) => isDisabled))
    await tournaments.link({ guildId, actorId: interaction.user.id }, { source, slug, name: called }, { id });
  const waits = await Promise.all(
    links.map(async ({ source, slug }) => (await sources[source]?.readableInMs(slug)) ?? 0),
  );
  const waitMs = Math.max(...waits);
  const since = await databaseNow(db);
  await tournaments.sync(links);
  if (waitMs > DONE_WITHIN_MS) {
    await interaction.editReply(plain(tooEarly(name, links, waitMs)));
    return;
  }
  const isDone = await synced(db, { tournamentId: id, since, withinMs: waitMs + DONE_WITHIN_MS, signal });
  const now = await linkStatuses(db, guildId, id);
  const failed = now.filter(({ lastError }) => lastError !== null);
  if (failed.length > 0)
    await interaction.editReply(
      plain(
        failed
          .map((link) => `${SOURCE_NAMES[link.source]} ${escapeText(link.slug)}: ${stateWords(link)}`)
          .join('\n'),
      ),
    );
  else if (!isDone)
    await interaction.editReply(
      plain(
        `**${escapeText(name)}** is not synced yet, but the sync is on its way; \`/tournament show\` tells when it is done.`,
      ),
    );
  else await interaction.editReply(report(name, await syncedSince(db, id, since)));
}

function tooEarly(name: string, links: readonly LinkStatus[], waitMs: number): string {
  const sources = [...new Set(links.map(({ source }) => SOURCE_NAMES[source]))].join(' and ');
  const at = new Date(Date.now() + waitMs);
  return `**${escapeText(name)}** was read a short time ago. ${sources} may be read again ${stamp(at, 'R')} (${stamp(at, 'T')}); it is synced then by itself.`;
}

async function synced(
  db: Database,
  options: { tournamentId: number; since: string; withinMs: number; signal: AbortSignal },
): Promise<boolean> {
  const deadline = Date.now() + options.withinMs;
  for (;;) {
    if (await isSyncedSince(db, options.tournamentId, options.since)) return true;
    if (Date.now() >= deadline || options.signal.aborted) return false;
    await delay(LOOK_EVERY_MS, undefined, { signal: options.signal }).catch(() => {});
  }
}

function report(name: string, touched: readonly SyncedMatch[]) {
  const blocks = touched
    .filter(({ isNew, changes }) => isNew || changes.length > 0)
    .map(({ id, title, isNew, changes }) => [
      `**${shortenEscaped(escapeText(title), 200)}** · match ${id}${isNew ? ' · new' : ''}`,
      ...changeWords(changes, true),
    ]);
  if (blocks.length === 0) return plain(`**${escapeText(name)}** is up to date: nothing had changed.`);
  const matches = blocks.length === 1 ? '1 match' : `${count(blocks.length)} matches`;
  return {
    embeds: [
      {
        title: `${shortenEscaped(escapeText(name), 150)} is up to date: ${matches} new or changed`,
        color: 0x57f287,
        description: packLines(blocks.flat(), EMBED.description),
      },
    ],
    allowedMentions: { parse: [] },
  };
}
