import { expect } from 'vitest';
import { SETTINGS } from '../../src/config.ts';
import type { Bot } from '../../src/sandbox/bot.ts';
import { until } from '../support/until.ts';
import { firstSync, headlines, inHours, join, player, QUICK } from './club.ts';
import { composeServices, guildOn, launchFleet } from './fleet.ts';
import { type Stage, test, textOf } from './stage.ts';

/** The most connections that README, "Running it bigger", speaks of. */
const CONNECTIONS = { gateway: 18, worker: 18, scheduler: 19 };

test('every variable that docs/compose.yaml names is a setting of Herald', () => {
  const services = composeServices();
  expect(services.map(({ name }) => name)).toEqual(['gateway-a', 'gateway-b', 'worker', 'scheduler']);
  for (const { name, environment } of services)
    for (const variable of Object.keys(environment))
      expect(SETTINGS, `${name}: ${variable}`).toContain(variable);
});

test('the layout of docs/compose.yaml, as plain processes: people notice nothing of it, nor of deaths', async ({
  open,
}) => {
  // Discord's five seconds count from when it hears of a start, Herald's from when it allows one.
  const limits = { identify: { count: 1, perMs: 3_000 } };
  const discord = { limits, maxConcurrency: 2 };
  const startgg = { latency: { minMs: 400, maxMs: 1_200 } };
  const stage = await open({ discord, startgg, env: QUICK, shard: [1, 4] });
  const watch = watchConnections(stage);
  const there = guildOn(stage, [2, 4]);
  const fleet = await launchFleet(stage);
  expect(stage.discord.gateway.sessions.map(({ shard }) => shard.join('/')).toSorted()).toEqual([
    '0/4',
    '1/4',
    '2/4',
    '3/4',
  ]);
  expect(stage.discord.gateway.identifies.filter(({ tooFast }) => tooFast)).toEqual([]);

  const { Ada, Ben } = await linkThere(stage, there);
  const players = [player(Ada), player(Ben)];
  const { world } = stage.speedgaming;
  const { id } = world.addEpisode('demo', { when: inHours(48), players });
  const told = (count: number) => () =>
    [Ada, Ben].every((user) => headlines(stage, user).filter((line) => /^Match/.test(line)).length === count);
  await stage.discord.waitFor(told(1), { what: 'both are told' });

  // Direct messages come in at the other gateway than what is typed in this guild.
  const [ada, message] = [stage.discord.person(Ada.id), stage.discord.person(Ada.id).inbox()[0]];
  if (!message) throw new Error('no message');
  const shown = await stage.click(message, 'Show match', ada);
  expect(textOf(await shown.answer())).toContain('Ben');
  const typed = await ada.command({ name: 'notifications', subcommand: 'show', options: {} });
  expect(textOf(await typed.answer())).toMatch(/message/);

  const goOn = stage.hold();
  const ours = await stage.begin();
  const theirs = await stage.begin({}, there);
  for (const { id } of [ours, theirs]) await stage.reaches(id, 'RUNNING');
  for (const { id, by, at } of [
    { ...ours, by: stage.place.organiser, at: stage.here },
    { ...theirs, ...there },
  ]) {
    const offered = await stage.offered('import show', 'job', '', { by, at });
    expect(offered.map(({ value }) => value)).toEqual([String(id)]);
    expect(await stage.ask('status', {}, { by, at })).toMatch(new RegExp(`Importing.*import ${id} `));
  }
  await stage.click(theirs.message, 'Pause', there.by);
  await stage.shows(theirs.message, /Paused/);
  await stage.click(theirs.message, 'Resume', there.by);
  goOn();

  // Whoever keeps the time dies, and one of those who work; the others do what they did.
  const leader = leadersOf(fleet)[0] ?? '';
  const asked = stage.startgg.requests.length;
  await stage.startgg.waitFor((requests) => requests.length > asked);
  const atWork = stage.startgg.requests.at(-1)?.from ?? '';
  await Promise.all([fleet[leader]?.stop('SIGKILL'), fleet[atWork]?.stop('SIGKILL')]);
  expect([await stage.job(ours.id), await stage.job(theirs.id)]).toContainEqual(
    expect.objectContaining({ state: 'RUNNING' }),
  );
  world.reschedule(id, inHours(50));
  const other = leader === 'scheduler-1' ? 'scheduler-2' : 'scheduler-1';
  await fleet[other]?.logged('takes the lead');
  // A read of the schedule that died with its process counts until it would have been given up, 80 s later.
  await stage.discord.waitFor(told(2), { what: 'both are told of the move', timeoutMs: 150_000 });
  await stage.shows(ours.message, /Done/);
  await stage.shows(theirs.message, /Done/);
  expect(await stage.differences()).toEqual([]);
  for (const user of [Ada, Ben])
    expect(headlines(stage, user).filter((line) => /^Match/.test(line))).toEqual([
      'Match scheduled',
      'Match moved',
    ]);
  expectRoles(fleet);
  const connections = await watch();
  expect(Object.keys(connections).toSorted()).toEqual(Object.keys(fleet).toSorted());
  for (const [name, most] of Object.entries(connections)) {
    expect(most, name).toBeGreaterThan(3);
    expect(most, name).toBeLessThanOrEqual(CONNECTIONS[name.replace(/-.*/, '') as keyof typeof CONNECTIONS]);
  }
}, 400_000);

/** Follows an event of SpeedGaming by command; everybody is written to. */
async function linkThere(stage: Stage, there: ReturnType<typeof guildOn>) {
  const people = join(stage, ['Ada', 'Ben']);
  for (const { id } of Object.values(people)) stage.discord.world.addMember(there.guild, id);
  stage.speedgaming.world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  await stage.ask('setup channel', { channel: there.at.channelId }, there);
  expect(await stage.ask('tournament link speedgaming', { slug: 'demo' }, there)).toContain('Demo Cup');
  await stage.sql.query(`update tournament set dm = 'everyone'`);
  await firstSync(stage);
  return people;
}

const leadersOf = (fleet: Record<string, Bot>): string[] =>
  Object.entries(fleet).flatMap(([name, { log }]) => (log.includes('takes the lead') ? [name] : []));

/** Nobody did what is not its part. */
function expectRoles(fleet: Record<string, Bot>): void {
  const marks = {
    gateway: 'connected to Discord',
    worker: 'slice begins',
    scheduler: 'takes the lead',
  };
  for (const [role, mark] of Object.entries(marks)) {
    const who = Object.entries(fleet).flatMap(([name, { log }]) => (log.includes(mark) ? [name] : []));
    expect(who.length, mark).toBe(2);
    expect(who.every((name) => name.startsWith(role))).toBe(true);
  }
}

/** Counts the connections of each process again and again; the function returned ends it and gives the most of each. */
function watchConnections(stage: Stage): () => Promise<Record<string, number>> {
  const most: Record<string, number> = {};
  let isOver = false;
  const watching = until(
    'the end',
    async () => {
      const { rows } = await stage.sql.query<{ name: string; count: number }>(
        `select application_name as name, count(*)::int from pg_stat_activity
         where datname = current_database() and application_name ~ '^(gateway|worker|scheduler)' group by 1`,
      );
      for (const { name, count } of rows) most[name] = Math.max(most[name] ?? 0, count);
      return isOver;
    },
    400_000,
  );
  // A test that fails on the way closes what is asked here.
  watching.catch(() => {});
  return async () => {
    isOver = true;
    await watching;
    return most;
  };
}
