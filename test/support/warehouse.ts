import type { Client } from 'pg';
import type { Truth, TruthTable } from '../../src/sandbox/startgg/truth.ts';

type Row = Record<string, unknown>;

/** Every table that holds start.gg's data. */
export const WAREHOUSE: readonly TruthTable[] = [
  'startgg_videogame',
  'startgg_tournament',
  'startgg_event',
  'startgg_phase',
  'startgg_phase_group',
  'startgg_entrant',
  'startgg_participant',
  'startgg_entrant_participant',
  'startgg_player',
  'startgg_user',
  'startgg_set',
];

/** Where the live rows are other than start.gg's truth, in words; nothing when all is right. */
export async function differences(sql: Client, truth: Truth): Promise<string[]> {
  const found: string[] = [];
  for (const table of WAREHOUSE) {
    const { rows } = await sql.query<Row>(`select * from ${table} where deleted_at is null`);
    found.push(...compare(table, truth[table], rows));
  }
  return found.slice(0, 12);
}

function compare(table: TruthTable, wanted: readonly Row[], rows: readonly Row[]): string[] {
  const found: string[] = [];
  const left = new Map(rows.map((row) => [keyOf(row), row]));
  for (const want of wanted) {
    const key = keyOf(want);
    const row = left.get(key);
    left.delete(key);
    if (!row) found.push(`${table} ${key} is missing`);
    else
      for (const [column, value] of Object.entries(want))
        if (plain(row[column]) !== value)
          found.push(`${table} ${key}.${column} is ${plain(row[column])}, should be ${value}`);
  }
  // People belong to no event: they are never deleted.
  const isPeople = table === 'startgg_player' || table === 'startgg_user';
  return isPeople
    ? found
    : [...found, ...[...left.keys()].map((key) => `${table} ${key} should not be there`)];
}

const keyOf = (row: Row) => String(row.id ?? `${row.entrant_id}/${row.participant_id}`);

const plain = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
