import { Client } from 'pg';
import { test as base, inject } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database } from '../../src/database/database.ts';
import { SharedBudget } from '../../src/jobs/budget.ts';
import { createLog } from '../../src/log.ts';
import type { MatchView } from '../../src/matches/change.ts';
import { type Speedgaming, startSpeedgaming } from '../../src/sandbox/speedgaming/server.ts';
import { SpeedgamingClient } from '../../src/speedgaming/client.ts';
import { SpeedgamingSync } from '../../src/speedgaming/sync.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';
import { SCHEDULE, versions } from '../support/tables.ts';

export const HOUR = 3_600_000;
/** The minute in which the test began: what is compared must not change at the next one. */
let start = 0;
/** A whole minute, so many hours from the start. */
export const inHours = (hours: number): Date => new Date(start + hours * HOUR);

export const ADA = {
  displayName: 'Ada',
  discordId: '100000000000000001',
  discordTag: 'ada',
  publicStream: 'ada_tv',
};
export const BEN = { displayName: 'Ben', discordId: '100000000000000002', discordTag: 'ben' };

/** A message that somebody is about to get. */
export type Pending = {
  who: string;
  class: string;
  outsideId: string;
  before: MatchView | null;
  after: MatchView;
};

/** One event at SpeedGaming, one guild and its tournament that follows it, without any Discord. */
export class League {
  readonly speedgaming: Speedgaming;
  readonly db: Database;
  readonly sql: Client;
  readonly sync: SpeedgamingSync;
  readonly #drop: () => Promise<void>;

  private constructor(speedgaming: Speedgaming, db: Database, sql: Client, drop: () => Promise<void>) {
    this.speedgaming = speedgaming;
    this.db = db;
    this.sql = sql;
    this.#drop = drop;
    const budget = (provider: string) =>
      new SharedBudget(db, {
        provider,
        credential: '',
        requests: 1_000,
        windowMs: 1_000,
        timeoutMs: 5_000,
      });
    const client = new SpeedgamingClient({
      url: speedgaming.url,
      budget: budget('speedgaming'),
      timeoutMs: 5_000,
    });
    this.sync = new SpeedgamingSync(db, client, () => budget('slug'), createLog('silent'));
  }

  /** An event `demo` that guild `1` follows. */
  static async open(): Promise<League> {
    start = Math.floor(Date.now() / 60_000) * 60_000;
    const speedgaming = await startSpeedgaming();
    const database = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
    const db = await Database.connect(database.url, entities);
    const sql = new Client({ connectionString: database.url });
    await sql.connect();
    const league = new League(speedgaming, db, sql, database.drop);
    speedgaming.world.addEvent({ slug: 'demo', name: 'Demo Cup' });
    await league.follow('1');
    return league;
  }

  async close(): Promise<void> {
    await this.sql.end();
    await this.db.close();
    await this.speedgaming.close();
    await this.#drop();
  }

  get world(): Speedgaming['world'] {
    return this.speedgaming.world;
  }

  /** Lets a guild follow an event; everybody in it is told unless said otherwise. */
  async follow(guildId: string, slug = 'demo', dm = 'everyone'): Promise<void> {
    await this.sql.query(
      `insert into guild (id, name, channel_id) values ($1, $2, $3) on conflict do nothing`,
      [guildId, `Guild ${guildId}`, `10${guildId}`],
    );
    await this.sql.query(
      `with t as (insert into tournament (guild_id, name, dm) values ($1, $2, $3) returning id)
       insert into tournament_link (tournament_id, source, slug, name) select id, 'speedgaming', $4, $2 from t`,
      [guildId, `Cup ${slug}`, dm, slug],
    );
  }

  async run(slug = 'demo'): Promise<void> {
    await this.sync.run(slug);
  }

  async rows<T extends object>(query: string, values: unknown[] = []): Promise<T[]> {
    return (await this.sql.query<T>(query, values)).rows;
  }

  /** The match of an episode, in a guild. */
  async match(episode: { id: number }, guildId = '1'): Promise<Record<string, unknown>> {
    const [match] = await this.rows<Record<string, unknown>>(
      `select m.* from match m join tournament t on t.id = m.tournament_id where outside_id = $1 and t.guild_id = $2`,
      [String(episode.id), guildId],
    );
    if (!match) throw new Error(`no match of episode ${episode.id}`);
    return match;
  }

  /** Who plays and helps in a match: "player Ada 100…", "tracker Trey sg_crew_7". */
  async seats(episode: { id: number }, guildId = '1'): Promise<string[]> {
    const seats = await this.rows<{ seat: string }>(
      `select concat_ws(' ', s.role, s.name, coalesce(p.discord_id, p.handle)) as seat
       from match m join tournament t on t.id = m.tournament_id
         join (select match_id, identity_id, 'player' as role, name, id from match_player
               union all select match_id, identity_id, role, name, id from crew_member) s on s.match_id = m.id
         left join person_identity i on i.id = s.identity_id left join person p on p.id = i.person_id
       where outside_id = $1 and t.guild_id = $2 order by s.role = 'player' desc, s.role, s.id`,
      [String(episode.id), guildId],
    );
    return seats.map(({ seat }) => seat);
  }

  /** Messages on their way, in order; they are gone from here then. */
  async pending(): Promise<Pending[]> {
    return await this.rows<Pending>(
      `with taken as (update notification set state = 'sent', sent_at = clock_timestamp() where state = 'pending' and class <> 'notice' returning *)
       select discord_user_id as who, class, outside_id as "outsideId", payload->'before' as before, payload->'after' as after from taken order by id`,
    );
  }

  /** What organisers are told in the channel, in order. */
  async notices(): Promise<string[]> {
    const found = await this.rows<{ text: string }>(
      `select payload->>'text' as text from notification where class = 'notice' order by id`,
    );
    return found.map(({ text }) => text);
  }

  /** Row versions in all tables that a sync of an unchanged schedule must not write to. */
  async versions(): Promise<Record<string, object[]>> {
    return await versions((statement) => this.rows(statement), [...SCHEDULE, 'speedgaming_episode']);
  }
}

/** A test with a league of its own. */
export const test = base.extend<{ league: League }>({
  league: async ({ task: _ }, use) => {
    const league = await League.open();
    await use(league);
    await league.close();
  },
});

/** A match that everybody knows of by now. */
export async function known(
  league: League,
  given: Partial<Parameters<League['world']['addEpisode']>[1]> = {},
) {
  const episode = league.world.addEpisode('demo', { when: inHours(48), players: [ADA, BEN], ...given });
  await league.run();
  await league.pending();
  return episode;
}
