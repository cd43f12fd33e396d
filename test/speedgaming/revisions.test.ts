import { expect } from 'vitest';
import { inHours, known, type League, test } from './league.ts';

const revision = async (league: League, slug = 'demo') =>
  (
    await league.rows<{ revision: number }>('select revision from speedgaming_episode where slug = $1', [
      slug,
    ])
  )[0]?.revision;

test('an episode that comes under another slug goes on with its revisions, so that nothing told is taken for told before', async ({
  league,
}) => {
  const given = league.world.addEpisode('demo', { when: inHours(48), players: [] });
  await league.sql.query(
    `insert into speedgaming_episode (slug, id, episode, fingerprint, revision, lasts_at) values ('old', $1, '{}', '', 7, now())`,
    [given.id],
  );
  await league.run();
  expect(await revision(league)).toBe(8);
  expect(await league.match(given)).toMatchObject({ revision: 8 });
  await league.sql.query(`update speedgaming_episode set revision = 11 where slug = 'old'`);
  league.world.reschedule(given.id, inHours(50));
  await league.run();
  expect(await revision(league)).toBe(12);
  await league.run();
  expect(await revision(league)).toBe(12);
  league.world.deleteEpisode(given.id);
  await league.sql.query(`update speedgaming_episode set revision = 20 where slug = 'old'`);
  for (let i = 0; i < 2; i++) await league.run();
  expect(await league.match(given)).toMatchObject({ revision: 21, state: 'cancelled' });
});

test('an episode that is known under one slug alone counts from 1', async ({ league }) => {
  await known(league);
  expect(await revision(league)).toBe(1);
});
