import { sql } from 'kysely';
import { inject, onTestFinished } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database, rows } from '../../src/database/database.ts';
import { SharedBudget } from '../../src/jobs/budget.ts';
import { createLog } from '../../src/log.ts';
import { applyMatch, holdGuild, type LinkTarget } from '../../src/matches/apply.ts';
import { snapshotsOf } from '../../src/matches/snapshots.ts';
import type { SourceMatch, SourcePlayer } from '../../src/matches/source.ts';
import { tell } from '../../src/notifications/tell.ts';
import { RacetimeClient, racetimeAllowance } from '../../src/racetime/client.ts';
import { RaceRooms } from '../../src/racetime/rooms.ts';
import { startRacetime } from '../../src/sandbox/racetime/server.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';

export const MINUTE = 60_000;
const CREDENTIALS = { clientId: 'herald', clientSecret: 'secret' };
const log = createLog(process.env.TEST_LOG_LEVEL ?? 'silent');

type Fields = Partial<SourceMatch> & { inMinutes?: number };

/** Two guilds whose tournaments follow the same event, and a racetime.gg beside them. Everything ends with the test. */
export async function raceGround() {
  const clock = { aheadMs: 0 };
  const racetime = await startRacetime({
    ...CREDENTIALS,
    categories: [
      { slug: 'demo', goals: ['Beat the game', 'All dungeons'] },
      { slug: 'foreign', goals: ['Beat the game'], hasBot: false },
    ],
    now: () => Date.now() + clock.aheadMs,
  });
  const { url, drop } = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
  const db = await Database.connect(url, entities);
  onTestFinished(async () => {
    await racetime.close();
    await db.close();
    await drop();
  });
  const run = <T>(statement: ReturnType<typeof sql<T>>) => rows(db.em(), statement);
  await run(
    sql`insert into guild (id, name, channel_id) values ('g1', 'Fighters', 'c1'), ('g2', 'Friends', 'c2')`,
  );
  await run(sql`insert into tournament (guild_id, name, dm, race_rooms) values
    ('g1', 'Spring Cup', 'everyone', 'demo/Beat the game'), ('g2', 'Friendly Cup', 'everyone', null)`);
  await run(sql`insert into tournament_link (tournament_id, source, slug, name, ready_at) values
    (1, 'speedgaming', 'cup', 'Cup', now()), (2, 'speedgaming', 'cup', 'Cup', now())`);
  const links: LinkTarget[] = [
    { id: 1, tournamentId: 1, guildId: 'g1', isReady: true },
    { id: 2, tournamentId: 2, guildId: 'g2', isReady: true },
  ];
  let revision = 0;
  // Read once: two matches at the same time are at the same second.
  const openedAt = Date.now();

  /** A client as a process has it; the budget is not what is tested here. */
  const client = (credentials = CREDENTIALS) => {
    const allowance = { ...racetimeAllowance(credentials.clientId), requests: 20, windowMs: 1 };
    return new RacetimeClient({ url: racetime.url, ...credentials, budget: new SharedBudget(db, allowance) });
  };
  /** One more process that opens rooms. */
  const worker = (credentials = CREDENTIALS) =>
    new RaceRooms({ db, client: client(credentials), log, lookEveryMs: 5_000, retryMs: 5_000 });
  const first = worker();

  return {
    racetime,
    world: racetime.world,
    clock,
    db,
    run,
    client,
    worker,

    /** What a tick does, with all that only waits for its time. */
    async tick(rooms = first, signal = AbortSignal.timeout(20_000)): Promise<void> {
      await run(sql`update race_room set claimed_until = null where claimed_until < now() + interval '30 s'`);
      await rooms.run(signal);
    },

    /** Writes matches as a sync does, into the first tournament unless told otherwise. */
    async put(fields: Fields, link = links[0]): Promise<void> {
      revision++;
      if (!link) throw new Error('no link');
      await db.transaction(async (em) => {
        await holdGuild(em, link.guildId);
        await tell(em, await applyMatch(em, link, match(fields, revision, openedAt)));
      });
    },
    links,

    /** A match as people can be shown it. */
    async view(id = 1) {
      const view = (await snapshotsOf(db.em(), [id])).get(id)?.view;
      if (!view) throw new Error('no match');
      return view;
    },
    async room(id = 1) {
      const [room] = await run(sql<Record<string, unknown>>`select * from race_room where match_id = ${id}`);
      return room;
    },
    /** Rooms that people were sent, in order. */
    async sent() {
      return await run(
        sql<{ to: string; room: string }>`select discord_user_id as to, revision as room from notification
          where class = 'room' order by id`,
      );
    },
    async notices() {
      const found = await run(
        sql<{ text: string }>`select payload->>'text' as text from notification where class = 'notice'`,
      );
      return found.map(({ text }) => text);
    },
  };
}

function match({ inMinutes = 20, ...fields }: Fields, revision: number, openedAt: number): SourceMatch {
  const startsAt = new Date(openedAt + inMinutes * MINUTE).toISOString();
  return {
    source: 'speedgaming',
    outsideId: '1',
    revision,
    state: 'scheduled',
    url: 'https://speedgaming.org/cup/',
    title: 'Round 1',
    startsAt: `${startsAt.slice(0, 19)}Z`,
    airsAt: `${startsAt.slice(0, 19)}Z`,
    lengthMinutes: 90,
    timeNote: null,
    isApproved: true,
    hasRestream: false,
    note: null,
    channels: [],
    score: null,
    players: [player('Ada', 'https://twitch.tv/AdaStreams'), player('Ben', null)],
    crew: [],
    ...fields,
  };
}

/** A player with the Discord account "d-name". */
export function player(name: string, stream: string | null): SourcePlayer {
  const key = `cup:${name}`;
  const person = {
    kind: 'player',
    key,
    handle: `sg_${name}`,
    name,
    discordId: `d-${name}`,
    tag: null,
    stream,
  };
  return { pairing: 1, name, person };
}
