import { describe, expect, it } from 'vitest';
import { snapshotsOf } from '../../src/matches/snapshots.ts';
import { toldTo } from '../../src/notifications/told.ts';
import { wordingOf } from '../../src/notifications/wording.ts';
import { claimNotifications } from '../../src/outbox/notification-delivery.ts';
import { type SetRecord, setId, setsOf } from '../../src/sandbox/startgg/model.ts';
import type { World } from '../../src/sandbox/startgg/world.ts';
import { TOKEN } from '../support/herald.ts';
import { asks } from './faults.ts';
import { ADA, BEN, CAS, DOT, Venue, worldOfFour } from './venue.ts';

/** The sets of a pool that are shown. */
const shown = (world: World, pool: number) =>
  (world.phaseGroup(pool)?.sets ?? []).filter((set) => !set.bye) as SetRecord[];

const first = (world: World, pool: number): SetRecord => {
  const set = shown(world, pool).find((each) => each.round === 1);
  if (!set) throw new Error('an empty pool');
  return set;
};

const players = (set: SetRecord) =>
  set.slots.flatMap(({ seed }) =>
    (seed?.entrant?.participants ?? []).map(({ playerIndex }) => playerIndex ?? 0),
  );

/** Links the players of a set with Discord accounts, in order. */
function linkAll(world: World, set: SetRecord, accounts: readonly string[]): void {
  for (const [i, index] of players(set).entries())
    world.linkDiscord(world.player(index).id, accounts[i] ?? null);
}

/** A started pool that is followed and known, with Ada and Ben in its first set. */
async function playing(seed: string) {
  const made = worldOfFour(seed);
  linkAll(made.world, first(made.world, made.pool), [ADA, BEN]);
  made.world.startPool(made.pool);
  const venue = await Venue.open(made.world, made.tournament);
  await venue.run();
  return { ...made, venue, set: first(made.world, made.pool) };
}

