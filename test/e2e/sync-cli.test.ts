import { expect } from 'vitest';
import { follow, inHours, join, player, QUICK } from './club.ts';
import { test } from './stage.ts';

test('schedules are read from a terminal, with a bot at work and without one', async ({ open }) => {
  const stage = await open({ env: { ...QUICK, SYNC_SCHEDULE: '0 0 1 1 *' } });
  const { world, faults } = stage.place.speedgaming;
  expect(await stage.cli('sync')).toMatchObject({ code: 0, out: expect.stringContaining('No schedule') });
  world.addEvent({ slug: 'demo' });
  const { Ada } = join(stage, ['Ada']);
  world.addEpisode('demo', { when: inHours(40), players: [player(Ada)] });
  await follow(stage, 'demo');
  expect(await stage.cli('sync', 'speedgaming')).toMatchObject({
    code: 0,
    out: 'speedgaming demo: up to date\n',
  });
  expect((await stage.sql.query('select 1 from match')).rows).toHaveLength(1);
  await stage.bot();
  faults.add({ kind: 'http', status: 503, times: 5 });
  const failed = await stage.cli('sync');
  expect(failed).toMatchObject({
    code: 1,
    out: expect.stringContaining('demo: failed: SpeedGaming answered'),
  });
  expect(await stage.cli('sync', 'twitch')).toMatchObject({ code: 2 });
});
