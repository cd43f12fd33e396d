import type { Database } from '../src/database/database.ts';
import type { Guilds } from '../src/guilds/guilds.ts';
import type { AnnouncementKinds } from '../src/matches/announcements.ts';
import type { Source } from '../src/matches/source.ts';
import type { Tournaments } from '../src/matches/tournaments.ts';

/** What is asked of a source of schedules for a person. */
export type ScheduleSource = {
  /**
   * The schedule that is meant by a slug or an address.
   *
   * @throws UserError with the source's own words when there is none; RetryLaterError when there is no usable answer
   */
  find(typed: string, signal: AbortSignal): Promise<{ slug: string; name: string }>;
  /** In how many milliseconds a schedule may be read (again); 0: now. */
  readableInMs(slug: string): Promise<number>;
};

export type TournamentServices = {
  db: Database;
  guilds: Guilds;
  tournaments: Tournaments;
  announcements: AnnouncementKinds;
  sources: Partial<Record<Source, ScheduleSource>>;
  /**
   * Where race rooms are to be opened, as it is kept; null for "off".
   *
   * @throws UserError when it is no category and goal of racetime.gg, or race rooms are not available
   */
  readRaceRooms(typed: string, signal: AbortSignal): Promise<string | null>;
};
