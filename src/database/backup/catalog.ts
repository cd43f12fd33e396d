import type { ClientBase } from 'pg';

export type Table = { name: string; columns: string[] };
export type Sequence = { name: string; last: string | null };

/** The same on both sides: text of COPY depends on them. Nothing of this is done in a moment. */
const SESSION = [
  `set local timezone = 'UTC'`,
  `set local datestyle = 'ISO, YMD'`,
  `set local intervalstyle = 'postgres'`,
  `set local bytea_output = 'hex'`,
  'set local extra_float_digits = 1',
  `set local client_encoding = 'UTF8'`,
  'set local statement_timeout = 0',
  'set local idle_in_transaction_session_timeout = 0',
];

/** Sets the transaction up for COPY. */
export async function prepare(client: ClientBase): Promise<void> {
  for (const statement of SESSION) await client.query(statement);
}

/** A name as it stands in SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Those of some tables that there are, each after all that it has foreign keys to. */
export async function readTables(client: ClientBase, names: readonly string[]): Promise<Table[]> {
  const tables = await client.query<Table>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from unnest($1::text[]) as wanted(name) join pg_class c on c.oid = to_regclass(quote_ident(wanted.name))
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     group by c.relname order by c.relname`,
    [names],
  );
  const references = await client.query<{ from: string; to: string }>(
    `select c.conrelid::regclass::oid, f.relname as from, t.relname as to from pg_constraint c
       join pg_class f on f.oid = c.conrelid join pg_class t on t.oid = c.confrelid
     where c.contype = 'f' and c.conrelid <> c.confrelid
       and c.conrelid in (select to_regclass(quote_ident(name)) from unnest($1::text[]) as wanted(name))`,
    [names],
  );
  return inOrder(tables.rows, references.rows);
}

function inOrder(tables: readonly Table[], references: readonly { from: string; to: string }[]): Table[] {
  const ordered: Table[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name));
    const next = left.filter(
      ({ name }) => !references.some(({ from, to }) => from === name && waiting.has(to)),
    );
    if (next.length === 0) throw new Error(`foreign keys go in a circle: ${[...waiting].join(', ')}`);
    ordered.push(...next);
    left = left.filter((table) => !next.includes(table));
  }
  return ordered;
}

/** The sequences that columns of some tables take their numbers from, whether these own them or only name them. */
export async function readSequences(client: ClientBase, tables: readonly string[]): Promise<Sequence[]> {
  const { rows } = await client.query<Sequence>(
    `with wanted as (select to_regclass(quote_ident(name)) as oid from unnest($1::text[]) as given(name))
     select s.relname as name, pg_sequence_last_value(s.oid)::text as last from pg_class s
     where s.relkind = 'S' and (
       exists (select 1 from pg_depend d join pg_attrdef f on f.oid = d.objid
         where d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = s.oid
           and f.adrelid in (select oid from wanted))
       or exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = s.oid
         and d.refclassid = 'pg_class'::regclass and d.deptype = 'i' and d.refobjid in (select oid from wanted)))
     order by s.relname`,
    [tables],
  );
  return rows;
}

/** Whether any of some tables has a row. */
export async function holdsRows(client: ClientBase, tables: readonly Table[]): Promise<boolean> {
  for (const { name } of tables) {
    const { rowCount } = await client.query(`select 1 from ${quoted(name)} limit 1`);
    if (rowCount) return true;
  }
  return false;
}

/** The migrations that were applied, oldest first. */
export async function readMigrations(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query(`select to_regclass('mikro_orm_migrations') is not null as "isThere"`);
  if (!rows[0].isThere) return [];
  const applied = await client.query<{ name: string }>('select name from mikro_orm_migrations order by id');
  return applied.rows.map(({ name }) => name);
}
