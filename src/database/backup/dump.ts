import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { UserError } from '../../errors.ts';
import { prepare, quoted, readMigrations, readSequences, readTables } from './catalog.ts';
import {
  type BackupTable,
  countRows,
  END_OF_FILE,
  END_OF_ROWS,
  FORMAT,
  FORMAT_VERSION,
  type Manifest,
  type Progress,
  type Seal,
} from './format.ts';

/** What to back up, and where to. */
export type Dump = {
  /** A PostgreSQL connection address. */
  url: string;
  /** Names of tables. */
  tables: readonly string[];
  /** Herald's own version. */
  herald: string;
  path: string;
  /** Replace a file that is there already. */
  force: boolean;
  signal: AbortSignal;
  onProgress?: (progress: Progress) => void;
};

/**
 * Writes one consistent snapshot of tables into a file, while others go on writing. The file gets its name when it is
 * whole; only its owner can read it.
 *
 * @returns what stands in the file
 * @throws UserError when the file cannot be written, or is there already
 */
export async function dump(options: Dump): Promise<{ manifest: Manifest; bytes: number }> {
  const { url, force, signal, onProgress = () => {} } = options;
  const path = resolve(options.path);
  await checkPlace(path, force);
  const unfinished = `${path}.${randomBytes(4).toString('hex')}.part`;
  const client = new Client({ connectionString: url });
  // A connection that is lost ends the query that it is lost in.
  client.on('error', () => {});
  await client.connect();
  // It may be waiting for a lock, which no stream knows of.
  const stop = () => void client.end();
  signal.addEventListener('abort', stop);
  try {
    const manifest = await begin(client, options);
    const file = createWriteStream(unfinished, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(contents(client, manifest, onProgress), createGzip(), file, { signal });
    await checkPlace(path, force);
    await rename(unfinished, path);
    return { manifest, bytes: (await stat(path)).size };
  } catch (error) {
    throw asPlain(error, path);
  } finally {
    signal.removeEventListener('abort', stop);
    await rm(unfinished, { force: true }).catch(() => {});
    await client.end();
  }
}

async function checkPlace(path: string, force: boolean): Promise<void> {
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (!folder?.isDirectory()) throw new UserError(`There is no folder ${dirname(path)}.`);
  const there = await stat(path).catch(() => undefined);
  if (there && !there.isFile()) throw new UserError(`${path} is no file: name the file to write.`);
  if (there && !force) throw new UserError(`${path} is there already; --force replaces it.`);
}

/** What the file system says (no space, say) is no fault of Herald's. */
function asPlain(error: unknown, path: string): unknown {
  const isOfFile =
    error instanceof Error &&
    'syscall' in error &&
    ['open', 'write', 'fsync', 'close', 'rename'].includes(String(error.syscall));
  return isOfFile ? new UserError(`${path} cannot be written: ${error.message}`) : error;
}

/** Takes the snapshot. The tables are locked before it, so that no migration comes between it and their rows. */
async function begin(client: Client, { tables: names, herald }: Dump): Promise<Manifest> {
  await client.query('begin isolation level repeatable read, read only');
  await prepare(client);
  await client.query(`lock table ${names.map(quoted).join(', ')} in access share mode`);
  const now = await client.query<{ at: Date }>('select clock_timestamp() as at');
  const tables: BackupTable[] = [];
  for (const table of await readTables(client, names)) {
    const { rows } = await client.query<{ n: string }>(`select count(*) as n from ${quoted(table.name)}`);
    tables.push({ ...table, rows: Number(rows[0]?.n) });
  }
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    herald,
    at: (now.rows[0]?.at ?? new Date()).toISOString(),
    migrations: await readMigrations(client),
    tables,
    // Not before the snapshot: they never go back, so no row of it has a number that they are yet to give.
    sequences: await readSequences(client, names),
  };
}

async function* contents(
  client: Client,
  manifest: Manifest,
  onProgress: (progress: Progress) => void,
): AsyncGenerator<Buffer | string> {
  const of = manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  yield line(manifest);
  for (const { name, columns } of manifest.tables) {
    const hash = createHash('sha256');
    const seal: Seal = { table: name, rows: 0, sha256: '' };
    const copy = client.query(copyTo(`copy ${quoted(name)} (${columns.map(quoted).join(', ')}) to stdout`));
    for await (const chunk of copy) {
      hash.update(chunk);
      seal.rows += countRows(chunk);
      onProgress({ table: name, rows: done + seal.rows, of });
      yield chunk;
    }
    done += seal.rows;
    onProgress({ table: name, rows: done, of });
    yield `${END_OF_ROWS}${line({ ...seal, sha256: hash.digest('hex') })}`;
  }
  yield line(END_OF_FILE);
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
