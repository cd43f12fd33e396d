import { sql } from 'kysely';
import { type Database, rows } from '../database/database.ts';
import type { Skipped } from './links.ts';
import { isToCome } from './schedule.ts';
import type { Source } from './source.ts';

/** How a link of a tournament stands. Times are ISO-like text. */
export type LinkStatus = {
  id: number;
  tournamentId: number;
  tournament: string;
  source: Source;
  slug: string;
  /** What the source calls it. */
  name: string;
  lastSyncedAt: string | null;
  lastError: string | null;
  failingSince: string | null;
  isDisabled: boolean;
  skipped: Skipped[];
};

/** A tournament of a guild at a glance. */
export type TournamentSummary = { id: number; name: string; upcoming: number };

/** The tournaments of a guild by name, with the number of matches to come that everybody is shown. */
export async function listTournaments(db: Database, guildId: string): Promise<TournamentSummary[]> {
  return await rows(
    db.em(),
    sql<TournamentSummary>`select id, name, (
        select count(*)::int from match m where m.tournament_id = t.id and ${isToCome(false)}) as upcoming
      from tournament t where guild_id = ${guildId} and deleted_at is null order by lower(name)`,
  );
}

/** What the tournaments of a guild follow, by the tournaments' names. @param tournamentId of this one alone */
export async function linkStatuses(
  db: Database,
  guildId: string,
  tournamentId?: number,
): Promise<LinkStatus[]> {
  return await rows(
    db.em(),
    sql<LinkStatus>`select l.id, tournament_id as "tournamentId", t.name as tournament, source, slug, l.name,
        last_synced_at as "lastSyncedAt", last_error as "lastError",
        failing_since as "failingSince", disabled_at is not null as "isDisabled", skipped
      from tournament t join tournament_link l on l.tournament_id = t.id
      where guild_id = ${guildId} and deleted_at is null and (${tournamentId ?? null}::int is null or t.id = ${tournamentId ?? null})
      order by lower(t.name), source`,
  );
}
