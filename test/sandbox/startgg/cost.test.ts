import { afterEach, describe, expect, it } from 'vitest';
import { createWorld } from '../../../src/sandbox/startgg/create-world.ts';
import { type Startgg, type StartggOptions, startStartgg } from '../../../src/sandbox/startgg/server.ts';
import { ask, token } from './ask.ts';

const world = createWorld({
  seed: 'cost',
  tournaments: 1,
  from: new Date('2026-01-01'),
  to: new Date('2026-06-30'),
});
const tournament = world.addTournament({ startAt: world.now - 86_400 * 20 });
const finished = { state: 'COMPLETED', hasSets: true } as const;
const singles = world.addEvent(tournament.id, { entrants: 300, teamSize: 1, ...finished });
const doubles = world.addEvent(tournament.id, { entrants: 40, teamSize: 2, ...finished });
const small = world.addEvent(tournament.id, { entrants: 6, teamSize: 1, state: 'CREATED', hasSets: true });

let startgg: Startgg;
const start = async (options: Partial<StartggOptions> = {}) => {
  startgg = await startStartgg({ world, token, ...options });
};
afterEach(() => startgg.close());

async function costOf(query: string): Promise<number> {
  const { body } = await ask(startgg, query);
  return body.extensions.queryComplexity;
}

const page = (fields: string, perPage = 10, event = singles.id) =>
  `{ event(id: ${event}) { sets(page: 1, perPage: ${perPage}, sortType: RECENT) { pageInfo { total } nodes { ${fields} } } } }`;

describe('what a query costs', () => {
  it('counts null entrants: six entrants before the start are 1 + 11 sets + 22 slots + 22 entrants = 56', async () => {
    await start();
    const bracket = world.bracket(small);
    const phase = bracket.phases[0];
    if (phase?.bracketType !== 'DOUBLE_ELIMINATION')
      expect.fail('the world should hold a double elimination here');
    const query = `{ phase(id: ${phase.id}) { id sets(page: 1, perPage: 30) { pageInfo { total } nodes { id slots { id entrant { id } } } } } }`;
    expect(await costOf(query)).toBe(56);
  });

  it('counts empty lists: 100 entrants with participant, user, player, images and standing are 601', async () => {
    await start();
    const query = `{ event(id: ${singles.id}) { entrants(query: { perPage: 100 }) { nodes { id
      participants { user { player { gamerTag } images(type: "none") { url } } } standing { placement } } } } }`;
    const { body } = await ask(startgg, query);
    const people = body.data.event.entrants.nodes.filter((one: Entrant) => one.participants[0]?.user);
    expect(body.extensions.queryComplexity).toBe(1 + 100 * 4 + people.length * 2);
  });

  it.each([
    [5, 'id displayScore slots { entrant { id } }'],
    [11, 'id displayScore slots { entrant { id } standing { stats { score { value } } } }'],
    [
      17,
      `id phaseGroup { phase { id } } slots { entrant { participants { player { id } } } standing { stats { score { value } } } }`,
    ],
  ])('is %i for a set with its slots', async (expected, fields) => {
    await start();
    const { body } = await ask(startgg, page(fields));
    const missing = world.bracket(singles) && lostObjects(body.data.event.sets.nodes);
    expect(body.extensions.queryComplexity + missing).toBe(1 + 10 * expected);
  });

  it('is 4 for an entrant with its participant, player and user, and 7 for a pair', async () => {
    await start();
    const query = (id: number) =>
      `{ event(id: ${id}) { entrants(query: { perPage: 40 }) { nodes { id participants { id player { id } user { id } } } } } }`;
    expect(await costOf(query(singles.id))).toBe(1 + 40 * 4);
    expect(await costOf(query(doubles.id))).toBe(1 + 40 * 7);
  });

  it('can be made a little higher than the rule', async () => {
    await start();
    const fields = 'id displayScore slots { entrant { id } standing { stats { score { value } } } }';
    const usual = await costOf(page(fields));
    await startgg.close();
    await start({ dearer: true });
    expect(await costOf(page(fields))).toBe(usual + 10 * (2 + 2 * 2));
  });
});

describe('what costs too much', () => {
  const fields = 'id slots { entrant { id } }';

  it('is refused from 1000 objects on: 199 sets of 5 pass, 200 do not', async () => {
    await start();
    expect((await ask(startgg, page(fields, 199))).body.extensions.queryComplexity).toBe(996);
    const { status, body } = await ask(startgg, page(fields, 200));
    expect(status).toBe(200);
    expect(body.data).toEqual({ event: null });
    expect(body.errors[0]).toMatchObject({ path: ['event'], extensions: { category: 'validation' } });
    expect(body.errors[0].message).toMatch(/complexity is too high.*\(actual: 1001\)/);
  });

  it('loses only the top-level field that reached the limit', async () => {
    await start();
    const sets = (n: number, perPage: number) =>
      `${n}: event(id: ${singles.id}) { sets(page: ${n.toString().length}, perPage: ${perPage}) { nodes { ${fields} } } }`;
    const query = `{ a${sets(1, 100)} b${sets(2, 150)} c${sets(3, 20)} }`;
    const { body } = await ask(startgg, query);
    expect(body.data.a1.sets.nodes).toHaveLength(100);
    expect(body.data.b2).toBeNull();
    expect(body.data.c3.sets.nodes).toHaveLength(20);
    expect(body.errors).toHaveLength(1);
    expect(body.extensions.queryComplexity).toBe(501 + 101);
  });

  it('is refused by the page size alone, and then the connection is null', async () => {
    await start();
    const { body } = await ask(
      startgg,
      `{ event(id: ${small.id}) { id sets(perPage: 1000) { nodes { id } } } }`,
    );
    expect(body.data.event).toEqual({ id: small.id, sets: null });
    expect(body.errors[0].message).toContain('(actual: 1000)');
    const passed = await ask(startgg, `{ event(id: ${small.id}) { sets(perPage: 999) { nodes { id } } } }`);
    expect(passed.body.errors).toBeUndefined();
  });
});

interface Entrant {
  participants: { user: unknown }[];
}

interface SetNode {
  slots: { entrant?: { participants?: { player?: unknown }[] }; standing?: { stats?: unknown } | null }[];
}

/** A slot without a standing has no stats and no score below it: two objects fewer. */
function lostObjects(nodes: SetNode[]): number {
  return nodes.flatMap((set) => set.slots).filter((slot) => slot.standing === null).length * 2;
}
