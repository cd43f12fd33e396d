import type { Database } from './database/database.ts';
import { tidyWorkLists } from './jobs/tidy.ts';
import { purgeGuilds } from './matches/leaving.ts';
import { purgeTournaments } from './matches/tournaments.ts';
import { forgetMessages } from './outbox/forget.ts';
import type { RecurringTask } from './schedule/recurring.ts';
import { dropAnnouncements } from './startgg/schedule/event-announcement.ts';

/** What is taken away in time: rows that nobody asks for any more. */
export function upkeep(db: Database): RecurringTask[] {
  return [
    {
      name: 'deleted tournaments',
      pattern: '0 * * * *',
      run: async () => {
        await purgeTournaments(db);
        await dropAnnouncements(db.em());
      },
    },
    { name: 'guilds left long ago', pattern: '20 4 * * *', run: () => purgeGuilds(db) },
    { name: 'work lists of old imports', pattern: '40 4 * * *', run: () => tidyWorkLists(db) },
    { name: 'messages of old matches', pattern: '50 4 * * *', run: () => forgetMessages(db) },
  ];
}
