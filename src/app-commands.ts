import { importCommand } from '../commands/import.ts';
import { importData } from '../commands/import-data.ts';
import { matchCommand } from '../commands/match.ts';
import { matchData } from '../commands/match-data.ts';
import { notificationsCommand, notificationsData } from '../commands/notifications.ts';
import { personCommand } from '../commands/person.ts';
import { personData } from '../commands/person-data.ts';
import { privacyCommand, privacyData } from '../commands/privacy.ts';
import { setupCommand, setupData } from '../commands/setup.ts';
import { statusCommand, statusData } from '../commands/status.ts';
import { tournamentCommand } from '../commands/tournament.ts';
import { tournamentData } from '../commands/tournament-data.ts';
import type { Sources } from './app-sources.ts';
import type { Database } from './database/database.ts';
import type { Listener } from './database/listener.ts';
import type { Command } from './discord/command.ts';
import type { Guilds } from './guilds/guilds.ts';
import type { Imports } from './jobs/imports.ts';
import type { Queue } from './jobs/queue.ts';
import type { AnnouncementKinds } from './matches/announcements.ts';
import { Persons } from './matches/people/persons.ts';
import { Privacy } from './matches/privacy/privacy.ts';
import { Tournaments } from './matches/tournaments.ts';
import { MATCH_MESSAGE, tell } from './notifications/tell.ts';
import { checkRaceRooms } from './racetime/setting.ts';
import { episodeCopy } from './speedgaming/copy.ts';
import { warehouseCopy } from './startgg/copy.ts';
import type { Games } from './startgg/games.ts';
import { STARTGG_EVENT_MESSAGE } from './startgg/schedule/event-announcement.ts';
import { StartggTournaments } from './startgg/schedule/tournament-lookup.ts';

/** Every command that people can type, as it is registered with Discord. */
export const commandDefinitions = [
  importData,
  tournamentData,
  matchData,
  personData,
  notificationsData,
  privacyData,
  setupData,
  statusData,
];

/** The live messages in which tournaments are announced. */
export const ANNOUNCEMENTS = {
  match: MATCH_MESSAGE,
  event: STARTGG_EVENT_MESSAGE,
} satisfies AnnouncementKinds;

/** What the commands work with. */
export type CommandServices = {
  db: Database;
  listener: Listener;
  guilds: Guilds;
  imports: Imports;
  queue: Queue;
  games: Games;
  sources: Sources;
  /** There is a token for start.gg. */
  hasStartgg: boolean;
  requestsLeft: () => Promise<number | undefined>;
  version: string;
  startedAt: Date;
};

/** What people may see of themselves and take away, in all copies that there are. */
export function makePrivacy(db: Database): Privacy {
  return new Privacy({ db, messageKind: MATCH_MESSAGE, copies: [episodeCopy, warehouseCopy] });
}

/** The handlers of all commands, in the order of their definitions. */
export function makeCommands(services: CommandServices): Command[] {
  const { db, listener, guilds, imports, queue, games, sources, hasStartgg, requestsLeft } = services;
  const startgg = hasStartgg
    ? {
        resolveGame: (text: string, signal: AbortSignal) => games.resolve(text, signal),
        suggestGames: (text: string) => games.suggest(text),
      }
    : undefined;
  const tournaments = new Tournaments({ db, guilds, queue, announcements: ANNOUNCEMENTS });
  return [
    importCommand({ db, listener, imports, guilds, startgg, requestsLeft }),
    tournamentCommand({
      db,
      guilds,
      tournaments,
      announcements: ANNOUNCEMENTS,
      sources: {
        speedgaming: sources.speedgaming.events,
        ...(hasStartgg ? { startgg: new StartggTournaments(sources.startgg) } : {}),
      },
      readRaceRooms: (typed, signal) => checkRaceRooms(sources.racetime, typed, signal),
    }),
    matchCommand({ db, guilds, tournaments }),
    personCommand({ db, guilds, persons: new Persons({ db, guilds, tell }), tournaments }),
    notificationsCommand({ db }),
    privacyCommand({
      privacy: makePrivacy(db),
    }),
    setupCommand({ guilds }),
    statusCommand({
      db,
      version: services.version,
      startedAt: services.startedAt,
      guilds,
      imports,
      queue,
      announcements: ANNOUNCEMENTS,
    }),
  ];
}
