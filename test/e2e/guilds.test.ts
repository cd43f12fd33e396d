import { expect } from 'vitest';
import { BOT_PERMISSIONS } from '../../src/sandbox/place.ts';
import { until } from '../support/until.ts';
import { firstSync, follow, headlines, inHours, join, player, QUICK } from './club.ts';
import { GAME, type Stage, test, textOf } from './stage.ts';

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
  const stage = await open();
  const { member, guild } = stage.place;
  const { world } = stage.discord;
  await stage.bot();
  stage.hold();
  const { id, message } = await stage.begin();
  await stage.reaches(id, 'RUNNING');
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
  expect(await stage.offered('import show', 'job', '', { by })).toEqual([]);
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
  const stage = await open();
  const { by, at } = neighbours(stage);
  await stage.bot();
  const goOn = stage.hold();
  const ours = await stage.begin();
  await stage.reaches(ours.id, 'RUNNING');
  const theirs = await stage.begin({}, { by, at });
  expect(theirs.id).not.toBe(ours.id);
  expect(theirs.message.channelId).toBe(at.channelId);

  const job = { job: String(ours.id) };
  for (const verb of ['show', 'pause', 'cancel', 'resume', 'retry'])
    expect(await stage.ask(`import ${verb}`, job, { by, at })).toMatch(/no such import here/);
  expect(await stage.ask('import list', {}, { by, at })).not.toContain(`Import ${ours.id}*`);
  const choices = await stage.offered('import show', 'job', '', { by, at });
  expect(choices.map(({ value }) => value)).toEqual([String(theirs.id)]);
  expect(await stage.job(ours.id)).toMatchObject({ state: 'RUNNING' });

  const again = await stage.ask('import startgg', GAME);
  expect(again).toContain('is being imported already');
  expect(again).toContain(`import ${ours.id}`);
  expect(again).toContain(`/${ours.message.channelId}/${ours.message.id}`);

  goOn();
  await stage.shows(ours.message, /Done/);
  await stage.shows(theirs.message, /Done/);
  expect(await stage.differences()).toEqual([]);
  expect(stage.posted()).toEqual([ours.message]);
  expect(stage.posted(at.channelId)).toEqual([theirs.message]);
});

test.concurrent('removed from a guild, also while it was down, Herald ends the work there and nowhere else', async ({
  open,
  expect,
}) => {
  const stage = await open();
  const { world } = stage.discord;
  const { by, at, guild } = neighbours(stage);
  const third = neighbours(stage);
  const bot = await stage.bot();
  const goOn = stage.hold();
  const ours = await stage.begin();
  const theirs = await stage.begin({}, { by, at });
  const others = await stage.begin({}, third);
  await stage.reaches(ours.id, 'RUNNING');

  world.setAvailable(stage.place.guild, false);
  world.removeBot(guild);
  await stage.reaches(theirs.id, 'CANCELLED');
  expect(await stage.job(ours.id)).toMatchObject({ state: 'RUNNING' });
  world.setAvailable(stage.place.guild, true);

  await bot.stop('SIGKILL');
  world.removeBot(third.guild);
  await stage.bot();
  await stage.reaches(others.id, 'CANCELLED');
  goOn();
  await stage.shows(ours.message, /Done/);
  const left = async () =>
    (await stage.sql.query('select id from guild where left_at is not null order by id')).rows.map(
      ({ id }) => id,
    );
  await expect.poll(left).toEqual([guild.id, third.guild.id].toSorted());
});

test('removed from a guild, its schedules are switched off at once; back within 30 days, one command switches them on', async ({
  open,
}) => {
  const stage = await open({ env: QUICK });
  const { world, guild } = { world: stage.discord.world, guild: stage.place.guild };
  const { Ada, Ben } = join(stage, ['Ada', 'Ben']);
  stage.speedgaming.world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  const bot = await stage.bot();
  await follow(stage, 'demo');
  await firstSync(stage);
  const players = [player(Ada), player(Ben)];
  const { id } = stage.speedgaming.world.addEpisode('demo', { when: inHours(48), players });
  await stage.discord.waitFor(() => headlines(stage, Ada).length === 1 && stage.posted().length === 2, {
    what: 'Ada told',
  });
  await stage.sql.query(
    `insert into notification (guild_id, channel_id, class, payload, not_before) values ($1, $2, 'notice', '{"text":"later"}', now() + interval '1 hour')`,
    [guild.id, stage.here.channelId],
  );

  // An edit that meets the removal itself is refused, and rests for minutes.
  await until('all is shown', async () => {
    const { rows } = await stage.sql.query('select 1 from live_message where dirty_at is not null');
    return rows.length === 0;
  });
  world.removeBot(guild);
  const off = async () =>
    (await stage.sql.query('select 1 from tournament_link where disabled_at is null')).rows;
  await until('the link is off', async () => (await off()).length === 0);
  await until('the guild is left', async () => {
    const { rows } = await stage.sql.query('select 1 from guild where left_at is not null');
    return rows.length === 1;
  });
  const { rows: waiting } = await stage.sql.query(`select 1 from notification where state = 'pending'`);
  expect(waiting).toEqual([]);
  stage.speedgaming.world.reschedule(id, inHours(50));
  await stage.sql.query(`update live_message set dirty_at = now()`);

  world.installBot(guild, [...BOT_PERMISSIONS]);
  await until('the guild is back', async () => {
    const { rows } = await stage.sql.query('select 1 from guild where left_at is null');
    return rows.length === 1;
  });
  expect(await stage.ask('tournament show', { tournament: 'Cup demo' })).toContain('switched off');
  expect(headlines(stage, Ada)).toEqual(['Match scheduled']);
  expect(await stage.ask('tournament sync', { tournament: 'Cup demo' })).toMatch(/up to date/);
  await stage.shows(await shownMatch(stage), new RegExp(`<t:${inHours(50).getTime() / 1000}:F>`));

  // Gone for good: nothing of it is left, and nothing of anybody else is lost.
  const other = neighbours(stage);
  await stage.ask('tournament create', { name: 'Elsewhere' }, other);
  world.removeBot(guild);
  await until('the guild is left again', async () => (await off()).length === 0);
  await bot.stop();
  await stage.sql.query(`update guild set left_at = now() - interval '31 days' where id = $1`, [guild.id]);
  await stage.bot();
  await until('its rows are gone', async () => {
    const { rows } = await stage.sql.query('select 1 from guild where id = $1', [guild.id]);
    return rows.length === 0;
  });
  for (const table of ['match', 'person', 'live_message', 'notification', 'discord_event', 'tournament_link'])
    expect([table, (await stage.sql.query(`select 1 from "${table}"`)).rows]).toEqual([table, []]);
  expect(await stage.ask('tournament list', {}, other)).toContain('Elsewhere');
});

async function shownMatch(stage: Stage) {
  const { rows } = await stage.sql.query<{ id: number }>('select id from match');
  const handle = await stage.type('match show', { match: String(rows[0]?.id) });
  const message = await handle.answer();
  expect(textOf(message)).toContain('Ada');
  return message;
}
