import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld } from '../../../src/sandbox/startgg/create-world.ts';
import { type Startgg, startStartgg } from '../../../src/sandbox/startgg/server.ts';
import type { World } from '../../../src/sandbox/startgg/world.ts';
import { ask, token } from './ask.ts';

interface SetNode {
  id: number | string;
  round: number;
  identifier: string;
  fullRoundText: string;
  slots: { id: string; entrant: { id: number } | null; seed: { entrant: { id: number } | null } | null }[];
}

let world: World;
let startgg: Startgg;
let poolId: number;

beforeEach(async () => {
  world = createWorld({
    seed: 'preview',
    tournaments: 0,
    from: new Date('2026-01-01'),
    to: new Date('2026-06-30'),
  });
  const tournament = world.addTournament({ startAt: world.now + 86_400 });
  // The second event of a world hides its entrants behind their seeds.
  world.addEvent(tournament.id, { entrants: 12, teamSize: 1, state: 'CREATED', hasSets: true });
  const event = world.addEvent(tournament.id, { entrants: 12, teamSize: 1, state: 'CREATED', hasSets: true });
  poolId = world.bracket(event).phases[0]?.groups[0]?.id ?? 0;
  startgg = await startStartgg({ world, token });
});
afterEach(() => startgg.close());

async function sets(): Promise<SetNode[]> {
  const query = `{ phaseGroup(id: ${poolId}) { sets(perPage: 40, sortType: ROUND) {
    nodes { id round identifier fullRoundText slots { id entrant { id } seed { entrant { id } } } } } } }`;
  return (await ask(startgg, query)).body.data.phaseGroup.sets.nodes;
}

const place = (set: SetNode) => `${set.round} ${set.identifier}`;

describe('a pool', () => {
  it('serves preview sets before it starts, with entrants known by their seeds', async () => {
    const nodes = await sets();
    expect(nodes).toHaveLength(23);
    for (const set of nodes) {
      expect(set.id).toMatch(new RegExp(`^preview_${poolId}_${set.round}_\\d+$`));
      expect(set.slots.map((slot) => slot.id)).toEqual([`${set.id}-0`, `${set.id}-1`]);
      expect(set.slots.every((slot) => slot.entrant === null)).toBe(true);
    }
    expect(nodes.flatMap((set) => set.slots).filter((slot) => slot.seed?.entrant)).toHaveLength(12);
  });

  it('gets integer ids when it starts, for the same rounds and identifiers', async () => {
    const before = await sets();
    world.startPool(poolId);
    const after = await sets();
    expect(after.map(place)).toEqual(before.map(place));
    expect(after.every((set) => typeof set.id === 'number')).toBe(true);
    const dead = await ask(startgg, `{ set(id: "${before[0]?.id}") { id } }`);
    expect(dead.body.data).toEqual({ set: null });
    expect(dead.body.errors[0].message).toBe(`Set not found for id: ${before[0]?.id}`);
    expect((await ask(startgg, `{ set(id: ${after[0]?.id}) { id } }`)).body.data.set.id).toBe(after[0]?.id);
  });

  it('goes back to preview sets when it is reset, and gets new ids when it starts again', async () => {
    const preview = await sets();
    world.startPool(poolId);
    const first = await sets();
    world.completeSet(first.find((set) => set.slots.every((slot) => slot.entrant))?.id ?? 0);
    world.resetPool(poolId);
    expect((await sets()).map((set) => set.id)).toEqual(preview.map((set) => set.id));
    world.startPool(poolId);
    const second = await sets();
    expect(second.map(place)).toEqual(first.map(place));
    expect(second.filter((set) => first.some((one) => one.id === set.id))).toEqual([]);
  });

  it('tells the grand final from its reset by name and identifier only', async () => {
    const finals = (await sets()).filter((set) => set.fullRoundText.startsWith('Grand Final'));
    expect(finals.map((set) => set.fullRoundText)).toEqual(['Grand Final', 'Grand Final Reset']);
    expect(finals[0]?.round).toBe(finals[1]?.round);
    expect(finals[0]?.identifier).not.toBe(finals[1]?.identifier);
  });

  it('plays to the end, result by result', async () => {
    world.startPool(poolId);
    for (let played = 0; played < 40; played++) {
      const pool = world.phaseGroup(poolId);
      const ready = pool?.sets.find(
        (set) => !set.bye && set.state !== 3 && set.slots.every((slot) => slot.seed?.entrant),
      );
      if (!ready?.realId) break;
      world.completeSet(ready.realId, { winner: 0, scores: [2, 0] });
    }
    const pool = world.phaseGroup(poolId);
    expect(pool?.state).toBe(3);
    expect(pool?.phase.event.state).toBe('COMPLETED');
    expect(pool?.sets.filter((set) => !set.bye && set.state !== 3)).toEqual([]);
    expect((await sets()).some((set) => set.fullRoundText === 'Grand Final Reset')).toBe(false);
  });
});