describe('the sets of a pool', () => {
  it('become matches when it starts, and nobody is told of them', async () => {
    const { world, tournament, event, pool } = worldOfFour('starts');
    const venue = await Venue.open(world, tournament);
    await venue.run();
    expect(await venue.rows('select 1 from match')).toEqual([]);
    expect((await venue.link()).ready_at).not.toBeNull();

    world.startPool(pool);
    await venue.run();
    const sets = shown(world, pool);
    const matches = await venue.rows(
      'select outside_id, title, url, state, starts_at from match order by outside_id',
    );
    expect(matches).toEqual(
      sets
        .map((set) => ({
          outside_id: String(setId(set)),
          title: `Singles · ${set.fullRoundText}`,
          url: `https://www.start.gg/${event.slug}/set/${setId(set)}`,
          state: 'scheduled',
          starts_at: null,
        }))
        .sort((a, b) => a.outside_id.localeCompare(b.outside_id)),
    );
    const opening = first(world, pool);
    const entrants = opening.slots.map((slot) => slot.seed?.entrant);
    expect(await venue.seats(opening)).toEqual(
      entrants.map(
        (one, i) => `${i + 1} ${one?.name} sgg_${world.player(one?.participants[0]?.playerIndex ?? 0).id}`,
      ),
    );
    const final = sets.find((set) => set.fullRoundText === 'Grand Final') as SetRecord;
    expect(await venue.seats(final)).toEqual(['1 To be announced', '2 To be announced']);
    expect(await venue.pending()).toEqual([]);
    expect(await venue.rows('select 1 from discord_event')).toEqual([]);
    expect(await venue.rows('select kind from live_message')).toEqual([{ kind: 'startgg-event' }]);
  });

  it('are called, live and finished, and both players are told of the call once', async () => {
    const { world, venue, set } = await playing('states');
    const id = String(setId(set));
    expect(await venue.pending()).toEqual([]);

    world.callSet(id, 5);
    await venue.run();
    expect(await venue.match(id)).toMatchObject({ state: 'called', station: 5 });
    expect(await venue.pending()).toEqual([`${ADA} called ${id}`, `${BEN} called ${id}`]);
    await venue.run();
    world.callSet(id, 6);
    await venue.run();
    expect(await venue.match(id)).toMatchObject({ state: 'called', station: 6 });
    expect(await venue.pending()).toEqual([]);

    world.reportScore(id, [1, 0]);
    await venue.run();
    expect(await venue.match(id)).toMatchObject({ state: 'live', score: null });
    world.callSet(id);
    await venue.run();
    expect(await venue.pending()).toEqual([`${ADA} called ${id}`, `${BEN} called ${id}`]);

    world.completeSet(id, { winner: 0, scores: [2, 1] });
    await venue.run();
    const [one, other] = set.slots.map((slot) => slot.seed?.entrant?.name);
    expect(await venue.match(id)).toMatchObject({ state: 'finished', score: `${one} 2 - ${other} 1` });
    expect(await venue.pending()).toEqual([]);
  });

  it('are not called any more by a message that comes too late', async () => {
    const { world, venue, set } = await playing('too-late');
    world.callSet(setId(set), 4);
    await venue.run();
    const { db } = venue.herald;
    const claimed = (await claimNotifications(db, 10)).find((each) => each.class === 'called');
    if (!claimed) throw new Error('nothing to send');
    expect((await wordingOf(db.em(), claimed))?.saying.headline).toBe('Your match is called');
    world.reportScore(setId(set), [0, 0]);
    await venue.run();
    expect(await wordingOf(db.em(), claimed)).toBeUndefined();
  });

  it('have the winner for a score when nothing else was reported', async () => {
    const { world, venue, set } = await playing('scores');
    world.completeSet(setId(set), { winner: 1, scores: [null, null] });
    await venue.run();
    expect(await venue.match(set)).toMatchObject({ score: `${set.slots[1].seed?.entrant?.name} won` });
    world.dqSet(setId(set), 0);
    await venue.run();
    expect(await venue.match(set)).toMatchObject({ score: `DQ, ${set.slots[1].seed?.entrant?.name} won` });
  });

  it('fill up with those who won', async () => {
    const { world, venue, set, pool } = await playing('fills');
    world.completeSet(setId(set), { winner: 0 });
    await venue.run();
    const winners = shown(world, pool).find(({ round }) => round === 2) as SetRecord;
    expect(await venue.seats(winners)).toEqual(
      expect.arrayContaining([expect.stringContaining(ADA), expect.stringContaining('To be announced')]),
    );
  });

  it('are cancelled once two walks have missed them', async () => {
    const { world, venue, set } = await playing('vanish');
    const id = String(setId(set));
    world.removeSet(id);
    // The number of sets is another: all of them are read at once, and once more.
    await venue.run();
    expect(await venue.match(id)).toMatchObject({ state: 'scheduled' });
    await venue.run();
    expect(await venue.match(id)).toMatchObject({ state: 'cancelled' });
    expect(await venue.run()).toEqual(['Tournament', 'Changes']);
  });

  it('are cancelled with a reset of their pool, and others come with its new start', async () => {
    const { world, venue, pool } = await playing('reset');
    const before = shown(world, pool).map((set) => String(setId(set)));
    world.resetPool(pool);
    for (let i = 0; i < 4; i++) await venue.run();
    const states = () =>
      venue.rows(
        `select outside_id = any($1) as known, state, count(*)::int as n from match group by 1, 2 order by 1`,
        [before],
      );
    const cancelled = { known: true, state: 'cancelled', n: before.length };
    expect(await states()).toEqual([cancelled]);
    world.startPool(pool);
    await venue.run();
    expect(await states()).toEqual([{ known: false, state: 'scheduled', n: before.length }, cancelled]);
    expect(await venue.ground.differences()).toEqual([]);
  });
});

