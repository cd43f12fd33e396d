import { sql } from 'kysely';
import { expect, inject, it, onTestFinished } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database, rows } from '../../src/database/database.ts';
import { Listener } from '../../src/database/listener.ts';
import { DeliveryLoop } from '../../src/discord/delivery-loop.ts';
import { LiveMessages } from '../../src/discord/live-messages.ts';
import { createRest } from '../../src/discord/rest.ts';
import { createLog } from '../../src/log.ts';
import { createLive } from '../../src/outbox/live-message.ts';
import { startDiscord } from '../../src/sandbox/discord/start.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';

const TOKEN = 'sandbox.bot.token';
const log = createLog(process.env.TEST_LOG_LEVEL ?? 'silent');

it('is posted after all when the token was reset while it was on its way', async () => {
  const discord = await startDiscord({ token: TOKEN });
  const owner = discord.world.addUser({ username: 'ada' });
  const guild = discord.world.addGuild({ name: 'Fighters', ownerId: owner.id });
  const channel = discord.world.addChannel(guild, { name: 'matches' });
  discord.world.installBot(guild, ['ViewChannel', 'SendMessages', 'EmbedLinks', 'ReadMessageHistory']);
  const { url, drop } = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
  const db = await Database.connect(url, entities);
  const listener = new Listener(url, log);
  await listener.start();
  onTestFinished(async () => {
    await listener.close();
    await db.close();
    await discord.close();
    await drop();
  });
  /** Starts a process's deliverer, with a connection to Discord of its own. */
  const deliver = () => {
    const rest = createRest({ token: TOKEN, apiUrl: discord.url, shards: 'auto' });
    const renderers = { match: async () => ({ content: 'Ann vs Bo' }) };
    const loop = new DeliveryLoop(new LiveMessages({ db, rest, renderers, log }), listener, log);
    loop.start();
    onTestFinished(() => loop.stop());
    return loop;
  };
  const row = async () =>
    (
      await rows(
        db.em(),
        sql<{
          waits: boolean;
          error: string | null;
          attempts: number;
        }>`select dirty_at is not null as waits, error, attempts from live_message`,
      )
    )[0];

  const unauthorized = { message: '401: Unauthorized', code: 0 };
  discord.faults.add({ method: 'POST', kind: 'status', status: 401, body: unauthorized });
  await createLive(db.em(), { kind: 'match', subject: '1', guildId: guild.id, channelId: channel.id });
  const before = deliver();
  await expect.poll(async () => (await row())?.attempts).toBeGreaterThan(0);
  await before.stop();
  expect(await row()).toMatchObject({ waits: true, error: null });
  deliver();
  await expect.poll(row).toMatchObject({ waits: false, error: null });
  expect(discord.channel(channel.id).messages.map(({ content }) => content)).toEqual(['Ann vs Bo']);
});
