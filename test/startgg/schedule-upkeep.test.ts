import { describe, expect, it } from 'vitest';
import { BudgetExhaustedError } from '../../src/errors.ts';
import { rememberErased } from '../../src/matches/privacy/erased.ts';
import { type SetRecord, setId } from '../../src/sandbox/startgg/model.ts';
import type { World } from '../../src/sandbox/startgg/world.ts';
import { eventOverview, eventSubject } from '../../src/startgg/schedule/event-announcement.ts';
import { asks } from './faults.ts';
import { Venue, worldOfFour } from './venue.ts';

const FOUR = { entrants: 4, teamSize: 1, state: 'CREATED', hasSets: true } as const;

/** The next set of a pool that can be played. */
const ready = (world: World, pool: number) =>
  world
    .phaseGroup(pool)
    ?.sets.find((set) => !set.bye && set.state !== 3 && set.slots.every(({ seed }) => seed?.entrant));

function first(world: World, pool: number): SetRecord {
  const set = ready(world, pool);
  if (!set) throw new Error('nothing to play');
  return set;
}

/** A started pool that is followed and known. */
async function playing(seed: string) {
  const made = worldOfFour(seed);
  made.world.startPool(made.pool);
  const venue = await Venue.open(made.world, made.tournament);
  await venue.run();
  return { ...made, venue, set: first(made.world, made.pool) };
}

describe('a sync that finds no room in the budget', () => {
  it('has written what it came to, and goes on with the rest', async () => {
    const { world, tournament, venue, event, set } = await playing('cut-short');
    const side = world.addEvent(tournament.id, { ...FOUR, name: 'Side' });
    const [pool] = world.bracket(side).phases[0]?.groups ?? [];
    world.startPool(pool?.id ?? 0);
    await venue.run();
    const other = first(world, pool?.id ?? 0);
    world.callSet(setId(set));
    world.callSet(setId(other));
    const asked: unknown[] = [];
    const block = (until: string) => venue.rows(`update budget set blocked_until = ${until}`);
    venue.ground.startgg.onRequest = async (_, { operationName, variables }) => {
      if (operationName !== 'Changes') return;
      asked.push(variables.id);
      if (asked.length === 1) await block(`now() + interval '1 hour'`);
    };
    await expect(venue.run()).rejects.toThrow(BudgetExhaustedError);
    const states = async () => [(await venue.match(set)).state, (await venue.match(other)).state];
    expect((await states()).sort()).toEqual(['called', 'scheduled']);
    await block('null');
    await venue.run();
    expect(await states()).toEqual(['called', 'called']);
    expect(asked).toHaveLength(3);
    expect(asked[1]).toBe(asked[0] === event.id ? side.id : event.id);
  });
});

describe('what is new in an event', () => {
  it('is read alone where it is an entrant', async () => {
    const { world, event, venue } = await playing('entrant');
    const { id } = world.addEntrant(event.id, 'Late');
    expect(await venue.run()).toEqual(['Tournament', 'Changes', 'LinkedEntrants']);
    expect(await venue.rows('select name from startgg_entrant where id = $1', [id])).toEqual([
      { name: 'Late' },
    ]);
    expect(await venue.run()).toEqual(['Tournament', 'Changes']);
  });

  it('has come with the changes where it is a set', async () => {
    const { world, venue, set } = await playing('set');
    const id = String(setId(set));
    await venue.rows('delete from match where outside_id = $1', [id]);
    await venue.rows('delete from startgg_set where id = $1', [id]);
    await venue.rows(`update startgg_sync set totals = jsonb_set(totals, '{sets}', to_jsonb((totals->>'sets')::int - 1))
      where scope = 'whole'`);
    world.callSet(id);
    expect(await venue.run()).toEqual(['Tournament', 'Changes']);
    expect(await venue.match(id)).toMatchObject({ state: 'called' });
    expect(await venue.run()).toEqual(['Tournament', 'Changes']);
  });

  it('shows in the sets though an import wrote it, and was not through when the people were compared', async () => {
    const { world, venue, set } = await playing('late-commit');
    const id = set.slots[0].seed?.entrant?.id ?? 0;
    world.renameEntrant(id, 'New Name');
    await venue.rows(
      `update startgg_entrant set name = 'New Name', updated_at = (
         select walked_at - interval '30 seconds' from startgg_sync where scope = 'people') where id = $1`,
      [id],
    );
    await venue.makeWholeDue();
    await venue.run();
    expect((await venue.seats(set))[0]).toContain('New Name');
  });
});

