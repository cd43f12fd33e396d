import { describe, expect } from 'vitest';
import { databaseNow, isSyncedSince } from '../../src/matches/sync-report.ts';
import { passTime } from '../../src/notifications/reminders.ts';
import { inHours, known, test } from './league.ts';

describe('time', () => {
  test('passes for one guild after the other, so that no sync can wait for it in a circle', async ({
    league,
  }) => {
    await league.follow('0');
    const episode = await known(league, { when: inHours(1) });
    await league.sql.query(`update match set starts_at = now() - interval '1 minute', airs_at = starts_at`);
    // As a sync does: it holds the guild, writes its match, and would go on to another guild.
    await league.sql.query('begin');
    await league.sql.query(`select 1 from guild where id = '1' for no key update`);
    await league.sql.query(`update match set note = 'x' where id = $1`, [
      (await league.match(episode, '1')).id,
    ]);
    const passing = passTime(league.db);
    await expect
      .poll(async () =>
        league.rows(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        ),
      )
      .toHaveLength(1);
    const other = (await league.match(episode, '0')).id;
    await league.sql.query('select 1 from match where id = $1 for update nowait', [other]);
    await league.sql.query('commit');
    await passing;
    for (const guildId of ['0', '1']) expect((await league.match(episode, guildId)).state).toBe('live');
  });

  test('is up only for a reminder that is due, also a day ahead', async ({ league }) => {
    await league.sql.query('update tournament set reminder_minutes = 1440');
    const [soon] = [await known(league, { when: inHours(23) }), await known(league, { when: inHours(25) })];
    await passTime(league.db);
    expect((await league.pending()).map((one) => [one.class, one.outsideId])).toEqual(
      [1, 2].map(() => ['reminder', String(soon.id)]),
    );
  });
});

describe('a sync that was asked for', () => {
  test('is not the one that had begun before', async ({ league }) => {
    const [tournament] = await league.rows<{ id: number }>('select id from tournament');
    const isSynced = async (since: string) => await isSyncedSince(league.db, tournament?.id ?? 0, since);
    for (const fault of ['hang', 'html'] as const) {
      league.speedgaming.faults.add({ kind: 'hang', ms: 300 });
      const before = league.speedgaming.requests.length;
      const running = league.run();
      await expect.poll(() => league.speedgaming.requests.length).toBeGreaterThan(before);
      const since = await databaseNow(league.db);
      await running;
      expect(await isSynced(since)).toBe(false);
      if (fault === 'html') league.speedgaming.faults.add({ kind: 'html' });
      await league.run();
      expect(await isSynced(since)).toBe(true);
    }
  });
});
