import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { Client } from 'pg';
import { expect, inject, it, onTestFinished } from 'vitest';
import { App, entities } from '../../src/app.ts';
import { TABLES } from '../../src/app-backup.ts';
import { loadConfig } from '../../src/config.ts';
import { readTables } from '../../src/database/backup/catalog.ts';
import { Database } from '../../src/database/database.ts';
import { knownMigrations } from '../../src/database/migrations.ts';
import { createLog } from '../../src/log.ts';
import { databaseUrl } from '../support/databases.ts';
import { fill } from './fill.ts';
import {
  backUp,
  changeManifest,
  contents,
  differences,
  openDatabase,
  type Place,
  restoreFile,
} from './ground.ts';

const guild = (sql: Client, id: string) =>
  sql.query(`insert into guild (id, name) values ($1, 'Guild ' || $1)`, [id]);

/** A database as an older Herald left it. */
async function olderDatabase(): Promise<Place> {
  const place = await openDatabase('template0');
  const { db } = await Database.connectSingle(place.url, entities);
  await db.orm.migrator.up({ to: (await knownMigrations())[0] });
  await db.close();
  return place;
}

it('takes a backup of an older Herald in, and brings it up to date', async () => {
  const old = await olderDatabase();
  await fill(old.sql, 8, 11);
  const tables = (await readTables(old.sql, TABLES)).map(({ name }) => name);
  expect(tables.length).toBeLessThan(TABLES.length);
  const { path, manifest } = await backUp(old, tables);
  expect(manifest.migrations).toHaveLength(1);

  const asItIs = (await openDatabase()).sql;
  const targets: [Place, boolean][] = [
    [await openDatabase('template0'), false],
    // Its tables are newer than those of the backup.
    [await openDatabase(), true],
    [await olderDatabase(), true],
  ];
  for (const [target, force] of targets) {
    if (force) await guild(target.sql, '1');
    await restoreFile(target, path, { force });
    const columns = `select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
      where table_schema = 'public' order by 1, 2`;
    expect((await target.sql.query(columns)).rows).toEqual((await asItIs.query(columns)).rows);
    const now = await contents(target.sql);
    // Later migrations added columns at the end of these, and nothing to the others.
    const grown = ['guild', 'startgg_event', 'startgg_phase_group', 'startgg_sync', 'startgg_user'];
    for (const [table, rows] of Object.entries(await contents(old.sql, tables)))
      expect(grown.includes(table) ? now[table]?.length : now[table], table).toEqual(
        grown.includes(table) ? rows.length : rows,
      );
  }
});

it('leaves a database alone that holds something, and replaces all of it when told to', async () => {
  const [source, target] = [await openDatabase(), await openDatabase()];
  await fill(source.sql, 10, 5);
  await fill(target.sql, 10, 6);
  for (const { sql } of [source, target]) await sql.query('truncate budget, erased, erased_salt');
  const { path } = await backUp(source);
  const before = await contents(target.sql);
  await expect(restoreFile(target, path)).rejects.toThrow(/database is not empty. --force replaces/);
  expect(await contents(target.sql)).toEqual(before);
  await restoreFile(target, path, { force: true });
  expect(await differences(source.sql, target.sql)).toEqual([]);
});

it('changes nothing when it is interrupted, or fails on the way', async () => {
  const [source, target] = [await openDatabase(), await openDatabase()];
  await fill(source.sql, 20, 5);
  await guild(target.sql, '1');
  const { path } = await backUp(source);
  const before = await contents(target.sql);
  const interruption = new AbortController();
  const written: string[] = [];
  const interrupted = restoreFile(target, path, {
    force: true,
    signal: interruption.signal,
    onProgress: (step, { table, rows, of }) => {
      if (step === 'write') written.push(table);
      if (step === 'write' && rows > of / 2) interruption.abort();
    },
  });
  await expect(interrupted).rejects.toThrow(/abort/i);
  expect(new Set(written).size).toBeGreaterThan(5);
  expect(await contents(target.sql)).toEqual(before);

  // A rule of the target's own, which a row of the backup breaks.
  await target.sql.query(`alter table "match" add constraint own check (id = 0) not valid`);
  await expect(restoreFile(target, path, { force: true })).rejects.toThrow(/violates check constraint/);
  expect(await contents(target.sql)).toEqual(before);
  await target.sql.query(`alter table "match" drop constraint own`);
  await restoreFile(target, path, { force: true });
});

it("keeps an operator's own views, and says so where they are in the way", async () => {
  const [source, target] = [await openDatabase(), await openDatabase()];
  await guild(source.sql, '1');
  await target.sql.query('create view own as select id from guild');
  await restoreFile(target, (await backUp(source)).path);
  expect((await target.sql.query('select * from own')).rows).toEqual([{ id: '1' }]);
  const old = await olderDatabase();
  const tables = (await readTables(old.sql, TABLES)).map(({ name }) => name);
  const { path } = await backUp(old, tables);
  await expect(restoreFile(target, path, { force: true })).rejects.toThrow(
    /Something else in this database needs Herald's tables: .*view own depends on table guild.*/,
  );
  expect((await target.sql.query('select * from own')).rows).toEqual([{ id: '1' }]);
});

