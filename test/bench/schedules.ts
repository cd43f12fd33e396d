import { Client } from 'pg';
import { entities } from '../../src/app.ts';
import { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrations.ts';
import { SharedBudget } from '../../src/jobs/budget.ts';
import { Queue } from '../../src/jobs/queue.ts';
import { type Speedgaming, startSpeedgaming } from '../../src/sandbox/speedgaming/server.ts';
import { SpeedgamingClient } from '../../src/speedgaming/client.ts';
import { SpeedgamingSync } from '../../src/speedgaming/sync.ts';
import { SCHEDULE } from '../support/tables.ts';
import { type Ground, log, type Measure } from './ground.ts';

const EPISODES_PER_SLUG = 25;
const SLUGS_PER_GUILD = 4;
const HOUR = 3_600_000;
/** A sync of many links whose schedules are as they were, beside one in which every match has moved. */
export async function measureSchedules(ground: Ground, slugs: number): Promise<Measure[]> {
  const speedgaming = await startSpeedgaming();
  const names = speedgaming.world.fill({
    slugs,
    episodesPerSlug: EPISODES_PER_SLUG,
    from: new Date(Date.now() + HOUR),
    to: new Date(Date.now() + 30 * 24 * HOUR),
    seed: 'bench',
  });
  const league = await openLeague(await ground.database('schedules'), speedgaming, names);
  await league.run();
  const quiet = await league.run();
  for (const slug of names)
    for (const episode of speedgaming.world.schedule(slug, 0, Number.MAX_SAFE_INTEGER)) {
      const { id, when } = episode as { id: number; when: string };
      speedgaming.world.reschedule(id, new Date(Date.parse(when) + HOUR));
    }
  const moved = await league.run();
  await league.close();
  await speedgaming.close();
  const matches = (slugs * EPISODES_PER_SLUG).toLocaleString('en-US');
  return [
    {
      what: `rows written by a sync of ${slugs} links with ${matches} matches, nothing changed (all changed: ${moved.rows.toLocaleString('en-US')})`,
      value: String(quiet.rows),
      bound: '0',
      holds: quiet.rows === 0 && moved.rows > 0,
    },
    {
      what: `its time in the database, ${Math.round(quiet.databaseMs)} ms, relative to that with all changed, ${Math.round(moved.databaseMs)} ms`,
      value: (quiet.databaseMs / moved.databaseMs).toFixed(3),
      bound: '≤ 0.10',
      holds: quiet.databaseMs <= moved.databaseMs * 0.1,
    },
  ];
}

async function openLeague(url: string, speedgaming: Speedgaming, slugs: readonly string[]) {
  const first = await Database.connect(url, entities);
  await migrate(first, [() => Queue.install(url)]);
  await first.close();
  const sql = new Client({ connectionString: url });
  await sql.connect();
  for (const [i, slug] of slugs.entries()) {
    const guildId = String(1 + Math.floor(i / SLUGS_PER_GUILD));
    await sql.query(
      `insert into guild (id, name, channel_id) values ($1, 'Club', '1') on conflict do nothing`,
      [guildId],
    );
    await sql.query(
      `with t as (insert into tournament (guild_id, name, dm) values ($1, $2, 'everyone') returning id)
       insert into tournament_link (tournament_id, source, slug, name, ready_at) select id, 'speedgaming', $2, $2, now() from t`,
      [guildId, slug],
    );
  }
  return {
    async run() {
      const before = await spent(sql);
      // Connections hand in what they did when they end.
      const db = await Database.connect(url, entities);
      const sync = syncOf(db, speedgaming);
      for (const slug of slugs) await sync.run(slug);
      await db.close();
      const after = await spent(sql);
      return { rows: after.rows - before.rows, databaseMs: after.databaseMs - before.databaseMs };
    },
    close: () => sql.end(),
  };
}

function syncOf(db: Database, speedgaming: Speedgaming): SpeedgamingSync {
  const budget = (provider: string, credential = '') =>
    new SharedBudget(db, { provider, credential, requests: 10_000, windowMs: 1_000, timeoutMs: 5_000 });
  const client = new SpeedgamingClient({ url: speedgaming.url, budget: budget('speedgaming') });
  return new SpeedgamingSync(db, client, (slug) => budget('slug', slug), log);
}

/** Rows inserted, updated and deleted so far in the tables that matter, and milliseconds spent on statements. */
async function spent(sql: Client): Promise<{ rows: number; databaseMs: number }> {
  const { rows } = await sql.query<{ rows: number; ms: number }>(
    `select (select sum(n_tup_ins + n_tup_upd + n_tup_del)::int from pg_stat_user_tables where relname = any($1)) as rows,
       (select active_time from pg_stat_database where datname = current_database()) as ms`,
    [SCHEDULE],
  );
  return { rows: rows[0]?.rows ?? 0, databaseMs: rows[0]?.ms ?? 0 };
}
