import { App, entities } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { Database } from '../../src/database/database.ts';
import { Listener } from '../../src/database/listener.ts';
import { SharedBudget } from '../../src/jobs/budget.ts';
import { Imports } from '../../src/jobs/imports.ts';
import { Queue } from '../../src/jobs/queue.ts';
import { Runner, type Waits } from '../../src/jobs/runner.ts';
import { createLog } from '../../src/log.ts';
import type { SyncOutcome } from '../../src/metrics/observer.ts';
import { StartggClient, startggAllowance } from '../../src/startgg/client.ts';
import { FollowSync } from '../../src/startgg/follow/follow-sync.ts';
import { Games } from '../../src/startgg/games.ts';
import { startggFollow, startggImport } from '../../src/startgg/import.ts';

export const TOKEN = 'test-token';

const log = createLog(process.env.TEST_LOG_LEVEL ?? 'silent');

/** One process of Herald that imports, as the tests use it. */
export type Herald = {
  db: Database;
  imports: Imports;
  games: Games;
  work(): Promise<void>;
  /** Syncs a followed game, by its id. */
  sync(game: number): Promise<SyncOutcome | undefined>;
  close(): Promise<void>;
};

/** What tests change where the real thing would take too long. */
export type Tuning = {
  requestsPerMinute?: number;
  token?: string;
  windowMs?: number;
  timeoutMs?: number;
  blockedMs?: number;
  waits?: Waits;
  deepestEntry?: number;
};

/** A process as it is: the whole app. */
export async function openApp(databaseUrl: string, startggUrl: string, tuning: Tuning = {}): Promise<Herald> {
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    STARTGG_TOKEN: tuning.token ?? TOKEN,
    STARTGG_API_URL: startggUrl,
    STARTGG_REQUESTS_PER_MINUTE: String(tuning.requestsPerMinute ?? 100_000),
  });
  const app = await App.open(config, log);
  return {
    db: app.db,
    imports: app.imports,
    games: app.games,
    work: () => app.work(),
    sync: async () => {
      throw new Error('the app syncs by itself');
    },
    close: () => app.close(),
  };
}

/** A process put together from the same parts, with shorter times and lower limits. */
export async function openTuned(databaseUrl: string, startggUrl: string, tuning: Tuning): Promise<Herald> {
  const db = await Database.connect(databaseUrl, entities);
  const queue = new Queue(databaseUrl, log);
  const listener = new Listener(databaseUrl, log);
  const token = tuning.token ?? TOKEN;
  const { requestsPerMinute = 100_000 } = tuning;
  const usual = startggAllowance(token, requestsPerMinute);
  const { timeoutMs = usual.timeoutMs, windowMs } = tuning;
  const budget = new SharedBudget(
    db,
    windowMs ? { ...usual, requests: requestsPerMinute, windowMs, timeoutMs } : { ...usual, timeoutMs },
  );
  const client = new StartggClient({
    url: startggUrl,
    token,
    budget,
    log,
    timeoutMs,
    blockedMs: tuning.blockedMs,
  });
  const kinds = [startggImport(client, { deepestEntry: tuning.deepestEntry }), startggFollow(client)];
  const imports = new Imports(db, queue, kinds);
  const followSync = new FollowSync(db, client, imports, log);
  const runner = new Runner(db, queue, listener, kinds, log, { waits: tuning.waits });
  await listener.start();
  await queue.start();
  return {
    db,
    imports,
    games: new Games(db, client),
    work: () => runner.start(4),
    sync: (game) => followSync.run(String(game), new AbortController().signal),
    async close() {
      runner.stop();
      await queue.stop(6_000);
      await listener.close();
      await db.close();
    },
  };
}
