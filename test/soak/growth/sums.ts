import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import type { Truth, TruthRow, TruthTable } from '../../../src/sandbox/startgg/truth.ts';
import type { World } from '../../../src/sandbox/startgg/world.ts';

/** How many rows a table has, and a number that comes out other when any value in them is. */
export type Sums = Partial<Record<TruthTable, { rows: number; columns: string[]; sum: string }>>;

const DAY_MS = 86_400_000;
const DAYS_AT_ONCE = 7;
const FIELD = '\u001f';
const NULL = '\\N';

/** Sums of what an importer must end up with, taken week by week, since all of it at once is some gigabytes. */
export function sumsOf(world: World, videogameId: number, from: Date, to: Date): Sums {
  const sums: Sums = {};
  const seen = new Set<string>();
  for (let day = from.getTime(); day <= to.getTime(); day += DAYS_AT_ONCE * DAY_MS) {
    const until = new Date(Math.min(day + (DAYS_AT_ONCE - 1) * DAY_MS, to.getTime()));
    const part = world.truth({ videogameId, since: new Date(day), until });
    for (const table of Object.keys(part) as TruthTable[])
      for (const row of fresh(table, part, seen)) add(sums, table, row);
  }
  return sums;
}

/** People come up again every week, and so does the game. */
function fresh(table: TruthTable, part: Truth, seen: Set<string>): TruthRow[] {
  if (!['startgg_player', 'startgg_user', 'startgg_videogame'].includes(table)) return part[table];
  return part[table].filter(({ id }) => {
    const key = `${table} ${id}`;
    return !seen.has(key) && seen.add(key);
  });
}

function add(sums: Sums, table: TruthTable, row: TruthRow): void {
  const columns = Object.keys(row).sort();
  const text = columns.map((column) => String(row[column] ?? NULL)).join(FIELD);
  const before = sums[table] ?? { rows: 0, columns, sum: '0' };
  const sum = BigInt(before.sum) + BigInt(`0x${createHash('md5').update(text).digest('hex').slice(0, 12)}`);
  sums[table] = { rows: before.rows + 1, columns, sum: String(sum) };
}

/** The same sums of the live rows of a database, over the same columns. */
export async function sumsIn(sql: Client, wanted: Sums): Promise<Sums> {
  const found: Sums = {};
  for (const [table, { columns }] of Object.entries(wanted) as [TruthTable, { columns: string[] }][]) {
    const { rows: types } = await sql.query<{ name: string; type: string }>(
      'select column_name as name, data_type as type from information_schema.columns where table_name = $1',
      [table],
    );
    const isTime = (column: string) =>
      types.some(({ name, type }) => name === column && type.startsWith('timestamp'));
    const fields = columns.map((column) => {
      const text = isTime(column)
        ? `to_char("${column}" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
        : `"${column}"::text`;
      return `coalesce(${text}, '${NULL}')`;
    });
    const { rows } = await sql.query<{ rows: number; sum: string }>(
      `select count(*)::int as rows, coalesce(sum(('x' || substr(md5(concat_ws('${FIELD}', ${fields.join(', ')})), 1, 12))::bit(48)::bigint), 0)::text as sum
       from ${table} where deleted_at is null`,
    );
    const [row = { rows: 0, sum: '0' }] = rows;
    found[table] = { ...row, columns };
  }
  return found;
}
