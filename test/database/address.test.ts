import { sql } from 'kysely';
import { expect, inject, it, onTestFinished } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database, firstRow } from '../../src/database/database.ts';

it('all of the address counts, also what stands behind the question mark', async () => {
  const db = await Database.connect(`${inject('postgresUrl')}?application_name=by-address`, entities);
  onTestFinished(() => db.close());
  const name = sql<{ name: string }>`select current_setting('application_name') as name`;
  expect(await firstRow(db.em(), name)).toEqual({ name: 'by-address' });
});
