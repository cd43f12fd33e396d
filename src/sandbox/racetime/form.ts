import { type Category, type Flag, flagDefaults, type RoomSettings } from './shapes.ts';

/** What is wrong, by field; `__all__` for what concerns several. The words are ours, the form racetime.gg's. */
export type FormErrors = Record<string, string[]>;

type Form = Record<string, string>;

/**
 * Reads the form that opens or edits a room. A field that is left out takes its default and not, when a room is
 * edited, what it was before.
 */
export function readForm(
  category: Category,
  form: Form,
): { settings: RoomSettings; errors?: never } | { settings?: never; errors: FormErrors } {
  const errors: FormErrors = {};
  const settings: RoomSettings = {
    goal: readGoal(category, form, errors),
    texts: { info_user: form.info_user || null, info_bot: form.info_bot || null },
    flags: readFlags(category, form),
    startDelay: readNumber(form, 'start_delay', { min: 10, max: 60, fallback: 15 }, errors),
    timeLimit: readNumber(form, 'time_limit', { min: 1, max: 72, fallback: 24 }, errors),
    chatMessageDelay: readNumber(form, 'chat_message_delay', { min: 0, max: 90, fallback: 0 }, errors),
  };
  const { team_race, hide_entrants, partitionable } = settings.flags;
  if (team_race && (hide_entrants || partitionable))
    note(errors, '__all__', 'A team race can neither hide entrants nor be partitioned.');
  return Object.keys(errors).length > 0 ? { errors } : { settings };
}

/** One of the category's goals or a custom one. */
function readGoal(category: Category, form: Form, errors: FormErrors): RoomSettings['goal'] {
  const { goal: name, custom_goal: custom } = form;
  if (!name && !custom) note(errors, '__all__', 'A goal is required.');
  if (name && custom) note(errors, '__all__', 'Only one goal is allowed.');
  if (name && !category.goals.includes(name)) note(errors, 'goal', 'This category has no such goal.');
  if (custom && custom.length > 255) note(errors, 'custom_goal', 'At most 255 characters are allowed.');
  return { name: name || custom || '', custom: !name };
}

function readFlags(category: Category, form: Form): Record<Flag, boolean> {
  const defaults = { ...flagDefaults, streaming_required: category.streamingRequired };
  const read = ([name, fallback]: [string, boolean]) => [name, form[name] ? isYes(form[name]) : fallback];
  return Object.fromEntries(Object.entries(defaults).map(read));
}

/** Django takes all for true but these. */
function isYes(text: string): boolean {
  return !['false', '0'].includes(text.toLowerCase());
}

function readNumber(
  form: Form,
  name: string,
  { min, max, fallback }: { min: number; max: number; fallback: number },
  errors: FormErrors,
): number {
  const text = form[name]?.trim();
  if (!text) return fallback;
  const value = Number(text);
  if (!/^-?\d+$/.test(text)) note(errors, name, 'A whole number is required.');
  else if (value < min || value > max) note(errors, name, `A number from ${min} to ${max} is required.`);
  return value;
}

function note(errors: FormErrors, field: string, text: string): void {
  errors[field] = [...(errors[field] ?? []), text];
}
