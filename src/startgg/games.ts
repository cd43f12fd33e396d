import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, rows } from '../database/database.ts';
import { upsert } from '../database/upsert.ts';
import { UserError } from '../errors.ts';
import { readNodes, type VideogameNode, videogame, videogameAnswer, videogamesAnswer } from './answers.ts';
import type { StartggClient } from './client.ts';
import { FIND_VIDEOGAMES, VIDEOGAME } from './documents.ts';
import { Videogame } from './entities.ts';

/** How long a person may wait for room in the budget. */
const PATIENCE_MS = 60_000;

/** Finds games by what a person types. */
export class Games {
  readonly #db: Database;
  readonly #client: StartggClient;

  constructor(db: Database, client: StartggClient) {
    this.#db = db;
    this.#client = client;
  }

  /**
   * Finds the one game meant, at start.gg itself: by id when a number is typed that is one, else by name.
   *
   * @throws UserError when there is none, or several; it names what was found
   */
  async resolve(typed: string, signal?: AbortSignal): Promise<VideogameNode> {
    const text = typed.trim();
    const game =
      (/^\d{1,9}$/.test(text) && (await this.#byId(text, signal))) || (await this.#byName(text, signal));
    await this.#db.transaction((em) => storeGames(em, [game]));
    return game;
  }

  /** Games known here that match, for autocomplete. Never asks start.gg. */
  async suggest(typed: string): Promise<{ name: string; value: string }[]> {
    const pattern = `%${typed.trim().replace(/[\\%_]/g, '\\$&')}%`;
    return await rows(
      this.#db.em(),
      sql<{ name: string; value: string }>`select name, id::text as value from startgg_videogame
        where name ilike ${pattern} or display_name ilike ${pattern} or id::text = ${typed.trim()} order by name limit 25`,
    );
  }

  async #byId(id: string, signal?: AbortSignal): Promise<VideogameNode | undefined> {
    const options = { urgency: 'person', patienceMs: PATIENCE_MS, signal } as const;
    return (
      (await this.#client.query(VIDEOGAME, { id }, videogameAnswer, options)).data.videogame ?? undefined
    );
  }

  async #byName(name: string, signal?: AbortSignal): Promise<VideogameNode> {
    if (!name) throw new UserError('Type the name of a game, or its start.gg id.');
    const options = { urgency: 'person', patienceMs: PATIENCE_MS, signal } as const;
    const answer = await this.#client.query(FIND_VIDEOGAMES, { name }, videogamesAnswer, options);
    const found = readNodes(answer.data.videogames.nodes, videogame).entries;
    const same = (other: string | null) => other?.toLowerCase() === name.toLowerCase();
    const exact = found.filter((game) => same(game.name));
    const [game, ...others] =
      exact.length > 0 ? exact : found.filter((one) => same(one.displayName) || same(one.slug));
    if (game && others.length === 0) return game;
    const [only, ...more] = found;
    if (!only)
      throw new UserError(
        `start.gg knows no game called "${name}". Check the spelling, or give its start.gg id.`,
      );
    if (more.length === 0) return only;
    const list = found.slice(0, 10).map((one) => `${one.name} (${one.id})`);
    throw new UserError(
      `"${name}" fits several games of start.gg: ${list.join(', ')}. Give the full name or the id.`,
    );
  }
}

/** Writes games into the warehouse. */
export async function storeGames(em: EntityManager, games: readonly VideogameNode[]): Promise<void> {
  await upsert(
    em,
    Videogame,
    games.map(({ id, name, displayName, slug }) => ({ id, name, displayName, slug })),
  );
}
