import { useContext, useMemo } from 'preact/hooks';
import type { GuildView, MessageView, PersonView, View } from '../../playground/protocol.ts';
import { ClockContext, timeOf } from '../clock.ts';
import { useSandbox } from '../sandbox.ts';
import { formatSent } from '../times.ts';
import { avatarOf } from './avatar.ts';
import { ActionRow } from './components.tsx';
import { EmbedCard } from './embed.tsx';
import { Markdown } from './markdown.tsx';

type Props = {
  message: MessageView;
  me: PersonView;
  guild: GuildView | undefined;
  names: View['names'];
};

/** A message as Discord draws it; drawn anew only when it is another. */
export function Message({ message, me, guild, names }: Props) {
  return useMemo(
    () => <Drawn message={message} me={me} guild={guild} names={names} />,
    [message, me, guild, names],
  );
}

function Drawn({ message, me, guild, names }: Props) {
  const { author, command, reply, content, embeds, components } = message;
  const sent = formatSent(message.at, timeOf(useContext(ClockContext)));
  const around = { me: me.key, message, guild, names };
  return (
    <discord-message
      id={message.id}
      role="article"
      aria-label={`${author.name}, ${sent}`}
      class={message.isEphemeral ? 'ephemeral' : ''}
      author={author.name}
      avatar={avatarOf(author.name)}
      bot={author.isBot}
      edited={message.isEdited && !message.isThinking}
      highlight={message.mentionsMe}
      timestamp={sent}
    >
      {command && (
        <discord-command
          slot="reply"
          class="above"
          type="slash_command"
          author={command.userName}
          avatar={avatarOf(command.userName)}
          command={command.name.replace(/^\//, '')}
        />
      )}
      {reply && (
        <discord-reply slot="reply" class="above" author={reply.userName} avatar={avatarOf(reply.userName)}>
          {reply.text}
        </discord-reply>
      )}
      {message.isThinking ? <em class="quiet">{author.name} is thinking…</em> : <Markdown text={content} />}
      {embeds.map((embed, i) => (
        <EmbedCard key={i} embed={embed} />
      ))}
      {components.map((row) => (
        <ActionRow key={row.id} row={row} around={around} />
      ))}
      <Removal message={message} me={me} />
    </discord-message>
  );
}

/** One's own message can be deleted, and what only oneself sees dismissed. */
function Removal({ message, me }: { message: MessageView; me: PersonView }) {
  const sandbox = useSandbox();
  const remove = () => sandbox.act({ do: 'delete', person: me.key, messageId: message.id });
  if (message.isEphemeral)
    return (
      <div slot="reactions" class="quiet under">
        Only you can see this ·{' '}
        <button type="button" class="plain" onClick={remove}>
          Dismiss message
        </button>
      </div>
    );
  if (message.author.id !== me.userId) return null;
  return (
    <div slot="reactions" class="quiet under own">
      <button type="button" class="plain" onClick={remove}>
        Delete message
      </button>
    </div>
  );
}
