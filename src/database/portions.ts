import type { RawBuilder } from 'kysely';
import { type Database, rows } from './database.ts';

/**
 * Removes many rows, a portion in each transaction, so that none is long.
 *
 * @param removal a statement that removes at most `size` rows and returns something for each
 */
export async function removeInPortions(
  db: Database,
  size: number,
  removal: RawBuilder<unknown>,
): Promise<void> {
  for (let gone = size; gone === size; ) gone = (await rows(db.em(), removal)).length;
}
