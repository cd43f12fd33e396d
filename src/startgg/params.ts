import { z } from 'zod';
import { UserError } from '../errors.ts';

const day = z.iso.date();
/** What start.gg's timestamps, 32 bits of seconds since 1970, can name. */
const [FIRST_DAY, LAST_DAY] = ['1970-01-02', '2037-12-31'];

/** What an import of start.gg is asked to bring in: dates are UTC days, both inclusive, of the tournaments' start. */
export const importParams = z.object({ videogameId: z.number().int(), since: day, until: day.nullable() });
/** Of a followed game, what its job is about. */
export const followParams = z.object({ videogameId: z.number().int() });
export type ImportParams = z.infer<typeof importParams>;

/** The job of one game and period, made from what a person typed. @throws UserError naming what is wrong */
export function importJob(game: { id: number; name: string }, since: string, until: string | null) {
  checkDay('since', since);
  if (until !== null) checkDay('until', until);
  if (until !== null && until < since)
    throw new UserError(`The period ends (${until}) before it begins (${since}).`);
  const params: ImportParams = { videogameId: game.id, since, until };
  return { kind: 'startgg', params, title: `${game.name} · ${since} to ${until ?? 'now and upcoming'}` };
}

function checkDay(name: string, value: string): void {
  if (!day.safeParse(value).success || value < FIRST_DAY || value > LAST_DAY)
    throw new UserError(
      `"${value}" is no date that \`${name}\` can take. Write a day as YYYY-MM-DD, such as 2026-01-31.`,
    );
}

/** The Unix seconds at which the period begins and ends. */
export function period(params: ImportParams): { after: number; before: number } {
  const seconds = (text: string) => Date.parse(text) / 1000;
  // Far enough for anything upcoming, and within what start.gg's timestamps hold.
  const before = params.until ? seconds(`${params.until}T23:59:59Z`) : seconds(`${LAST_DAY}T23:59:59Z`);
  return { after: seconds(`${params.since}T00:00:00Z`), before };
}
