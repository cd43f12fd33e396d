import { describe, expect } from 'vitest';
import { addLink, removeLinks } from '../../src/matches/linking.ts';
import { linksTo } from '../../src/matches/links.ts';
import { passTime } from '../../src/notifications/reminders.ts';
import { readEntry } from '../../src/speedgaming/entry.ts';
import { storeEpisode } from '../../src/speedgaming/store.ts';
import { ADA, BEN, inHours, known, type League, test } from './league.ts';

const tournamentOf = async (league: League, guildId: string) =>
  (await league.rows<{ id: number }>('select id from tournament where guild_id = $1', [guildId]))[0]?.id ?? 0;

const disable = async (league: League, guildId: string) =>
  await league.sql.query(
    'update tournament_link set disabled_at = now() where tournament_id = (select id from tournament where guild_id = $1)',
    [guildId],
  );

const unlink = async (league: League, guildId: string) => {
  const id = await tournamentOf(league, guildId);
  await league.db.transaction((em) => removeLinks(em, id));
};

const link = async (league: League, guildId: string) => {
  const id = await tournamentOf(league, guildId);
  const schedule = { source: 'speedgaming', slug: 'demo', name: 'Demo Cup' } as const;
  await league.db.transaction((em) => addLink(em, { id, name: 'Cup' }, schedule, '1'));
};

const ways = [
  { name: 'switched off', off: disable },
  { name: 'taken off', off: unlink },
];

describe.for(ways)('while a link was $name', ({ off }) => {
  test('an episode went: its match is cancelled when it is linked again', async ({ league }) => {
    await league.follow('2');
    const episode = await known(league, { when: inHours(0.4) });
    await off(league, '2');
    league.world.deleteEpisode(episode.id);
    for (let i = 0; i < 2; i++) await league.run();
    expect((await league.match(episode, '1')).state).toBe('cancelled');
    expect((await league.match(episode, '2')).state).toBe('scheduled');
    await league.pending();
    await link(league, '2');
    await league.run();
    expect((await league.match(episode, '2')).state).toBe('cancelled');
    await passTime(league.db);
    expect(await league.pending()).toEqual([]);
  });

  test('an episode was moved out of the window: its match follows', async ({ league }) => {
    await league.follow('2');
    const episode = await known(league);
    await off(league, '2');
    league.world.reschedule(episode.id, inHours(24 * 90));
    await league.run();
    await link(league, '2');
    await league.run();
    expect(await league.match(episode, '2')).toMatchObject({
      state: 'scheduled',
      starts_at: inHours(24 * 90),
    });
  });

  test('an episode went that nobody else follows: it is asked for again', async ({ league }) => {
    const episode = await known(league);
    await off(league, '1');
    league.world.deleteEpisode(episode.id);
    await league.run();
    await link(league, '1');
    for (let i = 0; i < 2; i++) await league.run();
    expect((await league.match(episode)).state).toBe('cancelled');
  });
});

describe('linking again', () => {
  test('takes up the matches of that schedule, and no others', async ({ league }) => {
    const episode = await known(league);
    await league.sql.query(
      `insert into match (tournament_id, source, outside_id, title, state, is_approved, has_restream, channels, revision, is_quiet)
       select tournament_id, 'speedgaming', '5', 'of another event', 'scheduled', true, false, '[]', 1, false from match`,
    );
    await unlink(league, '1');
    await league.sql.query('update discord_event set dirty_at = null');
    await link(league, '1');
    const [followed] = await league.rows<{ id: number }>('select id from tournament_link');
    expect(await league.rows('select outside_id, link_id from match order by id')).toEqual([
      { outside_id: String(episode.id), link_id: followed?.id },
      { outside_id: '5', link_id: null },
    ]);
    expect(await league.rows('select 1 from discord_event where dirty_at is not null')).toHaveLength(1);
  });
});

describe('a link that goes while the schedule is read', () => {
  /** A run in which something happens before the answer. */
  async function during(league: League, happens: () => Promise<unknown>): Promise<void> {
    const before = league.speedgaming.requests.length;
    league.speedgaming.faults.add({ kind: 'hang', ms: 3_000 });
    const run = league.run();
    await expect.poll(() => league.speedgaming.requests.length).toBeGreaterThan(before);
    await happens();
    await run;
  }

  test.for(ways)('because it was $name does not keep the others from theirs', async ({ off }, { league }) => {
    await league.follow('2');
    const episode = league.world.addEpisode('demo', { when: inHours(30), players: [ADA, BEN] });
    await during(league, () => off(league, '2'));
    expect(await league.rows('select outside_id from match')).toEqual([{ outside_id: String(episode.id) }]);
    const ready = await league.rows(
      'select t.guild_id, skipped from tournament_link l join tournament t on t.id = l.tournament_id where ready_at is not null',
    );
    expect(ready).toEqual([{ guild_id: '1', skipped: [] }]);
  });

  test('because its tournament was deleted does not, either', async ({ league }) => {
    await league.follow('2');
    league.world.addEpisode('demo', { when: inHours(30), players: [ADA, BEN] });
    await during(league, () => league.sql.query(`delete from tournament where guild_id = '2'`));
    expect(await league.rows('select 1 from match')).toHaveLength(1);
  });

  test.for(ways)('and was $name after the list came is left out', async ({ off }, { league }) => {
    await league.follow('2');
    const links = await linksTo(league.db.em(), 'speedgaming', 'demo');
    const given = league.world.addEpisode('demo', { when: inHours(30), players: [ADA, BEN] });
    const { episode } = readEntry('demo', given);
    if (!episode) throw new Error('not readable');
    await off(league, '2');
    await league.db.transaction((em) => storeEpisode(em, 'demo', links, episode));
    expect(
      await league.rows('select guild_id from match m join tournament t on t.id = m.tournament_id'),
    ).toEqual([{ guild_id: '1' }]);
  });
});