describe('people', () => {
  it('of both sides of a doubles set are told, each of those on the other side', async () => {
    const { world, tournament, pool } = worldOfFour('pairs', { teamSize: 2 });
    const accounts = [ADA, BEN, CAS, DOT];
    linkAll(world, first(world, pool), accounts);
    world.startPool(pool);
    const venue = await Venue.open(world, tournament);
    await venue.run();
    const set = first(world, pool);
    const seats = await venue.seats(set);
    expect(seats.map((seat) => [seat[0], seat.split(' ').at(-1)])).toEqual([
      ['1', ADA],
      ['1', BEN],
      ['2', CAS],
      ['2', DOT],
    ]);
    world.callSet(setId(set));
    await venue.run();
    expect(await venue.pending()).toEqual(accounts.map((who) => `${who} called ${setId(set)}`));
    const id = Number((await venue.match(set)).id);
    const view = (await snapshotsOf(venue.herald.db.em(), [id])).get(id)?.view ?? null;
    const names = view?.players.map(({ name }) => name) ?? [];
    expect(
      toldTo(ADA, view)
        ?.opponents.map(({ name }) => name)
        .sort(),
    ).toEqual(names.slice(2).sort());
    expect(
      toldTo(DOT, view)
        ?.opponents.map(({ name }) => name)
        .sort(),
    ).toEqual(names.slice(0, 2).sort());
  });

  it('turn from placeholders into who they are when they link their account at start.gg', async () => {
    const { world, tournament, pool } = worldOfFour('linked');
    world.startPool(pool);
    const venue = await Venue.open(world, tournament);
    const second = await venue.follow('2');
    await venue.run();
    const set = first(world, pool);
    expect((await venue.seats(set)).join()).toContain('sgg_');
    linkAll(world, set, [ADA, BEN]);
    await venue.makeWholeDue();
    await venue.run();
    for (const guild of ['1', '2'])
      expect((await venue.seats(set, guild)).map((seat) => seat.split(' ').at(-1))).toEqual([ADA, BEN]);
    expect(second).toBeGreaterThan(0);
    expect(await venue.pending()).toEqual([]);
    world.callSet(setId(set));
    await venue.run();
    expect(await venue.pending()).toHaveLength(2);
  });

  it('who came late are in their sets with their accounts', async () => {
    const { world, event, venue } = await playing('late');
    const entrant = world.addEntrant(event.id, 'Late');
    await venue.run();
    expect(await venue.rows('select name from startgg_entrant where id = $1', [entrant.id])).toEqual([
      { name: 'Late' },
    ]);
  });

  it('are called what their entrant is called now', async () => {
    const { world, venue, set } = await playing('renamed');
    world.renameEntrant(set.slots[0].seed?.entrant?.id ?? 0, 'New | Name');
    await venue.makeWholeDue();
    await venue.run();
    expect((await venue.seats(set))[0]).toBe(`1 New | Name ${ADA}`);
  });
});

