import { useId, useState } from 'preact/hooks';
import type { Component } from '../../discord/component-form.ts';
import type { GuildView, MessageView, PersonKey, View } from '../../playground/protocol.ts';
import { useSandbox } from '../sandbox.ts';
import { isOfTheWeb } from './links.tsx';

const BUTTON = 2;
const STYLES = ['', 'primary', 'secondary', 'success', 'danger', 'link'];
const LINK = 5;

type Around = {
  me: PersonKey;
  message: MessageView;
  guild: GuildView | undefined;
  names: View['names'];
};

/** A row of buttons, or of one menu, under a message. */
export function ActionRow({ row, around }: { row: Component; around: Around }) {
  return (
    <discord-action-row slot="components">
      {row.components?.map((each) =>
        each.type !== BUTTON ? (
          <Menu key={each.id} menu={each} around={around} />
        ) : each.style === LINK ? (
          <LinkButton key={each.id} button={each} />
        ) : (
          <Button key={each.id} button={each} around={around} />
        ),
      )}
    </discord-action-row>
  );
}

function Button({ button, around }: { button: Component; around: Around }) {
  const sandbox = useSandbox();
  const [isBusy, setBusy] = useState(false);
  const { me, message } = around;
  async function click() {
    if (isBusy) return;
    setBusy(true);
    await sandbox.act({
      do: 'click',
      person: me,
      messageId: message.id,
      customId: button.custom_id ?? '',
    });
    setBusy(false);
  }
  return (
    <button
      type="button"
      class={`button ${STYLES[button.style ?? 2]}`}
      disabled={button.disabled ?? false}
      aria-busy={isBusy}
      onClick={click}
    >
      {labelOf(button)}
    </button>
  );
}

function LinkButton({ button }: { button: Component }) {
  const { url = '', disabled } = button;
  if (disabled || !isOfTheWeb(url))
    return (
      <button type="button" class="button link" disabled>
        {labelOf(button)}
      </button>
    );
  return (
    <a class="button link" href={url} rel="noreferrer" target="_blank">
      {labelOf(button)} <span aria-hidden="true">↗</span>
    </a>
  );
}

function labelOf({ label, emoji }: Component): string {
  const name = typeof emoji?.name === 'string' ? emoji.name : '';
  const sign = emoji?.id ? `:${name}:` : name;
  return [sign, label].filter(Boolean).join(' ');
}

function Menu({ menu, around }: { menu: Component; around: Around }) {
  const sandbox = useSandbox();
  const id = useId();
  const isMultiple = (menu.max_values ?? 1) > 1;
  const { me, message } = around;
  async function choose(select: HTMLSelectElement) {
    const values = [...select.selectedOptions].map(({ value }) => value).filter(Boolean);
    const customId = menu.custom_id ?? '';
    await sandbox.act({ do: 'select', person: me, messageId: message.id, customId, values });
  }
  return (
    <div class="menu">
      <select
        id={id}
        aria-label={menu.placeholder ?? 'Make a selection'}
        disabled={menu.disabled ?? false}
        multiple={isMultiple}
        onKeyDown={(event) => !isMultiple && openByKey(event)}
        onChange={(event) => !isMultiple && choose(event.currentTarget)}
      >
        {!isMultiple && <option value="">{menu.placeholder ?? 'Make a selection'}</option>}
        {optionsOf(menu, around).map(({ value, label, isDefault }) => (
          <option key={value} value={value} selected={isDefault}>
            {label}
          </option>
        ))}
      </select>
      {isMultiple && (
        <button
          type="button"
          class="button secondary"
          onClick={() => {
            const select = document.getElementById(id);
            if (select instanceof HTMLSelectElement) return choose(select);
          }}
        >
          Choose
        </button>
      )}
    </div>
  );
}

/** A closed menu takes an arrow key for a choice already: it opens first, so that keys can look before they choose. */
function openByKey(event: KeyboardEvent & { currentTarget: HTMLSelectElement }): void {
  if (event.key.length > 1 && !event.key.startsWith('Arrow')) return;
  event.preventDefault();
  event.currentTarget.showPicker();
}

type Option = { value: string; label: string; isDefault?: boolean };

/** What a menu offers: its own texts, or (types 5 to 8) people, roles, both, channels. */
function optionsOf({ type, options = [] }: Component, { guild, names }: Around): Option[] {
  const people = (guild?.members ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const roles = Object.entries(names.roles).map(([value, label]) => ({ value, label: `@${label}` }));
  if (type === 5) return people;
  if (type === 6) return roles;
  if (type === 7) return [...people, ...roles];
  if (type === 8) return (guild?.channels ?? []).map(({ id, name }) => ({ value: id, label: `#${name}` }));
  return options.map((option) => ({
    value: option.value,
    label: [option.label, option.description].filter(Boolean).join(' — '),
    isDefault: option.default === true,
  }));
}
