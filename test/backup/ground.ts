import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Client } from 'pg';
import { inject, onTestFinished } from 'vitest';
import { TABLES } from '../../src/app-backup.ts';
import { type Restored, type RestoreOptions, restore } from '../../src/app-restore.ts';
import { loadConfig } from '../../src/config.ts';
import { dump } from '../../src/database/backup/dump.ts';
import type { Manifest } from '../../src/database/backup/format.ts';
import { createLog } from '../../src/log.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';

const log = createLog(process.env.TEST_LOG_LEVEL ?? 'silent');

/** A database of its own, and a connection to it; both gone when the test is over. */
export type Place = { url: string; sql: Client };

/** @param template what it begins as: with all tables and no rows, or with nothing */
export async function openDatabase(template = TEMPLATE): Promise<Place> {
  const database = await cloneDatabase(inject('postgresUrl'), template);
  const sql = new Client({ connectionString: database.url });
  await sql.connect();
  onTestFinished(async () => {
    await sql.end();
    await database.drop();
  });
  return { url: database.url, sql };
}

/** A folder that is gone when the test is over. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-backup-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Backs a database up into a new file. */
export async function backUp(
  { url }: Pick<Place, 'url'>,
  tables: readonly string[] = TABLES,
): Promise<{ path: string; manifest: Manifest }> {
  const path = join(await openFolder(), 'herald.backup');
  const { signal } = new AbortController();
  const { manifest } = await dump({ url, tables, herald: '0.0.0-test', path, force: false, signal });
  return { path, manifest };
}

/** Restores a file, as the command does. */
export async function restoreFile(
  { url }: Pick<Place, 'url'>,
  path: string,
  options: Partial<RestoreOptions> = {},
): Promise<Restored> {
  const { signal } = new AbortController();
  const config = loadConfig({ DATABASE_URL: url });
  return await restore(config, log, { path, force: false, signal, ...options });
}

/** Every row of every table that there is, as text that differs where anything differs. */
export async function contents(
  sql: Client,
  tables: readonly string[] = TABLES,
): Promise<Record<string, string[]>> {
  await sql.query(`set timezone = 'UTC'; set extra_float_digits = 3`);
  const found: Record<string, string[]> = {};
  for (const table of tables) {
    const there = await sql.query('select to_regclass($1) is not null as is', [table]);
    if (!there.rows[0].is) continue;
    const { rows } = await sql.query<{ row: string }>(`select t::text as row from "${table}" t order by 1`);
    found[table] = rows.map(({ row }) => row);
  }
  return found;
}

/** In which tables two databases differ, with the first row of each that the other one has not. */
export async function differences(one: Client, other: Client, tables?: readonly string[]): Promise<string[]> {
  const [left, right] = [await contents(one, tables), await contents(other, tables)];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((table) => {
    const there = new Set(right[table]);
    const missing = left[table]?.find((row) => !there.has(row));
    const isSame = missing === undefined && left[table]?.length === right[table]?.length;
    return isSame
      ? []
      : [`${table}: ${left[table]?.length} and ${right[table]?.length} rows, not there: ${missing}`];
  });
}

/** Puts another manifest into a backup. */
export async function changeManifest(path: string, change: (manifest: Manifest) => object): Promise<void> {
  const text = gunzipSync(await readFile(path));
  const end = text.indexOf('\n');
  const manifest = change(JSON.parse(text.toString('utf8', 0, end)));
  await writeFile(path, gzipSync(Buffer.concat([Buffer.from(JSON.stringify(manifest)), text.subarray(end)])));
}
