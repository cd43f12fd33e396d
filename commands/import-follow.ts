import type { ChatInputCommandInteraction } from 'discord.js';
import { plain } from '../src/discord/command.ts';
import { UserError } from '../src/errors.ts';
import { suggestFollowed, unfollowGame } from '../src/startgg/follow/follows.ts';
import { escapeText } from '../src/text.ts';
import type { ImportServices } from './import-start.ts';
import { requireOrganiser } from './organiser.ts';

/** `/import unfollow`: ends following a game; what was brought in stays. */
export async function unfollow(
  { db, guilds }: ImportServices,
  interaction: ChatInputCommandInteraction,
): Promise<void> {
  const guildId = await requireOrganiser(interaction, guilds);
  const typed = interaction.options.getString('game', true).trim();
  const followed = await suggestFollowed(db.em(), guildId, typed);
  const [game, ...others] = followed.filter(({ name, value }) => same(name, typed) || value === typed);
  const chosen = game && others.length === 0 ? game : followed.length === 1 ? followed[0] : undefined;
  if (!chosen) throw new UserError(await whichOne(db, guildId, typed));
  const ended = await db.transaction(async (em) => {
    const ended = await unfollowGame(em, guildId, Number(chosen.value));
    if (ended)
      await guilds.audit(em, {
        guildId,
        actorId: interaction.user.id,
        action: 'import.unfollow',
        detail: { game: chosen.name },
      });
    return ended;
  });
  if (!ended) throw new UserError(`${chosen.name} is not followed here any more.`);
  await interaction.editReply(
    plain(`**${escapeText(chosen.name)}** is not followed any more. What was brought in stays.`),
  );
}

async function whichOne(db: ImportServices['db'], guildId: string, typed: string): Promise<string> {
  const all = await suggestFollowed(db.em(), guildId, '');
  if (all.length === 0) return 'No game is followed here. `/import startgg` with `follow` begins.';
  return `"${typed}" is not a followed game. Followed here: ${all.map(({ name }) => name).join(', ')}.`;
}

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