it('waits for no Herald: it is refused while one runs, in whatever role', async () => {
  const [source, target] = [await openDatabase(), await openDatabase()];
  await guild(source.sql, '1');
  const { path } = await backUp(source);
  const app = await App.open(loadConfig({ DATABASE_URL: target.url }), createLog('silent'));
  await expect(restoreFile(target, path).finally(() => app.close())).rejects.toThrow(
    /Herald is running on this database. Stop it everywhere/,
  );
  expect((await contents(target.sql)).guild).toEqual([]);
  await restoreFile(target, path);
  expect((await contents(target.sql)).guild).toHaveLength(1);
});

it('refuses a database that a newer Herald has changed', async () => {
  const [source, target] = [await openDatabase(), await openDatabase()];
  const { path } = await backUp(source);
  await target.sql.query(`insert into mikro_orm_migrations (name) values ('Migration20991231000000_later')`);
  await expect(restoreFile(target, path, { force: true })).rejects.toThrow(/belongs to a newer Herald/);
});

it('needs no rights but those of the owner of the database', async () => {
  const [source] = [await openDatabase()];
  await fill(source.sql, 10, 9);
  const { path } = await backUp(source);
  const server = inject('postgresUrl');
  const name = `owned_${randomBytes(5).toString('hex')}`;
  const sql = new Client({ connectionString: server });
  await sql.connect();
  await sql.query(`create role ${name} login password 'pw'`);
  await sql.query(`create database ${name} owner ${name} template template0`);
  onTestFinished(async () => {
    await sql.query(`drop database ${name} with (force)`);
    await sql.query(`drop role ${name}`);
    await sql.end();
  });
  const url = Object.assign(new URL(databaseUrl(server, name)), { username: name, password: 'pw' }).href;
  const own = new Client({ connectionString: url });
  await own.connect();
  onTestFinished(() => own.end());
  expect((await own.query('show is_superuser')).rows).toEqual([{ is_superuser: 'off' }]);
  await restoreFile({ url }, path);
  expect(await differences(source.sql, own)).toEqual([]);
  await restoreFile(source, (await backUp({ url })).path, { force: true });
  expect(await differences(own, source.sql)).toEqual([]);
});

it('goes on counting where both databases stopped, and further on after a loss', async () => {
  const [source, target] = [await openDatabase(), await openDatabase()];
  await guild(source.sql, '1');
  await source.sql.query(
    `select setval('startgg_set_seq', 500), setval('tournament_id_seq', 7), setval('person_id_seq', 20)`,
  );
  await target.sql.query(`select setval('person_id_seq', 40), setval('person_claim_id_seq', 5)`);
  const { path } = await backUp(source);
  await restoreFile(target, path);
  const next = async (name: string) =>
    Number((await target.sql.query('select nextval($1)', [name])).rows[0].nextval);
  const given = {
    startgg_set_seq: 501,
    tournament_id_seq: 8,
    person_id_seq: 41,
    person_claim_id_seq: 6,
    import_job_id_seq: 1,
  };
  for (const [name, expected] of Object.entries(given)) expect(await next(name), name).toBe(expected);

  // Messages at Discord carry numbers that were given since: none of them is given again.
  const earlier = new Date(Date.now() - 2 * 3_600_000).toISOString();
  await changeManifest(path, (manifest) => ({ ...manifest, at: earlier }));
  await restoreFile(target, path, { force: true });
  expect(await next('tournament_id_seq')).toBe(100_008);
});

it('keeps what was asked of the providers lately, whatever the backup says', async () => {
  const [source, target] = [await openDatabase(), await openDatabase()];
  const spend = (place: Place, provider: string, lastStart: string) =>
    place.sql.query(`insert into budget (provider, credential, last_start) values ($1, '', $2)`, [
      provider,
      lastStart,
    ]);
  await spend(source, 'discord-dm-day', '1');
  await spend(source, 'startgg', '2');
  await spend(target, 'discord-dm-day', '9007199254740993');
  await restoreFile(target, (await backUp(source)).path, { force: true });
  const { rows } = await target.sql.query('select provider, last_start from budget order by provider');
  expect(rows).toEqual([
    { provider: 'discord-dm-day', last_start: '9007199254740993' },
    { provider: 'startgg', last_start: '2' },
  ]);
});

it('holds no secret', async () => {
  const source = await openDatabase();
  const secrets = {
    DISCORD_TOKEN: 'secret-discord',
    STARTGG_TOKEN: 'secret-startgg',
    RACETIME_CLIENT_ID: 'racer',
    RACETIME_CLIENT_SECRET: 'secret-racetime',
  };
  const settings = { DATABASE_URL: source.url, STARTGG_API_URL: 'http://127.0.0.1:2', ...secrets };
  const app = await App.open(loadConfig(settings), createLog('silent'));
  // It takes a slot for the token before it finds that nobody answers.
  await expect(app.games.resolve('2XKO')).rejects.toThrow(/did not answer/);
  await app.close();
  const { path, manifest } = await backUp(source);
  expect(manifest.tables.find(({ name }) => name === 'budget')?.rows).toBe(1);
  const text = gunzipSync(await readFile(path)).toString();
  const password = new URL(source.url).password;
  for (const secret of ['secret-', password]) expect(text.includes(secret)).toBe(false);
});
