import { sql } from 'kysely';
import { entities } from '../../src/app.ts';
import { Database, type EntityManager, rows } from '../../src/database/database.ts';
import { Listener } from '../../src/database/listener.ts';
import { migrate } from '../../src/database/migrations.ts';
import { SharedBudget } from '../../src/jobs/budget.ts';
import { Imports } from '../../src/jobs/imports.ts';
import { Queue } from '../../src/jobs/queue.ts';
import { Runner } from '../../src/jobs/runner.ts';
import { startggAllowance } from '../../src/startgg/client.ts';
import { Games } from '../../src/startgg/games.ts';
import { startggImport } from '../../src/startgg/import.ts';
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
import { Memory, RememberingClient } from './remembering.ts';

const ROUNDS = 5;
const SIZE = { events: 250, sets: 10_000 };

/**
 * The engine's whole way from remembered answers to committed rows (planning of requests, reading of their answers, work
 * list, lease, classification, counters), beside plain inserts of the same rows into the same tables with their keys and
 * indexes: of just those rows that each of the engine's transactions left, in a transaction each, as many side by side as
 * the engine's, and with the same `synchronous_commit`. COPY into tables without any of that shows what the disk could do.
 */
export async function measureWrites(ground: Ground): Promise<Measure[]> {
  const startgg = await serve(worldOf(SIZE));
  const memory = new Memory();
  const open = async (name: string) => await openEngine(await ground.database(name), startgg.url, memory);
  const first = await open('writes_read');
  await first.run();
  await first.close();
  const asked = startgg.requests.length;
  const rates: Record<'own' | 'plain' | 'copy', number[]> = { own: [], plain: [], copy: [] };
  let inAll = { rows: 0, transactions: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const herald = await open(`writes_own_${round}`);
    const own = await timed(() => herald.run());
    const written = await writtenBy(herald.db);
    await herald.close();
    inAll = { rows: rowsIn(written), transactions: written.length };
    const plain = await open(`writes_plain_${round}`);
    await plain.db.close();
    rates.own.push(inAll.rows / own);
    rates.plain.push(inAll.rows / (await timed(() => insertAll(plain.url, written))));
    rates.copy.push(inAll.rows / (await copyAll(plain.url, written)));
    await plain.close();
  }
  if (startgg.requests.length > asked) throw new Error('not all answers were remembered');
  await startgg.close();
  const rate = (of: keyof typeof rates) => Math.round(median(rates[of]) * 1000).toLocaleString('en-US');
  const against = (other: 'plain' | 'copy') =>
    median(rates.own.map((own, round) => own / (rates[other][round] ?? Number.NaN)));
  const what = `rows per second of the write path (${rate('own')}; ${inAll.rows.toLocaleString('en-US')} rows in ${inAll.transactions} transactions, 8 at once)`;
  return [
    {
      what: `${what} against plain inserts of the same in as many (${rate('plain')})`,
      value: against('plain').toFixed(2),
      bound: '≥ 0.70',
      holds: against('plain') >= 0.7,
    },
    {
      what: `the same against COPY into unlogged tables without keys (${rate('copy')})`,
      value: against('copy').toFixed(2),
      bound: 'none',
      holds: true,
    },
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
async function versions(em: EntityManager): Promise<Set<string>> {
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

async function openEngine(url: string, startggUrl: string, memory: Memory) {
  const db = await Database.connect(url, entities);
  await migrate(db, [() => Queue.install(url)]);
  const budget = new SharedBudget(db, startggAllowance('bench', UNLIMITED));
  const client = new RememberingClient({ url: startggUrl, token: 'bench', budget, log }, memory);
  const queue = new Queue(url, log);
  const listener = new Listener(url, log);
  const kinds = [startggImport(client)];
  const imports = new Imports(db, queue, kinds);
  await listener.start();
  await queue.start();
  const game = await new Games(db, client).resolve(String(GAME.id));
  return {
    url,
    db,
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
        throw new Error(`the import is ${state}, ${errorCount} items failed: ${failure?.key} ${failure?.error}`);
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
