import { type RawBuilder, sql } from 'kysely';

/**
 * Values of one column as PostgreSQL writes an array (PostgreSQL documentation, Arrays, Input and Output Syntax). Objects
 * become JSON; what is missing is null.
 */
export function arrayOf(values: readonly unknown[]): string {
  return `{${values.map(elementOf).join(',')}}`;
}

function elementOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return NEEDS_ESCAPE.test(text) ? `"${text.replaceAll(ESCAPED, '\\$&')}"` : `"${text}"`;
}

const NEEDS_ESCAPE = /["\\]/;
const ESCAPED = /["\\]/g;

/**
 * Rows as a table for `from`: an array per column, which PostgreSQL reads in half the time that it needs for JSON.
 *
 * @param columns the properties that are given, in order, with their types in SQL; they are the names of the columns
 */
export function unnested<T extends object>(
  rows: readonly T[],
  columns: Readonly<Partial<Record<keyof T & string, string>>>,
  name: string,
): RawBuilder<unknown> {
  const given = Object.entries(columns) as [keyof T & string, string][];
  const arrays = given.map(
    ([column, type]) => sql`${arrayOf(rows.map((row) => row[column]))}::${sql.raw(type)}[]`,
  );
  const names = given.map(([column]) => sql.ref(column));
  return sql`unnest(${sql.join(arrays)}) as ${sql.ref(name)}(${sql.join(names)})`;
}
