import type { Database, EntityManager } from '../database/database.ts';
import { BudgetExhaustedError, GiveUpError, messageOf, RetryLaterError } from '../errors.ts';
import type { SharedBudget } from '../jobs/budget.ts';
import type { Log } from '../log.ts';
import type { LinkTarget } from '../matches/apply.ts';
import { beginRun, linksTo, noteFailure, noteSuccess, OWN_FAULT, type SyncRun } from '../matches/links.ts';
import { readErasures } from '../matches/privacy/erased.ts';
import { hideErased, peopleIn } from '../matches/privacy/hiding.ts';
import type { SyncOutcome } from '../metrics/observer.ts';
import { NotFoundError, type SpeedgamingClient } from './client.ts';
import { readEntry } from './entry.ts';
import { fingerprintOf } from './episode.ts';
import {
  applyStored,
  knownEpisodes,
  laggingEpisodes,
  missingEpisodes,
  noteAsked,
  noteGone,
  noteThere,
  storeEpisode,
} from './store.ts';

const HOUR_MS = 3_600_000;
const BACK_MS = 6 * HOUR_MS;
const AHEAD_MS = 60 * 24 * HOUR_MS;
/** A longer wait for the slug's turn is not sat out. */
const PATIENCE_MS = 2_000;
/** Episodes that a run asks for by their ids. */
const LOOK_UPS = 20;
/** So many look-ups in a row without an answer, and the run asks no more. */
const SILENCES = 3;

type Window = { from: Date; to: Date };

/** A run once the list was read: whom it writes for. */
type Work = SyncRun & { links: readonly LinkTarget[]; signal: AbortSignal | undefined };

/** Keeps the matches of all tournaments that follow a SpeedGaming event as SpeedGaming has them. */
export class SpeedgamingSync {
  readonly #db: Database;
  readonly #client: SpeedgamingClient;
  readonly #budgetOf: (slug: string) => SharedBudget;
  readonly #log: Log;

  /** @param budgetOf how often one slug may be read */
  constructor(db: Database, client: SpeedgamingClient, budgetOf: (slug: string) => SharedBudget, log: Log) {
    this.#db = db;
    this.#client = client;
    this.#budgetOf = budgetOf;
    this.#log = log;
  }

