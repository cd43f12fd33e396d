import { Client } from 'pg';
import { inject, onTestFinished } from 'vitest';
import type { ImportJob } from '../../src/jobs/entities.ts';
import { createWorld } from '../../src/sandbox/startgg/create-world.ts';
import { type Startgg, type StartggOptions, startStartgg } from '../../src/sandbox/startgg/server.ts';
import type { Truth, TruthQuestion, TruthTable } from '../../src/sandbox/startgg/truth.ts';
import type { World } from '../../src/sandbox/startgg/world.ts';
import { importJob } from '../../src/startgg/params.ts';
import { cloneDatabase } from '../support/databases.ts';
import { type Herald, openApp, openTuned, TOKEN, type Tuning } from '../support/herald.ts';
import { TEMPLATE } from '../support/postgres.ts';
import { until } from '../support/until.ts';

export const GAME = { id: 64423, name: '2XKO', displayName: '2XKO', slug: 'game/2xko' };
export const PERIOD = { from: new Date('2026-01-01'), to: new Date('2026-06-30') };
const ENDS = ['COMPLETED', 'FAILED', 'CANCELLED', 'PAUSED'];

/** Unix seconds. */
export const seconds = (text: string) => Date.parse(text) / 1000;

export type Row = Record<string, unknown>;

/** A world without anything in it, for tests that build their own. */
export const emptyWorld = (seed: string): World => createWorld({ seed, tournaments: 0, ...PERIOD });

/** A world with one event whose bracket is over, and the event. */
export function worldOfOneEvent(seed: string, entrants = 12) {
  const world = emptyWorld(seed);
  const tournament = world.addTournament({ startAt: world.now - 10 * 86_400 });
  const event = world.addEvent(tournament.id, { entrants, teamSize: 1, state: 'COMPLETED', hasSets: true });
  return { world, tournament, event };
}

/** A database of its own, a start.gg that serves `world`, and processes of Herald; all gone when the test is over. */
export class Ground {
  readonly world: World;
  readonly startgg: Startgg;
  readonly url: string;
  readonly sql: Client;
  readonly #heralds: Herald[] = [];
  #since = '2026-01-01';
  #until: string | null = null;

  private constructor(world: World, startgg: Startgg, url: string, client: Client) {
    this.world = world;
    this.startgg = startgg;
    this.url = url;
    this.sql = client;
  }

  static async open(world: World, options: Partial<StartggOptions> = {}): Promise<Ground> {
    const database = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
    const startgg = await startStartgg({ world, token: TOKEN, limit: false, ...options });
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const ground = new Ground(world, startgg, database.url, client);
    onTestFinished(async () => {
      await Promise.all(ground.#heralds.map((herald) => herald.close()));
      await client.end();
      await startgg.close();
      await database.drop();
    });
    return ground;
  }

  /** Which tournaments are imported and compared, as a person types it. */
  period(since: string, end: string | null): void {
    this.#since = since;
    this.#until = end;
  }

  /** Another process, working unless told otherwise. */
  async herald(tuning?: Tuning, options = { works: true }): Promise<Herald> {
    const herald = await (tuning
      ? openTuned(this.url, this.startgg.url, tuning)
      : openApp(this.url, this.startgg.url));
    this.#heralds.push(herald);
    if (options.works) await herald.work();
    return herald;
  }

  async close(herald: Herald): Promise<void> {
    this.#heralds.splice(this.#heralds.indexOf(herald), 1);
    await herald.close();
  }

  /** Starts an import, as the command does. */
  async start(herald: Herald, guildId: string | null = null, game = GAME): Promise<ImportJob> {
    const found = await herald.games.resolve(String(game.id));
    const wanted = importJob(found, this.#since, this.#until);
    return (await herald.imports.start({ ...wanted, guildId, requestedBy: null, channelId: null })).job;
  }

  /** Waits until a job is over, or paused. */
  async ended(herald: Herald, job: { id: number }, timeoutMs = 150_000): Promise<ImportJob> {
    return await until(
      `import ${job.id} ended`,
      async () => {
        const now = await herald.imports.get('all', job.id);
        return ENDS.includes(now.state) && now;
      },
      timeoutMs,
    );
  }

  /** Starts an import and waits for its end. */
  async run(herald: Herald, game = GAME): Promise<ImportJob> {
    return await this.ended(herald, await this.start(herald, null, game));
  }

  async rows<T extends Row = Row>(query: string, values: unknown[] = []): Promise<T[]> {
    return (await this.sql.query<T>(query, values)).rows;
  }

  /** What a start.gg id stands for in `startgg_set`. */
  async sets(eventId: number): Promise<Row[]> {
    return await this.rows('select * from startgg_set where event_id = $1 order by id', [eventId]);
  }

  /** Where the live rows are other than start.gg's own truth: nothing when Herald got it right. */
  async differences(question: Partial<TruthQuestion> = {}): Promise<string[]> {
    const truth = this.world.truth({
      videogameId: GAME.id,
      since: new Date(this.#since),
      ...(this.#until ? { until: new Date(this.#until) } : {}),
      ...question,
    });
    const found: string[] = [];
    for (const table of Object.keys(truth) as TruthTable[])
      found.push(
        ...compare(table, truth, await this.rows(`select * from ${table} where deleted_at is null`)),
      );
    return found.slice(0, 12);
  }
}

function compare(table: TruthTable, truth: Truth, rows: readonly Row[]): string[] {
  const found: string[] = [];
  const left = new Map(rows.map((row) => [keyOf(row), row]));
  for (const wanted of truth[table]) {
    const key = keyOf(wanted);
    const row = left.get(key);
    left.delete(key);
    if (!row) found.push(`${table} ${key} is missing`);
    else
      for (const [column, value] of Object.entries(wanted))
        if (plain(row[column]) !== value)
          found.push(`${table} ${key}.${column} is ${plain(row[column])}, should be ${value}`);
  }
  // People are never deleted: they belong to no event.
  if (table !== 'startgg_player' && table !== 'startgg_user')
    for (const key of left.keys()) found.push(`${table} ${key} should not be there`);
  return found;
}

const keyOf = (row: Row) => String(row.id ?? `${row.entrant_id}/${row.participant_id}`);

const plain = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
