import type { EntityManager, EntitySchema } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import { arrayOf } from './unnested.ts';

/** How many of the rows given were new, changed or already there as they are. */
export type Written = { new: number; changed: number; unchanged: number };

type Column = { property: string; name: string; type: string; key: boolean };

/**
 * Inserts or updates rows of one table, all of them in one statement from an array per column, in key order (so that two
 * writers never wait for each other in a circle). A row that is already there as it is stays untouched and unlocked, so
 * that two events with the same players are written side by side; a changed one gets `updated_at`, loses `deleted_at`, and takes the next number of `seq` where the table has one.
 *
 * @param given rows by property name; all have the same properties and no two have the same key
 */
export async function upsert<T extends object>(
  em: EntityManager,
  entity: EntitySchema<T>,
  given: readonly Partial<Record<keyof T, unknown>>[],
): Promise<Written> {
  return total((await upsertBy(em, entity, given)).values());
}

/**
 * The same, counted by the value of one property.
 *
 * @returns one entry per value that rows were given with
 */
export async function upsertBy<T extends object>(
  em: EntityManager,
  entity: EntitySchema<T>,
  given: readonly Partial<Record<keyof T, unknown>>[],
  by?: keyof T & string,
): Promise<Map<unknown, Written>> {
  const counts = new Map<unknown, Written>();
  const of = (value: unknown) => {
    const known = counts.get(value) ?? { new: 0, changed: 0, unchanged: 0 };
    counts.set(value, known);
    return known;
  };
  const [first] = given;
  if (!first) return counts;
  for (const row of given) of(by && row[by]).unchanged++;
  const properties = Object.keys(first);
  const statement = CompiledQuery.raw(
    statementFor(em, entity, properties, by),
    properties.map((property) => arrayOf(given.map((row) => row[property as keyof T]))),
  );
  const { rows: written } = await em.getKysely().executeQuery<Group>(statement);
  for (const { value, new: isNew, changed } of written) {
    const count = of(by && value);
    count.new += isNew;
    count.changed += changed;
    count.unchanged -= isNew + changed;
  }
  return counts;
}

type Group = { value: unknown; new: number; changed: number };

/** Statements by table and what they write, since a large import needs the same few thousands of times. */
const statements = new Map<string, string>();

function statementFor<T extends object>(
  em: EntityManager,
  entity: EntitySchema<T>,
  properties: readonly string[],
  by: string | undefined,
): string {
  const name = [entity.meta.className, by, ...properties].join(' ');
  const known = statements.get(name) ?? compose(describe(em, entity, properties), by);
  statements.set(name, known);
  return known;
}

/**
 * The statement, with an array of values per column as its parameters. `limit 1` has the rows that are there looked up one
 * by one by their key: of a table that grows quickly the planner knows too little, and reads all of it.
 */
function compose({ table, columns, versioned, sequence }: ReturnType<typeof describe>, by?: string): string {
  const names = (some: readonly Column[], prefix = '') =>
    some.map((column) => `${prefix}"${column.name}"`).join(', ');
  const keys = columns.filter((column) => column.key);
  const values = columns.filter((column) => !column.key);
  const isDifferent = (other: string) => [
    ...(values.length > 0
      ? [`row(${names(values, 'old.')}) is distinct from row(${names(values, other)})`]
      : []),
    ...(versioned ? ['old.deleted_at is not null'] : []),
  ];
  const assignments = [
    ...values.map(({ name }) => `"${name}" = excluded."${name}"`),
    ...(versioned ? ['updated_at = now()', 'deleted_at = null', `created_at = ${BORN}`] : []),
    ...(sequence ? ['seq = excluded.seq'] : []),
  ];
  const group = by ? names(columns.filter(({ property }) => property === by)) : 'null';
  return `with written as (
      insert into "${table}" as old (${names(columns)})
      select ${names(columns, 'given.')}
      from unnest(${columns.map(({ type }, i) => `$${i + 1}::${type}[]`).join(', ')}) as given(${names(columns)})
        left join lateral (
          select * from "${table}" old where ${keys.map(({ name }) => `old."${name}" = given."${name}"`).join(' and ')} limit 1
        ) old on true
      where ${[`old."${keys[0]?.name}" is null`, ...isDifferent('given.')].join(' or ')}
      order by ${names(keys, 'given.')}
      on conflict (${names(keys)})
        ${assignments.length > 0 ? `do update set ${assignments.join(', ')} where ${isDifferent('excluded.').join(' or ')}` : 'do nothing'}
      returning ${versioned ? 'old.created_at = now()' : 'old.xmax = 0'} as is_new, ${group} as value
    )
    select value, count(*) filter (where is_new)::int as new, count(*) filter (where not is_new)::int as changed
    from written group by value`;
}

/** Adds up what was written. */
export function total(all: Iterable<Written>): Written {
  const sum: Written = { new: 0, changed: 0, unchanged: 0 };
  for (const one of all) {
    sum.new += one.new;
    sum.changed += one.changed;
    sum.unchanged += one.unchanged;
  }
  return sum;
}

/** A row that was deleted in the moment of its creation was only named by others so far: it is new when it comes itself. */
const BORN = 'case when old.deleted_at = old.created_at then now() else old.created_at end';

function describe<T extends object>(
  em: EntityManager,
  entity: EntitySchema<T>,
  properties: readonly string[],
) {
  const meta = em.getMetadata().get(entity.meta.class);
  const all = Object.values(meta.properties) as {
    name: string;
    primary?: boolean;
    fieldNames: string[];
    columnTypes: string[];
  }[];
  const columns = properties.map((property): Column => {
    const found = all.find((candidate) => candidate.name === property);
    if (!found) throw new Error(`${meta.tableName} has no property ${property}`);
    return {
      property,
      name: String(found.fieldNames[0]),
      type: String(found.columnTypes[0]),
      key: found.primary === true,
    };
  });
  const has = (name: string) => all.some((property) => property.fieldNames[0] === name);
  return { table: meta.tableName, columns, versioned: has('deleted_at'), sequence: has('seq') };
}
