import { describe, expect, it } from 'vitest';
import { activeSlugs, dueSlugs } from '../../src/startgg/schedule/rhythm.ts';
import { Venue, worldOfFour } from './venue.ts';

describe('a tournament that is followed', () => {
  it('is read every minute while a pool of it is running, and otherwise with the others', async () => {
    const { world, tournament, pool } = worldOfFour('rhythm');
    const venue = await Venue.open(world, tournament);
    const due = async () => [await dueSlugs(venue.herald.db.em()), await activeSlugs(venue.herald.db.em())];
    expect(await due()).toEqual([[venue.slug], []]);
    await venue.run();
    expect(await due()).toEqual([[venue.slug], []]);
    world.startPool(pool);
    await venue.run();
    expect(await due()).toEqual([[venue.slug], []]);
    const wait = (time: string) =>
      venue.rows(`update tournament_link set last_synced_at = now() - $1::interval`, [time]);
    await wait('61 seconds');
    expect(await due()).toEqual([[venue.slug], [venue.slug]]);
    // One that failed is not tried more often.
    await venue.rows('update tournament_link set last_failed_at = now()');
    expect(await due()).toEqual([[venue.slug], []]);
    await venue.rows('update tournament_link set disabled_at = now()');
    expect(await due()).toEqual([[], []]);
  });

  it('is read less often when all that are running have more than 60 events', async () => {
    const { world, tournament, pool } = worldOfFour('many');
    world.startPool(pool);
    const venue = await Venue.open(world, tournament);
    await venue.run();
    await venue.rows(`insert into startgg_event (id, tournament_id, videogame_id, state)
      select 900000 + n, tournament_id, videogame_id, 'ACTIVE' from startgg_event, generate_series(1, 119) as n`);
    const dueAfter = async (time: string) => {
      await venue.rows(`update tournament_link set last_synced_at = now() - $1::interval`, [time]);
      return await activeSlugs(venue.herald.db.em());
    };
    expect(await dueAfter('90 seconds')).toEqual([]);
    expect(await dueAfter('121 seconds')).toEqual([venue.slug]);
  });

  it('is read once a day when it has been over for a day', async () => {
    const { world, tournament, pool } = worldOfFour('over');
    world.startPool(pool);
    const venue = await Venue.open(world, tournament);
    await venue.run();
    await venue.rows(`update startgg_tournament set end_at = now() - interval '25 hours'`);
    await venue.rows(`update tournament_link set last_synced_at = now() - interval '2 hours'`);
    const due = async () => [await dueSlugs(venue.herald.db.em()), await activeSlugs(venue.herald.db.em())];
    expect(await due()).toEqual([[], []]);
    await venue.rows(`update tournament_link set last_synced_at = now() - interval '25 hours'`);
    expect(await due()).toEqual([[venue.slug], []]);
  });
});
