import { upkeep } from './app-upkeep.ts';
import type { Database } from './database/database.ts';
import type { Queue } from './jobs/queue.ts';
import type { Log } from './log.ts';
import { followedSlugs } from './matches/links.ts';
import { passTime } from './notifications/reminders.ts';
import type { RacetimeClient } from './racetime/client.ts';
import { RaceRooms } from './racetime/rooms.ts';
import type { RecurringTask } from './schedule/recurring.ts';
import { followedGames, GAMES_SOURCE } from './startgg/follow/follows.ts';
import { activeSlugs, dueSlugs } from './startgg/schedule/rhythm.ts';

type Parts = {
  db: Database;
  queue: Queue;
  /** Without it there are no race rooms. */
  racetime: RacetimeClient | undefined;
  /** When schedules are read again. */
  syncSchedule: string;
  log: Log;
};

/** What is due again and again; each tick asks the database. */
export function recurringTasks({ db, queue, racetime, syncSchedule, log }: Parts): RecurringTask[] {
  const rooms = racetime && new RaceRooms({ db, client: racetime, log });
  return [
    {
      name: 'sync of schedules',
      pattern: syncSchedule,
      run: async () => {
        for (const slug of await followedSlugs(db.em(), 'speedgaming'))
          await queue.sendSync({ source: 'speedgaming', slug });
        for (const slug of await dueSlugs(db.em())) await queue.sendSync({ source: 'startgg', slug });
        for (const id of await followedGames(db.em()))
          await queue.sendSync({ source: GAMES_SOURCE, slug: String(id) });
      },
    },
    {
      name: 'sync of running tournaments',
      pattern: '*/15 * * * * *',
      run: async () => {
        for (const slug of await activeSlugs(db.em())) await queue.sendSync({ source: 'startgg', slug });
      },
    },
    { name: 'reminders', pattern: '*/15 * * * * *', run: () => passTime(db) },
    ...(rooms
      ? [
          {
            name: 'race rooms',
            pattern: '*/15 * * * * *',
            run: (stopping) => rooms.run(stopping),
          } satisfies RecurringTask,
        ]
      : []),
    ...upkeep(db),
  ];
}
