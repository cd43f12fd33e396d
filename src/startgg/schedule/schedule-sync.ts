import type { z } from 'zod';
import type { Database, EntityManager } from '../../database/database.ts';
import { BudgetExhaustedError, GiveUpError, messageOf, SourceBlockedError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { LinkTarget } from '../../matches/apply.ts';
import { beginRun, linksTo, noteFailure, noteSuccess, OWN_FAULT, type SyncRun } from '../../matches/links.ts';
import type { SyncOutcome } from '../../metrics/observer.ts';
import {
  type EventNode,
  event,
  eventStanding,
  readNodes,
  standingsAnswer,
  tournamentAnswer,
  type VideogameNode,
} from '../answers.ts';
import type { StartggClient } from '../client.ts';
import { STANDINGS, TOURNAMENT } from '../documents.ts';
import { isOfItem } from '../errors.ts';
import { storeGames } from '../games.ts';
import { PageSizes } from '../page-size.ts';
import { storeTournaments } from '../store.ts';
import { vanishedFromTournament } from '../vanished.ts';
import { DEEPEST_ENTRY } from '../walk.ts';
import {
  announceEvent,
  eventsWithoutStandings,
  forgetStandings,
  storeStandings,
} from './event-announcement.ts';
import { IncompleteError, SYNC } from './event-lists.ts';
import { longestUnread } from './event-progress.ts';
import { bringUpToDate } from './event-reader.ts';
import { followRename, knownTournament } from './renamed.ts';
import {
  finishUnplayed,
  laggingSets,
  linksToFinish,
  newAccounts,
  type Part,
  setsToPlay,
  storeAccounts,
  storeMatch,
} from './schedule-store.ts';

/** Sets that are fetched together to be written one by one. */
const SETS_AT_ONCE = 100;
/** Places that an announcement shows. */
const BEST = 8;

type Tournament = { id: number; events: EventNode[] };

/** `matches`: how many sets changed for some link. */
type Run = SyncRun & { signal: AbortSignal | undefined; matches: number };

type RawTournament = NonNullable<z.infer<typeof tournamentAnswer>['tournament']>;

/**
 * Keeps the matches of all tournaments that follow a tournament of start.gg as start.gg has its sets. There is one reader:
 * it brings the warehouse up to date, and from there every link takes what it lacks, so that a fresh link, a crash and a
 * sync that was cut short need no mark of their own.
 */
export class StartggSchedule {
  readonly #db: Database;
  readonly #client: StartggClient;
  readonly #log: Log;
  readonly #sizes = new PageSizes();
  readonly #deepestEntry: number;

  constructor(db: Database, client: StartggClient, log: Log, options: { deepestEntry?: number } = {}) {
    this.#db = db;
    this.#client = client;
    this.#log = log;
    this.#deepestEntry = options.deepestEntry ?? DEEPEST_ENTRY;
  }

  /**
   * Reads what changed in a tournament and brings every link to it up to date. Where there is no answer, nothing changes;
   * a fault of Herald's own is noted like one of the source.
   *
   * @returns how it ended; undefined when nobody follows the tournament
   * @throws BudgetExhaustedError when there is no room in the budget for now
   */
  async run(slug: string, signal?: AbortSignal): Promise<SyncOutcome | undefined> {
    if ((await linksTo(this.#db.em(), 'startgg', slug)).length === 0) return undefined;
    const run: Run = { ...(await beginRun(this.#db, 'startgg', slug)), signal, matches: 0 };
    try {
      const tournament = await this.#readTournament(run);
      await this.#readEvents(run, tournament);
      const links = await this.#links(run);
      await this.#bringLinks(run, tournament, links);
      await this.#readStandings(run, tournament);
      await this.#db.transaction((em) => noteSuccess(em, links, run));
      this.#log.info(
        { slug, matches: run.matches, skipped: run.skipped.length },
        'start.gg tournament synced',
      );
      return run.isFaulty ? 'failed' : 'done';
    } catch (error) {
      if (signal?.aborted || error instanceof BudgetExhaustedError) throw error;
      if (isOfSource(error)) this.#log.warn({ err: error, slug }, 'start.gg tournament could not be read');
      else this.#log.error({ err: error, slug }, 'start.gg tournament could not be synced');
      const reason = isOfSource(error) ? messageOf(error) : OWN_FAULT;
      await this.#db.transaction((em) => noteFailure(em, run, reason));
      return isOfSource(error) ? 'unreadable' : 'failed';
    }
  }

  /** Who follows it now: reading takes a while in which people link and unlink. */
  async #links({ slug }: Run): Promise<LinkTarget[]> {
    return await linksTo(this.#db.em(), 'startgg', slug);
  }

  async #askTournament({ slug, signal }: Run): Promise<RawTournament | null> {
    const ask = async (by: { slug: string } | { id: number }) =>
      (await this.#client.query(TOURNAMENT, by, tournamentAnswer, { ...SYNC, signal })).data.tournament;
    const found = await ask({ slug });
    if (found) return found;
    const id = await knownTournament(this.#db.em(), slug);
    return id === undefined ? null : await ask({ id });
  }

  async #readTournament(run: Run): Promise<Tournament> {
    const { skipped } = run;
    const node = await this.#askTournament(run);
    if (!node) throw new GiveUpError('start.gg shows no such tournament: it is private or gone');
    const { id } = node;
    const read = readNodes(node.events, event);
    if (read.empty > 0) skipped.push({ item: 'Events', reason: read.complaint ?? 'some came empty' });
    const games = new Map(read.entries.flatMap(gameOf).map((game) => [game.id, game]));
    const events = read.entries.filter(({ videogame }) => games.has(videogame?.id ?? 0));
    for (const each of read.entries)
      if (!events.includes(each))
        skipped.push({ item: labelOf(each), reason: 'it is of no game', isLeftOut: true });
    run.slug = await this.#db.transaction(async (em) => {
      await storeGames(em, [...games.values()]);
      const written = await storeTournaments(em, [{ ...node, events }]);
      const slug = await followRename(em, run.slug, node.slug);
      await forgetStandings(em, id);
      if (read.empty === 0) await vanishedFromTournament(em, id, new Set(read.keys));
      if (written.events.changed > 0) for (const each of events) await announce(em, slug, each.id);
      return slug;
    });
    return { id, events };
  }

  /** One event that cannot be read does not keep the others from it; when start.gg fails at all of them, it is down. */
  async #readEvents(run: Run, { id: tournamentId, events }: Tournament): Promise<void> {
    const failures: unknown[] = [];
    // A run that is cut short goes on, the next time, with what it did not come to.
    for (const id of await longestUnread(
      this.#db.em(),
      events.map((each) => each.id),
    )) {
      const each = events.find((one) => one.id === id);
      if (!each) continue;
      const failure = await this.#readEvent(run, tournamentId, each).catch((error: unknown) => error);
      await this.#bringSets(run, { tournamentId, eventId: id }, await this.#links(run));
      if (failure === undefined) continue;
      if (!isOfItem(failure)) throw failure;
      this.#log.warn({ err: failure, event: id }, 'event could not be read');
      if (!(failure instanceof IncompleteError)) failures.push(failure);
      run.skipped.push({ item: labelOf(each), reason: messageOf(failure) });
    }
    if (failures.length > 0 && failures.length === events.length) throw failures[0];
  }

  async #readEvent({ slug, signal }: Run, tournamentId: number, given: EventNode): Promise<void> {
    const { id, type, state, startAt } = given;
    await bringUpToDate({
      db: this.#db,
      client: this.#client,
      sizes: this.#sizes,
      deepestEntry: this.#deepestEntry,
      event: { id, type, state, startAt, tournamentId },
      signal,
      onPools: (em) => announce(em, slug, id),
    });
  }

  /** All that has not come with its event: who people are, what vanished with an event, and what is not to come any more. */
  async #bringLinks(run: Run, { id: tournamentId }: Tournament, links: readonly LinkTarget[]): Promise<void> {
    for (const link of links) {
      const accounts = await newAccounts(this.#db.em(), tournamentId, link);
      if (accounts.length > 0) await this.#write(run, 'Accounts', (em) => storeAccounts(em, link, accounts));
    }
    await this.#bringSets(run, { tournamentId }, links);
    for (const link of await linksToFinish(this.#db.em(), tournamentId, links))
      await this.#write(run, 'Unplayed sets', (em) => finishUnplayed(em, tournamentId, link));
  }

  async #bringSets(run: Run, part: Part, links: readonly LinkTarget[]): Promise<void> {
    const lagging = await laggingSets(this.#db.em(), part, links);
    for (let i = 0; i < lagging.length; i += SETS_AT_ONCE) {
      const sets = await setsToPlay(this.#db.em(), lagging.slice(i, i + SETS_AT_ONCE));
      for (const set of sets) {
        run.signal?.throwIfAborted();
        await this.#write(run, `Set ${set.id}`, (em) => storeMatch(em, links, set));
      }
    }
    run.matches += lagging.length;
  }

  /** What cannot be stored does not keep the rest from it. */
  async #write(run: Run, item: string, write: (em: EntityManager) => Promise<void>): Promise<void> {
    try {
      await this.#db.transaction(write);
    } catch (error) {
      this.#log.error({ err: error, slug: run.slug, item }, 'part of a tournament could not be stored');
      run.skipped.push({ item, reason: `Herald failed at it: ${messageOf(error)}` });
      run.isFaulty = true;
    }
  }

  /** Of events that are over and announced: who did best. The matches are there without it. */
  async #readStandings(run: Run, { id: tournamentId, events }: Tournament): Promise<void> {
    for (const id of await eventsWithoutStandings(this.#db.em(), tournamentId))
      await this.#readBest(run, id).catch((error) => {
        if (!isOfItem(error)) throw error;
        this.#log.warn({ err: error, event: id }, 'standings could not be read');
        const of = events.find((each) => each.id === id);
        run.skipped.push({
          item: `Standings of ${of ? labelOf(of) : `event ${id}`}`,
          reason: messageOf(error),
        });
      });
  }

  async #readBest({ slug, signal }: Run, id: number): Promise<void> {
    const options = { ...SYNC, signal };
    const { data } = await this.#client.query(STANDINGS, { id, perPage: BEST }, standingsAnswer, options);
    if (!data.event) return;
    const { entries, empty } = readNodes(data.event.standings.nodes, eventStanding);
    // That there are none is known from then on, too.
    if (entries.length === 0 && empty > 0) return;
    const best = entries.map(({ placement, entrant }) => ({
      placement,
      name: entrant.name ?? 'Unknown',
      entrantId: entrant.id,
    }));
    await this.#db.transaction(async (em) => {
      await storeStandings(em, id, best);
      await announce(em, slug, id);
    });
  }
}

/** In every tournament that follows it at this moment. */
async function announce(em: EntityManager, slug: string, eventId: number): Promise<void> {
  for (const link of await linksTo(em, 'startgg', slug)) await announceEvent(em, link, eventId);
}

function isOfSource(error: unknown): boolean {
  return isOfItem(error) || error instanceof SourceBlockedError;
}

const labelOf = ({ id, name }: EventNode) => name ?? `Event ${id}`;

/** The game of an event, if it says enough of it to be kept. */
function gameOf({ videogame }: EventNode): VideogameNode[] {
  return videogame?.name ? [{ ...videogame, name: videogame.name }] : [];
}
