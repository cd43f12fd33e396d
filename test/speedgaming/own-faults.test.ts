import { describe, expect } from 'vitest';
import { inHours, known, type League, test } from './league.ts';

/** PostgreSQL refuses to write the match of an episode from now on. */
async function refuse(league: League, { id }: { id: number }): Promise<() => Promise<unknown>> {
  await league.sql.query(
    `create or replace function refuse() returns trigger language plpgsql as $$ begin raise 'no room'; end $$`,
  );
  await league.sql.query(
    `create trigger refused before insert or update on match for each row when (new.outside_id = '${id}') execute function refuse()`,
  );
  return () => league.sql.query('drop trigger refused on match');
}

const link = async (league: League) =>
  (
    await league.rows<{
      ready: boolean;
      last_error: string | null;
      skipped: { item: string; reason: string }[];
    }>('select ready_at is not null as ready, last_error, skipped from tournament_link')
  )[0];

describe("a fault of Herald's own", () => {
  test('in storing an episode keeps a new link from telling, so that the episode is not told as new', async ({
    league,
  }) => {
    const episode = league.world.addEpisode('demo', {
      when: inHours(30),
      players: [{ displayName: 'Ada', discordId: '100000000000000001' }],
    });
    league.world.addEpisode('demo', { when: inHours(31), players: [] });
    const allow = await refuse(league, episode);
    await league.run();
    expect(await link(league)).toMatchObject({
      ready: false,
      skipped: [{ item: `Episode ${episode.id}`, reason: expect.stringContaining('no room') }],
    });
    expect(await league.notices()).toEqual([]);
    await allow();
    await league.run();
    expect(await link(league)).toMatchObject({ ready: true, skipped: [] });
    expect(await league.pending()).toEqual([]);
    expect(await league.notices()).toEqual([expect.stringContaining('2 matches are coming up')]);
  });

  test('that stays does so for an hour at most', async ({ league }) => {
    const episode = league.world.addEpisode('demo', { when: inHours(30), players: [] });
    await refuse(league, episode);
    await league.run();
    await league.sql.query(`update tournament_link set created_at = now() - interval '61 minutes'`);
    await league.run();
    expect(await link(league)).toMatchObject({ ready: true, skipped: [{}] });
  });

  test('in cancelling a match keeps no other from being cancelled', async ({ league }) => {
    const [bad, good] = [await known(league), await known(league)];
    for (const { id } of [bad, good]) league.world.deleteEpisode(id);
    await league.run();
    await refuse(league, bad);
    await league.run();
    expect((await league.match(good)).state).toBe('cancelled');
    expect(await link(league)).toMatchObject({
      last_error: null,
      skipped: [{ item: `Episode ${bad.id}`, reason: expect.stringContaining('no room') }],
    });
  });

  test('that ends a run is shown like one of the source, and goes with it', async ({ league }) => {
    await known(league);
    await league.sql.query('alter table speedgaming_episode rename to away');
    await league.run();
    expect((await link(league))?.last_error).toBe('Herald itself failed at it; the cause is in its log');
    await league.sql.query('alter table away rename to speedgaming_episode');
    await league.run();
    expect((await link(league))?.last_error).toBeNull();
  });
});

describe('an hour of failing', () => {
  test('is told as soon as there is a channel to tell it in', async ({ league }) => {
    await known(league);
    await league.sql.query('update guild set channel_id = null');
    league.speedgaming.faults.add({ kind: 'html', times: Number.POSITIVE_INFINITY });
    await league.run();
    await league.sql.query(`update tournament_link set failing_since = now() - interval '61 minutes'`);
    await league.run();
    await league.sql.query(`update guild set channel_id = '101'`);
    await league.run();
    await league.run();
    expect((await league.notices()).slice(1)).toEqual([expect.stringContaining('cannot be read since')]);
  });
});
