import { sql } from 'kysely';
import { entities } from '../../src/app.ts';
import { Database, type EntityManager, rows } from '../../src/database/database.ts';
import { Listener } from '../../src/database/listener.ts';
import { migrate } from '../../src/database/migrations.ts';
import { SharedBudget } from '../../src/jobs/budget.ts';
import { Imports } from '../../src/jobs/imports.ts';
import type { ImportKind } from '../../src/jobs/kind.ts';
import { Queue } from '../../src/jobs/queue.ts';
import { Runner } from '../../src/jobs/runner.ts';
import { type StartggClient, startggAllowance } from '../../src/startgg/client.ts';
import { Games } from '../../src/startgg/games.ts';
import { importJob } from '../../src/startgg/params.ts';
import {
  GAME,
  type Ground,
  log,
  type Measure,
  openApp,
  runImport,
  SINCE,
  serve,
  UNLIMITED,
  worldOf,
} from './ground.ts';
import { copyAll, insertAll, rowsIn, TABLES, writtenBy } from './inserts.ts';
import { RememberingClient, rememberingImport } from './remembering.ts';

const ROUNDS = 5;
const SIZE = { events: 250, sets: 10_000 };
/** Connections of the plain inserts: one, as many as an import writes on, and as many as it has requests on the way. */
const CONNECTIONS = { plain: 1, paired: 2, parallel: 8 };

type Way = 'own' | 'copy' | keyof typeof CONNECTIONS;

/**
 * The engine's whole way from pages that are read to committed rows (work list, planning of requests, lease,
 * classification, counters), beside plain inserts of the same rows into the same tables with their keys and
 * indexes: of just those rows that each of the engine's transactions left, in a transaction each, one after the other
 * and with the same `synchronous_commit`. What the same inserts do on several connections, and COPY into tables without
 * keys and indexes, is only shown.
 */
export async function measureWrites(ground: Ground): Promise<Measure[]> {
  const startgg = await serve(worldOf(SIZE));
  let source: Source | undefined;
  const open = async (name: string) => {
    const engine = await openEngine(await ground.database(name), startgg.url, source);
    source = engine.source;
    return engine;
  };
  for (const name of ['writes_read', 'writes_again']) {
    const engine = await open(name);
    await engine.run();
    await engine.close();
  }
  const asked = startgg.requests.length;
  const rates: Record<Way, number[]> = { own: [], plain: [], paired: [], parallel: [], copy: [] };
  let inAll = { rows: 0, transactions: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const herald = await open(`writes_own_${round}`);
    const own = await timed(() => herald.run());
    const written = await writtenBy(herald.db);
    await herald.close();
    inAll = { rows: rowsIn(written), transactions: written.length };
    rates.own.push(inAll.rows / own);
    for (const [of, connections] of Object.entries(CONNECTIONS) as [keyof typeof CONNECTIONS, number][]) {
      const bare = await open(`writes_${of}_${round}`);
      await bare.close();
      rates[of].push(inAll.rows / (await timed(() => insertAll(bare.url, written, connections))));
      if (of === 'parallel') rates.copy.push(inAll.rows / (await copyAll(bare.url, written)));
    }
  }
  if (startgg.requests.length > asked) throw new Error('not all answers were remembered');
  await source?.budget.close();
  await startgg.close();
  const rate = (of: Way) => Math.round(median(rates[of]) * 1000).toLocaleString('en-US');
  const against = (other: Way) =>
    median(rates.own.map((own, round) => own / (rates[other][round] ?? Number.NaN)));
  const shown = (what: string, of: Way) => ({
    what: `${what} (${rate(of)})`,
    value: against(of).toFixed(2),
    bound: 'none',
    holds: true,
  });
  return [
    {
      what: `rows per second of the write path (${rate('own')}; ${inAll.rows.toLocaleString('en-US')} rows in ${inAll.transactions} transactions) against plain inserts of the same in as many, one after the other (${rate('plain')})`,
      value: against('plain').toFixed(2),
      bound: '≥ 0.70',
      holds: against('plain') >= 0.7,
    },
    shown(
      `the same against plain inserts on ${CONNECTIONS.paired} connections, as many as the import writes on`,
      'paired',
    ),
    shown(`the same against plain inserts on ${CONNECTIONS.parallel} connections`, 'parallel'),
    shown('the same against COPY into unlogged tables without keys and indexes', 'copy'),
  ];
}

/** Rows that a second import of an unchanged game inserts, updates or deletes. */
export async function measureQuiet(ground: Ground): Promise<Measure[]> {
  const startgg = await serve(worldOf({ events: 100, sets: 4_000 }));
  const app = await openApp(await ground.database('quiet'), startgg);
  await app.work();
  await runImport(app);
  const before = await versions(app.db.em());
  await runImport(app);
  const after = await versions(app.db.em());
  const touched = [...after].filter((row) => !before.has(row)).length + Math.max(0, before.size - after.size);
  await app.close();
  await startgg.close();
  return [
    {
      what: 'rows that an unchanged second import touches',
      value: String(touched),
      bound: '0',
      holds: touched === 0,
    },
  ];
}

/** Every row version in the data tables: an insert or update makes a new one, a delete takes one away. */
export async function versions(em: EntityManager): Promise<Set<string>> {
  const all = new Set<string>();
  for (const table of ['startgg_videogame', ...TABLES]) {
    const found = await rows(
      em,
      sql<{ v: string }>`select xmin::text || ' ' || ctid::text as v from ${sql.table(table)}`,
    );
    for (const { v } of found) all.add(`${table} ${v}`);
  }
  return all;
}

/** Where imports read: it outlives the database that was written to first. */
type Source = { budget: Database; client: StartggClient; kind: ImportKind };

async function openSource(url: string, startggUrl: string): Promise<Source> {
  const budget = await Database.connect(url, entities);
  const client = new RememberingClient({
    url: startggUrl,
    token: 'bench',
    budget: new SharedBudget(budget, startggAllowance('bench', UNLIMITED)),
    log,
  });
  return { budget, client, kind: rememberingImport(client) };
}

async function openEngine(url: string, startggUrl: string, known?: Source) {
  const db = await Database.connect(url, entities);
  await migrate(db, [() => Queue.install(url)]);
  const source = known ?? (await openSource(url, startggUrl));
  const { client } = source;
  const queue = new Queue(url, log);
  const listener = new Listener(url, log);
  const kinds = [source.kind];
  const imports = new Imports(db, queue, kinds);
  await listener.start();
  await queue.start();
  const game = await new Games(db, client).resolve(String(GAME.id));
  return {
    url,
    db,
    source,
    async run() {
      const runner = new Runner(db, queue, listener, kinds, log);
      const { job } = await imports.start({
        ...importJob(game, SINCE, null),
        guildId: null,
        requestedBy: null,
        channelId: null,
      });
      await runner.runSlice(job.id, new AbortController().signal);
      const { state, errorCount } = await imports.get('all', job.id);
      const [failure] = await imports.failures(job.id, 1);
      if (state !== 'COMPLETED' || failure)
        throw new Error(
          `the import is ${state}, ${errorCount} items failed: ${failure?.key} ${failure?.error}`,
        );
    },
    async close() {
      await queue.stop(1_000);
      await listener.close();
      await db.close();
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
