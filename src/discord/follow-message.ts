import type { RESTPostAPIChannelMessageJSONBody } from 'discord-api-types/v10';
import type { Database } from '../database/database.ts';
import { type FollowedGame, followedGame } from '../startgg/follow/follows.ts';
import { count, escapeText, stamp } from '../text.ts';
import { EMBED, packLines, shortenEscaped } from './embed-limits.ts';
import type { Renderer } from './live-messages.ts';

const COLOUR = { inSync: 0x57f287, running: 0x5865f2, error: 0xed4245, over: 0x95a5a6 };
const PHASES = ['tournaments', 'events', 'entrants', 'sets'];
const REASON = 300;

/** Draws the live message of a followed game: when it was last in step with start.gg, and what came last. */
export function followRenderer(db: Database): Renderer {
  return async ({ subject }) => {
    const game = await followedGame(db.em(), subject);
    return game ? drawFollowed(game) : null;
  };
}

/** The message as Discord takes it. */
export function drawFollowed(game: FollowedGame): RESTPostAPIChannelMessageJSONBody {
  const { latest, isRunning } = game;
  const [colour, state] =
    game.since === null
      ? [COLOUR.over, '⏹️ **Not followed any more.** What was brought in stays.']
      : game.error
        ? [
            COLOUR.error,
            `⚠️ **start.gg could not be read:** ${shortenEscaped(escapeText(game.error), REASON)}`,
          ]
        : game.syncedAt === null
          ? [COLOUR.running, '⏳ **The first sync comes after the import.**']
          : [
              isRunning ? COLOUR.running : COLOUR.inSync,
              isRunning ? '🔄 **Bringing in what changed**' : '✅ **In step**',
            ];
  const lines = [
    state,
    ...(game.syncedAt ? [`**Last sync** ${stamp(new Date(game.syncedAt), 'R')}`] : []),
    ...(latest ? [`**Last change** ${stamp(new Date(latest.at), 'R')}: ${broughtBy(latest)}`] : []),
  ];
  return {
    embeds: [
      {
        title: shortenEscaped(escapeText(`${game.name} · followed`), EMBED.title),
        description: packLines(lines, EMBED.description),
        color: colour,
        ...(game.since
          ? { footer: { text: `Tournaments from ${game.since} on · /import unfollow ends it` } }
          : {}),
      },
    ],
    components: [],
    allowed_mentions: { parse: [] },
  };
}

function broughtBy({ counters, errors }: NonNullable<FollowedGame['latest']>): string {
  const parts = PHASES.flatMap((phase) => {
    const counts = (['new', 'changed', 'gone'] as const).flatMap((what) => {
      const number = counters[phase]?.[what] ?? 0;
      return number > 0 ? [`${count(number)} ${what}`] : [];
    });
    return counts.length > 0 ? [`${phase} ${counts.join(', ')}`] : [];
  });
  if (errors > 0)
    parts.push(`${count(errors)} ${errors === 1 ? 'part' : 'parts'} could not be read and will be again`);
  return parts.length > 0 ? parts.join(' · ') : 'nothing that is shown';
}
