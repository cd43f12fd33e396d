import { expect } from 'vitest';
import { setsOf } from '../../src/sandbox/startgg/model.ts';
import { buttonsOf, GAME, test, textOf } from './stage.ts';

test('a followed game: its message tells what each sync brought, until it is unfollowed', async ({
  open,
}) => {
  const stage = await open({ env: { SYNC_SCHEDULE: '*/2 * * * * *' } });
  const { world } = stage.startgg;
  const running = world.addTournament({ startAt: world.now - 3_600 });
  const event = world.addEvent(running.id, { entrants: 12, state: 'ACTIVE', progress: 0.4, hasSets: true });
  await stage.bot();

  expect(await stage.ask('import startgg', { ...GAME, until: '2026-02-01', follow: true })).toContain(
    'A game is followed without an end',
  );
  const answer = await stage.ask('import startgg', { ...GAME, follow: true }, { until: /is followed/ });
  expect(answer).toMatch(/Import 1 of .* has started.*After that the game is followed/s);
  const message = await stage.discord.waitFor(
    () => stage.posted().find((each) => /· followed/.test(textOf(each))),
    { what: 'the message of the followed game' },
  );
  await stage.shows(message, /✅ \*\*In step\*\*\n\*\*Last sync\*\* <t:\d+:R>/);
  expect(textOf(message)).toMatch(/^2XKO · followed/);
  expect(textOf(message)).toContain('Tournaments from 2026-01-01 on');
  expect(buttonsOf(message)).toEqual([]);

  const set = [...setsOf(world.bracket(event))].find(
    (one) => one.realId && one.state !== 3 && one.slots.every((slot) => slot.seed?.entrant),
  );
  world.completeSet(set?.realId as number);
  await stage.shows(message, /\*\*Last change\*\* <t:\d+:R>: .*sets .*changed/);
  expect(await stage.differences()).toEqual([]);
  expect(stage.posted()).toHaveLength(2);

  expect(await stage.ask('import list')).not.toContain('followed');
  expect(await stage.ask('status')).toMatch(/Followed games\n\*\*2XKO\*\* ✅ <t:\d+:R>/);
  expect(await stage.offered('import unfollow', 'game', '2x')).toEqual([{ name: '2XKO', value: '64423' }]);
  expect(await stage.ask('import unfollow', { game: 'Chess' })).toMatch(/Followed here.*2XKO/);
  expect(await stage.ask('import unfollow', { game: '64423' })).toContain('is not followed any more');
  await stage.shows(message, /Not followed any more/);
  const { rows } = await stage.sql.query('select action from audit_log order by id');
  expect(rows.map(({ action }) => action)).toEqual(['import.start', 'import.follow', 'import.unfollow']);
  expect(await stage.ask('import unfollow', { game: '2XKO' })).toContain('No game is followed here');
});
