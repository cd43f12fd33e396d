import { type Kysely, sql } from 'kysely';
import { entities } from '../../src/app.ts';
import { Database, type EntityManager, rows } from '../../src/database/database.ts';
import { Listener } from '../../src/database/listener.ts';
import { migrate } from '../../src/database/migrations.ts';
import { SharedBudget } from '../../src/jobs/budget.ts';
import { Imports } from '../../src/jobs/imports.ts';
import { Queue } from '../../src/jobs/queue.ts';
import { Runner } from '../../src/jobs/runner.ts';
import { type Answer, StartggClient, startggAllowance } from '../../src/startgg/client.ts';
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

const ROUNDS = 3;
const SIZE = { events: 250, sets: 10_000 };

/** Tables in the order in which rows may be inserted, with what groups their rows as the import's pages do. */
const TABLES = {
  startgg_tournament: sql`0`,
  startgg_event: sql`0`,
  startgg_phase: sql`event_id`,
  startgg_phase_group: sql`(select event_id from startgg_phase p where p.id = phase_id)`,
  startgg_player: sql`(select min(e.event_id) from startgg_participant x join startgg_entrant_participant l on l.participant_id = x.id join startgg_entrant e on e.id = l.entrant_id where x.player_id = t.id)`,
  startgg_user: sql`(select min(e.event_id) from startgg_participant x join startgg_entrant_participant l on l.participant_id = x.id join startgg_entrant e on e.id = l.entrant_id where x.user_id = t.id)`,
  startgg_participant: sql`(select min(e.event_id) from startgg_entrant_participant l join startgg_entrant e on e.id = l.entrant_id where l.participant_id = t.id)`,
  startgg_entrant: sql`event_id`,
  startgg_entrant_participant: sql`(select e.event_id from startgg_entrant e where e.id = entrant_id)`,
  startgg_set: sql`event_id`,
};
const ENTRANT_TABLES = [
  'startgg_player',
  'startgg_user',
  'startgg_participant',
  'startgg_entrant',
  'startgg_entrant_participant',
];

/**
 * The engine's whole way from a parsed page to committed rows (work list, lease, classification, counters), beside plain
 * inserts of the same rows in as many transactions; and what an unchanged import writes.
 */
export async function measureWrites(ground: Ground): Promise<Measure[]> {
  const startgg = await serve(worldOf(SIZE));
  const answers = new Map<string, Promise<Answer<unknown>>>();
  const open = async (name: string) => await openEngine(await ground.database(name), startgg.url, answers);
  const template = await open('writes_read');
  await template.run();
  const batches = await batchesOf(template.db);
  const count = batches.flat().reduce((sum, batch) => sum + batch.rows.length, 0);
  await template.close();
  const [own, plain]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const herald = await open(`writes_own_${round}`);
    own.push(await timed(() => herald.run()));
    await herald.close();
    const bare = await open(`writes_plain_${round}`);
    plain.push(await timed(() => insertAll(bare.db, batches)));
    await bare.close();
  }
  await startgg.close();
  const ratio = median(plain) / median(own);
  const rate = (ms: number) => Math.round((count / ms) * 1000).toLocaleString('en-US');
  return [
    {
      what: `rows per second of the write path (${rate(median(own))}) against plain inserts (${rate(median(plain))})`,
      value: ratio.toFixed(2),
      bound: '≥ 0.50',
      holds: ratio >= 0.5,
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
export async function versions(em: EntityManager): Promise<Set<string>> {
  const all = new Set<string>();
  for (const table of ['startgg_videogame', ...Object.keys(TABLES)]) {
    const found = await rows(
      em,
      sql<{ v: string }>`select xmin::text || ' ' || ctid::text as v from ${sql.table(table)}`,
    );
    for (const { v } of found) all.add(`${table} ${v}`);
  }
  return all;
}

type Batch = { table: string; columns: string[]; types: string[]; rows: object[] };

async function openEngine(url: string, startggUrl: string, answers: Map<string, Promise<Answer<unknown>>>) {
  const db = await Database.connect(url, entities);
  await migrate(db, [() => Queue.install(url)]);
  const budget = new SharedBudget(db, startggAllowance('bench', UNLIMITED));
  const client = new RememberingClient({ url: startggUrl, token: 'bench', budget, log }, answers);
  const queue = new Queue(url, log);
  const listener = new Listener(url, log);
  const kinds = [startggImport(client)];
  const imports = new Imports(db, queue, kinds);
  await listener.start();
  await queue.start();
  const game = await new Games(db, client).resolve(String(GAME.id));
  return {
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
      const { state } = await imports.get('all', job.id);
      if (state !== 'COMPLETED') throw new Error(`the import is ${state}`);
    },
    async close() {
      await queue.stop(1_000);
      await listener.close();
      await db.close();
    },
  };
}

/** Remembers every answer, and gives it again at once. */
class RememberingClient extends StartggClient {
  readonly #answers: Map<string, Promise<Answer<unknown>>>;

  constructor(
    options: ConstructorParameters<typeof StartggClient>[0],
    answers: Map<string, Promise<Answer<unknown>>>,
  ) {
    super(options);
    this.#answers = answers;
  }

  override async query<T>(...args: Parameters<StartggClient['query']>): Promise<Answer<T>> {
    const key = JSON.stringify(args.slice(0, 2));
    const answer = this.#answers.get(key) ?? super.query(...args);
    this.#answers.set(key, answer);
    return (await answer) as Answer<T>;
  }
}

/** All rows as the import wrote them: tournaments and events at once, then per event pools, entrants and sets. */
async function batchesOf(db: Database): Promise<Batch[][]> {
  const groups = new Map<string, Batch[]>();
  for (const [table, group] of Object.entries(TABLES)) {
    const columns = await rows(
      db.em(),
      sql<{
        name: string;
        type: string;
      }>`select column_name as name, data_type as type from information_schema.columns
        where table_name = ${table} and column_name not in ('created_at', 'updated_at', 'deleted_at', 'seq') order by ordinal_position`,
    );
    const found = await rows(
      db.em(),
      sql<{
        part: number;
        rows: object[];
      }>`select ${group} as part, json_agg(t) as rows from ${sql.table(table)} t group by 1 order by 1`,
    );
    const stage = ENTRANT_TABLES.includes(table)
      ? 2
      : table === 'startgg_set'
        ? 3
        : table.includes('phase')
          ? 1
          : 0;
    for (const { part, rows: list } of found) {
      const key = `${stage} ${part}`;
      const batch = {
        table,
        columns: columns.map(({ name }) => name),
        types: columns.map(({ type }) => type),
        rows: list,
      };
      groups.set(key, [...(groups.get(key) ?? []), batch]);
    }
  }
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([, batches]) => batches);
}

async function insertAll(db: Database, transactions: readonly Batch[][]): Promise<void> {
  for (const batches of transactions)
    await db.transaction(async (em) => {
      // As the engine does it, so that what is compared is the work and not the disk.
      await rows(em, sql`set local synchronous_commit = off`);
      for (const { table, columns, types, rows: list } of batches) {
        const names = sql.join(columns.map((name) => sql.ref(name)));
        const typed = sql.join(columns.map((name, i) => sql`${sql.ref(name)} ${sql.raw(types[i] ?? '')}`));
        await sql`insert into ${sql.table(table)} (${names}) select ${names} from json_to_recordset(${JSON.stringify(list)}::json) as given(${typed})`.execute(
          em.getKysely() as unknown as Kysely<unknown>,
        );
      }
    });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
