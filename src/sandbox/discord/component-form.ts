import { type Form, isJson, type Json } from './form.ts';

/** A component as it is stored and sent: an action row, a button, a select. */
export type Component = {
  type: number;
  id: number;
  components?: Component[];
  custom_id?: string;
  style?: number;
  label?: string;
  emoji?: Json;
  url?: string;
  disabled?: boolean;
  options?: SelectOption[];
  placeholder?: string;
  min_values?: number;
  max_values?: number;
};

type SelectOption = Json & { label: string; value: string };
type Path = readonly (string | number)[];
type State = { form: Form; ids: Set<string>; nextId: number };

const ROW = 1;
export const BUTTON = 2;
const STRING_SELECT = 3;
const SELECTS = [STRING_SELECT, 5, 6, 7, 8];
const LINK = 5;

/** Reads action rows of buttons or one select. Limits: Discord docs, Component Reference. */
export function readComponents(form: Form, path: Path, value: unknown): Component[] | undefined {
  const rows = form.list(path, value, { max: 5 });
  const state: State = { form, ids: new Set(), nextId: 1 };
  return rows?.map((row, i) => readRow(state, [...path, i], row));
}

/** Every component below the rows, in reading order. */
export function leaves(rows: readonly Component[]): Component[] {
  return rows.flatMap((row) => row.components ?? []);
}

function readRow(state: State, path: Path, value: unknown): Component {
  const { form } = state;
  const body = form.model(path, value) ?? {};
  const id = state.nextId++;
  form.oneOf([...path, 'type'], body.type, [ROW]);
  const children = form.list([...path, 'components'], body.components, { min: 1, max: 5 });
  if (body.components === undefined) form.required([...path, 'components']);
  const components = (children ?? []).map((each, i) => readLeaf(state, [...path, 'components', i], each));
  if (components.length > 1 && components.some((each) => SELECTS.includes(each.type)))
    form.fail(
      [...path, 'components'],
      'COMPONENT_LAYOUT_WIDTH_EXCEEDED',
      'The specified component exceeds the maximum width',
    );
  return { type: ROW, id, components };
}

function readLeaf(state: State, path: Path, value: unknown): Component {
  const { form } = state;
  const body = form.model(path, value) ?? {};
  const type = form.oneOf([...path, 'type'], body.type, [BUTTON, ...SELECTS]) ?? BUTTON;
  const component: Component = { type, id: state.nextId++ };
  if (body.disabled === true) component.disabled = true;
  if (type === BUTTON) readButton(state, path, body, component);
  else readSelect(state, path, body, component);
  return component;
}

function readButton(state: State, path: Path, body: Json, button: Component): void {
  const { form } = state;
  const label = form.text([...path, 'label'], body.label, { max: 80 });
  button.style = form.oneOf([...path, 'style'], body.style, [1, 2, 3, 4, LINK]) ?? 2;
  if (label) button.label = label;
  if (isJson(body.emoji)) button.emoji = body.emoji;
  if (!body.label && !button.emoji)
    form.fail(path, 'BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED', 'A button must have a label or an emoji');
  if (button.style === LINK) readLink(form, path, body, button);
  else readCustomId(state, path, body, button);
}

function readLink(form: Form, path: Path, body: Json, button: Component): void {
  const url = form.url([...path, 'url'], body.url, ['http', 'https', 'discord']);
  if (url) button.url = url;
  else form.fail(path, 'BUTTON_COMPONENT_URL_REQUIRED', 'A url is required for link buttons');
  if (body.custom_id !== undefined)
    form.fail(
      path,
      'BUTTON_COMPONENT_CUSTOM_ID_URL_EXCLUSIVE',
      'A custom id and url cannot both be specified',
    );
}

function readSelect(state: State, path: Path, body: Json, select: Component): void {
  const { form } = state;
  readCustomId(state, path, body, select);
  const placeholder = form.text([...path, 'placeholder'], body.placeholder, { max: 150 });
  if (placeholder) select.placeholder = placeholder;
  select.min_values = readCount(form, [...path, 'min_values'], body.min_values, 0);
  select.max_values = readCount(form, [...path, 'max_values'], body.max_values, 1);
  if (select.min_values > select.max_values)
    form.fail([...path, 'min_values'], 'NUMBER_TYPE_MAX', 'min_values must not be more than max_values.');
  if (select.type !== STRING_SELECT) return;
  if (body.options === undefined) form.required([...path, 'options']);
  const options = form.list([...path, 'options'], body.options, { min: 1, max: 25 }) ?? [];
  select.options = options.map((each, i) => {
    const option = form.model([...path, 'options', i], each) ?? {};
    const text = (key: string) =>
      form.text([...path, 'options', i, key], option[key], { max: 100, required: true }) ?? '';
    return { ...option, label: text('label'), value: text('value') };
  });
  select.options.forEach(({ value }, i, all) => {
    if (all.findIndex((each) => each.value === value) !== i)
      form.fail(
        [...path, 'options', i, 'value'],
        'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
        'The specified option value is already used',
      );
  });
}

/** How many options may be picked: at most 25. Source: Discord docs, Component Reference, String Select. */
function readCount(form: Form, path: Path, value: unknown, min: number): number {
  const count = form.integer(path, value) ?? 1;
  if (count < min || count > 25)
    form.fail(path, 'NUMBER_TYPE_RANGE', `int value should be between ${min} and 25.`);
  return count;
}

function readCustomId(state: State, path: Path, body: Json, component: Component): void {
  const { form, ids } = state;
  if (body.custom_id === undefined || body.custom_id === null) {
    form.fail(path, 'COMPONENT_CUSTOM_ID_REQUIRED', 'A custom id is required');
    return;
  }
  const customId = form.text([...path, 'custom_id'], body.custom_id, { min: 1, max: 100 });
  if (customId === undefined) return;
  if (ids.has(customId))
    form.fail(
      [...path, 'custom_id'],
      'COMPONENT_CUSTOM_ID_DUPLICATED',
      'Component custom id cannot be duplicated',
    );
  ids.add(customId);
  component.custom_id = customId;
}
