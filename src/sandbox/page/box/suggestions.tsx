import type { CommandView } from '../../playground/protocol.ts';
import { nameOf } from './commands.ts';

type Props = {
  commands: CommandView[];
  onChoose: (command: CommandView) => void;
  /** Back to the text. */
  onLeave: () => void;
};

/** The commands that a typed slash may become. */
export function Suggestions({ commands, onChoose, onLeave }: Props) {
  function onKeyDown(event: KeyboardEvent & { currentTarget: HTMLElement }) {
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      buttons[(at + step + buttons.length) % buttons.length]?.focus();
      event.preventDefault();
    } else if (event.key === 'Escape') {
      onLeave();
      event.preventDefault();
      // A letter goes on with the text: it lands where the focus is by then.
    } else if (event.key.length === 1 && event.key !== ' ') onLeave();
  }
  return (
    <ul class="suggestions" aria-label="Commands" onKeyDown={onKeyDown}>
      {commands.map((command) => (
        <li key={nameOf(command)}>
          <button type="button" onClick={() => onChoose(command)}>
            <strong>{nameOf(command)}</strong> <span class="quiet">{command.description}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