describe('a sync', () => {
  it('of what did not change costs a request and one more for each event, and writes nothing', async () => {
    const { venue } = await playing('quiet');
    await venue.run();
    const before = await venue.versions();
    expect(await venue.run()).toEqual(['Tournament', 'Changes']);
    expect(await venue.versions()).toEqual(before);
  });

  it('asks for changes only, with an overlap of ten minutes', async () => {
    const { world, venue, set } = await playing('changes');
    world.callSet(setId(set));
    expect(await venue.run()).toEqual(['Tournament', 'Changes']);
    const { variables } = venue.ground.startgg.requests.at(-1) ?? {};
    expect(Math.abs(Number(variables?.updatedAfter) - (Date.now() / 1000 - 600))).toBeLessThan(30);
    expect(await venue.match(set)).toMatchObject({ state: 'called' });
  });

  it('leaves an event alone that begins on another day', async () => {
    const { world, tournament, event, pool } = worldOfFour('ahead');
    world.changeEvent(event.id, { startAt: Math.floor(Date.now() / 1000) + 3 * 86_400 });
    const venue = await Venue.open(world, tournament);
    await venue.run();
    expect(await venue.run()).toEqual(['Tournament']);
    world.startPool(pool);
    expect(await venue.run()).toContain('Changes');
  });

  it('leaves an event alone that is over', async () => {
    const { world, venue, pool } = await playing('over');
    for (let i = 0; i < 12; i++) {
      const open = shown(world, pool).find(
        (set) => set.state !== 3 && set.slots.every((slot) => slot.seed?.entrant),
      );
      if (open) world.completeSet(setId(open), { winner: 0 });
    }
    await venue.run();
    await venue.run();
    expect(await venue.rows('select state from startgg_phase_group')).toEqual([{ state: 3 }]);
    expect(await venue.run()).toEqual(['Tournament']);
    expect(await venue.rows('select standings from startgg_event')).toEqual([
      { standings: expect.arrayContaining([expect.objectContaining({ placement: 1 })]) },
    ]);
  });

  it.each([
    ['in one list', {}],
    ['pool by pool, where the list is too long', { deepestEntry: 60 }],
    ['in smaller pages, where start.gg counts more than expected', { dearer: true }],
  ])('takes in a large event %s', async (_, options) => {
    const { world, tournament, event } = worldOfFour('large');
    world.removeEvent(event.id);
    const fields = { entrants: 100, teamSize: 1, state: 'CREATED', hasSets: true } as const;
    const large = world.addEvent(tournament.id, fields);
    for (const { id } of world.bracket(large).phases[0]?.groups ?? []) world.startPool(id);
    const venue = await Venue.open(world, tournament, options);
    await venue.run();
    expect(await venue.ground.differences()).toEqual([]);
    const open = () =>
      [...setsOf(world.bracket(large))].filter(
        (set) => !set.bye && set.realId && set.state !== 3 && set.slots.every(({ seed }) => seed?.entrant),
      );
    let done = 0;
    for (const set of open().slice(0, 45)) done += world.completeSet(setId(set), { winner: 0 }) ? 1 : 0;
    expect(done).toBeGreaterThan(30);
    await venue.run();
    await venue.run();
    expect(await venue.ground.differences()).toEqual([]);
    expect((await venue.link()).skipped).toEqual([]);
    const behind =
      await venue.rows(`select s.id from startgg_set s join startgg_phase_group g on g.id = s.phase_group_id
        left join match m on m.outside_id = s.id
      where g.state in (2, 3) and s.id not like 'preview%' and m.revision is distinct from s.seq`);
    expect(behind).toEqual([]);
  });

  it('takes nothing for vanished where entries came empty, and says so', async () => {
    const { venue } = await playing('empty');
    await venue.makeWholeDue();
    venue.ground.startgg.faults.add({ kind: 'null-nodes', match: asks('LinkedEntrants'), times: 3 });
    await venue.run();
    expect((await venue.link()).skipped).toEqual([
      { item: 'Singles', reason: expect.stringContaining('came empty') },
    ]);
    expect(await venue.ground.differences()).toEqual([]);
  });

  it('gives a fresh link all that the others have, and tells nobody', async () => {
    const { world, venue, set } = await playing('fresh');
    world.callSet(setId(set), 3);
    await venue.run();
    expect(await venue.pending()).toHaveLength(2);
    const before = await venue.rows('select id, revision, updated_at from match order by id');
    await venue.follow('2');
    expect(await venue.run()).toEqual(['Tournament', 'Changes']);
    expect(await venue.match(set, '2')).toMatchObject({ state: 'called', station: 3, is_quiet: true });
    expect(await venue.pending()).toEqual([]);
    expect(
      await venue.rows(`select id, revision, updated_at from match where tournament_id = 1 order by id`),
    ).toEqual(before);
    world.reportScore(setId(set), [0, 0]);
    await venue.run();
    world.callSet(setId(set));
    await venue.run();
    // Two guilds, one call: everybody is told once.
    expect(await venue.pending()).toHaveLength(2);
  });

  it('takes up what an import brought, and what a crash left behind', async () => {
    const { world, venue, set } = await playing('crash');
    world.callSet(setId(set));
    const importer = await venue.ground.herald();
    await venue.ground.run(importer);
    expect(await venue.match(set)).toMatchObject({ state: 'scheduled' });
    await venue.run();
    expect(await venue.match(set)).toMatchObject({ state: 'called' });
    await venue.rows('delete from match where outside_id = $1', [String(setId(set))]);
    await venue.run();
    expect(await venue.match(set)).toMatchObject({ state: 'called' });
  });

  it('beside an import of the same game leaves the same rows', async () => {
    const { world, venue, pool } = await playing('beside');
    const importer = await venue.ground.herald();
    for (let i = 0; i < 3; i++) {
      const open = shown(world, pool).find(
        (set) => set.state !== 3 && set.slots.every((slot) => slot.seed?.entrant),
      );
      if (open) world.completeSet(setId(open));
      await venue.makeWholeDue();
      await Promise.all([venue.run(), venue.ground.run(importer)]);
    }
    await venue.run();
    expect(await venue.ground.differences()).toEqual([]);
    expect((await venue.link()).last_error).toBeNull();
  });

  it('keeps everything when start.gg does not show the tournament, or not answer', async () => {
    const { world, tournament, venue, set } = await playing('private');
    world.changeTournament(tournament.id, { published: false });
    await venue.run();
    await venue.run();
    expect((await venue.link()).last_error).toContain(
      'start.gg shows no such tournament: it is private or gone',
    );
    expect(await venue.match(set)).toMatchObject({ state: 'scheduled' });
    world.changeTournament(tournament.id, { published: true });
    await venue.run();
    expect((await venue.link()).last_error).toBeNull();
    venue.ground.startgg.expire(TOKEN);
    await venue.run();
    expect((await venue.link()).last_error).toContain('The start.gg token has expired');
  });

  it('reads the other events when one fails, and shows which', async () => {
    const { world, tournament, event, venue } = await playing('one-fails');
    const other = world.addEvent(tournament.id, {
      entrants: 4,
      teamSize: 1,
      state: 'CREATED',
      hasSets: true,
      name: 'Side',
    });
    venue.ground.startgg.faults.failEvent(event.id);
    await venue.run();
    expect(await venue.link()).toMatchObject({
      last_error: null,
      skipped: [{ item: 'Singles', reason: expect.stringContaining('unknown error') }],
    });
    expect(await venue.rows('select 1 from startgg_set where event_id = $1', [other.id])).not.toEqual([]);
  });
});
