import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, firstRow, rows } from '../../database/database.ts';
import { messageOf, SourceBlockedError } from '../../errors.ts';
import type { Imports } from '../../jobs/imports.ts';
import type { Log } from '../../log.ts';
import type { SyncOutcome } from '../../metrics/observer.ts';
import type { StartggClient } from '../client.ts';
import { isOfItem } from '../errors.ts';
import { PageSizes } from '../page-size.ts';
import { storeTournaments } from '../store.ts';
import { missedItems } from '../tournaments.ts';
import { missedTournaments, vanishedEvents } from '../vanished.ts';
import { FOLLOW_JOB, followedSince, touchFollowers } from './follows.ts';
import { type Overview, overviewOf, type Turn } from './overview.ts';
import { staleItems } from './stale.ts';

/**
 * start.gg may answer from a cache that is up to 5 minutes old, its times of change are not exact, and a change that is
 * made while the list is read may be missed: so much of the past is asked for again.
 */
const OVERLAP_SECONDS = 10 * 60;
/** Lists may come from start.gg's cache, too: what two of them miss in so short a time may have been missed but once. */
const VANISHED_EVERY = '1 hour';

/** How far the following of a game has come. Times are Unix seconds by the database's clock. */
type Progress = {
  now: number;
  /** When the last sync began; null before the first. */
  syncedAt: number | null;
  /** When the first of its events was read, if one was. */
  readFrom: number | null;
  /** An import of it is under way. */
  isImporting: boolean;
  isVanishedDue: boolean;
  name: string;
  turn: Turn | null;
};

/**
 * Keeps followed games in step, each once for all guilds that follow it: a look at all its tournaments, which costs one
 * object for each and one for each event, and a background job that reads what is not as it was.
 */
export class FollowSync {
  readonly #db: Database;
  readonly #client: StartggClient;
  readonly #imports: Imports;
  readonly #log: Log;
  readonly #sizes = new PageSizes();

  constructor(db: Database, client: StartggClient, imports: Imports, log: Log) {
    this.#db = db;
    this.#client = client;
    this.#imports = imports;
    this.#log = log;
  }

  /**
   * Syncs one game.
   *
   * @param slug the game's start.gg id
   * @throws BudgetExhaustedError when there is no room for it now
   */
  async run(slug: string, signal: AbortSignal): Promise<SyncOutcome | undefined> {
    const videogameId = Number(slug);
    const since = await followedSince(this.#db.em(), videogameId);
    const progress = since && (await this.#progressOf(videogameId));
    // The import that began with the following reads all there is; until then there is nothing to compare with.
    if (!progress || (progress.syncedAt === null && progress.isImporting)) return undefined;
    const after = Date.parse(`${since}T00:00:00Z`) / 1000;
    const changedAfter = (progress.syncedAt ?? progress.readFrom ?? progress.now) - OVERLAP_SECONDS;
    try {
      const { now } = progress;
      const turn = progress.turn ?? undefined;
      const question = { videogameId, after, changedAfter, now, turn, signal };
      const overview = await overviewOf(this.#client, this.#sizes, question);
      await this.#db.transaction((em) =>
        this.#settle(em, { videogameId, after, changedAfter }, overview, progress),
      );
      return 'done';
    } catch (error) {
      if (signal.aborted || !(isOfItem(error) || error instanceof SourceBlockedError)) throw error;
      this.#log.warn({ err: error, videogame: videogameId }, 'followed game could not be read');
      await this.#db.transaction((em) => noteError(em, videogameId, messageOf(error)));
      return 'unreadable';
    }
  }

  /** Writes what was seen and puts what has to be read on the list of the game's job, all at once. */
  async #settle(
    em: EntityManager,
    of: { videogameId: number; after: number; changedAfter: number },
    { tournaments, isComplete, turn }: Overview,
    progress: Progress,
  ): Promise<void> {
    const { videogameId, after, changedAfter } = of;
    const plain = tournaments.map((tournament) => ({
      ...tournament,
      events: tournament.events.map(({ entrants: _, sets: __, changed: ___, ...event }) => event),
    }));
    await storeTournaments(em, plain, { id: videogameId, name: progress.name });
    const items = await staleItems(em, tournaments, changedAfter);
    if (isComplete && progress.isVanishedDue) {
      const seen = new Set(tournaments.map(({ id }) => String(id)));
      const events = new Set(tournaments.flatMap((one) => one.events.map(({ id }) => String(id))));
      await vanishedEvents(em, { videogameId, tournaments: seen }, events);
      const period = { videogameId, after, before: Date.parse('2037-12-31') / 1000 };
      items.push(...missedItems(await missedTournaments(em, period, seen)));
    }
    if (items.length > 0) {
      const title = `${progress.name} · followed`;
      await this.#imports.extend(em, { kind: FOLLOW_JOB, params: { videogameId }, title }, items);
    }
    await rows(
      em,
      sql`insert into startgg_sync (scope, key, walk, walked_at, totals)
        values ('game', ${String(videogameId)}, 1, to_timestamp(${progress.now}), ${JSON.stringify(turn)}::jsonb)
        on conflict (scope, key) do update set walk = startgg_sync.walk + 1, walked_at = excluded.walked_at,
          totals = excluded.totals, error = null, error_at = null`,
    );
    await touchFollowers(em, videogameId);
  }

  async #progressOf(videogameId: number): Promise<Progress> {
    const key = String(videogameId);
    const row = await firstRow(
      this.#db.em(),
      sql<Progress>`
        select floor(extract(epoch from now()))::int as now, floor(extract(epoch from s.walked_at))::int as "syncedAt",
          s.totals as turn, v.name,
          case when s.walked_at is null then (select floor(extract(epoch from min(r.walked_at)))::int from startgg_event e
            join startgg_sync r on r.scope = 'event' and r.key = e.id::text where e.videogame_id = v.id) end as "readFrom",
          exists (select 1 from import_job where kind = 'startgg' and state in ('PENDING', 'RUNNING')
            and (params->>'videogameId')::int = v.id) as "isImporting",
          coalesce(t.walked_at < now() - ${VANISHED_EVERY}::interval, true) as "isVanishedDue"
        from startgg_videogame v
          left join startgg_sync s on s.scope = 'game' and s.key = ${key}
          left join startgg_sync t on t.scope = 'tournaments' and t.key = ${key}
        where v.id = ${videogameId}`,
    );
    if (!row) throw new Error('a game is followed that is not in startgg_videogame');
    return row;
  }
}

async function noteError(em: EntityManager, videogameId: number, error: string): Promise<void> {
  await rows(
    em,
    sql`insert into startgg_sync (scope, key, error, error_at) values ('game', ${String(videogameId)}, ${error}, now())
      on conflict (scope, key) do update set error = excluded.error, error_at = excluded.error_at`,
  );
  await touchFollowers(em, videogameId);
}
