import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';

/** The tournament that was read by this slug the last time: its organisers may give it another one. */
export async function knownTournament(em: EntityManager, slug: string): Promise<number | undefined> {
  const row = await firstRow(
    em,
    sql<{
      id: number;
    }>`select id from startgg_tournament where slug = ${`tournament/${slug}`} order by id desc limit 1`,
  );
  return row?.id;
}

/**
 * Lets those who follow a tournament follow it by the slug that it has now. To be called where the tournament is written,
 * which does not know its old slug from then on.
 *
 * @param shown the slug as start.gg gives it, "tournament/…"
 * @returns the slug by which it is followed
 */
export async function followRename(em: EntityManager, slug: string, shown: string | null): Promise<string> {
  const now = shown?.startsWith('tournament/') ? shown.slice('tournament/'.length) : slug;
  if (now !== slug)
    await rows(
      em,
      sql`update tournament_link set slug = ${now} where source = 'startgg' and slug = ${slug} and disabled_at is null`,
    );
  return now;
}
