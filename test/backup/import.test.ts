import { expect, it } from 'vitest';
import { createWorld } from '../../src/sandbox/startgg/create-world.ts';
import { asks } from '../startgg/faults.ts';
import { GAME, Ground, PERIOD } from '../startgg/ground.ts';
import { openApp } from '../support/herald.ts';
import { differences as differencesFromTruth } from '../support/warehouse.ts';
import { backUp, openDatabase, restoreFile } from './ground.ts';

it('an import that a backup was made of goes on after the restore and ends complete', async () => {
  const world = createWorld({ seed: 'backup', tournaments: 12, ...PERIOD });
  const ground = await Ground.open(world, { latency: { minMs: 20, maxMs: 60 } });
  const event = [...world.events()].find(({ game, plan }) => game?.id === GAME.id && plan.entrants > 4);
  const asksForItsSets = asks('Sets', event?.id);
  // So that something is left to do when the backup is made.
  const backedUp = Promise.withResolvers<void>();
  ground.startgg.onRequest = async (_, request) => {
    if (asksForItsSets(request)) await backedUp.promise;
  };
  const herald = await ground.herald();
  const job = await ground.start(herald);
  const isHalfWay = async () =>
    (await ground.rows(`select 1 from import_item where state = 'done'`)).length > 12;
  await expect.poll(isHalfWay, { interval: 10 }).toBe(true);
  // The worker goes on meanwhile; that what was read belongs together is checked by the keys of the other database.
  const { path, manifest } = await backUp(ground);
  backedUp.resolve();
  const rowsOf = (table: string) => manifest.tables.find(({ name }) => name === table)?.rows ?? 0;
  expect(rowsOf('startgg_tournament')).toBeGreaterThan(0);
  expect((await ground.ended(herald, job)).state).toBe('COMPLETED');

  const place = await openDatabase('template0');
  expect(await restoreFile(place, path)).toMatchObject({ imports: 1, erasedAgain: 0 });
  const waiting = await place.sql.query('select state, lease, running_since from import_job');
  expect(waiting.rows).toEqual([{ state: 'PENDING', lease: null, running_since: null }]);
  const left = await place.sql.query(`select count(*)::int as n from import_item where state = 'pending'`);
  expect(left.rows[0].n).toBeGreaterThan(0);

  const later = await openApp(place.url, ground.startgg.url);
  try {
    await later.work();
    expect((await ground.ended(later, job)).state).toBe('COMPLETED');
    const truth = world.truth({ videogameId: 64423, since: new Date('2026-01-01') });
    expect(await differencesFromTruth(place.sql, truth)).toEqual([]);
    const [there, here] = await Promise.all([
      later.imports.get('all', job.id),
      herald.imports.get('all', job.id),
    ]);
    expect(there.counters).toEqual(here.counters);
  } finally {
    await later.close();
  }
});
