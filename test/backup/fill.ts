import fc from 'fast-check';
import type { Client } from 'pg';
import { TABLES } from '../../src/app-backup.ts';
import { readTables } from '../../src/database/backup/catalog.ts';

type Column = {
  table: string;
  name: string;
  type: string;
  nullable: boolean;
  toTable: string | null;
  toColumn: string | null;
};

/** What COPY escapes, or means something by. */
const AWKWARD = [
  '\\N',
  '\\.',
  '\\',
  '\\\\',
  '\n',
  '\r\n',
  '\t',
  '',
  '\b\f\v',
  '"',
  "'",
  '🏆',
  'é\u0301',
  '\u2028',
  '{}',
  'null',
  '\\.\n\\.',
  'a\\tb',
];

/** Text that PostgreSQL takes: everything but NUL and halves of surrogate pairs. */
export const anyText = fc
  .oneof(
    fc.constantFrom(...AWKWARD),
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...AWKWARD)).map((parts) => parts.join('')),
  )
  .map((text) => text.replaceAll('\0', '').toWellFormed());

export const anyJson = fc
  .jsonValue({ stringUnit: 'binary' })
  .map((value) => JSON.stringify(value).replaceAll('\\u0000', '').toWellFormed())
  .filter((text) => !/\\ud[89a-f]/i.test(text));

/** With microseconds, far back and far ahead, and without an end. */
export const anyTime = fc.oneof(
  fc
    .tuple(fc.integer({ min: -9_000_000_000, max: 90_000_000_000 }), fc.integer({ min: 0, max: 999_999 }))
    .map(([seconds, micros]) => `epoch ${seconds}.${String(micros).padStart(6, '0')}`),
  fc.constantFrom('infinity', '-infinity', '0044-03-15 12:00:00.000001+00 BC'),
);

const BY_TYPE: Record<string, fc.Arbitrary<unknown>> = {
  text: anyText,
  jsonb: anyJson,
  'timestamp with time zone': anyTime,
  integer: fc.integer(),
  smallint: fc.integer({ min: -32_768, max: 32_767 }),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  'double precision': fc.double().map(String),
  boolean: fc.boolean(),
  uuid: fc.uuid(),
};

/** What a restore changes of its own accord is not there: nothing waits to be said, or is under way. */
const FIXED: Record<string, string | null> = {
  'import_job.lease': null,
  'live_message.message_id': '1',
  'discord_event.event_id': '1',
};

/** Puts rows with all kinds of values into every table of Herald. */
export async function fill(sql: Client, rowsEach: number, seed: number): Promise<void> {
  const tables = await readTables(sql, TABLES);
  const { rows: columns } = await sql.query<Column>(
    `select c.table_name as table, c.column_name as name, c.data_type as type, c.is_nullable = 'YES' as nullable,
       r.relname as "toTable", ra.attname as "toColumn"
     from information_schema.columns c
       join pg_attribute a on a.attrelid = to_regclass(quote_ident(c.table_name)) and a.attname = c.column_name
       left join pg_constraint f on f.contype = 'f' and f.conrelid = a.attrelid and f.conkey = array[a.attnum]
       left join pg_class r on r.oid = f.confrelid left join pg_attribute ra on ra.attrelid = r.oid and ra.attnum = f.confkey[1]
     where c.table_schema = 'public' order by c.ordinal_position`,
  );
  const known = new Map<string, unknown[]>();
  // In one transaction: thousands of commits take their time.
  await sql.query('begin');
  for (const [index, { name: table }] of tables.entries()) {
    const own = columns.filter((column) => column.table === table);
    const row = fc.tuple(...own.map((column) => arbitraryOf(column, known)));
    for (const values of fc.sample(row, { numRuns: rowsEach, seed: seed + index })) {
      const given = own.map(({ type }, i) =>
        type === 'timestamp with time zone' ? timeOf(`$${i + 1}`) : `$${i + 1}`,
      );
      await sql.query(
        `insert into "${table}" (${own.map(({ name }) => `"${name}"`).join(', ')}) overriding system value
         values (${given.join(', ')}) on conflict do nothing`,
        values,
      );
    }
    for (const { name } of own) {
      const { rows } = await sql.query(
        `select "${name}"::text as v from "${table}" where "${name}" is not null`,
      );
      known.set(
        `${table}.${name}`,
        rows.map(({ v }) => v),
      );
    }
  }
  await sql.query('commit');
}

/** A time as `anyTime` writes it. */
export function timeOf(parameter: string): string {
  return `case when ${parameter}::text like 'epoch %'
    then timestamptz 'epoch' + (substr(${parameter}::text, 7) || ' seconds')::interval else nullif(${parameter}::text, 'epoch')::timestamptz end`;
}

function arbitraryOf(column: Column, known: ReadonlyMap<string, unknown[]>): fc.Arbitrary<unknown> {
  const fixed = FIXED[`${column.table}.${column.name}`];
  if (fixed !== undefined) return fc.constant(fixed);
  const referred = column.toTable === null ? undefined : known.get(`${column.toTable}.${column.toColumn}`);
  const values =
    column.toTable === null
      ? BY_TYPE[column.type]
      : referred?.length
        ? fc.constantFrom(...referred)
        : fc.constant(null);
  if (!values) throw new Error(`no values for ${column.table}.${column.name}, a ${column.type}`);
  return column.nullable ? fc.option(values, { freq: 3, nil: null }) : values;
}
