import { describe, expect, it } from 'vitest';
import { addLink, removeLinks } from '../../src/matches/linking.ts';
import { setId } from '../../src/sandbox/startgg/model.ts';
import { Venue, worldOfFour } from './venue.ts';

/** A started pool that is followed and known. */
async function playing(seed: string) {
  const made = worldOfFour(seed);
  made.world.startPool(made.pool);
  const venue = await Venue.open(made.world, made.tournament);
  await venue.run();
  const set = (made.world.phaseGroup(made.pool)?.sets ?? []).find((each) => !each.bye && each.round === 1);
  if (!set) throw new Error('an empty pool');
  return { ...made, venue, id: String(setId(set)) };
}

describe('a link to a tournament', () => {
  it('that is made again takes up its matches, and what became of them meanwhile', async () => {
    const { venue, world, id } = await playing('again');
    const { tournament_id: tournamentId } = await venue.link();
    const { db } = venue.herald;
    await db.transaction((em) => removeLinks(em, Number(tournamentId)));
    await venue.follow('2');
    world.completeSet(id, { winner: 0, scores: [2, 1] });
    await venue.run();
    expect(await venue.match(id)).toMatchObject({ state: 'scheduled', link_id: null });
    const schedule = { source: 'startgg', slug: venue.slug, name: 'Friday Cup' } as const;
    await db.transaction((em) => addLink(em, { id: Number(tournamentId), name: 'Cup' }, schedule, '1'));
    const [unlinked] = await venue.rows('select count(*)::int as n from match where link_id is null');
    expect(unlinked).toEqual({ n: 0 });
    await venue.run();
    expect(await venue.match(id)).toMatchObject({ state: 'finished' });
  });

  it('shows a fault of Herald that ended a sync, and is not complete while one kept a match from it', async () => {
    const { venue } = await playing('faulty');
    const query = venue.rows.bind(venue);
    await query('alter table match rename to away');
    await venue.run();
    expect((await venue.link()).last_error).toBe('Herald itself failed at it; the cause is in its log');
    await query('alter table away rename to match');
    await query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'no room'; end $$`,
    );
    await query('create trigger refused before insert on match for each row execute function refuse()');
    await venue.follow('2');
    await venue.run();
    const ready = async () =>
      await query('select ready_at is not null as ready from tournament_link order by id');
    expect(await ready()).toEqual([{ ready: true }, { ready: false }]);
    await query('drop trigger refused on match');
    await venue.run();
    expect(await ready()).toEqual([{ ready: true }, { ready: true }]);
  });
});
