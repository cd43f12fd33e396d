import { readdir } from 'node:fs/promises';
import { Client } from 'pg';
import { type Database, MIGRATIONS } from './database.ts';
import { LOCKS } from './locks.ts';

/**
 * Brings the schema up to date. Processes that start together do it one after the other, under one advisory lock.
 *
 * @param others further steps under the same lock, such as the queue's own tables
 * @returns the names of the migrations that were run
 */
export async function migrate(
  db: Database,
  others: readonly (() => Promise<void>)[] = [],
): Promise<string[]> {
  const client = new Client({ connectionString: db.url });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCKS.migrations]);
    const done = await db.orm.migrator.up();
    for (const step of others) await step();
    return done.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

/** The names of the migrations that this Herald has, oldest first. */
export async function knownMigrations(): Promise<string[]> {
  const files = await readdir(MIGRATIONS);
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}
