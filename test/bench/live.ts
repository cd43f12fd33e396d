import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { commandDefinitions } from '../../src/app-commands.ts';
import { deployCommands } from '../../src/discord/deploy.ts';
import { createRest } from '../../src/discord/rest.ts';
import { Bot } from '../../src/sandbox/bot.ts';
import type { InteractionHandle } from '../../src/sandbox/discord/interaction-handle.ts';
import { DISCORD_TOKEN, openPlace, type Place, smallWorld } from '../../src/sandbox/place.ts';
import type { Ground, Measure } from './ground.ts';
import { median } from './writes.ts';

const HOUR = 3_600_000;
const INTERACTIONS = 200;
const MOVES = 20;
const PAUSES = 10;
const ANSWER_MS = 2_000;

/** How quickly a whole bot, as a process of its own, answers people and tells them of changes. */
export async function measureLive(ground: Ground): Promise<Measure[]> {
  const limits = { messageCreate: { count: 1_000, perMs: 5_000 }, webhook: { count: 10_000, perMs: 2_000 } };
  const startgg = { latency: { minMs: 100, maxMs: 400 }, limit: false as const };
  const place = await openPlace({ discord: { limits }, startgg, world: smallWorld(400) });
  const url = await ground.database('live');
  const bot = new Bot({
    ...place.env,
    DATABASE_URL: url,
    STARTGG_REQUESTS_PER_MINUTE: '100000',
    SYNC_SCHEDULE: '* * * * * *',
    SPEEDGAMING_SECONDS_PER_SLUG: '1',
  });
  try {
    await bot.ready();
    await deployCommands(
      createRest({ token: DISCORD_TOKEN, apiUrl: place.discord.url, shards: 'auto' }),
      commandDefinitions,
    );
    return [await measureTelling(place, url), await measureAcknowledging(place), await measurePausing(place)];
  } finally {
    await bot.stop();
    await place.close();
  }
}

/** From the read that shows a change to the message, for somebody who was written to before. */
async function measureTelling(place: Place, url: string): Promise<Measure> {
  const { discord, guild, channel, speedgaming } = place;
  const user = discord.world.addUser({ username: 'ada', globalName: 'Ada' });
  discord.world.addMember(guild, user);
  speedgaming.world.addEvent({ slug: 'bench' });
  const { id } = speedgaming.world.addEpisode('bench', {
    when: new Date(Date.now() + 48 * HOUR),
    players: [{ displayName: 'Ada', discordId: user.id }],
  });
  const sql = new Client({ connectionString: url });
  await sql.connect();
  await sql.query(
    `with t as (insert into tournament (guild_id, name, dm, announce_channel_id) values ($1, 'Bench', 'everyone', $2) returning id)
     insert into tournament_link (tournament_id, source, slug, name, ready_at) select id, 'speedgaming', 'bench', 'Bench', now() from t`,
    [guild.id, channel.id],
  );
  await sql.end();
  const inbox = () => discord.person(user.id).inbox();
  await discord.waitFor(() => inbox().length > 0, { timeoutMs: 30_000, what: 'the first message' });
  const latencies: number[] = [];
  for (let move = 1; move <= MOVES; move++) {
    const changedAt = Date.now();
    speedgaming.world.reschedule(id, new Date(changedAt + (48 + move) * HOUR));
    await discord.waitFor(() => inbox().length > move, { timeoutMs: 30_000, what: 'the message' });
    const read = speedgaming.requests.find(({ at }) => at >= changedAt);
    latencies.push(Date.now() - (read?.at ?? changedAt));
  }
  const worst = Math.max(...latencies) / 1000;
  const usual = median(latencies) / 1000;
  return {
    what: `seconds from the read of a change to the direct message: median of ${MOVES} (worst ${worst.toFixed(2)})`,
    value: usual.toFixed(2),
    bound: '≤ 5',
    holds: usual <= 5,
  };
}

/** Many people type at once while an import runs: how long the last of them waits to be acknowledged. */
async function measureAcknowledging({ guild, channel, organiser }: Place): Promise<Measure> {
  const here = { guildId: guild.id, channelId: channel.id };
  const start = { name: 'import', subcommand: 'startgg', options: { game: '2XKO', since: '2026-01-01' } };
  await (await organiser.command({ ...here, ...start })).answer();
  await pause(3_000);
  const typed: InteractionHandle[] = [];
  for (let i = 0; i < INTERACTIONS; i++)
    typed.push(await organiser.command({ ...here, name: 'import', subcommand: 'list', options: {} }));
  await Promise.all(typed.map((handle) => handle.answer()));
  const worst =
    Math.max(...typed.map(({ acknowledgedAfterMs }) => acknowledgedAfterMs ?? Number.POSITIVE_INFINITY)) /
    1000;
  return {
    what: `seconds until the last of ${INTERACTIONS} simultaneous interactions is acknowledged, while an import runs`,
    value: worst.toFixed(2),
    bound: '≤ 1',
    holds: worst <= 1,
  };
}

/** From the click on Pause to the message that says so, while start.gg is slow. */
async function measurePausing({ discord, startgg, channel, organiser, guild }: Place): Promise<Measure> {
  startgg.onRequest = async () => await pause(ANSWER_MS);
  const here = { guildId: guild.id, channelId: channel.id };
  const since = '2025-12-01';
  const start = { name: 'import', subcommand: 'startgg', options: { game: '2XKO', since } };
  const answer = await (await organiser.command({ ...here, ...start })).answer();
  const linked = () => discord.channel(channel.id).messages.find(({ id }) => answer.content.includes(id));
  const message = await discord.waitFor(linked, { what: 'the status message' });
  const says = async (words: string) =>
    await discord.waitFor(() => JSON.stringify(message.embeds).includes(words), { what: words });
  const took: number[] = [];
  for (let i = 0; i < PAUSES; i++) {
    await says('Importing');
    const clickedAt = Date.now();
    await organiser.click(message, 'Pause');
    await says('Paused');
    took.push(Date.now() - clickedAt);
    await organiser.click(message, 'Resume');
  }
  const worst = Math.max(...took) / 1000;
  return {
    what: `seconds from a click on Pause to the message that says it is paused: worst of ${PAUSES} (median ${(median(took) / 1000).toFixed(2)})`,
    value: worst.toFixed(2),
    bound: '≤ 5',
    holds: worst <= 5,
  };
}
