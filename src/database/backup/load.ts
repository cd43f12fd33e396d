import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client, type ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { UserError } from '../../errors.ts';
import { quoted, readMigrations, readSequences, readTables, type Sequence } from './catalog.ts';
import type { Manifest, Progress } from './format.ts';
import type { BackupReader } from './reader.ts';

/** Others' views and tables need Herald's (PostgreSQL documentation, Appendix A: dependent objects, feature not supported). */
const IN_USE_BY_OTHERS = ['2BP01', '0A000'];
/** A file that is older than this is probably not that of a move: what it knows nothing of was shown to people since. */
const MOVE_MS = 3_600_000;
/** How many numbers are left out for what came after such a file. */
const LEFT_OUT = 100_000;

/** What a restore works with: the connection of its transaction, and the names of Herald's tables. */
type Target = { client: ClientBase; tables: readonly string[] };

/** Whether some migrations are those that this Herald began with. */
export function isBeginningOf(some: readonly string[], known: readonly string[]): boolean {
  return some.every((name, index) => name === known[index]);
}

/**
 * Takes everything out of Herald's tables, and the tables too where they are newer than those of the backup.
 *
 * @returns the sequences as they stood
 */
export async function clear({ client, tables }: Target, manifest: Manifest): Promise<Sequence[]> {
  const there = (await readTables(client, tables)).map(({ name }) => quoted(name));
  const sequences = await readSequences(client, tables);
  const isNewer = (await readMigrations(client)).length > manifest.migrations.length;
  if (there.length === 0) return sequences;
  try {
    if (!isNewer) await client.query(`truncate ${there.join(', ')}`);
    else {
      await client.query(`drop table ${there.join(', ')}`);
      for (const { name } of sequences) await client.query(`drop sequence if exists ${quoted(name)}`);
      await client.query('delete from mikro_orm_migrations');
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && IN_USE_BY_OTHERS.includes(String(error.code))))
      throw error;
    const detail = 'detail' in error && error.detail ? ` (${error.detail})` : '';
    throw new UserError(
      `Something else in this database needs Herald's tables: ${error.message}${detail}. Take that away first, or restore into an empty database.`,
    );
  }
  return sequences;
}

/** Copies all tables of a backup in. The schema is that of the backup. */
export async function load(
  { client, tables }: Target,
  reader: BackupReader,
  options: { signal: AbortSignal; onProgress?: ((progress: Progress) => void) | undefined },
): Promise<void> {
  await checkTables(client, tables, reader.manifest);
  for await (const { table, rows } of reader.tables(options.onProgress)) {
    const columns = table.columns.map(quoted).join(', ');
    const copy = client.query(copyFrom(`copy ${quoted(table.name)} (${columns}) from stdin`));
    await pipeline(Readable.from(rows), copy, { signal: options.signal });
  }
}

/** What the migrations made is what the backup holds; otherwise it is of another program, or of migrations changed since. */
async function checkTables(client: ClientBase, names: readonly string[], manifest: Manifest): Promise<void> {
  const all = [...new Set([...names, ...manifest.tables.map(({ name }) => name)])];
  const there = new Map((await readTables(client, all)).map((table) => [table.name, table.columns]));
  const given = new Map(manifest.tables.map((table) => [table.name, table.columns]));
  const differing = all.filter((name) => shape(there.get(name)) !== shape(given.get(name)));
  if (differing.length > 0)
    throw new UserError(`The backup does not fit this Herald: it differs in ${differing.join(', ')}.`);
}

function shape(columns: readonly string[] | undefined): string {
  return JSON.stringify(columns?.toSorted());
}

/**
 * Lets the sequences go on behind what the backup and the replaced data gave. Buttons under messages at Discord carry such
 * numbers: one that is given again would make an old button press something else.
 *
 * @param ageMs how old the backup is
 */
export async function setSequences(
  { client, tables }: Target,
  { given, replaced, ageMs }: { given: readonly Sequence[]; replaced: readonly Sequence[]; ageMs: number },
): Promise<void> {
  const leftOut = ageMs > MOVE_MS ? LEFT_OUT : 0;
  const lastOf = (sequences: readonly Sequence[], name: string) =>
    sequences.find((sequence) => sequence.name === name)?.last ?? null;
  for (const { name, last } of await readSequences(client, tables)) {
    const [before, after] = [lastOf(given, name), lastOf(replaced, name)];
    if (before === null && after === null) continue;
    await client.query(
      `select setval($1::regclass, greatest(coalesce($2::bigint + $3, 1), coalesce($4::bigint, 1), coalesce($5::bigint, 1)))`,
      [quoted(name), before, leftOut, after, last],
    );
  }
}

/**
 * Ends the statement that a connection is busy with when a signal comes: it may be waiting for a lock of somebody else's.
 *
 * @returns the way to end that
 */
export async function cancelOn(signal: AbortSignal, url: string, client: ClientBase): Promise<() => void> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const cancel = async () => {
    const other = new Client({ connectionString: url });
    await other.connect();
    await other.query('select pg_cancel_backend($1)', [rows[0]?.pid]).finally(() => other.end());
  };
  // Where no other connection is to be had, the streams still end by the signal.
  const onAbort = () => void cancel().catch(() => {});
  signal.addEventListener('abort', onAbort, { once: true });
  return () => signal.removeEventListener('abort', onAbort);
}
