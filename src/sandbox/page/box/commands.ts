import type { CommandOption } from '../../discord/command-form.ts';
import type { CommandView } from '../../playground/protocol.ts';

/** The types of options, by Discord's numbers (Discord docs, Application Command Option Type). */
export const OPTION = { integer: 4, boolean: 5, user: 6, channel: 7, role: 8, number: 10 } as const;

/** "/import startgg" */
export function nameOf({ name, group, subcommand }: CommandView): string {
  return `/${[name, group, subcommand].filter(Boolean).join(' ')}`;
}

/** The commands that a text may become, those that begin with it first. */
export function matching(commands: CommandView[], text: string): CommandView[] {
  const typed = text.trimEnd().toLowerCase();
  if (!typed.startsWith('/')) return [];
  const starting = commands.filter((each) => nameOf(each).startsWith(typed));
  const holding = commands.filter(
    (each) => !starting.includes(each) && nameOf(each).includes(typed.slice(1)),
  );
  return [...starting, ...holding];
}

/** The command that a text names in full, with the blank behind it with which people go on to its options. */
export function namedBy(commands: CommandView[], text: string): CommandView | undefined {
  return text.endsWith(' ') ? commands.find((each) => nameOf(each) === text.trimEnd()) : undefined;
}

/** What autocomplete offered so far, by option and by the name that people see. */
export type Offers = Map<string, Map<string, string | number>>;

/** Typed texts as the values that the options take. What is empty is left out. */
export function valuesOf(
  options: CommandOption[],
  texts: Record<string, string>,
  offers: Offers,
): Record<string, string | number | boolean> {
  const values: Record<string, string | number | boolean> = {};
  for (const option of options) {
    const text = texts[option.name] ?? '';
    if (text !== '') values[option.name] = readText(option, text, offers);
  }
  return values;
}

function readText(option: CommandOption, text: string, offers: Offers): string | number | boolean {
  const offered = offers.get(option.name)?.get(text);
  if (offered !== undefined) return offered;
  if (option.type === OPTION.boolean) return text === 'true';
  const isNumber = option.type === OPTION.integer || option.type === OPTION.number;
  return isNumber && Number.isFinite(Number(text)) ? Number(text) : text;
}
