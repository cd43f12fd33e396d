import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow } from '../database/database.ts';

/** What a tournament is called; empty when it is gone. */
export async function tournamentName(em: EntityManager, tournamentId: number): Promise<string> {
  const row = await firstRow(
    em,
    sql<{ name: string }>`select name from tournament where id = ${tournamentId}`,
  );
  return row?.name ?? '';
}
