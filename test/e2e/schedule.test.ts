import { expect } from 'vitest';
import { until } from '../support/until.ts';
import { firstSync, follow, headlines, inHours, join, player, QUICK } from './club.ts';
import { test, textOf } from './stage.ts';

test.concurrent('players learn that a match of theirs was scheduled, moved and cancelled, once each', async ({
  open,
  expect,
}) => {
  const stage = await open({ env: QUICK });
  const { world } = stage.place.speedgaming;
  const { Ada, Ben, Cas } = join(stage, ['Ada', 'Ben', 'Cas']);
  world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  world.addEpisode('demo', { when: inHours(30), players: [player(Ada), player(Ben)], matchTitle: 'Known' });
  await stage.bot();
  await follow(stage, 'demo');
  await firstSync(stage);
  expect([...headlines(stage, Ada), ...headlines(stage, Ben)]).toEqual([]);

  const tells = async (count: number) =>
    await stage.discord.waitFor(() => [Ada, Ben].every((user) => headlines(stage, user).length === count), {
      what: `${count} messages each`,
    });
  // Announcements and Discord events are brought there beside the messages, not before them.
  const said = () => stage.posted().map(textOf);
  const announces = async (words: string) => await expect.poll(() => said()[1]).toContain(words);
  const startsIn = (hours: number) => `<t:${inHours(hours).getTime() / 1000}:F>`;
  const players = [player(Ada), player(Ben)];
  const episode = world.addEpisode('demo', { when: inHours(48), players, matchTitle: 'Round 1' });
  await tells(1);
  await announces(startsIn(48));
  world.reschedule(episode.id, inHours(50));
  await tells(2);
  await announces(startsIn(50));
  world.deleteEpisode(episode.id);
  await tells(3);
  await announces('Cancelled');
  expect(headlines(stage, Ada)).toEqual(['Match scheduled', 'Match moved', 'Match cancelled']);
  expect(headlines(stage, Cas)).toEqual([]);
  expect(said()).toHaveLength(2);
  expect(said()[0]).toContain('1 match is coming up');
  // The event of the match that was there before, and the one that was cancelled with its match.
  const events = () =>
    stage.discord.events(stage.place.guild).map(({ name, status }) => [name.split(' · ')[0], status]);
  await expect.poll(events).toEqual([
    ['Known', 'SCHEDULED'],
    ['Round 1', 'CANCELED'],
  ]);
});

test.concurrent('a member asks for direct messages with the button of an announcement, and ends them with theirs', async ({
  open,
}) => {
  const stage = await open({ env: QUICK });
  const { world } = stage.place.speedgaming;
  const { Ada, Ben } = join(stage, ['Ada', 'Ben']);
  world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  await stage.bot();
  await follow(stage, 'demo', 'opted-in');
  await firstSync(stage);
  const episode = world.addEpisode('demo', { when: inHours(48), players: [player(Ada), player(Ben)] });
  const announced = await stage.discord.waitFor(() => stage.posted()[1], { what: 'the announcement' });
  expect(announced.pinged).toEqual([`<@${Ada.id}>`, `<@${Ben.id}>`]);
  await (await stage.click(announced, 'Send me DMs', stage.discord.person(Ada.id))).answer();
  world.reschedule(episode.id, inHours(50));
  const [told] = await stage.discord.waitFor(
    () => headlines(stage, Ada).length === 1 && stage.discord.person(Ada.id).inbox(),
    { what: 'the message' },
  );
  if (!told) throw new Error('no message');
  await (await stage.click(told, 'Stop these messages', stage.discord.person(Ada.id))).answer();
  world.reschedule(episode.id, inHours(52));
  await stage.shows(announced, new RegExp(`<t:${inHours(52).getTime() / 1000}:F>`));
  expect(headlines(stage, Ada).filter((line) => line.startsWith('Match'))).toEqual(['Match moved']);
  expect(headlines(stage, Ben)).toEqual([]);
});

test.concurrent('two bots never read the same schedule at once, and what was due while they were down is read at the start', async ({
  open,
}) => {
  const stage = await open({ env: QUICK, speedgaming: { latency: { minMs: 600, maxMs: 1_200 } } });
  const { speedgaming } = stage.place;
  speedgaming.world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  await follow(stage, 'demo');
  // The schedule itself would be due on another day only.
  const first = await stage.bot({ SYNC_SCHEDULE: '0 0 1 1 *' });
  await firstSync(stage);
  expect(speedgaming.requests).toHaveLength(1);
  await first.stop();
  await Promise.all([stage.bot(), stage.bot()]);
  await until('five more reads', () => speedgaming.requests.length >= 6);
  const reads = speedgaming.requests.filter(({ answeredAt }) => answeredAt !== undefined);
  for (const [i, read] of reads.slice(1).entries())
    expect(read.at).toBeGreaterThanOrEqual(reads[i]?.answeredAt ?? Number.POSITIVE_INFINITY);
});
