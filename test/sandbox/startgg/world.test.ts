import { describe, expect, it } from 'vitest';
import { bigEvent, createWorld } from '../../../src/sandbox/startgg/create-world.ts';
import { setsOf } from '../../../src/sandbox/startgg/model.ts';

const period = { from: new Date('2024-01-01'), to: new Date('2026-12-31') };
const game = 64423;

describe('a world', () => {
  it('is the same for the same seed, and another for another', () => {
    const make = (seed: string) =>
      createWorld({ seed, tournaments: 12, ...period }).truth({ videogameId: game, since: period.from });
    expect(make('one')).toEqual(make('one'));
    expect(make('one')).not.toEqual(make('two'));
  });

  it('gives an event the same bracket whether or not it was forgotten in between', () => {
    const world = createWorld({ seed: 'again', tournaments: 12, ...period });
    const question = { videogameId: game, since: period.from };
    const before = world.truth(question);
    for (let i = 0; i < 20; i++)
      world.bracket(bigEvent(world, { entrants: 2000, startAt: new Date('2020-01-01') }));
    expect(world.truth(question)).toEqual(before);
  });

  it('has events of real sizes with real oddities', () => {
    const world = createWorld({ seed: 'sizes', events: 1500, now: new Date('2027-06-01'), ...period });
    const sizes: number[] = [];
    const entrants: number[] = [];
    const seen = { completed: 0, dq: 0, doubleDq: 0, noScore: 0, nobodysUser: 0, twoEvents: 0 };
    for (const event of world.events({ videogameId: game })) {
      const bracket = world.bracket(event);
      const sets = [...setsOf(bracket)].filter((set) => !set.bye);
      sizes.push(sets.length);
      entrants.push(bracket.entrants.length);
      for (const set of sets) {
        if (set.state !== 3) continue;
        const scores = set.slots.map((slot) => slot.standing?.score);
        seen.completed += 1;
        if (scores.includes(-1)) seen.dq += 1;
        if (scores.every((score) => score === -1)) seen.doubleDq += 1;
        if (scores.every((score) => score === null || score === 0)) seen.noScore += 1;
        const people = set.slots.flatMap((slot) => slot.seed?.entrant?.participants ?? []);
        if (people.some((one) => one.playerIndex === null || !world.user(one.playerIndex)))
          seen.nobodysUser += 1;
      }
    }
    const at = (list: number[], share: number) =>
      list.sort((a, b) => a - b)[Math.floor((list.length - 1) * share)] ?? 0;
    const near = (actual: number, expected: number, part = 0.25) => {
      expect(actual).toBeGreaterThan(expected * (1 - part));
      expect(actual).toBeLessThan(expected * (1 + part));
    };
    near(at(sizes, 0.5), 30);
    near(at(sizes, 0.9), 88);
    near(at(sizes, 0.99), 377);
    near(at(entrants, 0.5), 15);
    near(at(entrants, 0.9), 40);
    near(at(entrants, 0.99), 157);
    near(sizes.reduce((sum, size) => sum + size, 0) / sizes.length, 45);
    near(sizes.filter((size) => size === 0).length / sizes.length, 0.085);
    near(seen.dq / seen.completed, 0.076);
    near(seen.nobodysUser / seen.completed, 0.045, 0.4);
    expect(seen.doubleDq).toBeGreaterThan(0);
    expect(seen.noScore).toBeGreaterThan(0);
  });

  it('has null somewhere in every field that may be null, and something elsewhere', () => {
    const world = createWorld({ seed: 'nulls', tournaments: 600, ...period });
    const truth = world.truth({ videogameId: game, since: period.from });
    const columns = (table: keyof typeof truth, test: (value: unknown) => boolean) =>
      Object.keys(truth[table][0] ?? {}).filter((column) => truth[table].some((row) => test(row[column])));
    const always = (table: keyof typeof truth) => {
      const nullable = columns(table, (value) => value === null);
      return columns(table, () => true).filter((column) => !nullable.includes(column));
    };
    for (const table of Object.keys(truth) as (keyof typeof truth)[]) {
      expect(columns(table, (value) => value !== null)).toEqual(columns(table, () => true));
    }
    const flags = ['is_online', 'has_offline_events'];
    expect(always('startgg_tournament')).toEqual(['id', 'name', 'slug', 'start_at', ...flags]);
    expect(always('startgg_entrant')).toEqual(['id', 'event_id']);
    expect(always('startgg_participant')).toEqual(['id', 'tournament_id']);
    expect(always('startgg_set').slice(0, 5)).toEqual([
      'id',
      'event_id',
      'phase_id',
      'phase_group_id',
      'full_round_text',
    ]);
    expect(always('startgg_set').slice(5)).toEqual(['round', 'identifier', 'state']);
    expect([...world.tournaments.values()].some((one) => one.isOnline === null)).toBe(true);
    expect([...world.events()].some((one) => one.game === null)).toBe(true);
  });

  it('has people who enter several events of a tournament and come back to others', () => {
    const world = createWorld({ seed: 'people', tournaments: 40, ...period });
    const truth = world.truth({ videogameId: game, since: period.from });
    const links = truth.startgg_entrant_participant;
    expect(links.length).toBeGreaterThan(truth.startgg_participant.length);
    expect(truth.startgg_participant.length).toBeGreaterThan(truth.startgg_player.length);
  });

  it('keeps that shape when it is made of a given size', () => {
    // As many sets per event as in all that there is of real ones.
    const world = createWorld({
      seed: 'shape',
      events: 2500,
      sets: 120_000,
      now: new Date('2027-06-01'),
      ...period,
    });
    const sizes: number[] = [];
    for (const event of world.events({ videogameId: game }))
      sizes.push([...setsOf(world.bracket(event))].filter((set) => !set.bye).length);
    sizes.sort((a, b) => a - b);
    const at = (share: number) => sizes[Math.floor((sizes.length - 1) * share)] ?? 0;
    const near = (actual: number, real: number, part: number) =>
      expect(Math.abs(actual / real - 1)).toBeLessThan(part);
    expect(sizes).toHaveLength(2500);
    near(at(0.5), 30, 0.2);
    near(at(0.9), 88, 0.2);
    near(at(0.99), 377, 0.2);
    near(
      sizes.reduce((sum, size) => sum + size, 0),
      120_000,
      0.1,
    );
  });

  it('has one event as large as the largest real one, when there are as many', () => {
    const world = createWorld({ seed: 'largest', events: 25_000, sets: 1_200_000, ...period });
    const events = [...world.events({ videogameId: game })].filter(({ plan }) => plan.hasSets);
    const [largest] = events.sort((a, b) => b.plan.entrants - a.plan.entrants);
    const sets = largest ? [...setsOf(world.bracket(largest))].filter((set) => !set.bye).length : 0;
    expect(Math.abs(sets / 5974 - 1)).toBeLessThan(0.2);
  });

  it('can be made of a given size', () => {
    const world = createWorld({ seed: 'sized', events: 200, sets: 12_000, ...period });
    const events = [...world.events({ videogameId: game })];
    const sets = events.reduce(
      (sum, event) => sum + [...setsOf(world.bracket(event))].filter((set) => !set.bye).length,
      0,
    );
    expect(events).toHaveLength(200);
    expect(Math.abs(sets - 12_000)).toBeLessThan(1200);
  });

  it('can hold one event of 923 entrants and 1,843 sets', () => {
    const world = createWorld({ seed: 'big', tournaments: 0, ...period });
    const bracket = world.bracket(bigEvent(world, { entrants: 923, sets: 1843 }));
    expect(bracket.entrants).toHaveLength(923);
    expect([...setsOf(bracket)].filter((set) => !set.bye)).toHaveLength(1843);
    expect(bracket.phases.length).toBeGreaterThan(1);
  });
});