describe('an event that is over', () => {
  it('leaves nothing that is still to come, and is not asked again who did best', async () => {
    const { world, event, venue, set } = await playing('unplayed');
    world.callSet(setId(set));
    await venue.run();
    world.changeEvent(event.id, { state: 'COMPLETED' });
    await venue.run();
    expect(await venue.rows('select distinct state from match')).toEqual([{ state: 'finished' }]);
    expect(await venue.rows('select standings is not null as known from startgg_event')).toEqual([
      { known: true },
    ]);
    expect(await venue.run()).not.toContain('Standings');
    await venue.rows(`update startgg_set set seq = nextval('startgg_set_seq')`);
    await venue.run();
    expect(await venue.rows('select distinct state from match')).toEqual([{ state: 'finished' }]);
  });

  it('has its matches though start.gg cannot say who did best', async () => {
    const { world, venue, pool } = await playing('no-standings');
    world.callSet(setId(first(world, pool)));
    await venue.run();
    for (let set = ready(world, pool); set; set = ready(world, pool))
      world.completeSet(setId(set), { winner: 0 });
    venue.ground.startgg.faults.add({ kind: 'complexity', match: asks('Standings') });
    await venue.run();
    expect(await venue.link()).toMatchObject({
      last_error: null,
      skipped: [{ item: 'Standings of Singles', reason: expect.stringContaining('complexity') }],
    });
    await venue.run();
    expect((await venue.link()).skipped).toEqual([]);
  });

  it('does not show those who had themselves erased', async () => {
    const { world, event, venue, pool } = await playing('erased');
    world.callSet(setId(first(world, pool)));
    await venue.run();
    for (let set = ready(world, pool); set; set = ready(world, pool))
      world.completeSet(setId(set), { winner: 0 });
    await venue.run();
    const { db } = venue.herald;
    const shown = async () =>
      (await eventOverview(db.em(), eventSubject(1, event.id), 10))?.standings.map(({ name }) => name) ?? [];
    const [best, ...others] = await shown();
    expect(others).toHaveLength(3);
    const [player] = await venue.rows<{ key: string }>(
      `select p.player_id::text as key from startgg_entrant e join startgg_entrant_participant j on j.entrant_id = e.id
         join startgg_participant p on p.id = j.participant_id where e.name = $1`,
      [best],
    );
    const keys = [{ source: 'startgg', kind: 'player', key: player?.key ?? '' }];
    await db.transaction((em) => rememberErased(em, { keys }));
    expect(await shown()).toEqual(['erased', ...others]);
  });
});

describe('a tournament', () => {
  it('is followed on when its organisers give it another slug', async () => {
    const { tournament, venue, set, world } = await playing('moved');
    Object.assign(tournament, { slug: 'tournament/moved-cup' });
    const isBySlug = { match: (request: { variables: object }) => 'slug' in request.variables };
    venue.ground.startgg.faults.add({ kind: 'null-field', ...isBySlug });
    world.callSet(setId(set));
    expect(await venue.run()).toEqual(['Tournament', 'Tournament', 'Changes']);
    expect(await venue.link()).toMatchObject({ slug: 'moved-cup', last_error: null });
    expect(await venue.match(set)).toMatchObject({ state: 'called' });
  });

  it('that is linked again has its deleted sets cancelled', async () => {
    const { world, venue, set } = await playing('relinked');
    await venue.rows('delete from tournament_link');
    const id = String(setId(set));
    world.removeSet(id);
    await venue.rows(
      `update startgg_set set deleted_at = now(), seq = nextval('startgg_set_seq') where id = $1`,
      [id],
    );
    await venue.rows(
      `insert into tournament_link (tournament_id, source, slug, name) values (1, 'startgg', $1, 'Cup')`,
      [venue.slug],
    );
    await venue.run();
    expect(await venue.match(id)).toMatchObject({ state: 'cancelled' });
  });
});
