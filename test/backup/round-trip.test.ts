import { stat } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TABLES } from '../../src/app-backup.ts';
import { load } from '../../src/database/backup/load.ts';
import { BackupReader } from '../../src/database/backup/reader.ts';
import { anyJson, anyText, anyTime, fill, timeOf } from './fill.ts';
import { backUp, contents, differences, openDatabase, restoreFile } from './ground.ts';

it('brings every row of every table back as it was', async () => {
  const [here, there, back] = [
    await openDatabase(),
    await openDatabase('template0'),
    await openDatabase('template0'),
  ];
  await fill(here.sql, 40, 7);
  const before = await contents(here.sql);
  for (const table of TABLES) expect(before[table]?.length, table).toBeGreaterThan(0);

  const first = await backUp(here);
  // It holds what people would not want others to read.
  expect((await stat(first.path)).mode & 0o077).toBe(0);
  await restoreFile(there, first.path);
  expect(await differences(here.sql, there.sql)).toEqual([]);

  const second = await backUp(there);
  await restoreFile(back, second.path);
  expect(await differences(here.sql, back.sql)).toEqual([]);
});

it('brings values of all kinds back as they were', async () => {
  const [here, there] = [await openDatabase(), await openDatabase()];
  for (const { sql } of [here, there])
    await sql.query(
      `create table odd (n serial primary key, a text, b jsonb, c timestamptz, d double precision, e bigint, f text[], g bytea, h interval)`,
    );
  const row = fc.tuple(
    fc.option(anyText),
    fc.option(anyJson),
    fc.option(anyTime),
    fc.option(fc.double().map(String)),
    fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
    fc.option(fc.array(fc.option(anyText))),
    fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
    fc.option(fc.integer().map((seconds) => `${seconds} seconds`)),
  );
  const roundTrip = fc.asyncProperty(fc.array(row), async (rows) => {
    await here.sql.query('truncate odd restart identity');
    await there.sql.query('truncate odd');
    for (const values of rows)
      await here.sql.query(
        `insert into odd (a, b, c, d, e, f, g, h) values ($1, $2, ${timeOf('$3')}, $4, $5, $6, $7, $8)`,
        values,
      );
    const reader = await BackupReader.open((await backUp(here, ['odd'])).path);
    const { signal } = new AbortController();
    await load({ client: there.sql, tables: ['odd'] }, reader, { signal });
    expect(await differences(here.sql, there.sql, ['odd'])).toEqual([]);
  });
  await fc.assert(roundTrip, { numRuns: 40 });
});
