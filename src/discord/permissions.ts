import {
  type Channel,
  type GuildBasedChannel,
  PermissionFlagsBits,
  type PermissionsBitField,
} from 'discord.js';

/** What Herald needs where it posts a live message. It looks for its message before it posts one again, hence the last. */
const NEEDED = [
  { bit: PermissionFlagsBits.ViewChannel, name: 'View Channel' },
  { bit: PermissionFlagsBits.SendMessages, name: 'Send Messages' },
  { bit: PermissionFlagsBits.EmbedLinks, name: 'Embed Links' },
  { bit: PermissionFlagsBits.ReadMessageHistory, name: 'Read Message History' },
] as const;
const IN_THREAD = { bit: PermissionFlagsBits.SendMessagesInThreads, name: 'Send Messages in Threads' };

/**
 * Names, as people see them in Discord, of the permissions that are missing for posting in a channel.
 *
 * @param permissions what the bot may do in the channel
 */
export function missingToPost(permissions: Readonly<PermissionsBitField>, isThread: boolean): string[] {
  const needed = NEEDED.map((each) =>
    isThread && each.bit === PermissionFlagsBits.SendMessages ? IN_THREAD : each,
  );
  return needed.filter(({ bit }) => !permissions.has(bit)).map(({ name }) => name);
}

/** The same for a channel that the client knows. All that is needed is missing where the bot is no member. */
export function missingInChannel(channel: GuildBasedChannel): string[] {
  const me = channel.guild.members.me;
  const permissions = me && channel.permissionsFor(me);
  if (!permissions) return NEEDED.map(({ name }) => name);
  return missingToPost(permissions, channel.isThread());
}

/** Says in Discord's own words what is missing and where it is granted. Markdown. */
export function explainMissing(channelId: string, missing: readonly string[]): string {
  const names = missing.map((name) => `**${name}**`).join(', ');
  return `Herald may not post in <#${channelId}>: it lacks ${names} there. Grant this to the Herald role in the channel's settings → Permissions, or choose another channel with \`/setup channel\`.`;
}

/** Whether messages can be sent to a channel of a guild at all. */
export function isPostable(channel: Channel | null): channel is GuildBasedChannel & Channel {
  return channel !== null && !channel.isDMBased() && channel.isTextBased();
}
