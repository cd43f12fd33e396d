import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, firstRow, rows } from '../database/database.ts';
import { UserError } from '../errors.ts';
import { shorten, storable } from '../text.ts';

/** A name has to fit into a choice of autocomplete (Discord docs, Application Commands). */
const NAME_LENGTH = 100;
const CHOICES = 25;

/** A name as a person typed it, fit to be kept. @throws UserError when it is empty or too long */
export function readName(typed: string): string {
  const name = storable(typed).replace(/\s+/g, ' ').trim();
  if (!name) throw new UserError('A tournament needs a name.');
  if (name.length > NAME_LENGTH)
    throw new UserError(`A tournament's name has at most ${NAME_LENGTH} characters.`);
  return name;
}

/** The tournament of a guild with a name, whichever way that is capitalised. */
export async function tournamentNamed(
  em: EntityManager,
  guildId: string,
  name: string,
): Promise<number | undefined> {
  const row = await firstRow(
    em,
    sql<{ id: number }>`select id from tournament
      where guild_id = ${guildId} and lower(name) = lower(${storable(name)}) and deleted_at is null`,
  );
  return row?.id;
}

/**
 * A name for a new tournament: that of the schedule it follows; where it is taken, with the slug.
 *
 * @throws UserError when both are taken
 */
export async function freeName(
  em: EntityManager,
  guildId: string,
  { name, slug }: { name: string; slug: string },
): Promise<string> {
  const end = ` (${slug})`;
  const names = [shorten(name, NAME_LENGTH), `${shorten(name, NAME_LENGTH - end.length)}${end}`];
  for (const each of names) if (!(await tournamentNamed(em, guildId, each))) return each;
  throw new UserError(
    `There are tournaments called "${names.join('" and "')}" here already. Choose one of them as tournament, or make another with /tournament create first.`,
  );
}

/**
 * Tournaments of a guild to choose from while somebody types, by name.
 *
 * @param options `linked`: only those that follow something
 * @returns at most 25, each with its id as value
 */
export async function suggestTournaments(
  db: Database,
  guildId: string,
  typed: string,
  options: { linked?: boolean } = {},
): Promise<{ name: string; value: string }[]> {
  return await rows(
    db.em(),
    sql<{ name: string; value: string }>`select name, id::text as value from tournament t
      where guild_id = ${guildId} and deleted_at is null and position(lower(${storable(typed).trim()}) in lower(name)) > 0
        and (not ${options.linked ?? false} or exists (select 1 from tournament_link l where l.tournament_id = t.id))
      order by lower(name) limit ${CHOICES}`,
  );
}
