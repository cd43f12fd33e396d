import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openFolder } from '../backup/ground.ts';
import { until } from '../support/until.ts';
import { test } from './stage.ts';

test('Ctrl-C ends a backup and a restore at once, and leaves nothing half done', async ({ open }) => {
  const stage = await open();
  const folder = await openFolder();
  const file = join(folder, 'herald.backup');
  expect(await stage.cli('backup', file)).toMatchObject({ code: 0 });
  const waits = async () =>
    (await stage.sql.query(`select 1 from pg_locks where not granted and relation = 'startgg_set'::regclass`))
      .rowCount;
  const commands = [
    ['backup', join(folder, 'second.backup')],
    ['restore', file],
  ];
  for (const args of commands) {
    // Somebody holds a table, so that it is surely under way when the signal comes.
    await stage.sql.query('begin; lock table startgg_set in access exclusive mode');
    const cli = stage.startCli(...args);
    await until(`${args[0]} waits`, waits);
    cli.signal('SIGINT');
    expect(await cli.ended).toEqual({ code: 130, out: '', err: '' });
    await stage.sql.query('rollback');
  }
  expect(await readdir(folder)).toEqual(['herald.backup']);
  expect(await stage.cli('restore', file)).toMatchObject({ code: 0 });
});
