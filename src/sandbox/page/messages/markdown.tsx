import { parse } from 'discord-markdown-parser';
import type { ComponentChildren } from 'preact';
import { useContext, useMemo, useState } from 'preact/hooks';
import type { View } from '../../playground/protocol.ts';
import { JumpLink, Link, MaskedLink, MESSAGE_LINK } from './links.tsx';
import { NamesContext } from './names.ts';
import { Timestamp } from './timestamp.tsx';

type Names = View['names'];
type Part = { type: string; [key: string]: unknown };

/** Discord's markdown, drawn. Whatever it holds, it becomes text and never HTML. */
export function Markdown({ text }: { text: string }) {
  const names = useContext(NamesContext);
  const parts = useMemo(() => partsOf(text), [text]);
  return <span class="markdown">{drawAll(parts, names)}</span>;
}

/** A text that the parser cannot take (nested thousands deep, say) is shown as it is. */
function partsOf(text: string): Part[] {
  try {
    return parse(text, 'extended');
  } catch {
    return [{ type: 'text', content: text }];
  }
}

function drawAll(parts: unknown, names: Names): ComponentChildren[] {
  if (!Array.isArray(parts)) return [String(parts ?? '')];
  // The line ends with the block: the line break behind it is not one more.
  const isEndOfBlock = (part: Part, i: number) => part.type === 'br' && parts[i - 1]?.type === 'codeBlock';
  return parts.map((part: Part, i) => (isEndOfBlock(part, i) ? null : draw(part, names)));
}

function draw(part: Part, names: Names): ComponentChildren {
  const inner = () => drawAll(part.content, names);
  const id = String(part.id);
  switch (part.type) {
    case 'br':
    case 'newline':
      return <br />;
    case 'strong':
      return <strong>{inner()}</strong>;
    case 'em':
      return <em>{inner()}</em>;
    case 'underline':
      return <u>{inner()}</u>;
    case 'strikethrough':
      return <s>{inner()}</s>;
    case 'spoiler':
      return <Spoiler>{inner()}</Spoiler>;
    case 'inlineCode':
      return <code>{String(part.content)}</code>;
    case 'codeBlock':
      return (
        <pre>
          <code>{String(part.content)}</code>
        </pre>
      );
    case 'blockQuote':
      return <blockquote>{inner()}</blockquote>;
    case 'heading':
      return <strong class={`heading level-${String(part.level)}`}>{inner()}</strong>;
    case 'subtext':
      return <small>{inner()}</small>;
    case 'url':
    case 'autolink': {
      const target = String(part.target);
      return MESSAGE_LINK.test(target) ? (
        <JumpLink target={target} />
      ) : (
        <Link target={target}>{inner()}</Link>
      );
    }
    case 'link':
      return <MaskedLink target={String(part.target)}>{inner()}</MaskedLink>;
    case 'user':
      return <discord-mention type="user">{names.users[id] ?? 'unknown-user'}</discord-mention>;
    case 'role':
      return <discord-mention type="role">{names.roles[id] ?? 'unknown-role'}</discord-mention>;
    case 'channel':
      return <discord-mention type="channel">{names.channels[id] ?? 'unknown'}</discord-mention>;
    case 'slashCommand':
      return <discord-mention type="slash">{String(part.fullName)}</discord-mention>;
    case 'timestamp':
      return <Timestamp at={Number(part.timestamp) * 1000} style={String(part.format ?? 'f')} />;
    case 'everyone':
      return '@everyone';
    case 'here':
      return '@here';
    case 'emoji':
      // A custom emoji is a picture from outside: its name stands for it.
      return `:${String(part.name)}:`;
    case 'twemoji':
      return String(part.name);
    case 'guildNavigation':
      return `<${id}:${String(part.navigation)}>`;
    default:
      return inner();
  }
}

function Spoiler({ children }: { children: ComponentChildren }) {
  const [isShown, setShown] = useState(false);
  if (isShown) return <span class="spoiler">{children}</span>;
  return (
    <button type="button" class="spoiler" onClick={() => setShown(true)}>
      Spoiler
    </button>
  );
}
