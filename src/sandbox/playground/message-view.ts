import { FLAGS } from '../discord/message-form.ts';
import type { Message } from '../discord/messages.ts';
import type { Discord } from '../discord/start.ts';
import type { MessageView } from './protocol.ts';

/** A message as a person sees it. */
export function messageView(discord: Discord, message: Message, userId: string): MessageView {
  const { world } = discord;
  const nameOf = (id: string) => world.user(id).globalName ?? world.user(id).username;
  const { author, origin } = message;
  const above = origin?.replyTo ? discord.messages.get(origin.replyTo) : undefined;
  return {
    id: message.id,
    channelId: message.channelId,
    author: { id: author.id, name: nameOf(author.id), isBot: author.bot },
    at: message.createdAt,
    isEdited: message.editedAt !== undefined,
    isEphemeral: message.visibleTo !== undefined,
    isThinking: (message.flags & FLAGS.Loading) !== 0,
    mentionsMe: message.pinged.includes(userId),
    ...(origin?.commandName
      ? { command: { name: origin.commandName, userName: nameOf(origin.userId) } }
      : above
        ? { reply: { userName: nameOf(above.author.id), text: headline(above) } }
        : {}),
    content: message.content,
    embeds: message.flags & FLAGS.SuppressEmbeds ? [] : message.embeds,
    components: message.components,
  };
}

function headline({ content, embeds }: Message): string {
  const [embed] = embeds;
  return content || embed?.title || embed?.author?.name || embed?.description || '';
}
