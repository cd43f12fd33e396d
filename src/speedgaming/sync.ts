import type { Database } from '../database/database.ts';
import { GiveUpError, messageOf, RetryLaterError } from '../errors.ts';
import type { SharedBudget } from '../jobs/budget.ts';
import type { Log } from '../log.ts';
import type { LinkTarget } from '../matches/apply.ts';
import { readErasures } from '../matches/erased.ts';
import { hideErased, peopleIn } from '../matches/hiding.ts';
import { linksTo, noteFailure, noteSuccess, type Skipped } from '../matches/links.ts';
import { episodeAnswer } from './answers.ts';
import { NotFoundError, type SpeedgamingClient } from './client.ts';
import { type Episode, fingerprintOf, readEpisode } from './episode.ts';
import { knownEpisodes, missingEpisodes, noteAsked, noteGone, storeEpisode } from './store.ts';

const HOUR_MS = 3_600_000;
const BACK_MS = 6 * HOUR_MS;
const AHEAD_MS = 60 * 24 * HOUR_MS;
/** A longer wait for the slug's turn is not sat out. */
const PATIENCE_MS = 2_000;
/** Episodes that a run asks for by their ids. */
const LOOK_UPS = 20;

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
   * Reads an event's schedule once and brings every link to it up to date. Where there is no answer, nothing changes.
   *
   * @throws BudgetExhaustedError when it was read a short time ago
   */
  async run(slug: string, signal?: AbortSignal): Promise<void> {
    const links = await linksTo(this.#db.em(), 'speedgaming', slug);
    if (links.length === 0) return;
    const window = { from: new Date(Date.now() - BACK_MS), to: new Date(Date.now() + AHEAD_MS) };
    try {
      const list = await this.#read(slug, window, signal);
      const skipped: Skipped[] = [];
      const listed = await this.#storeList(slug, links, list, skipped);
      await this.#lookUp(slug, links, { ...window, listed }, skipped, signal);
      await this.#db.transaction((em) => noteSuccess(em, links, skipped));
      this.#log.info({ slug, episodes: listed.length, skipped: skipped.length }, 'schedule synced');
    } catch (error) {
      if (!(error instanceof RetryLaterError || error instanceof GiveUpError)) throw error;
      this.#log.warn({ err: error, slug }, 'schedule could not be read');
      await this.#db.transaction((em) => noteFailure(em, 'speedgaming', slug, messageOf(error)));
    }
  }

  async #read(slug: string, window: { from: Date; to: Date }, signal?: AbortSignal): Promise<unknown[]> {
    const budget = this.#budgetOf(slug);
    const slot = await budget.acquire({ keepFree: 0, patienceMs: PATIENCE_MS, signal });
    try {
      return await this.#client.schedule(slug, window.from, window.to, signal);
    } finally {
      await budget.release(slot);
    }
  }

  /** Gives the ids of what is on the list, whether it could be read or not. */
  async #storeList(
    slug: string,
    links: readonly LinkTarget[],
    list: readonly unknown[],
    skipped: Skipped[],
  ): Promise<number[]> {
    const read = list.map((entry) => readEntry(slug, entry));
    const listed = read.flatMap(({ id }) => (id === undefined ? [] : [id]));
    const known = await knownEpisodes(this.#db.em(), slug, listed);
    const people = read.flatMap(({ episode }) => (episode ? peopleIn(episode) : []));
    const veil = await readErasures(this.#db.em(), 'speedgaming', people);
    for (const { id, episode, problem } of read) {
      const item = `Episode ${id ?? 'without an id'}`;
      if (!episode) {
        skipped.push({ item, reason: problem });
        continue;
      }
      const before = known.get(Number(id));
      const isSame = before && !before.isGone && before.goneAnswers === 0 && !before.isLagging;
      if (isSame && before.fingerprint === fingerprintOf(hideErased(episode, veil))) continue;
      await this.#store(slug, links, episode, item, skipped);
    }
    return listed;
  }

  /** One episode that cannot be stored does not keep the others from it. */
  async #store(
    slug: string,
    links: readonly LinkTarget[],
    episode: Episode,
    item: string,
    skipped: Skipped[],
  ): Promise<void> {
    try {
      await this.#db.transaction((em) => storeEpisode(em, slug, links, episode));
    } catch (error) {
      this.#log.error({ err: error, slug, item }, 'episode could not be stored');
      skipped.push({ item, reason: `Herald failed at it: ${messageOf(error)}`.slice(0, 300) });
    }
  }

  /** What is missing from the list was moved out of its time, or is gone: SpeedGaming says which, when it is asked. */
  async #lookUp(
    slug: string,
    links: readonly LinkTarget[],
    window: { from: Date; to: Date; listed: readonly number[] },
    skipped: Skipped[],
    signal?: AbortSignal,
  ): Promise<void> {
    const missing = await missingEpisodes(this.#db.em(), slug, { ...window, limit: LOOK_UPS });
    for (const id of missing) {
      const answer = await this.#client.episode(id, signal).catch((error) => {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      });
      if (answer === undefined) {
        await this.#db.transaction((em) => noteGone(em, slug, links, id));
        continue;
      }
      const { episode, problem } = readEntry(slug, answer);
      if (episode) await this.#store(slug, links, episode, `Episode ${id}`, skipped);
      else skipped.push({ item: `Episode ${id}`, reason: problem });
      await noteAsked(this.#db.em(), slug, id);
    }
  }
}

type Entry = { id: number | undefined; episode?: Episode; problem: string };

function readEntry(slug: string, entry: unknown): Entry {
  const given = typeof entry === 'object' && entry !== null && 'id' in entry ? Number(entry.id) : Number.NaN;
  const id = Number.isSafeInteger(given) && given > 0 && given < 2 ** 31 ? given : undefined;
  const parsed = episodeAnswer.safeParse(entry);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { id, problem: `${issue?.path.join('.') || 'it'}: ${issue?.message}` };
  }
  try {
    return { id, episode: readEpisode(slug, parsed.data), problem: '' };
  } catch (error) {
    return { id, problem: messageOf(error) };
  }
}
