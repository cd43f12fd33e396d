import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database, firstRow, rows } from '../../src/database/database.ts';
import { upsert } from '../../src/database/upsert.ts';
import { PhaseGroup, Player } from '../../src/startgg/entities.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';

let db: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
  drop = database.drop;
  db = await Database.connect(database.url, entities);
});
afterAll(async () => {
  await db.close();
  await drop();
});

const player = (id: number, gamerTag: string | null = `tag ${id}`) => ({ id, gamerTag, prefix: null });
const write = (given: ReturnType<typeof player>[]) => db.transaction((em) => upsert(em, Player, given));
const read = (id: number) =>
  firstRow(
    db.em(),
    sql<{ gamer_tag: string; xmin: string; deleted_at: string | null }>`
      select gamer_tag, xmin::text, deleted_at from startgg_player where id = ${id}`,
  );

describe('writing rows in bulk', () => {
  it('tells new, changed and unchanged apart and leaves the unchanged untouched', async () => {
    expect(await write([player(1), player(2)])).toEqual({ new: 2, changed: 0, unchanged: 0 });
    const before = await read(1);
    expect(await write([player(1), player(2, 'renamed'), player(3)])).toEqual({
      new: 1,
      changed: 1,
      unchanged: 1,
    });
    expect(await read(1)).toEqual(before);
    expect(await read(2)).toMatchObject({ gamer_tag: 'renamed' });
  });

  it('brings back what was marked deleted', async () => {
    await write([player(10)]);
    await rows(db.em(), sql`update startgg_player set deleted_at = now() where id = 10`);
    expect(await write([player(10)])).toEqual({ new: 0, changed: 1, unchanged: 0 });
    expect(await read(10)).toMatchObject({ deleted_at: null });
  });

  it.each([
    `it's "quoted"`,
    'back\\slash',
    '$1 ? :name',
    '💥 ',
    'ünïcödé',
    '',
    '{"json": [1]}',
    '--; drop table',
    'NULL',
    '{1,2}',
    'a,b',
    ' on\ntwo\tlines\r',
    '\\"\\N\\',
  ])('keeps %j as it is', async (tag) => {
    await write([player(20, tag)]);
    expect(await read(20)).toMatchObject({ gamer_tag: tag });
  });

  it('keeps numbers, objects, flags and what is missing', async () => {
    const rounds = { 1: 3, '-2': 5, 'it\'s "one"': null, nested: { list: ['\\', '{'] } };
    await db.transaction((em) =>
      upsert(em, PhaseGroup, [
        { id: 1, phase: null, displayIdentifier: undefined, state: -2, rounds },
        { rounds: {}, state: null, displayIdentifier: 'B', phase: null, id: 2 },
      ]),
    );
    const found = await rows(
      db.em(),
      sql`select id, display_identifier, state, rounds from startgg_phase_group order by id`,
    );
    expect(found).toEqual([
      { id: 1, display_identifier: null, state: -2, rounds },
      { id: 2, display_identifier: 'B', state: null, rounds: {} },
    ]);
  });

  it('takes ten thousand rows at once, and nothing at all', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => player(100_000 + i));
    expect(await write(many)).toEqual({ new: 10_000, changed: 0, unchanged: 0 });
    expect(await write(many)).toEqual({ new: 0, changed: 0, unchanged: 10_000 });
    expect(await write([])).toEqual({ new: 0, changed: 0, unchanged: 0 });
  });

  it('does not come to a deadlock where two write the same rows in other orders', async () => {
    const ids = Array.from({ length: 300 }, (_, i) => 500_000 + i);
    const rounds = Array.from({ length: 12 }, (_, round) =>
      write([...ids].sort(() => (round % 2 ? 1 : -1)).map((id) => player(id, `round ${round}`))),
    );
    await expect(Promise.all(rounds)).resolves.toHaveLength(12);
  });
});
