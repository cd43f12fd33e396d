import { sql } from 'kysely';
import { inject, onTestFinished } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database, firstRow, rows } from '../../src/database/database.ts';
import { Listener } from '../../src/database/listener.ts';
import { DeliveryLoop } from '../../src/discord/delivery-loop.ts';
import { MatchEvents } from '../../src/discord/match-events.ts';
import { createRest } from '../../src/discord/rest.ts';
import { createLog } from '../../src/log.ts';
import { applyMatch, holdGuild } from '../../src/matches/apply.ts';
import { wantEvents } from '../../src/matches/events/discord-events.ts';
import type { SourceCrew, SourceMatch, SourcePlayer } from '../../src/matches/source.ts';
import { movableClock } from '../../src/sandbox/discord/clock.ts';
import { startDiscord } from '../../src/sandbox/discord/start.ts';
import { discordContract } from '../support/contract.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const TOKEN = 'sandbox.bot.token';
const HOUR = 3_600_000;
const log = createLog(process.env.TEST_LOG_LEVEL ?? 'silent');

type Fields = Partial<SourceMatch> & { inHours?: number };

/** A guild with a followed tournament, Discord beside it, and deliverers of events between the two. */
export type Ground = Awaited<ReturnType<typeof eventGround>>;

/** Everything ends with the test. */
export async function eventGround() {
  const clock = movableClock();
  const validate = await discordContract();
  const discord = await startDiscord({
    token: TOKEN,
    clock,
    limits: { scale: 1_000 },
    ...(validate && { validate }),
  });
  const owner = discord.world.addUser({ username: 'ada', globalName: 'Ada' });
  const guild = discord.world.addGuild({ name: 'Fighters', ownerId: owner.id });
  const channel = discord.world.addChannel(guild, { name: 'matches' });
  discord.world.installBot(guild, ['ViewChannel', 'SendMessages', 'CreateEvents']);
  const { url, drop } = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
  const db = await Database.connect(url, entities);
  const run = <T>(statement: ReturnType<typeof sql<T>>) => rows(db.em(), statement);
  await run(sql`insert into guild (id, name, channel_id) values (${guild.id}, 'Fighters', ${channel.id})`);
  await run(sql`insert into tournament (guild_id, name) values (${guild.id}, 'Spring Cup')`);
  await run(
    sql`insert into tournament_link (tournament_id, source, slug, name, ready_at) values (1, 'speedgaming', 'cup', 'Cup', now())`,
  );
  const ends: (() => Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const end of ends) await end();
    await db.close();
    await discord.close();
    await drop();
  });

  const links = [{ id: 1, tournamentId: 1, guildId: guild.id, isReady: true }];
  let revision = 0;
  // Read once: a match that is put again is not moved by a minute.
  const openedAt = Date.now();
  return {
    clock,
    db,
    discord,
    guild,
    owner: discord.person(owner.id),
    run,

    /** Starts one more process's deliverer. */
    async deliver() {
      const listener = new Listener(url, log);
      await listener.start();
      const rest = createRest({ token: TOKEN, apiUrl: discord.url, shards: 'auto' }, { retries: 0 });
      const events = new DeliveryLoop(new MatchEvents({ db, rest, log }), listener, log);
      events.start();
      const end = async () => {
        await events.stop();
        await listener.close();
      };
      ends.unshift(end);
      return end;
    },

    /** One more tournament of the guild follows the same. */
    async follow(name: string): Promise<void> {
      const id = links.length + 1;
      await run(sql`insert into tournament (guild_id, name) values (${guild.id}, ${name})`);
      await run(
        sql`insert into tournament_link (tournament_id, source, slug, name, ready_at) values (${id}, 'speedgaming', 'cup', 'Cup', now())`,
      );
      links.push({ id, tournamentId: id, guildId: guild.id, isReady: true });
    },

    /** Writes matches as a sync does. */
    async put(...matches: Fields[]): Promise<void> {
      revision++;
      await db.transaction(async (em) => {
        await holdGuild(em, guild.id);
        const ids = new Set<number>();
        for (const given of matches.map((fields) => match(fields, revision, openedAt)))
          for (const link of links)
            for (const event of await applyMatch(em, link, given)) ids.add(event.matchId);
        await wantEvents(em, [...ids]);
      });
    },

    /** All matches are to be looked at again, as after a change of settings. @param tournamentId those of this one alone */
    async wantAll(tournamentId?: number): Promise<void> {
      const found = await run(
        sql<{
          id: number;
        }>`select id from match where tournament_id = coalesce(${tournamentId ?? null}, tournament_id)`,
      );
      await wantEvents(
        db.em(),
        found.map(({ id }) => id),
      );
    },

    /** Waits until nothing is left to do but what waits for its time. */
    async settled(): Promise<void> {
      await until('every event settled', async () => {
        const left = await firstRow(
          db.em(),
          sql`select 1 from discord_event where dirty_at is not null and (retry_at is null or retry_at <= now())`,
        );
        return !left;
      });
    },

    /** Lets what waits be looked at now. */
    async hourPassed(): Promise<void> {
      await run(sql`update discord_event set retry_at = null`);
    },

    events: () => discord.events(guild),
    open: () => discord.world.events.open(guild.id),
    notices: () => run(sql<{ text: string }>`select payload->>'text' as text from notification`),
    requests: () =>
      discord.log.filter(({ path }) => path.includes('scheduled-events')).map(({ method }) => method),
  };
}

/** A match an hour after the ground was opened, unless it says otherwise. */
function match({ inHours = 1, ...fields }: Fields, revision: number, openedAt: number): SourceMatch {
  const startsAt = `${new Date(openedAt + inHours * HOUR).toISOString().slice(0, 16)}:00Z`;
  return {
    source: 'speedgaming',
    outsideId: '1',
    revision,
    state: 'scheduled',
    url: 'https://speedgaming.org/cup',
    title: 'Round 1',
    startsAt,
    airsAt: startsAt,
    lengthMinutes: 90,
    timeNote: null,
    isApproved: true,
    hasRestream: true,
    note: null,
    channels: [{ name: 'Main', language: 'en', url: 'https://twitch.tv/main' }],
    score: null,
    players: [player('Ann'), player('Bo')],
    crew: [],
    ...fields,
  };
}

export function player(name: string, pairing = 1): SourcePlayer {
  return { pairing, name, person: null };
}

export function commentator(name: string): SourceCrew {
  const person = { kind: 'crew', key: name, handle: `sg_crew_${name}`, name };
  return {
    role: 'commentator',
    outsideId: name,
    language: null,
    person: { ...person, discordId: null, tag: null, stream: null },
  };
}
