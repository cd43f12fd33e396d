import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, onTestFinished } from 'vitest';
import { attachEmbedded } from '../../src/database/embedded.ts';
import { createLog } from '../../src/log.ts';
import { runCli } from '../../src/sandbox/bot.ts';
import { movableClock } from '../../src/sandbox/discord/clock.ts';
import { until } from '../support/until.ts';
import { firstSync, follow, headlines, inHours, join as joinGuild, player, QUICK } from './club.ts';
import { type Stage, test } from './stage.ts';

/** What a killed bot would have left: sent, but not yet noted. Not even the channels of direct messages are known. */
const NOT_YET_SENT = `
  update notification set state = 'pending', sending_at = null, sent_at = null, message_id = null where state = 'sent';
  update discord_user set dm_channel_id = null;
  update live_message set message_id = null, posted_at = null, edited_at = null, rendered_hash = null, dirty_at = now();
  update discord_event set event_id = null, created_at = null, rendered_hash = null, dirty_at = now()`;

test('a Herald moves from its embedded database to another one, and nobody is told anything twice', async ({
  open,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'herald-move-'));
  await chmod(folder, 0o755);
  const clock = movableClock();
  const stage = await open({ empty: true, env: QUICK, discord: { clock } });
  const elsewhere = { ...stage.env };
  const here = { ...stage.env, DATABASE_URL: '', DATA_DIR: folder };
  const embedded = new Client({ connectionString: await attachEmbedded(folder, createLog('silent')) });
  await embedded.connect();
  onTestFinished(async () => {
    await embedded.end();
    await runCli(here, ['database', 'stop', '--force']);
    await rm(folder, { recursive: true, force: true });
  });
  const first: Stage = Object.create(stage, { sql: { value: embedded } });
  const { world } = stage.place.speedgaming;
  const { Ada, Ben } = joinGuild(stage, ['Ada', 'Ben']);
  world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  const bot = await stage.bot(here);
  await follow(first, 'demo');
  await firstSync(first);
  const episode = world.addEpisode('demo', { when: inHours(48), players: [player(Ada), player(Ben)] });
  const shown = () => ({
    told: [...headlines(stage, Ada), ...headlines(stage, Ben)],
    announced: stage.posted().length,
    events: stage.discord.events(stage.place.guild).map(({ id, status }) => [id, status]),
  });
  const allShown = () => shown().told.length === 2 && shown().announced === 2 && shown().events.length === 1;
  await stage.discord.waitFor(allShown, { what: 'everything' });
  const before = shown();

  // While the bot runs; nothing is left over beside the file.
  const file = join(folder, 'herald.backup');
  const backup = (...options: string[]) => runCli(here, ['backup', file, ...options]);
  expect(await backup()).toEqual({
    code: 0,
    err: '',
    out: expect.stringMatching(/holds [\d,]+ rows of \d+ tables/),
  });
  expect(await backup()).toMatchObject({
    code: 1,
    err: expect.stringContaining('is there already; --force'),
  });
  expect(await runCli(here, ['backup'])).toMatchObject({ code: 2 });
  expect(await runCli(here, ['restore', file])).toMatchObject({
    code: 1,
    err: expect.stringContaining('Herald is running'),
  });
  expect(await bot.stop()).toBe(0);
  await embedded.query(NOT_YET_SENT);
  const forced = await backup('--force', '--json');
  expect(forced).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(forced.out.trim().split('\n').at(-1) ?? '')).toMatchObject({ file, done: true });
  expect((await readdir(folder)).filter((name) => name.includes('backup'))).toEqual(['herald.backup']);

  const restore = (...options: string[]) => runCli(elsewhere, ['restore', file, ...options]);
  expect(await restore()).toEqual({
    code: 0,
    err: '',
    out: expect.stringMatching(/^Restored [\d,]+ rows of \d+ tables/),
  });
  expect(await restore()).toMatchObject({
    code: 1,
    err: expect.stringContaining('The database is not empty.'),
  });
  expect(await runCli(elsewhere, ['restore', join(folder, 'postgres.json')])).toMatchObject({
    code: 1,
    err: expect.stringContaining('is no backup of Herald'),
  });

  // By then Discord has forgotten the nonces of what was sent.
  clock.advance(600_000);
  await stage.bot(elsewhere);
  await until('everything is settled', async () => {
    const { rows } = await stage.sql.query(
      `select (select count(*)::int from notification where state <> 'sent') + (select count(*)::int from live_message where dirty_at is not null)
         + (select count(*)::int from discord_event where dirty_at is not null or event_id is null) as n`,
    );
    return rows[0].n === 0;
  });
  expect(shown()).toEqual(before);
  // And it goes on from there.
  world.reschedule(episode.id, inHours(50));
  await stage.discord.waitFor(() => headlines(stage, Ada).length === 2, {
    what: 'the next message',
  });
  expect(headlines(stage, Ada)).toEqual(['Match scheduled', 'Match moved']);
}, 400_000);
