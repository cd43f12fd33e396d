import { describe, expect, it } from 'vitest';
import { setId, setsOf } from '../../src/sandbox/startgg/model.ts';
import type { World } from '../../src/sandbox/startgg/world.ts';
import { asks } from './faults.ts';
import { emptyWorld, Ground, seconds, worldOfOneEvent } from './ground.ts';

const OTHER_GAME = { id: 43868, name: 'Street Fighter 6', displayName: 'SF6', slug: 'game/street-fighter-6' };

/** An event whose only pool has not started. */
function worldOfAPool(seed: string) {
  const world = emptyWorld(seed);
  const tournament = world.addTournament({ startAt: world.now + 86_400 });
  const event = world.addEvent(tournament.id, { entrants: 8, teamSize: 1, state: 'CREATED', hasSets: true });
  return { world, event, pool: world.bracket(event).phases[0]?.groups[0]?.id ?? 0 };
}

const realSets = (world: World, pool: number) =>
  (world.phaseGroup(pool)?.sets ?? []).filter((set) => !set.bye).map((set) => String(setId(set)));

const place = 'phase_group_id, round, identifier';

describe('a set whose pool starts', () => {
  it('keeps its row, gets its real id, and counts as changed', async () => {
    const { world, pool } = worldOfAPool('starts');
    const ground = await Ground.open(world);
    const herald = await ground.herald();
    await ground.run(herald);
    const before = await ground.rows(
      `select ${place}, created_at, seq, id from startgg_set order by ${place}`,
    );
    expect(before.every((row) => String(row.id).startsWith('preview_'))).toBe(true);

    world.startPool(pool);
    const job = await ground.run(herald);

    const after = await ground.rows(
      `select ${place}, created_at, seq, id from startgg_set order by ${place}`,
    );
    const identity = (row: Record<string, unknown>) => ({ ...row, id: null, seq: null });
    expect(after.map(identity)).toEqual(before.map(identity));
    expect(after.map((row) => String(row.id)).sort()).toEqual(realSets(world, pool).sort());
    expect(await ground.differences()).toEqual([]);
    const latest = Math.max(...before.map((row) => Number(row.seq)));
    for (const row of after) expect(Number(row.seq)).toBeGreaterThan(latest);
    expect(job.counters.sets).toMatchObject({ new: 0, changed: before.length, unchanged: 0, gone: 0 });
  });

  it('stays real when an answer from a cache still has its preview', async () => {
    const { world, pool } = worldOfAPool('late');
    const ground = await Ground.open(world, { cacheSeconds: 60 });
    const herald = await ground.herald();
    await ground.run(herald);
    world.startPool(pool);
    const real = realSets(world, pool);
    const sets = await ground.rows('select id from startgg_set');
    // As if a newer answer had been read in between.
    await ground.rows(
      `update startgg_set s set id = g.real from json_to_recordset($1) as g(round int, identifier text, real text)
       where s.round = g.round and s.identifier = g.identifier`,
      [
        JSON.stringify(
          (world.phaseGroup(pool)?.sets ?? []).map((set) => ({
            round: set.round,
            identifier: set.identifier,
            real: String(setId(set)),
          })),
        ),
      ],
    );
    await ground.run(herald);
    const kept = await ground.rows('select id from startgg_set where deleted_at is null');
    expect(kept).toHaveLength(sets.length);
    expect(kept.map((row) => row.id).sort()).toEqual(real.sort());
  });
});

describe('a pool that is reset', () => {
  it('loses its real sets after two walks, and its previews come back', async () => {
    const { world, pool } = worldOfAPool('reset');
    world.startPool(pool);
    const ground = await Ground.open(world);
    const herald = await ground.herald();
    await ground.run(herald);
    const real = realSets(world, pool);

    world.resetPool(pool);
    await ground.run(herald);
    expect(await ground.rows('select 1 from startgg_set where deleted_at is not null')).toEqual([]);
    const job = await ground.run(herald);
    expect(job.counters.sets).toMatchObject({ gone: real.length });
    await ground.run(herald);
    expect(await ground.differences()).toEqual([]);
    const gone = await ground.rows('select id from startgg_set where deleted_at is not null');
    expect(gone.map((row) => row.id).sort()).toEqual(real.sort());

    world.startPool(pool);
    await ground.run(herald);
    expect(await ground.differences()).toEqual([]);
  });
});

