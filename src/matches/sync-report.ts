import { sql } from 'kysely';
import { type Database, firstRow, rows } from '../database/database.ts';
import type { Change } from './change.ts';

/** A match that a sync brought or changed. */
export type SyncedMatch = { id: number; title: string; isNew: boolean; changes: Change[] };

/** This moment by the database's clock, to ask later what became new since. */
export async function databaseNow(db: Database): Promise<string> {
  const row = await firstRow(db.em(), sql<{ now: string }>`select clock_timestamp()::text as now`);
  return row?.now ?? '';
}

/** Whether every link of a tournament was read, or could not be, by a sync that began since a moment. */
export async function isSyncedSince(db: Database, tournamentId: number, since: string): Promise<boolean> {
  const row = await firstRow(
    db.em(),
    sql<{
      done: boolean;
    }>`select bool_and(coalesce(sync_started_at >= ${since}::timestamptz, false)) as done
      from tournament_link where tournament_id = ${tournamentId} and disabled_at is null`,
  );
  return row?.done ?? true;
}

/** The matches of a tournament that are new or were changed since a moment, by their time. */
export async function syncedSince(db: Database, tournamentId: number, since: string): Promise<SyncedMatch[]> {
  return await rows(
    db.em(),
    sql<SyncedMatch>`select m.id, m.title, m.created_at >= ${since}::timestamptz as "isNew", (
        select coalesce(jsonb_agg(change order by c.id), '[]')
        from match_change c, jsonb_array_elements(c.changes) change
        where c.match_id = m.id and c.at >= ${since}::timestamptz) as changes
      from match m where m.tournament_id = ${tournamentId} and m.updated_at >= ${since}::timestamptz
      order by m.starts_at nulls last, m.id`,
  );
}
