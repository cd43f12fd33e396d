import { expect } from 'vitest';
import { firstSync, follow, headlines, join, player, QUICK } from './club.ts';
import { test, textOf } from './stage.ts';

/** Longer than two ticks of the task that opens rooms and looks at them. */
const TICKS = { timeoutMs: 120_000 };

test('a match gets its race room, the players get the link, and everybody gets the finish order', async ({
  open,
}) => {
  const stage = await open({ env: QUICK });
  const { discord, racetime, speedgaming } = { ...stage.place };
  const { Ada, Ben } = join(stage, ['Ada', 'Ben']);
  speedgaming.world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  await follow(stage, 'demo');
  await stage.bot();
  await firstSync(stage);

  const settings = { tournament: 'Cup demo' };
  expect(await stage.ask('tournament settings', { ...settings, race_rooms: 'demo/Fastest' })).toMatch(
    /no goal.*Fastest.*Beat the game.*All dungeons/,
  );
  expect(await stage.ask('tournament settings', { ...settings, race_rooms: 'demo/all dungeons' })).toContain(
    'demo/All dungeons',
  );
  const players = [{ ...player(Ada), publicStream: 'https://twitch.tv/adaruns' }, player(Ben)];
  const when = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + 20 * 60_000);
  speedgaming.world.addEpisode('demo', { when, players, matchTitle: 'Round 1' });

  await discord.waitFor(() => [Ada, Ben].every((user) => headlines(stage, user).length === 3), {
    ...TICKS,
    what: 'the room in the direct messages',
  });
  const [room, ...others] = racetime.world.rooms('demo');
  expect(others).toEqual([]);
  const path = `demo/${room?.slug}`;
  for (const user of [Ada, Ben]) {
    expect(headlines(stage, user).sort()).toEqual([
      'Match scheduled',
      'Your match starts soon',
      'Your race room is open',
    ]);
    const message = discord
      .person(user.id)
      .inbox()
      .find((each) => each.embeds[0]?.title?.includes('room'));
    expect(message && textOf(message)).toContain(`(${racetime.url}/${path})`);
  }
  const announcement = await discord.waitFor(
    () => stage.posted().find((message) => textOf(message).includes('Round 1')),
    { what: 'the announcement' },
  );
  await stage.shows(announcement, new RegExp(path));

  const [ada, ben] = [
    racetime.world.addUser({ name: 'somebody', twitchName: 'AdaRuns' }),
    racetime.world.addUser({ name: 'ben', twitchName: null }),
  ];
  for (const { id } of [ada, ben]) racetime.world.join(path, id);
  racetime.world.start(path);
  racetime.world.done(path, ben.id, 5_402_000);
  racetime.world.done(path, ada.id, 5_025_678.9);
  await stage.shows(announcement, /Over.*1\\\. Ada 1\\:23\\:45 · 2\\\. Ben 1\\:30\\:02/s, TICKS.timeoutMs);
  expect(headlines(stage, Ada)).toHaveLength(3);
});
