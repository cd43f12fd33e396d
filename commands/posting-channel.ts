import type { ChatInputCommandInteraction, Client } from 'discord.js';
import { FormattedError } from '../src/discord/command.ts';
import { explainMissing, isPostable, missingInChannel, missingToPost } from '../src/discord/permissions.ts';
import type { Guilds } from '../src/guilds/guilds.ts';

/**
 * The channel for a public status message: this one, or that of `/setup channel` where Herald may not post here.
 *
 * @throws FormattedError saying what is missing, and where
 */
export async function postingChannel(
  interaction: ChatInputCommandInteraction,
  guilds: Guilds,
): Promise<string> {
  const missingHere = missingToPost(interaction.appPermissions, interaction.channel?.isThread() ?? false);
  if (missingHere.length === 0) return interaction.channelId;
  const here = explainMissing(interaction.channelId, missingHere);
  const other = interaction.guildId ? (await guilds.get(interaction.guildId))?.channelId : undefined;
  if (!other || other === interaction.channelId) throw new FormattedError(here);
  const missingThere = await missingIn(interaction.client, other);
  if (!missingThere)
    throw new FormattedError(`${here}\nThe channel of \`/setup channel\` is gone or hidden from Herald.`);
  if (missingThere.length > 0) throw new FormattedError(`${here}\n${explainMissing(other, missingThere)}`);
  return other;
}

/** What Herald lacks for posting in a channel; undefined when it cannot see such a channel. */
export async function missingIn(client: Client, channelId: string): Promise<string[] | undefined> {
  const channel = await client.channels.fetch(channelId).catch(() => null);
  return isPostable(channel) ? missingInChannel(channel) : undefined;
}
