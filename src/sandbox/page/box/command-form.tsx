import { useEffect, useRef, useState } from 'preact/hooks';
import type { CommandOption } from '../../discord/command-form.ts';
import type { CommandView, View } from '../../playground/protocol.ts';
import { post } from '../connection.ts';
import { useSandbox } from '../sandbox.ts';
import { CommandField, type Offer } from './command-field.tsx';
import { nameOf, type Offers, OPTION, valuesOf } from './commands.ts';

type Props = { view: View; command: CommandView; onLeave: () => void };

/** A command with a field for each of its options. */
export function CommandForm({ view, command, onLeave }: Props) {
  const sandbox = useSandbox();
  const form = useRef<HTMLFormElement>(null);
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [isBusy, setBusy] = useState(false);
  const offers = useRef<Offers>(new Map());
  const { name, group, subcommand } = command;
  const options = command.options.filter((option) => isShown(option, view));
  const typed = { name, group, subcommand };
  const whoAndWhere = { person: view.me, place: view.place };

  // A command without options has nothing to step into but its button.
  useEffect(() => form.current?.querySelector<HTMLElement>('input, select, [type=submit]')?.focus(), []);

  async function send(event: Event) {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    const values = valuesOf(options, texts, offers.current);
    const done = await sandbox.act({ do: 'command', ...whoAndWhere, ...typed, options: values });
    setBusy(false);
    if (done) onLeave();
  }

  /** What the bot offers for an option, given what stands in the others. */
  async function offer(option: CommandOption, value: string): Promise<Offer[]> {
    const { [option.name]: _, ...others } = texts;
    const { choices = [] } = await post({
      do: 'autocomplete',
      ...whoAndWhere,
      ...typed,
      focused: option.name,
      value,
      options: valuesOf(options, others, offers.current),
    });
    const offered = offers.current.get(option.name) ?? new Map<string, string | number>();
    for (const choice of choices) offered.set(choice.name, choice.value);
    offers.current.set(option.name, offered);
    return choices;
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') onLeave();
    else if (event.key === 'Enter' && event.target instanceof HTMLSelectElement) {
      event.preventDefault();
      form.current?.requestSubmit();
    }
  }

  return (
    <form
      ref={form}
      class="box command"
      aria-label={nameOf(command)}
      aria-busy={isBusy}
      onSubmit={send}
      onKeyDown={onKeyDown}
      onInput={() => sandbox.hush()}
    >
      <p>
        <strong>{nameOf(command)}</strong> <span class="quiet">{command.description}</span>
      </p>
      <div class="fields">
        {options.map((option) => (
          <CommandField
            key={option.name}
            option={option}
            view={view}
            text={texts[option.name] ?? ''}
            onText={(text) => setTexts((all) => ({ ...all, [option.name]: text }))}
            offer={(value) => offer(option, value)}
          />
        ))}
      </div>
      <div class="row">
        <button type="submit" class="button primary">
          Send {nameOf(command)}
        </button>
        <button type="button" class="button secondary" onClick={onLeave}>
          Leave the command
        </button>
      </div>
    </form>
  );
}

/** An option for which there is nothing to choose is left out, unless the command needs it. */
function isShown({ type, required }: CommandOption, { names }: View): boolean {
  return required === true || type !== OPTION.role || Object.keys(names.roles).length > 0;
}
