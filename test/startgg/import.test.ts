import { describe, expect, it } from 'vitest';
import { createWorld } from '../../src/sandbox/startgg/create-world.ts';
import { setsOf } from '../../src/sandbox/startgg/model.ts';
import { until } from '../support/until.ts';
import { emptyWorld, Ground, PERIOD, type Row, seconds, worldOfOneEvent } from './ground.ts';

const TABLES = ['videogame', 'tournament', 'event', 'phase', 'phase_group', 'entrant', 'participant'].concat([
  'entrant_participant',
  'player',
  'user',
  'set',
]);

/** Tournaments of all ages and sizes, other games' among them. */
const mixedWorld = (seed: string) =>
  createWorld({ seed, tournaments: 16, scale: 0.5, now: new Date('2026-05-01'), ...PERIOD });

/** Which version of which row stands where, in all tables of start.gg's data. */
async function versions(ground: Ground): Promise<Record<string, Row[]>> {
  const found: Record<string, Row[]> = {};
  for (const table of TABLES)
    found[table] = await ground.rows(
      `select ctid::text, xmin::text, md5(t::text) from startgg_${table} t order by ctid`,
    );
  return found;
}

/**
 * Rows ever inserted, updated and deleted. Sessions tell what they did when they end, at the latest, and that of a process
 * may end after it closed them.
 */
async function writes(ground: Ground): Promise<Row[]> {
  await until('all other sessions have ended', async () => {
    const others = await ground.rows(`select 1 from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`);
    return others.length === 0;
  });
  return await ground.rows(
    `select relname, n_tup_ins, n_tup_upd, n_tup_del from pg_stat_user_tables
     where relname = any($1) order by relname`,
    [TABLES.map((table) => `startgg_${table}`)],
  );
}

describe('the first import', () => {
  it('leaves in the tables what start.gg holds, and nothing else', async () => {
    const world = mixedWorld('rows');
    const coming = world.addTournament({ startAt: seconds('2026-06-20T18:00:00Z') });
    world.addEvent(coming.id, { entrants: 6, teamSize: 1, state: 'CREATED', hasSets: true });
    const live = world.addTournament({ startAt: world.now - 3600 });
    world.addEvent(live.id, { entrants: 20, teamSize: 1, state: 'ACTIVE', hasSets: true });
    world.addEvent(live.id, { entrants: 10, teamSize: 2, state: 'ACTIVE', hasSets: true });
    world.addEvent(live.id, { entrants: 9, videogameId: 43868, hasSets: true });
    const ground = await Ground.open(world);

    const job = await ground.run(await ground.herald());

    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0, reason: null });
    expect(await ground.differences()).toEqual([]);
    const [holds] = await ground.rows(`select
      count(distinct e.state)::int as states, count(distinct e.type)::int as types,
      (select count(*) from startgg_set where id like 'preview%') > 0 as previews,
      (select count(*) from startgg_set where slot1_score = -1 or slot2_score = -1) > 0 as disqualified,
      (select count(*) from startgg_set where best_of = 5) > 0 as best_of_five,
      (select count(*) from startgg_set where stream_url is not null) > 0 as streamed,
      (select count(*) from startgg_participant where user_id is null) > 0 as without_user,
      (select max(n) from (select count(*) n from startgg_entrant_participant group by participant_id)) > 1 as twice
      from startgg_event e`);
    // The world is of use only if it holds all of this.
    expect(holds).toEqual({
      states: 3,
      types: 2,
      previews: true,
      disqualified: true,
      best_of_five: true,
      streamed: true,
      without_user: true,
      twice: true,
    });
  });

  it('counts every row once, as new', async () => {
    const { world } = worldOfOneEvent('counts');
    const ground = await Ground.open(world);
    const job = await ground.run(await ground.herald());
    const [sets] = await ground.rows<{ n: number }>('select count(*)::int as n from startgg_set');
    const all = (total: number) => ({ done: total, total, new: total, changed: 0, unchanged: 0, gone: 0 });
    expect(job.counters).toEqual({
      tournaments: all(1),
      events: all(1),
      entrants: all(12),
      sets: all(sets?.n ?? 0),
    });
  });

  it.each([
    ['leaves them out', true],
    ['includes them', false],
  ])('takes in the first and the last second of its period where start.gg %s', async (_, exclusiveDates) => {
    const world = emptyWorld('edges');
    const times = [
      '2026-02-28T23:59:59Z',
      '2026-03-01T00:00:00Z',
      '2026-03-02T23:59:59Z',
      '2026-03-03T00:00:00Z',
    ];
    const ids = times.map((time) => {
      const { id } = world.addTournament({ startAt: seconds(time) });
      world.addEvent(id, { entrants: 3 });
      return id;
    });
    const ground = await Ground.open(world, { exclusiveDates });
    ground.period('2026-03-01', '2026-03-02');
    const herald = await ground.herald();
    const first = await ground.run(herald);
    const again = await ground.run(herald);
    expect(await ground.rows('select id from startgg_tournament order by id')).toEqual(
      ids.slice(1, 3).map((id) => ({ id })),
    );
    expect(await ground.differences()).toEqual([]);
    expect(first.counters.tournaments).toMatchObject({ done: 2, total: 2, new: 2, unchanged: 0 });
    expect(again.counters.tournaments).toMatchObject({ done: 2, total: 2, new: 0, unchanged: 2 });
  });

  it('strips what no database can store from names', async () => {
    const { world, tournament } = worldOfOneEvent('names', 4);
    world.changeTournament(tournament.id, { name: 'NUL\u0000 and half a \ud83d smile "\\ 🎮' });
    const ground = await Ground.open(world);
    const job = await ground.run(await ground.herald());
    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.rows('select name from startgg_tournament')).toEqual([
      { name: 'NUL and half a \ufffd smile "\\ 🎮' },
    ]);
  });
});

