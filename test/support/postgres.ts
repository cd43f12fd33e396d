import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { entities } from '../../src/app.ts';
import { Database } from '../../src/database/database.ts';
import { attachEmbedded, stopEmbedded } from '../../src/database/embedded.ts';
import { migrate } from '../../src/database/migrations.ts';
import { Queue } from '../../src/jobs/queue.ts';
import { createLog } from '../../src/log.ts';
import { createDatabase, databaseUrl } from './databases.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

export const TEMPLATE = 'herald_template';

/** One embedded server for the whole run, with one migrated database that every test file clones. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-test-'));
  await chmod(folder, 0o755);
  const server = await attachEmbedded(folder, createLog('warn'));
  await spareDisk(server);
  await createDatabase(server, TEMPLATE);
  const url = databaseUrl(server, TEMPLATE);
  const db = await Database.connect(url, entities);
  await migrate(db, [() => Queue.install(url)]);
  await db.close();
  project.provide('postgresUrl', server);
  return async () => {
    await stopEmbedded(folder, { onlyWhenUnused: false });
    await rm(folder, { recursive: true, force: true });
  };
}

/** Hundreds of databases come and go, and none is to outlive its machine: the disk is not waited for. */
async function spareDisk(server: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit'])
    await client.query(`alter system set ${setting} = off`);
  await client.query('select pg_reload_conf()');
  await client.end();
}
