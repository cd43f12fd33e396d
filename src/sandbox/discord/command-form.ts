import type { Form, Json } from './form.ts';

/** An option of a command as it is stored and sent. */
export type CommandOption = {
  type: number;
  name: string;
  description: string;
  required?: boolean;
  autocomplete?: boolean;
  choices?: { name: string; value: string | number }[];
  options?: CommandOption[];
  min_value?: number;
  max_value?: number;
  min_length?: number;
  max_length?: number;
  channel_types?: number[];
};

/** What a command says of itself, normalised the way the platform gives it back. */
export type CommandForm = {
  type: number;
  name: string;
  description: string;
  name_localizations: Json | null;
  description_localizations: Json | null;
  options?: CommandOption[];
  default_member_permissions: string | null;
  nsfw: boolean;
  contexts?: number[] | null;
  integration_types?: number[];
};

type Path = readonly (string | number)[];

const CHAT_INPUT = 1;
export const SUB_COMMAND = 1;
export const SUB_COMMAND_GROUP = 2;
const MAX_CHARACTERS = 8000;

/** Source: Discord docs, Application Commands, Application Command Naming. */
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

/** Reads one command; offences go into the form. */
export function readCommand(form: Form, path: Path, body: Json, scope: 'global' | 'guild'): CommandForm {
  const type = form.oneOf([...path, 'type'], body.type ?? CHAT_INPUT, [1, 2, 3, 4]) ?? CHAT_INPUT;
  const isChat = type === CHAT_INPUT;
  const name = isChat ? readName(form, [...path, 'name'], body.name) : readLabel(form, path, body.name);
  const rules = isChat ? { min: 1, max: 100, required: true } : { max: 0 };
  const description = form.text([...path, 'description'], body.description, rules) ?? '';
  const options = readOptions(form, [...path, 'options'], body.options, 0);
  const command: CommandForm = {
    type,
    name,
    description,
    name_localizations: (body.name_localizations as Json) ?? null,
    description_localizations: (body.description_localizations as Json) ?? null,
    ...(options.length > 0 ? { options } : {}),
    default_member_permissions: readPermissions(form, path, body.default_member_permissions),
    nsfw: body.nsfw === true,
    ...(scope === 'global' ? readReach(form, path, body) : {}),
  };
  if (scope === 'guild') refuseReach(form, path, body);
  if (sizeOf(command) > MAX_CHARACTERS)
    form.fail(path, 'APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${MAX_CHARACTERS})`);
  return command;
}

function readName(form: Form, path: Path, value: unknown): string {
  const name = form.text(path, value, { min: 1, max: 32, required: true });
  if (name !== undefined && (!NAME.test(name) || name !== name.toLowerCase()))
    form.fail(path, 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
  return name ?? '';
}

function readLabel(form: Form, path: Path, value: unknown): string {
  return form.text([...path, 'name'], value, { min: 1, max: 32, required: true, trim: true }) ?? '';
}

function readPermissions(form: Form, path: Path, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (/^\d+$/.test(String(value))) return String(value);
  form.fail(
    [...path, 'default_member_permissions'],
    'NUMBER_TYPE_COERCE',
    `Value "${String(value)}" is not int.`,
  );
  return null;
}

function readReach(form: Form, path: Path, body: Json): Pick<CommandForm, 'contexts' | 'integration_types'> {
  const numbers = (key: string, max: number) => {
    const list = form.list([...path, key], body[key], { min: 1, max: max + 1 });
    const choices = Array.from({ length: max + 1 }, (_, i) => i);
    return list?.map((each, i) => form.oneOf([...path, key, i], each as number, choices) ?? 0);
  };
  return {
    contexts: numbers('contexts', 2) ?? null,
    integration_types: numbers('integration_types', 1) ?? [0],
  };
}

/** Source: Discord docs, Application Commands: contexts and integration_types are for global commands only. */
function refuseReach(form: Form, path: Path, body: Json): void {
  for (const key of ['contexts', 'integration_types'])
    if (body[key] !== undefined && body[key] !== null)
      form.fail(
        [...path, key],
        'APPLICATION_COMMAND_GLOBAL_ONLY',
        `${key} can only be set on global commands`,
      );
}

function readOptions(form: Form, path: Path, value: unknown, depth: number): CommandOption[] {
  const list = form.list(path, value, { max: 25 }) ?? [];
  const options = list.map((each, i) => readOption(form, [...path, i], each, depth));
  const names = new Set<string>();
  let optionalSeen = false;
  options.forEach((option, i) => {
    if (names.has(option.name))
      form.fail(
        [...path, i, 'name'],
        'APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE',
        'Option names must be unique',
      );
    names.add(option.name);
    if (isNested(option)) return;
    if (option.required && optionalSeen)
      form.fail(
        [...path, i],
        'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
        'Required options must be placed before non-required options',
      );
    optionalSeen ||= !option.required;
  });
  if (options.some(isNested) && !options.every(isNested))
    form.fail(
      path,
      'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
      'Sub-command and sub-command group option types are mutually exclusive to all other types',
    );
  return options;
}

function readOption(form: Form, path: Path, value: unknown, depth: number): CommandOption {
  const body = form.model(path, value) ?? {};
  const type = form.oneOf([...path, 'type'], body.type as number, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) ?? 3;
  const option: CommandOption = {
    type,
    name: readName(form, [...path, 'name'], body.name),
    description:
      form.text([...path, 'description'], body.description, { min: 1, max: 100, required: true }) ?? '',
  };
  if (isNested(option)) {
    // A group holds subcommands, a subcommand holds plain options: one level of each.
    const allowed = type === SUB_COMMAND_GROUP ? depth === 0 : depth <= 1;
    if (!allowed) form.fail([...path, 'type'], 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Invalid nesting');
    const options = readOptions(form, [...path, 'options'], body.options, depth + 1);
    if (options.length > 0) option.options = options;
    return option;
  }
  readValueRules(form, path, body, option);
  return option;
}

function readValueRules(form: Form, path: Path, body: Json, option: CommandOption): void {
  if (body.required === true) option.required = true;
  for (const key of ['min_value', 'max_value', 'min_length', 'max_length'] as const)
    if (typeof body[key] === 'number') option[key] = body[key];
  const types = form.list([...path, 'channel_types'], body.channel_types, { max: 20 });
  if (types && types.length > 0) option.channel_types = types as number[];
  const choices = form.list([...path, 'choices'], body.choices, { max: 25 }) ?? [];
  if (choices.length > 0)
    option.choices = choices.map((each, i) => readChoice(form, [...path, 'choices', i], each));
  if (body.autocomplete !== true) return;
  option.autocomplete = true;
  if (choices.length > 0)
    form.fail(
      [...path, 'choices'],
      'APPLICATION_COMMAND_OPTION_CHOICES_AUTOCOMPLETE',
      'Choices and autocomplete are mutually exclusive',
    );
  if (![3, 4, 10].includes(option.type))
    form.fail(
      [...path, 'autocomplete'],
      'APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_INVALID',
      'Autocomplete is for string, integer and number options',
    );
}

/** Reads a choice of an option, or one that autocomplete offers. */
export function readChoice(form: Form, path: Path, value: unknown): { name: string; value: string | number } {
  const body = form.model(path, value) ?? {};
  const name = form.text([...path, 'name'], body.name, { min: 1, max: 100, required: true }) ?? '';
  if (typeof body.value === 'number') return { name, value: body.value };
  return {
    name,
    value: form.text([...path, 'value'], body.value, { min: 1, max: 100, required: true }) ?? '',
  };
}

function isNested(option: CommandOption): boolean {
  return option.type === SUB_COMMAND || option.type === SUB_COMMAND_GROUP;
}

/** Names, descriptions and values of a command and everything in it. */
function sizeOf(part: {
  name: string;
  description?: string;
  options?: CommandOption[];
  choices?: { name: string; value: string | number }[];
}): number {
  const own = part.name.length + (part.description?.length ?? 0);
  const choices = (part.choices ?? []).reduce(
    (sum, each) => sum + each.name.length + String(each.value).length,
    0,
  );
  return (part.options ?? []).reduce((sum, option) => sum + sizeOf(option), own + choices);
}
