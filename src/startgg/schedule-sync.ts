import type { Database } from '../database/database.ts';
import { GiveUpError, messageOf, RetryLaterError, SourceBlockedError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { LinkTarget } from '../matches/apply.ts';
import { linksTo, noteFailure, noteSuccess, type Skipped } from '../matches/links.ts';
import {
  type EventNode,
  event,
  readNodes,
  standing,
  standingsAnswer,
  tournamentAnswer,
  type VideogameNode,
} from './answers.ts';
import type { StartggClient } from './client.ts';
import { STANDINGS, TOURNAMENT } from './documents.ts';
import {
  announceEvent,
  eventsWithoutStandings,
  forgetStandings,
  storeStandings,
} from './event-announcement.ts';
import { IncompleteError } from './event-lists.ts';
import { bringUpToDate } from './event-reader.ts';
import { storeGames } from './games.ts';
import { PageSizes } from './page-size.ts';
import { laggingSets, newAccounts, setsToPlay, storeAccounts, storeMatch } from './schedule-store.ts';
import { storeTournaments } from './store.ts';
import { vanishedFromTournament } from './vanished.ts';
import { DEEPEST_ENTRY } from './walk.ts';

/** Sets that are fetched together to be written one by one. */
const SETS_AT_ONCE = 100;
/** Places that an announcement shows. */
const BEST = 8;

type Tournament = { id: number; events: EventNode[] };

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
   * Reads what changed in a tournament and brings every link to it up to date. Where there is no answer, nothing changes.
   *
   * @throws BudgetExhaustedError when there is no room in the budget for now
   */
  async run(slug: string, signal?: AbortSignal): Promise<void> {
    const links = await linksTo(this.#db.em(), 'startgg', slug);
    if (links.length === 0) return;
    const skipped: Skipped[] = [];
    try {
      const tournament = await this.#readTournament(slug, links, skipped, signal);
      await this.#readEvents(tournament, links, skipped, signal);
      const matches = await this.#bringLinks(tournament.id, links, skipped, signal);
      await this.#readStandings(tournament, links, signal);
      await this.#db.transaction((em) => noteSuccess(em, links, skipped));
      this.#log.info({ slug, matches, skipped: skipped.length }, 'start.gg tournament synced');
    } catch (error) {
      if (!isOfSource(error)) throw error;
      this.#log.warn({ err: error, slug }, 'start.gg tournament could not be read');
      await this.#db.transaction((em) => noteFailure(em, 'startgg', slug, messageOf(error)));
    }
  }

  async #readTournament(
    slug: string,
    links: readonly LinkTarget[],
    skipped: Skipped[],
    signal?: AbortSignal,
  ): Promise<Tournament> {
    const options = { urgency: 'import', signal } as const;
    const { data } = await this.#client.query(TOURNAMENT, { slug }, tournamentAnswer, options);
    const node = data.tournament;
    if (!node) throw new GiveUpError('start.gg shows no such tournament: it is private or gone');
    const { id } = node;
    const read = readNodes(node.events, event);
    if (read.empty > 0) skipped.push({ item: 'Events', reason: read.complaint ?? 'some came empty' });
    const games = new Map(read.entries.flatMap(gameOf).map((game) => [game.id, game]));
    const events = read.entries.filter(({ videogame }) => games.has(videogame?.id ?? 0));
    for (const each of read.entries)
      if (!events.includes(each)) skipped.push({ item: labelOf(each), reason: 'it is of no game' });
    await this.#db.transaction(async (em) => {
      await storeGames(em, [...games.values()]);
      const written = await storeTournaments(em, [{ ...node, events }]);
      await forgetStandings(em, id);
      if (read.empty === 0) await vanishedFromTournament(em, id, new Set(read.keys));
      if (written.events.changed === 0) return;
      for (const link of links) for (const each of events) await announceEvent(em, link, each.id);
    });
    return { id, events };
  }

  /** One event that cannot be read does not keep the others from it; when start.gg fails at all of them, it is down. */
  async #readEvents(
    { id: tournamentId, events }: Tournament,
    links: readonly LinkTarget[],
    skipped: Skipped[],
    signal?: AbortSignal,
  ): Promise<void> {
    const failures: unknown[] = [];
    for (const each of events)
      try {
        const { id, type, state, startAt } = each;
        await bringUpToDate({
          db: this.#db,
          client: this.#client,
          sizes: this.#sizes,
          deepestEntry: this.#deepestEntry,
          event: { id, type, state, startAt, tournamentId },
          signal,
          onPools: async (em) => {
            for (const link of links) await announceEvent(em, link, id);
          },
        });
      } catch (error) {
        if (!(error instanceof RetryLaterError || error instanceof GiveUpError)) throw error;
        this.#log.warn({ err: error, event: each.id }, 'event could not be read');
        if (!(error instanceof IncompleteError)) failures.push(error);
        skipped.push({ item: labelOf(each), reason: messageOf(error) });
      }
    if (failures.length > 0 && failures.length === events.length) throw failures[0];
  }

  /** Gives how many sets changed for some link. */
  async #bringLinks(
    tournamentId: number,
    links: readonly LinkTarget[],
    skipped: Skipped[],
    signal?: AbortSignal,
  ): Promise<number> {
    for (const link of links) {
      const accounts = await newAccounts(this.#db.em(), tournamentId, link);
      if (accounts.length > 0) await this.#db.transaction((em) => storeAccounts(em, link, accounts));
    }
    const lagging = await laggingSets(this.#db.em(), tournamentId, links);
    for (let i = 0; i < lagging.length; i += SETS_AT_ONCE) {
      const sets = await setsToPlay(this.#db.em(), lagging.slice(i, i + SETS_AT_ONCE));
      for (const set of sets) {
        signal?.throwIfAborted();
        await this.#db
          .transaction((em) => storeMatch(em, links, set))
          .catch((error) => {
            this.#log.error({ err: error, set: set.id }, 'set could not be stored');
            const reason = `Herald failed at it: ${messageOf(error)}`.slice(0, 300);
            skipped.push({ item: `Set ${set.id}`, reason });
          });
      }
    }
    return lagging.length;
  }

  /** Of events that are over and announced: who did best. */
  async #readStandings(
    { id: tournamentId }: Tournament,
    links: readonly LinkTarget[],
    signal?: AbortSignal,
  ): Promise<void> {
    for (const id of await eventsWithoutStandings(this.#db.em(), tournamentId)) {
      const options = { urgency: 'import', signal } as const;
      const answer = await this.#client.query(STANDINGS, { id, perPage: BEST }, standingsAnswer, options);
      const { entries } = readNodes(answer.data.event?.standings.nodes ?? [], standing);
      if (entries.length === 0) continue;
      const best = entries.map(({ placement, entrant }) => ({ placement, name: entrant.name ?? 'Unknown' }));
      await this.#db.transaction(async (em) => {
        await storeStandings(em, id, best);
        for (const link of links) await announceEvent(em, link, id);
      });
    }
  }
}

function isOfSource(error: unknown): boolean {
  return [RetryLaterError, GiveUpError, SourceBlockedError].some((kind) => error instanceof kind);
}

const labelOf = ({ id, name }: EventNode) => name ?? `Event ${id}`;

/** The game of an event, if it says enough of it to be kept. */
function gameOf({ videogame }: EventNode): VideogameNode[] {
  return videogame?.name ? [{ ...videogame, name: videogame.name }] : [];
}