  /**
   * Reads an event's schedule once and brings every link to it up to date. Where there is no answer, nothing changes; a
   * fault of Herald's own is noted like one of the source.
   *
   * @returns how it ended; undefined when nobody follows the event
   * @throws BudgetExhaustedError when it was read a short time ago
   */
  async run(slug: string, signal?: AbortSignal): Promise<SyncOutcome | undefined> {
    if ((await linksTo(this.#db.em(), 'speedgaming', slug)).length === 0) return undefined;
    const run = await beginRun(this.#db, 'speedgaming', slug);
    const window = { from: new Date(Date.now() - BACK_MS), to: new Date(Date.now() + AHEAD_MS) };
    try {
      const list = await this.#read(slug, window, signal);
      // Reading takes a while in which people link and unlink.
      const work = { ...run, links: await linksTo(this.#db.em(), 'speedgaming', slug), signal };
      const listed = await this.#storeList(work, list);
      await this.#catchUp(work, listed);
      await this.#lookUp(work, { ...window, listed });
      await this.#db.transaction((em) => noteSuccess(em, work.links, work));
      this.#log.info({ slug, episodes: listed.length, skipped: work.skipped.length }, 'schedule synced');
      return work.isFaulty ? 'failed' : 'done';
    } catch (error) {
      if (signal?.aborted || error instanceof BudgetExhaustedError) throw error;
      const isOfSource = error instanceof RetryLaterError || error instanceof GiveUpError;
      if (isOfSource) this.#log.warn({ err: error, slug }, 'schedule could not be read');
      else this.#log.error({ err: error, slug }, 'schedule could not be synced');
      await this.#db.transaction((em) => noteFailure(em, run, isOfSource ? messageOf(error) : OWN_FAULT));
      return isOfSource ? 'unreadable' : 'failed';
    }
  }

  async #read(slug: string, window: Window, signal?: AbortSignal): Promise<unknown[]> {
    const budget = this.#budgetOf(slug);
    const slot = await budget.acquire({ keepFree: 0, patienceMs: PATIENCE_MS, signal });
    try {
      return await this.#client.schedule(slug, window.from, window.to, signal);
    } finally {
      await budget.release(slot);
    }
  }

  /** Gives the ids of what is on the list, whether it could be read or not. */
  async #storeList(work: Work, list: readonly unknown[]): Promise<number[]> {
    const { slug, links } = work;
    const read = list.map((entry) => readEntry(slug, entry));
    const listed = read.flatMap(({ id }) => (id === undefined ? [] : [id]));
    const known = await knownEpisodes(this.#db.em(), slug, listed);
    const people = read.flatMap(({ episode }) => (episode ? peopleIn(episode) : []));
    const veil = await readErasures(this.#db.em(), 'speedgaming', people);
    for (const { id, episode, problem } of read) {
      const item = `Episode ${id ?? 'without an id'}`;
      if (!episode) {
        work.skipped.push({ item, reason: problem });
        continue;
      }
      const before = known.get(Number(id));
      const isSame = before && !before.isGone && before.goneAnswers === 0 && !before.isLagging;
      if (isSame && before.fingerprint === fingerprintOf(hideErased(episode, veil))) continue;
      await this.#write(work, item, (em) => storeEpisode(em, slug, links, episode));
    }
    return listed;
  }

  /** What changed while a link was off is not on the list any more: its matches become what is stored. */
  async #catchUp(work: Work, listed: readonly number[]): Promise<void> {
    for (const id of await laggingEpisodes(this.#db.em(), work.slug, listed))
      await this.#write(work, `Episode ${id}`, (em) => applyStored(em, work.slug, work.links, id));
  }

  /** What is missing from the list was moved out of its time, or is gone: SpeedGaming says which, when it is asked. */
  async #lookUp(work: Work, window: Window & { listed: readonly number[] }): Promise<void> {
    let silences = 0;
    for (const id of await missingEpisodes(this.#db.em(), work.slug, { ...window, limit: LOOK_UPS })) {
      await noteAsked(this.#db.em(), work.slug, id);
      try {
        await this.#lookUpOne(work, id);
        silences = 0;
      } catch (error) {
        if (!(error instanceof RetryLaterError)) throw error;
        this.#log.warn({ err: error, slug: work.slug, episode: id }, 'episode could not be looked up');
        work.skipped.push({ item: `Episode ${id}`, reason: messageOf(error) });
        silences++;
        if (silences === SILENCES) return;
      }
    }
  }

  async #lookUpOne(work: Work, id: number): Promise<void> {
    const { slug, links, signal } = work;
    const item = `Episode ${id}`;
    const answer = await this.#client.episode(id, signal).catch((error) => {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    });
    if (answer === undefined) return await this.#write(work, item, (em) => noteGone(em, slug, links, id));
    await noteThere(this.#db.em(), slug, id);
    const { episode, problem } = readEntry(slug, answer);
    if (episode) await this.#write(work, item, (em) => storeEpisode(em, slug, links, episode));
    else work.skipped.push({ item, reason: problem });
  }

  /** One episode that cannot be stored does not keep the others from it. */
  async #write(work: Work, item: string, write: (em: EntityManager) => Promise<void>): Promise<void> {
    try {
      await this.#db.transaction(write);
    } catch (error) {
      this.#log.error({ err: error, slug: work.slug, item }, 'episode could not be stored');
      work.skipped.push({ item, reason: `Herald failed at it: ${messageOf(error)}` });
      work.isFaulty = true;
    }
  }
}