describe('what vanished at start.gg', () => {
  it('is marked deleted after two complete walks, keeps its row, and comes back whole', async () => {
    const { world, event } = worldOfOneEvent('sets', 8);
    const removed = world.addTournament({ startAt: world.now - 86_400 });
    const second = world.addEvent(removed.id, {
      entrants: 6,
      teamSize: 1,
      state: 'COMPLETED',
      hasSets: true,
    });
    const shared = world.addTournament({ startAt: world.now - 2 * 86_400 });
    const third = world.addEvent(shared.id, { entrants: 6, teamSize: 1, state: 'COMPLETED', hasSets: true });
    world.addEvent(shared.id, { entrants: 6, teamSize: 1, state: 'COMPLETED', hasSets: true });
    const ground = await Ground.open(world);
    const herald = await ground.herald();
    await ground.run(herald);
    const bracket = world.change(event);
    const [one] = [...setsOf(bracket)].filter((set) => !set.bye);
    const entrant = bracket.entrants.at(-1);
    if (!one || !entrant) throw new Error('the world is empty');
    const { group } = one;
    const sets = group.sets;

    group.sets = sets.filter((set) => set !== one);
    bracket.entrants.pop();
    world.tournaments.delete(removed.id);
    shared.events = shared.events.filter((kept) => kept !== third);
    const deleted = async () => ({
      sets: (
        await ground.rows('select id from startgg_set where deleted_at is not null and event_id = $1', [
          event.id,
        ])
      ).map((row) => row.id),
      entrants: (
        await ground.rows('select id from startgg_entrant where deleted_at is not null and event_id = $1', [
          event.id,
        ])
      ).map((row) => row.id),
      events: (
        await ground.rows('select id from startgg_event where deleted_at is not null order by id')
      ).map((row) => row.id),
      tournaments: (await ground.rows('select id from startgg_tournament where deleted_at is not null')).map(
        (row) => row.id,
      ),
    });
    const missed = await ground.run(herald);
    expect(await deleted()).toEqual({ sets: [], entrants: [], events: [], tournaments: [] });
    expect(missed.counters).toMatchObject({ sets: { gone: 0 }, entrants: { gone: 0 }, events: { gone: 0 } });

    const job = await ground.run(herald);
    expect(await deleted()).toEqual({
      sets: [String(setId(one))],
      entrants: [entrant.id],
      events: [second.id, third.id],
      tournaments: [removed.id],
    });
    expect(await ground.differences()).toEqual([]);
    expect(job.counters).toMatchObject({
      tournaments: { gone: 1 },
      events: { gone: 2 },
      entrants: { gone: 13 },
    });

    const rest = await ground.run(herald);
    for (const counts of Object.values(rest.counters))
      expect(counts).toMatchObject({ new: 0, changed: 0, gone: 0, unchanged: counts.total });

    group.sets = sets;
    bracket.entrants.push(entrant);
    world.keep(removed);
    shared.events.push(third);
    const back = await ground.run(herald);
    expect(await ground.differences()).toEqual([]);
    expect(await deleted()).toEqual({ sets: [], entrants: [], events: [], tournaments: [] });
    expect(back.counters).toMatchObject({
      tournaments: { new: 0, changed: 1 },
      events: { new: 0, changed: 2 },
    });
  });

  it('is not what a walk over another period does not show', async () => {
    const world = emptyWorld('periods');
    for (const day of ['2026-02-10', '2026-03-10', '2026-04-10'])
      world.addEvent(world.addTournament({ startAt: seconds(`${day}T12:00:00Z`) }).id, { entrants: 4 });
    const ground = await Ground.open(world);
    const herald = await ground.herald();
    await ground.run(herald);
    for (const [since, end] of [
      ['2026-03-01', '2026-03-31'],
      ['2026-03-01', '2026-03-20'],
      ['2026-03-05', '2026-03-31'],
    ]) {
      ground.period(since as string, end as string);
      await ground.run(herald);
    }
    ground.period('2026-01-01', null);
    expect(await ground.differences()).toEqual([]);
  });

  it('is not a tournament that was moved out of the period', async () => {
    const world = emptyWorld('moved');
    const { id } = world.addTournament({ startAt: seconds('2026-02-10T12:00:00Z') });
    world.addEvent(id, { entrants: 4 });
    const ground = await Ground.open(world);
    const herald = await ground.herald();
    ground.period('2026-02-01', '2026-02-28');
    await ground.run(herald);
    world.changeTournament(id, { startAt: seconds('2026-03-05T12:00:00Z') });
    for (const _ of [1, 2]) await ground.run(herald);
    ground.period('2026-01-01', null);
    expect(await ground.differences()).toEqual([]);
    expect(await ground.rows('select id from startgg_event where deleted_at is not null')).toEqual([]);
  });

  it('needs two walks also where something else is read in between', async () => {
    const world = emptyWorld('between');
    const ids = ['2026-02-10', '2026-04-10'].map((day) => {
      const { id } = world.addTournament({ startAt: seconds(`${day}T12:00:00Z`) });
      world.addEvent(id, { entrants: 4 });
      return id;
    });
    const ground = await Ground.open(world);
    const herald = await ground.herald();
    await ground.run(herald);
    world.removeTournament(ids[0] as number);
    await ground.run(herald);
    ground.period('2026-04-01', null);
    await ground.run(herald);
    expect(await ground.rows('select id from startgg_tournament where deleted_at is not null')).toEqual([]);
    ground.period('2026-01-01', null);
    await ground.run(herald);
    expect(await ground.differences()).toEqual([]);
  });

  it('does not take along what another game has in the same tournament', async () => {
    const world = emptyWorld('games');
    const tournament = world.addTournament({ startAt: world.now - 86_400 });
    const ours = world.addEvent(tournament.id, { entrants: 4 });
    const theirs = world.addEvent(tournament.id, { entrants: 4, videogameId: OTHER_GAME.id });
    const ground = await Ground.open(world);
    const herald = await ground.herald();
    await ground.run(herald);
    await ground.run(herald, OTHER_GAME);
    world.removeEvent(ours.id);
    for (let run = 0; run < 3; run++) await ground.run(herald);
    expect(await ground.rows('select id from startgg_event where deleted_at is null')).toEqual([
      { id: theirs.id },
    ]);
    const inTheirs = `select count(*)::int as n from startgg_entrant where event_id = $1 and deleted_at is null`;
    expect(await ground.rows(inTheirs, [theirs.id])).toEqual([{ n: 4 }]);
    expect(await ground.rows('select 1 from startgg_tournament where deleted_at is null')).toHaveLength(1);
    world.removeEvent(theirs.id);
    for (let run = 0; run < 2; run++) await ground.run(herald, OTHER_GAME);
    expect(await ground.rows('select 1 from startgg_tournament where deleted_at is null')).toEqual([]);
  });

  it('is not what a list leaves out that comes out short', async () => {
    const { world, event } = worldOfOneEvent('short', 8);
    const ground = await Ground.open(world);
    const herald = await ground.herald();
    await ground.run(herald);
    ground.startgg.faults.add({
      kind: 'short-page',
      event: event.id,
      list: 'sets',
      match: asks('Sets', event.id),
      times: Infinity,
    });
    for (let run = 0; run < 2; run++) expect(await ground.run(herald)).toMatchObject({ errorCount: 1 });
    expect(await ground.differences()).toEqual([]);
  });
});

describe('an entrant who is on no list any more', () => {
  it('stays deleted although sets go on naming it', async () => {
    const { world, event } = worldOfOneEvent('named', 6);
    const bracket = world.change(event);
    const entrant = bracket.entrants.at(-1);
    bracket.entrants.pop();
    const ground = await Ground.open(world);
    const herald = await ground.herald();
    const first = await ground.run(herald);
    const again = await ground.run(herald);
    expect(await ground.differences()).toEqual([]);
    expect(first.counters.entrants).toMatchObject({ new: 5, unchanged: 0, total: 5 });
    expect(again.counters.entrants).toMatchObject({ new: 0, unchanged: 5, total: 5 });
    const [named] = await ground.rows('select name from startgg_entrant where deleted_at is not null');
    expect(named).toEqual({ name: entrant?.name });
  });
});
