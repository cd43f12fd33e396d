import { describe, expect } from 'vitest';
import { forgetMessages } from '../../src/outbox/forget.ts';
import { ADA, BEN, inHours, type League, test } from '../speedgaming/league.ts';

/** Ids at the source of what is still kept of messages to people, and the notices. */
async function kept({ sql }: League): Promise<string[]> {
  const { rows } = await sql.query<{ about: string }>(
    `select distinct coalesce(nullif(outside_id, ''), class) as about from notification order by about`,
  );
  return rows.map(({ about }) => about);
}

describe('messages', () => {
  test('go three months after they were sent, when their match is over', async ({ league }) => {
    const add = (hours: number) =>
      league.world.addEpisode('demo', { when: inHours(hours), players: [ADA, BEN] });
    await league.run();
    const [over, ahead, waiting] = [add(30), add(40), add(50)].map(({ id }) => String(id));
    await league.run();
    await league.sql.query(
      `insert into notification (guild_id, channel_id, class, state) select id, '1', 'notice', 'sent' from guild`,
    );
    await league.sql.query(`update notification set state = 'sent', sent_at = now() where outside_id <> $1`, [
      waiting,
    ]);
    await league.sql.query(`update match set state = 'finished' where outside_id = any($1)`, [
      [over, waiting],
    ]);
    const all = [...new Set([over, ahead, waiting, 'notice'])].sort();

    await league.sql.query(`update notification set created_at = now() - interval '89 days'`);
    await forgetMessages(league.db);
    expect(await kept(league)).toEqual(all);

    await league.sql.query(`update notification set created_at = now() - interval '91 days'`);
    await forgetMessages(league.db);
    expect(await kept(league)).toEqual(all.filter((about) => about === ahead || about === waiting));
  });
});
