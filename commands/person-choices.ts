import type { Database } from '../src/database/database.ts';
import { FormattedError } from '../src/discord/command.ts';
import { UserError } from '../src/errors.ts';
import { mergedLike, personCalled, placeholdersLike } from '../src/matches/people/person-lists.ts';
import { escapeText, shorten, storable } from '../src/text.ts';

const CHOICES = 25;
/** What an id of Herald's own can be: a positive number of PostgreSQL's integer type. */
const MAX_ID = 2 ** 31 - 1;

/** People without an account whose name, handle or tag holds what was typed. */
export async function suggestPlaceholders(db: Database, guildId: string, typed: string) {
  const found = await placeholdersLike(db.em(), guildId, storable(typed).trim(), CHOICES);
  return found.map(({ id, name, handle }) => ({ name: choiceName(name, ` · ${handle}`), value: String(id) }));
}

/** People whom a placeholder was merged into. */
export async function suggestMerged(db: Database, guildId: string, typed: string) {
  const found = await mergedLike(db.em(), guildId, storable(typed).trim(), CHOICES);
  return found.map(({ id, name, was, wasHandle }) => ({
    name: choiceName(name, ` · was ${shorten(was, 40)} ${wasHandle}`),
    value: String(id),
  }));
}

/** In 100 characters: the name gives way, not what tells two of the same name apart. */
function choiceName(name: string, end: string): string {
  return shorten(name, 100 - end.length) + end;
}

/**
 * The id of whom a person means with what stands in a `placeholder` option: chosen, or typed (a name or a handle).
 *
 * @throws FormattedError when that is nobody, or several
 */
export async function readPlaceholder(db: Database, guildId: string, text: string): Promise<number> {
  const chosen = readId(text);
  if (chosen !== undefined) return chosen;
  return only(text, await placeholdersLike(db.em(), guildId, storable(text).trim(), CHOICES));
}

/** The same for a `person` option: somebody whom a placeholder was merged into; a mention does, too. */
export async function readMerged(db: Database, guildId: string, text: string): Promise<number> {
  const chosen = readId(text);
  if (chosen !== undefined) return chosen;
  const typed = /^<@!?(\d+)>$/.exec(text.trim())?.[1] ?? storable(text).trim();
  const found = await mergedLike(db.em(), guildId, typed, CHOICES);
  const present = found.length === 0 ? await personCalled(db.em(), guildId, typed) : undefined;
  if (present)
    throw new UserError(`No placeholder is merged into ${present.name}, so there is nothing to take back.`);
  return only(
    text,
    found.map(({ id, name, wasHandle }) => ({ id, name, handle: wasHandle })),
  );
}

function readId(text: string): number | undefined {
  const id = /^\s*(\d{1,10})\s*$/.exec(text)?.[1];
  return id && Number(id) > 0 && Number(id) <= MAX_ID ? Number(id) : undefined;
}

/** The one who is called exactly that, else the only one in whose name it stands. */
function only(text: string, found: readonly { id: number; name: string; handle: string }[]): number {
  const typed = text.trim().toLowerCase();
  const exact = found.filter(
    ({ name, handle }) => name.toLowerCase() === typed || handle.toLowerCase() === typed,
  );
  const [one, ...others] = exact.length > 0 ? exact : found;
  const said = escapeText(shorten(text, 100));
  if (!one)
    throw new FormattedError(
      `Nobody here is “${said}”. Choose from the list that opens while you type in the option.`,
    );
  if (others.length === 0) return one.id;
  const names = [one, ...others]
    .slice(0, 5)
    .map(({ name, handle }) => escapeText(`${shorten(name, 50)} (${handle})`));
  throw new FormattedError(
    `“${said}” fits several people: ${names.join(', ')}. Choose from the list that opens while you type in the option.`,
  );
}