describe('an import of what has not changed', () => {
  it('touches no row and counts all as unchanged', async () => {
    const ground = await Ground.open(mixedWorld('again'));
    const one = await ground.herald();
    const first = await ground.run(one);
    await ground.close(one);
    const [rowsBefore, writesBefore] = [await versions(ground), await writes(ground)];

    const other = await ground.herald();
    const second = await ground.run(other);
    await ground.close(other);

    expect(await versions(ground)).toEqual(rowsBefore);
    expect(await writes(ground)).toEqual(writesBefore);
    for (const [phase, { total }] of Object.entries(first.counters))
      expect({ phase, ...second.counters[phase] }).toEqual({
        phase,
        done: total,
        total,
        new: 0,
        changed: 0,
        unchanged: total,
        gone: 0,
      });
  });
});

describe('an import after changes', () => {
  it('brings in what is new and changed, and tells how much', async () => {
    const { world, event, tournament } = worldOfOneEvent('changes', 16);
    const live = world.addEvent(world.addTournament({ startAt: world.now - 3600 }).id, {
      entrants: 16,
      teamSize: 1,
      state: 'ACTIVE',
      progress: 0.3,
      hasSets: true,
    });
    const ground = await Ground.open(world);
    const herald = await ground.herald();
    await ground.run(herald);
    const before = new Map((await ground.rows('select * from startgg_set')).map((row) => [row.id, row]));

    const ready = [...setsOf(world.bracket(live))].find(
      (set) => set.realId && set.state !== 3 && set.slots.every((slot) => slot.seed?.entrant),
    );
    world.completeSet(ready?.realId ?? 0, { winner: 1, scores: [0, 3] });
    const [renamed] = world.bracket(event).entrants;
    world.renameEntrant(renamed?.id ?? 0, 'New Name | **x**');
    world.renamePlayer(
      world.player(world.bracket(event).entrants[3]?.participants[0]?.playerIndex ?? 0).id,
      'Tag2',
    );
    world.addEntrant(live.id, 'Late');
    world.changeTournament(tournament.id, { city: 'Elsewhere' });
    const added = world.addTournament({ startAt: world.now + 86_400 });
    world.addEvent(added.id, { entrants: 5, teamSize: 1, state: 'CREATED', hasSets: true });
    const job = await ground.run(herald);

    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
    const after = await ground.rows('select * from startgg_set');
    const latest = [...before.values()].reduce((max, row) => Math.max(max, Number(row.seq)), 0);
    const changed = after.filter((row) => before.has(row.id) && isOther(row, before.get(row.id)));
    expect(changed.length).toBeGreaterThan(0);
    for (const row of after)
      if (changed.includes(row) || !before.has(row.id)) expect(Number(row.seq)).toBeGreaterThan(latest);
      else expect(row).toEqual(before.get(row.id));
    expect(job.counters).toMatchObject({
      tournaments: { new: 1, changed: 1, unchanged: 1, total: 3 },
      events: { new: 1, changed: 1, unchanged: 1, total: 3 },
      entrants: { new: 6, changed: 1, unchanged: 31, total: 38 },
      sets: { new: after.length - before.size, changed: changed.length, gone: 0, total: after.length },
    });
  });
});

function isOther(row: Row, before: Row | undefined): boolean {
  const { seq: _, updated_at: __, ...data } = row;
  return Object.entries(data).some(([name, value]) => String(value) !== String(before?.[name]));
}
