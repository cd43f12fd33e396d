import { sql } from 'kysely';
import { makeSources } from '../../src/app-sources.ts';
import { loadConfig } from '../../src/config.ts';
import { firstRow } from '../../src/database/database.ts';
import { UNOBSERVED } from '../../src/metrics/observer.ts';
import { FollowSync } from '../../src/startgg/follow/follow-sync.ts';
import { followGame } from '../../src/startgg/follow/follows.ts';
import {
  GAME,
  type Ground,
  log,
  type Measure,
  openApp,
  runImport,
  SINCE,
  serve,
  settings,
  worldOf,
} from './ground.ts';
import { versions } from './writes.ts';

/** What a sync of a followed game costs in which nothing has happened. */
export async function measureFollowing(ground: Ground, events: number): Promise<Measure[]> {
  const startgg = await serve(worldOf({ events, sets: events * 40 }));
  const url = await ground.database('following');
  const app = await openApp(url, startgg);
  await app.work();
  await runImport(app);
  await app.db.transaction((em) =>
    followGame(em, { guildId: '1', videogameId: GAME.id, since: SINCE, channelId: '1' }),
  );
  const { startgg: client } = makeSources(loadConfig(settings(url, startgg)), app.db, log, UNOBSERVED);
  const follow = new FollowSync(app.db, client, app.imports, log);
  const sync = async () => {
    const outcome = await follow.run(String(GAME.id), new AbortController().signal);
    if (outcome !== 'done') throw new Error(`the sync ended as ${outcome}`);
  };
  // The first one looks at more of the past.
  await sync();
  const open = async () =>
    await firstRow(app.db.em(), sql`select 1 from import_job where finished_at is null limit 1`);
  while (await open()) await new Promise((done) => setTimeout(done, 50));
  const before = await versions(app.db.em());
  const asked = startgg.requests.length;
  await sync();
  const requests = startgg.requests.length - asked;
  const after = await versions(app.db.em());
  const touched = [...after].filter((row) => !before.has(row)).length + Math.max(0, before.size - after.size);
  await app.close();
  await startgg.close();
  const what = `a quiet sync of ${events.toLocaleString('en-US')} followed events`;
  return [
    { what: `requests for ${what}`, value: String(requests), bound: '≤ 5', holds: requests <= 5 },
    { what: `rows written by ${what}`, value: String(touched), bound: '0', holds: touched === 0 },
  ];
}
