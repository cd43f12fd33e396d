import { expect } from 'vitest';
import { GAME, type Stage, test } from './stage.ts';

const slow = { latency: { minMs: 400, maxMs: 800 } };

/** Another guild with the bot in it, and its owner. */
function neighbours({ discord }: Stage) {
  const { world } = discord;
  const owner = world.addUser({ username: 'neighbour', globalName: 'Neighbour' });
  const guild = world.addGuild({ name: 'Next Door', ownerId: owner.id });
  const channel = world.addChannel(guild, { name: 'results' });
  world.installBot(guild, ['ViewChannel', 'SendMessages', 'EmbedLinks', 'ReadMessageHistory']);
  return { guild, by: discord.person(owner.id), at: { guildId: guild.id, channelId: channel.id } };
}

test.concurrent('a member like any other is refused, by command and by button, until made an organiser', async ({
  open,
}) => {
  const stage = await open({ startgg: slow });
  const { member, guild } = stage.place;
  const { world } = stage.discord;
  await stage.bot();
  const { id, message } = await stage.begin();
  const by = member;
  const refusal = /Only organisers can do this.*Manage Server/;
  for (const [command, options] of [
    ['import startgg', GAME],
    ['import list', {}],
    ['import show', { job: String(id) }],
    ['import pause', { job: String(id) }],
    ['import cancel', { job: String(id) }],
  ] as const)
    expect(await stage.ask(command, options, { by })).toMatch(refusal);
  const click = await stage.click(message, 'Pause', member);
  await click.waitFor(() => click.followups.length > 0);
  expect(click.followups[0]?.content).toMatch(refusal);
  expect(click.followups[0]?.visibleTo).toBe(member.id);
  const typed = { ...stage.here, name: 'import', subcommand: 'show', focused: 'job', value: '' };
  expect(await member.autocomplete(typed)).toEqual([]);
  expect(await stage.job(id)).toMatchObject({ state: 'RUNNING' });

  const role = world.addRole(guild, { name: 'Tournament organisers' });
  world.setMemberRoles(guild, member.id, [role]);
  expect(await stage.ask('setup organiser', { role: role.id })).toContain(`<@&${role.id}>`);
  expect(await stage.ask('import pause', { job: String(id) }, { by })).toContain('Paused');
  await stage.shows(message, /Paused/);
  await stage.click(message, 'Cancel', member);
  await stage.shows(message, /Cancelled/);
  const { rows } = await stage.sql.query(
    `select actor_id, action from audit_log where action <> 'import.start' order by id`,
  );
  expect(rows).toEqual([
    { actor_id: stage.place.organiser.id, action: 'setup.organiser' },
    { actor_id: member.id, action: 'import.pause' },
    { actor_id: member.id, action: 'import.cancel' },
  ]);
});

test.concurrent('two guilds import the same game at once and see nothing of each other', async ({ open }) => {
  const stage = await open({ startgg: slow });
  const { by, at } = neighbours(stage);
  await stage.bot();
  const ours = await stage.begin();
  const theirs = await stage.begin({}, { by, at });
  expect(theirs.id).not.toBe(ours.id);
  expect(theirs.message.channelId).toBe(at.channelId);

  const job = { job: String(ours.id) };
  for (const verb of ['show', 'pause', 'cancel', 'resume', 'retry'])
    expect(await stage.ask(`import ${verb}`, job, { by, at })).toMatch(/no such import here/);
  expect(await stage.ask('import list', {}, { by, at })).not.toContain(`Import ${ours.id}*`);
  const choices = await by.autocomplete({
    ...at,
    name: 'import',
    subcommand: 'show',
    focused: 'job',
    value: '',
  });
  expect(choices.map(({ value }) => value)).toEqual([String(theirs.id)]);
  expect(await stage.job(ours.id)).toMatchObject({ state: 'RUNNING' });

  const again = await stage.ask('import startgg', GAME);
  expect(again).toContain('is being imported already');
  expect(again).toContain(`import ${ours.id}`);
  expect(again).toContain(`/${ours.message.channelId}/${ours.message.id}`);

  await stage.shows(ours.message, /Done/);
  await stage.shows(theirs.message, /Done/);
  expect(await stage.differences()).toEqual([]);
  expect(stage.posted()).toEqual([ours.message]);
  expect(stage.posted(at.channelId)).toEqual([theirs.message]);
});

test.concurrent('removed from a guild, also while it was down, Herald ends the work there and nowhere else', async ({
  open,
}) => {
  const stage = await open({ startgg: slow });
  const { world } = stage.discord;
  const { by, at, guild } = neighbours(stage);
  const third = neighbours(stage);
  const bot = await stage.bot();
  const ours = await stage.begin();
  const theirs = await stage.begin({}, { by, at });
  const others = await stage.begin({}, third);

  world.setAvailable(stage.place.guild, false);
  world.removeBot(guild);
  await stage.reaches(theirs.id, 'CANCELLED', 5_000);
  expect(await stage.job(ours.id)).toMatchObject({ state: 'RUNNING' });
  world.setAvailable(stage.place.guild, true);

  await bot.stop('SIGKILL');
  world.removeBot(third.guild);
  await stage.bot();
  await stage.reaches(others.id, 'CANCELLED', 5_000);
  await stage.shows(ours.message, /Done/);
  const { rows } = await stage.sql.query('select id from guild where left_at is not null order by id');
  expect(rows.map(({ id }) => id)).toEqual([guild.id, third.guild.id].toSorted());
});
