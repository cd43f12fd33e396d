import { describe, expect } from 'vitest';
import { ADA, BEN, life, test, traces } from '../matches/erase-ground.ts';
import { inHours, type League } from '../speedgaming/league.ts';
import { backUp, openDatabase, restoreFile } from './ground.ts';

/** A league whose database was replaced. */
const restored = (league: League) => ({ url: league.db.url });

describe('who had themselves erased after a backup', () => {
  test('does not come back when it is restored over the database that knows of it', async ({
    league,
    privacy,
  }) => {
    const { episode } = await life(league);
    const { path } = await backUp(restored(league));
    await privacy.erase(ADA.discordId);
    const erased = await league.rows('select * from erased order by hash');
    const result = await restoreFile(restored(league), path, { force: true });
    expect(result.erasedAgain).toBeGreaterThan(0);
    expect(await traces(league)).toEqual([]);
    expect(await league.rows('select * from erased order by hash')).toEqual(expect.arrayContaining(erased));
    expect(await league.match(episode)).toMatchObject({ title: 'erased vs Ben', state: 'scheduled' });
    expect(await league.seats(episode)).toContain(`player Ben ${BEN.discordId}`);
    // What Discord shows is drawn anew.
    const dirty = await league.rows(`select 1 from discord_event where dirty_at is not null`);
    expect(dirty.length).toBeGreaterThan(0);
    await league.run();
    expect(await traces(league)).toEqual([]);
  });

  test('does not come back from a backup that has erasures and a salt of its own', async ({
    league,
    privacy,
  }) => {
    await life(league);
    await privacy.erase(ADA.discordId);
    // A backup of the same schedule as another Herald had it, which erased Ben.
    const other = await openDatabase();
    await restoreFile(other, (await backUp(restored(league))).path, { force: true });
    const { rows: before } = await other.sql.query('select salt from erased_salt');
    await other.sql.query(`update erased_salt set salt = 'another'`);
    await other.sql.query('delete from erased');
    await other.sql.query(`insert into discord_user (discord_id, preference) values ($1, 'on')`, [
      ADA.discordId,
    ]);
    await other.sql.query(`insert into erased (hash) values ('of somebody')`);
    const { path } = await backUp(other);
    expect(await restoreFile(restored(league), path, { force: true })).toMatchObject({ erasedAgain: 1 });
    expect(await traces(league)).toEqual([]);
    const salts = await league.rows('select id, salt from erased_salt order by id');
    expect(salts).toEqual([
      { id: 1, salt: 'another' },
      { id: 2, salt: before[0].salt },
    ]);
    // Nor with what the source brings later.
    league.world.addEpisode('demo', { when: inHours(90), players: [ADA, BEN] });
    await league.run();
    expect(await traces(league)).toEqual([]);
  });
});
