import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, inject, it } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database, rows } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrations.ts';
import { Queue } from '../../src/jobs/queue.ts';
import { createDatabase, databaseUrl } from '../support/databases.ts';

async function emptyDatabase(): Promise<string> {
  const name = `empty_${randomBytes(5).toString('hex')}`;
  await createDatabase(inject('postgresUrl'), name);
  return databaseUrl(inject('postgresUrl'), name);
}

describe('the migrations', () => {
  it('make the tables that the entities describe', async () => {
    const db = await Database.connect(await emptyDatabase(), entities);
    await migrate(db);
    // Compared with the database itself, not with the stored snapshot.
    const difference = await db.orm.schema.getUpdateSchemaSQL({ wrap: false, safe: true });
    expect(difference.trim()).toBe('');
    expect(await db.orm.migrator.checkSchema()).toBe(false);
    await db.close();
  });

  it('run once when several processes start together on an empty database', async () => {
    const url = await emptyDatabase();
    const processes = await Promise.all(Array.from({ length: 4 }, () => Database.connect(url, entities)));
    const ran = await Promise.all(processes.map((db) => migrate(db, [() => Queue.install(url)])));
    expect(ran.filter((names) => names.length > 0)).toHaveLength(1);
    const [db] = processes;
    if (!db) throw new Error('no database');
    const applied = await rows(db.em(), sql<{ name: string }>`select name from mikro_orm_migrations`);
    expect(new Set(applied.map(({ name }) => name)).size).toBe(applied.length);
    for (const each of processes) await each.close();
  });
});
