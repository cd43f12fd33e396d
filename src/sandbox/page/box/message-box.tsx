import { useRef, useState } from 'preact/hooks';
import type { CommandView, View } from '../../playground/protocol.ts';
import { useSandbox } from '../sandbox.ts';
import { CommandForm } from './command-form.tsx';
import { matching, namedBy } from './commands.ts';
import { Suggestions } from './suggestions.tsx';

/** Where people write: a message, or a command after a slash. */
export function MessageBox({ view, name }: { view: View; name: string }) {
  const [text, setText] = useState('');
  const [command, setCommand] = useState<CommandView>();
  const box = useRef<HTMLTextAreaElement>(null);

  function choose(chosen: CommandView) {
    setCommand(chosen);
    setText('');
  }

  function leave() {
    setCommand(undefined);
    // The box is drawn again before it can be stepped into.
    requestAnimationFrame(() => box.current?.focus());
  }

  if (command) return <CommandForm view={view} command={command} onLeave={leave} />;
  return <TextBox view={view} name={name} text={text} box={box} onText={setText} onCommand={choose} />;
}

type TextBoxProps = {
  view: View;
  name: string;
  text: string;
  box: { current: HTMLTextAreaElement | null };
  onText: (text: string) => void;
  onCommand: (command: CommandView) => void;
};

function TextBox({ view, name, text, box, onText, onCommand }: TextBoxProps) {
  const sandbox = useSandbox();
  const [isLeft, setLeft] = useState(false);
  const found = isLeft ? [] : matching(view.commands, text);

  function type(next: string) {
    sandbox.hush();
    setLeft(false);
    const named = namedBy(view.commands, next);
    if (named) onCommand(named);
    else onText(next);
  }

  async function send() {
    const content = text.trim();
    if (!content) return;
    const channelId = channelOf(view);
    if (!channelId)
      return sandbox.refuse('Herald has not written to you yet: here you can only use commands.');
    const done = await sandbox.act({ do: 'say', person: view.me, channelId, content });
    if (done) onText('');
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.isComposing) return;
    const [first] = found;
    const isSend = event.key === 'Enter' && !event.shiftKey;
    if (event.key === 'Escape') setLeft(true);
    else if (first && (isSend || (event.key === 'Tab' && !event.shiftKey))) onCommand(first);
    else if (first && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) stepInto(event.key);
    else if (isSend) void send();
    else return;
    event.preventDefault();
  }

  /** The first command is marked already: down goes to the second, up to the last. */
  function stepInto(key: 'ArrowUp' | 'ArrowDown') {
    const buttons = document.querySelectorAll<HTMLButtonElement>('.suggestions button');
    buttons[key === 'ArrowUp' ? buttons.length - 1 : Math.min(1, buttons.length - 1)]?.focus();
  }

  return (
    <form
      class="box"
      onSubmit={(event) => {
        event.preventDefault();
        return send();
      }}
    >
      {found.length > 0 && (
        <Suggestions commands={found} onChoose={onCommand} onLeave={() => box.current?.focus()} />
      )}
      <textarea
        ref={box}
        rows={1}
        aria-label={`Message ${name}`}
        placeholder={`Message ${name}, or type /`}
        value={text}
        maxLength={2000}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" class="button primary">
        Send
      </button>
    </form>
  );
}

/** The channel at hand. That of direct messages is known by what is written there. */
function channelOf({ place, messages }: View): string | undefined {
  return place.kind === 'channel' ? place.channelId : messages.at(-1)?.channelId;
}
