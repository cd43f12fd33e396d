import type { Config } from './config.ts';
import { Database } from './database/database.ts';
import { attachEmbedded, stopEmbedded } from './database/embedded.ts';
import { Listener } from './database/listener.ts';
import { isHeld, LOCKS } from './database/locks.ts';
import { migrate } from './database/migrations.ts';
import { AuditLog, Guild } from './guilds/entities.ts';
import { SharedBudget } from './jobs/budget.ts';
import { Budget, ImportItem, ImportJob } from './jobs/entities.ts';
import { Imports } from './jobs/imports.ts';
import type { ImportKind } from './jobs/kind.ts';
import { Queue } from './jobs/queue.ts';
import { Runner } from './jobs/runner.ts';
import type { Log } from './log.ts';
import { LiveMessage } from './outbox/entities.ts';
import { StartggClient, TIMEOUT_MS, WINDOW_MS } from './startgg/client.ts';
import { startggEntities } from './startgg/entities.ts';
import { Games } from './startgg/games.ts';
import { startggImport } from './startgg/import.ts';

/** Every table that Herald keeps. */
export const entities = [Guild, AuditLog, LiveMessage, ImportJob, ImportItem, Budget, ...startggEntities];

/** Jobs that one worker runs at once; they share the budget of their source. */
const JOBS_AT_ONCE = 4;

/** A process of Herald, up to the point where roles begin: database, queue, services. */
export class App {
  readonly config: Config;
  readonly log: Log;
  readonly db: Database;
  readonly queue: Queue;
  readonly listener: Listener;
  readonly imports: Imports;
  readonly startgg: { client: StartggClient; games: Games } | undefined;
  readonly #runner: Runner;
  readonly #usesEmbedded: boolean;

  private constructor(config: Config, log: Log, db: Database) {
    this.config = config;
    this.log = log;
    this.db = db;
    this.queue = new Queue(db.url, log);
    this.listener = new Listener(db.url, log);
    this.startgg = this.#makeStartgg();
    const kinds: ImportKind[] = this.startgg ? [startggImport(this.startgg.client)] : [];
    this.imports = new Imports(db, this.queue, kinds);
    this.#runner = new Runner(db, this.queue, this.listener, kinds, log);
    this.#usesEmbedded = config.databaseUrl === undefined;
  }

  /** Connects to the database (starting the embedded one if none is configured) and brings its schema up to date. */
  static async open(config: Config, log: Log): Promise<App> {
    const url = config.databaseUrl ?? (await attachEmbedded(config.dataDir, log));
    const db = await Database.connect(url, entities);
    const ran = await migrate(db, [() => Queue.install(url)]);
    if (ran.length > 0) log.info({ migrations: ran }, 'schema brought up to date');
    const app = new App(config, log, db);
    await app.listener.start();
    await app.queue.start();
    return app;
  }

  /** Whether any process is working on jobs. */
  async hasWorker(): Promise<boolean> {
    return await this.db.transaction((em) => isHeld(em, LOCKS.worker));
  }

  /** Begins to work on jobs. */
  async work(): Promise<void> {
    await this.listener.hold(LOCKS.worker);
    await this.#runner.start(JOBS_AT_ONCE);
  }

  /** Hands running slices back and closes everything. The embedded server stops with the last process that uses it. */
  async close(): Promise<void> {
    this.#runner.stop();
    await this.queue.stop(6_000);
    await this.listener.close();
    await this.db.close();
    if (this.#usesEmbedded) await stopEmbedded(this.config.dataDir, { onlyWhenUnused: true });
  }

  #makeStartgg() {
    const { token, apiUrl, requestsPerMinute } = this.config.startgg;
    if (!token) return undefined;
    const budget = new SharedBudget(this.db, {
      provider: 'startgg',
      credential: token,
      requests: requestsPerMinute,
      windowMs: WINDOW_MS,
      timeoutMs: TIMEOUT_MS,
    });
    const client = new StartggClient({ url: apiUrl, token, budget, log: this.log });
    return { client, games: new Games(this.db, client) };
  }
}
