import { expect } from 'vitest';
import { until } from '../support/until.ts';
import { firstSync, follow, inHours, join, player, QUICK } from './club.ts';
import { test, textOf } from './stage.ts';

test.concurrent('a channel that is deleted, or closed to the bot: the guild’s channel takes over, and organisers learn it once', async ({
  open,
}) => {
  const stage = await open({ env: QUICK });
  const { world, guild } = { world: stage.discord.world, guild: stage.place.guild };
  const { Ada, Ben } = join(stage, ['Ada', 'Ben']);
  const [first, second] = ['matches', 'more-matches'].map((name) => world.addChannel(guild, { name }));
  if (!first || !second) throw new Error('no channels');
  stage.speedgaming.world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  await stage.bot();
  await stage.ask('setup channel', { channel: stage.here.channelId });
  await follow(stage, 'demo', 'nobody');
  await stage.sql.query('update tournament set announce_channel_id = $1', [first.id]);
  await firstSync(stage);
  await stage.discord.waitFor(() => stage.posted(first.id).length === 1, { what: 'the summary' });

  world.deleteChannel(first);
  const told = await stage.discord.waitFor(() => stage.posted()[0], {
    what: 'the notice',
  });
  expect(textOf(told)).toMatch(new RegExp(`cannot post in <#${first.id}>.*\\*\\*Cup demo\\*\\*`));
  const add = () =>
    stage.speedgaming.world.addEpisode('demo', { when: inHours(48), players: [player(Ada), player(Ben)] });
  add();
  await stage.discord.waitFor(() => stage.posted().length === 2, {
    what: 'the announcement',
  });

  await stage.sql.query('update tournament set announce_channel_id = $1', [second.id]);
  world.setOverwrites(second, [{ id: guild.id, deny: ['ViewChannel'] }]);
  add();
  add();
  await stage.discord.waitFor(() => stage.posted().length === 5, { what: 'the rest' });
  const notices = stage
    .posted()
    .map(textOf)
    .filter((text) => text.includes('cannot post'));
  expect(notices).toHaveLength(2);
  expect(notices[1]).toContain(`<#${second.id}>`);
  expect(await stage.ask('tournament show', { tournament: 'Cup demo' })).toContain(
    `<#${stage.here.channelId}>`,
  );
});

test.concurrent('what a channel does not take is shown to organisers, and is posted in the one that is set next', async ({
  open,
}) => {
  const stage = await open({ env: QUICK });
  const { world, guild } = { world: stage.discord.world, guild: stage.place.guild };
  const { Ada, Ben } = join(stage, ['Ada', 'Ben']);
  const [first, second, third] = ['matches', 'more-matches', 'all'].map((name) =>
    world.addChannel(guild, { name }),
  );
  if (!first || !second || !third) throw new Error('no channels');
  stage.speedgaming.world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  await stage.bot();
  await follow(stage, 'demo', 'nobody');
  await stage.sql.query('update tournament set announce_channel_id = $1', [first.id]);
  await firstSync(stage);
  const add = () =>
    stage.speedgaming.world.addEpisode('demo', { when: inHours(48), players: [player(Ada), player(Ben)] });
  const refused = async (count: number) =>
    await until('refused', async () => {
      const { rowCount } = await stage.sql.query('select 1 from live_message where error is not null');
      return rowCount === count;
    });
  const announced = (channel: { id: string }) =>
    stage.posted(channel.id).filter((message) => textOf(message).includes('Scheduled')).length;

  add();
  await stage.discord.waitFor(() => announced(first) === 1, { what: 'the first' });
  const close = [{ id: guild.id, deny: ['SendMessages' as const] }];
  world.setOverwrites(first, close);
  add();
  add();
  await refused(2);
  const cannot = new RegExp(
    `cannot be posted\\n⚠️ 2 × <#${first.id}>: .*Missing Permissions.*/tournament settings`,
  );
  expect(await stage.ask('status')).toMatch(cannot);
  expect(await stage.ask('status', {}, { by: stage.place.member })).not.toContain('cannot be posted');
  expect(await stage.ask('tournament show', { tournament: 'Cup demo' })).toMatch(cannot);
  await stage.ask('tournament settings', { tournament: 'Cup demo', announce_channel: second.id });
  await stage.discord.waitFor(() => announced(second) === 2, { what: 'the others' });
  expect(announced(first)).toBe(1);
  expect(await stage.ask('status')).not.toContain('cannot be posted');

  await stage.ask('setup channel', { channel: second.id });
  await stage.sql.query('update tournament set announce_channel_id = null');
  world.setOverwrites(second, close);
  add();
  await refused(1);
  await stage.ask('setup channel', { channel: third.id });
  await stage.discord.waitFor(() => announced(third) === 1, { what: 'the last' });
  expect(announced(second)).toBe(2);
});
