import { expect } from 'vitest';
import type { Message } from '../../src/sandbox/discord/messages.ts';
import { until } from '../support/until.ts';
import { type Stage, test, textOf } from './stage.ts';

const ENV = { SYNC_SCHEDULE: '* * * * * *', SPEEDGAMING_SECONDS_PER_SLUG: '1', DM_SECONDS_PER_NEW_CHANNEL: '1' };
const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(Math.floor(Date.now() / 60_000) * 60_000 + hours * HOUR);

/** A tournament that follows an event, as a link makes it. */
async function follow(stage: Stage, slug: string, settings: { dm?: string } = {}): Promise<number> {
  const { rows } = await stage.sql.query<{ id: number }>(
    `with g as (insert into guild (id, name) values ($1, 'Fighting Game Club') on conflict do nothing),
       t as (insert into tournament (guild_id, name, dm, announce_channel_id) values ($1, 'Demo Cup', $2, $3) returning id)
     insert into tournament_link (tournament_id, source, slug, name) select id, 'speedgaming', $4, 'Demo Cup' from t returning tournament_id as id`,
    [stage.here.guildId, settings.dm ?? 'everyone', stage.here.channelId, slug],
  );
  return rows[0]?.id ?? 0;
}

const ready = (stage: Stage) =>
  until('the first sync', async () => {
    const { rows } = await stage.sql.query('select 1 from tournament_link where ready_at is null');
    return rows.length === 0;
  });

test('players learn that a match of theirs was scheduled, moved and cancelled, once each', async ({ open }) => {
  const stage = await open({ env: ENV });
  const { discord, place } = stage;
  const { world } = place.speedgaming;
  const [ada, ben] = ['Ada', 'Ben'].map((name) => {
    const user = discord.world.addUser({ username: name.toLowerCase(), globalName: name });
    discord.world.addMember(place.guild, user);
    return user;
  });
  if (!ada || !ben) throw new Error('nobody');
  world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  const players = [
    { displayName: 'Ada', discordId: ada.id },
    { displayName: 'Ben', discordId: ben.id },
  ];
  world.addEpisode('demo', { when: inHours(30), players, matchTitle: 'Known before' });
  await stage.bot();
  await follow(stage, 'demo');
  await ready(stage);
  const told = (user: { id: string }) => discord.person(user.id).inbox().map(said);
  expect(told(ada)).toEqual([]);

  const episode = world.addEpisode('demo', { when: inHours(48), players, matchTitle: 'Round 1' });
  await discord.waitFor(() => told(ada).length === 1 && told(ben).length === 1, { what: 'two messages', timeoutMs: 20_000 });
  expect(told(ada)[0]).toContain('Match scheduled');
  world.reschedule(episode.id, inHours(50));
  await discord.waitFor(() => told(ada).length === 2, { what: 'the second message', timeoutMs: 20_000 });
  expect(told(ada)[1]).toContain('Match moved');
  world.deleteEpisode(episode.id);
  await discord.waitFor(() => told(ada).length === 3, { what: 'the third message', timeoutMs: 30_000 });
  expect(told(ada)[2]).toContain('Match cancelled');
  console.log(told(ada).join('\n---\n'), '\n======\n', stage.posted().map(textOf).join('\n---\n'));
});

const said = (message: Message) => textOf(message);
