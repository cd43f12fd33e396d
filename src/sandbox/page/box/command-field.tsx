import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { CommandOption } from '../../discord/command-form.ts';
import type { View } from '../../playground/protocol.ts';
import { OPTION } from './commands.ts';

const PAUSE_MS = 150;

export type Offer = { name: string; value: string | number };

type Props = {
  option: CommandOption;
  view: View;
  text: string;
  onText: (text: string) => void;
  offer: (text: string) => Promise<Offer[]>;
};

/** A field for an option, the one that the platform has for its kind. */
export function CommandField(props: Props) {
  const { option, view } = props;
  const id = useId();
  const choices = choicesOf(option, view);
  const shared = { id, required: option.required ?? false, 'aria-describedby': `${id}-about` };
  return (
    <div class="field">
      <label for={id}>{option.name}</label>
      {choices ? (
        <Choice {...props} shared={shared} choices={choices} />
      ) : option.autocomplete ? (
        <Completed {...props} shared={shared} />
      ) : (
        <Plain {...props} shared={shared} />
      )}
      <small id={`${id}-about`} class="quiet">
        {option.required ? 'Required. ' : 'Optional. '}
        {option.description}
      </small>
    </div>
  );
}

type Shared = { id: string; required: boolean; 'aria-describedby': string };
type Choosable = { name: string; value: string | number };

function Choice({ text, onText, shared, choices }: Props & { shared: Shared; choices: Choosable[] }) {
  return (
    <select {...shared} value={text} onChange={(event) => onText(event.currentTarget.value)}>
      <option value="" />
      {choices.map(({ name, value }) => (
        <option key={value} value={String(value)}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Plain({ option, text, onText, shared }: Props & { shared: Shared }) {
  const { type, min_value: min, max_value: max, min_length: minLength, max_length: maxLength } = option;
  const onInput = (event: { currentTarget: HTMLInputElement }) => onText(event.currentTarget.value);
  const input = { ...shared, autoComplete: 'off' as const, value: text, onInput };
  if (type === OPTION.integer) return <input {...input} type="number" min={min} max={max} step={1} />;
  if (type === OPTION.number) return <input {...input} type="number" min={min} max={max} step="any" />;
  return <input {...input} type="text" minLength={minLength} maxLength={maxLength} />;
}

/** A field whose choices the bot offers while one types. */
function Completed({ text, onText, offer, shared }: Props & { shared: Shared }) {
  const [offers, setOffers] = useState<Offer[]>([]);
  const latest = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  /** Shows what is offered, unless something was typed since. A bot that does not answer offers nothing. */
  async function ask(value: string) {
    const mine = ++latest.current;
    const found = await offer(value).catch(() => []);
    if (mine === latest.current) setOffers(found);
  }

  function askSoon(value: string) {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask(value), PAUSE_MS);
  }

  return (
    <>
      <input
        {...shared}
        type="text"
        autoComplete="off"
        list={`${shared.id}-offers`}
        value={text}
        onFocus={() => ask(text)}
        onInput={(event) => {
          onText(event.currentTarget.value);
          askSoon(event.currentTarget.value);
        }}
      />
      <datalist id={`${shared.id}-offers`}>
        {offers.map(({ name, value }) => (
          <option key={value} value={name} />
        ))}
      </datalist>
    </>
  );
}

/** What can be chosen for an option; undefined where anything can be typed. */
function choicesOf({ type, choices }: CommandOption, view: View): Choosable[] | undefined {
  const { place, guilds, names, people } = view;
  const guild = place.kind === 'direct' ? undefined : guilds.find(({ id }) => id === place.guildId);
  if (choices) return choices;
  if (type === OPTION.boolean)
    return [
      { name: 'True', value: 'true' },
      { name: 'False', value: 'false' },
    ];
  if (type === OPTION.user)
    return (guild?.members ?? people.map(({ userId: id, name }) => ({ id, name }))).map(({ id, name }) => ({
      name,
      value: id,
    }));
  if (type === OPTION.channel)
    return (guild?.channels ?? []).map(({ id, name }) => ({ name: `#${name}`, value: id }));
  if (type === OPTION.role)
    return Object.entries(names.roles).map(([value, name]) => ({ name: `@${name}`, value }));
  return undefined;
}
