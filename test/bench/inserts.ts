import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sql } from 'kysely';
import { Client, Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type Database, rows } from '../../src/database/database.ts';

/** Tables in the order in which rows may be inserted, with the columns that refer to one of the others. */
const REFERENCES = {
  startgg_tournament: {},
  startgg_event: { tournament_id: 'startgg_tournament' },
  startgg_phase: { event_id: 'startgg_event' },
  startgg_phase_group: { phase_id: 'startgg_phase' },
  startgg_player: {},
  startgg_user: {},
  startgg_participant: {
    tournament_id: 'startgg_tournament',
    player_id: 'startgg_player',
    user_id: 'startgg_user',
  },
  startgg_entrant: { event_id: 'startgg_event' },
  startgg_entrant_participant: { entrant_id: 'startgg_entrant', participant_id: 'startgg_participant' },
  startgg_set: {
    event_id: 'startgg_event',
    phase_id: 'startgg_phase',
    phase_group_id: 'startgg_phase_group',
    slot1_entrant_id: 'startgg_entrant',
    slot2_entrant_id: 'startgg_entrant',
  },
} as const;
export const TABLES = Object.keys(REFERENCES) as (keyof typeof REFERENCES)[];

type Row = Record<string, unknown>;
type Batch = { table: string; columns: { name: string; type: string }[]; rows: Row[] };
/** The rows of one transaction, and the transactions that have to be committed before it. */
export type Transaction = { batches: Batch[]; after: ReadonlySet<number> };

export const rowsIn = (transactions: readonly Transaction[]) =>
  transactions.flatMap(({ batches }) => batches).reduce((sum, batch) => sum + batch.rows.length, 0);

/**
 * All rows by the transaction that left them as they are, as PostgreSQL notes it in `xmin`. A row that rows of an earlier
 * transaction refer to (since it was changed later) comes with the first of these.
 */
export async function writtenBy(db: Database): Promise<Transaction[]> {
  const columns = new Map<string, Batch['columns']>();
  const all = new Map<string, { table: keyof typeof REFERENCES; row: Row; place: number }>();
  for (const table of TABLES) {
    columns.set(table, await columnsOf(db, table));
    const found = await rows(
      db.em(),
      sql<{
        tx: number;
        row: Row;
      }>`select xmin::text::bigint::int as tx, to_json(t) as row from ${sql.table(table)} t`,
    );
    for (const [i, { tx, row }] of found.entries())
      all.set(`${table} ${row.id ?? i}`, { table, row, place: tx });
  }
  const parents = ({ table, row }: { table: keyof typeof REFERENCES; row: Row }) =>
    Object.entries(REFERENCES[table]).flatMap(([column, other]) => all.get(`${other} ${row[column]}`) ?? []);
  for (const entry of [...all.values()].reverse())
    for (const parent of parents(entry)) parent.place = Math.min(parent.place, entry.place);
  const places = [...new Set([...all.values()].map(({ place }) => place))].sort((a, b) => a - b);
  return places.map((place) => {
    const own = [...all.values()].filter((entry) => entry.place === place);
    const before = own.flatMap(parents).filter((parent) => parent.place !== place);
    const batches = [...Map.groupBy(own, ({ table }) => table)].map(([table, entries]) => ({
      table,
      columns: columns.get(table) ?? [],
      rows: entries.map(({ row }) => row),
    }));
    return { batches, after: new Set(before.map((parent) => places.indexOf(parent.place))) };
  });
}

/** What every row has by itself is left to the defaults. */
async function columnsOf(db: Database, table: string): Promise<Batch['columns']> {
  return await rows(
    db.em(),
    sql<{ name: string; type: string }>`
      select column_name as name, data_type as type from information_schema.columns
      where table_name = ${table} and column_name not in ('created_at', 'updated_at', 'deleted_at', 'seq')
      order by ordinal_position`,
  );
}

/** Inserts the rows of each transaction, a statement per table. */
export async function insertAll(
  url: string,
  transactions: readonly Transaction[],
  connections: number,
): Promise<void> {
  const pool = new Pool({ connectionString: url, max: connections });
  const done = transactions.map(() => Promise.withResolvers<void>());
  const waiting = [...transactions.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [i, { batches, after }] = next;
      await Promise.all([...after].map((other) => done[other]?.promise));
      await insert(pool, batches);
      done[i]?.resolve();
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  await pool.end();
}

async function insert(pool: Pool, batches: readonly Batch[]): Promise<void> {
  const client = await pool.connect();
  await client.query('begin');
  // As the engine does it, so that what is compared is the work and not the disk.
  await client.query('set local synchronous_commit = off');
  for (const { table, columns, rows } of batches) {
    const names = columns.map(({ name }) => name).join(', ');
    const typed = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
    await client.query(
      `insert into ${table} (${names}) select ${names} from json_to_recordset($1::json) as given(${typed})`,
      [JSON.stringify(rows)],
    );
  }
  await client.query('commit');
  client.release();
}

/** Copies all rows at once into unlogged tables that have neither keys nor indexes. Gives how long that took, in milliseconds. */
export async function copyAll(url: string, transactions: readonly Transaction[]): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const byTable = Map.groupBy(
    transactions.flatMap(({ batches }) => batches),
    ({ table }) => table,
  );
  for (const table of byTable.keys())
    await client.query(`create unlogged table copied_${table} (like ${table})`);
  for (const table of byTable.keys())
    for (const name of ['created_at', 'updated_at', 'seq'])
      await client.query(`alter table copied_${table} drop column if exists ${name}`);
  const start = performance.now();
  for (const [table, batches] of byTable) {
    const columns = batches[0]?.columns.map(({ name }) => name) ?? [];
    const lines = batches.flatMap(({ rows }) =>
      rows.map((row) => `${columns.map((column) => asText(row[column])).join('\t')}\n`),
    );
    const into = client.query(copyFrom(`copy copied_${table} (${columns.join(', ')}) from stdin`));
    await pipeline(Readable.from([lines.join('')]), into);
  }
  const took = performance.now() - start;
  await client.end();
  return took;
}

/** A value in COPY's text format (PostgreSQL documentation, COPY, File Formats). */
function asText(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(
    /[\\\t\n\r]/g,
    (char) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[char] ?? char,
  );
}
