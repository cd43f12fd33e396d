import type { Database, EntityManager } from '../database/database.ts';
import {
  BudgetExhaustedError,
  GiveUpError,
  messageOf,
  RetryLaterError,
  SourceBlockedError,
} from '../errors.ts';
import type { Log } from '../log.ts';
import { holdGuild } from '../matches/apply.ts';
import { writeResults } from '../matches/rooms/race-finish.ts';
import {
  CLAIM_MS,
  type ClaimedRoom,
  claimDue,
  claimOpen,
  noteRoom,
  postponeRoom,
  refuseRoom,
  saveRoom,
} from '../matches/rooms/race-rooms.ts';
import { snapshotsOf } from '../matches/snapshots.ts';
import { settleStates } from '../matches/states.ts';
import { tellRoom, tellRoomTrouble } from '../notifications/rooms.ts';
import type { RacetimeClient } from './client.ts';
import { formFor, markerOf } from './form.ts';
import { entrantsOf, stateOf } from './race.ts';
import { isSameGoal, readSetting } from './setting.ts';

/** After this a request would come too near to the end of its claim. */
const WITHIN_MS = CLAIM_MS - 15_000;
/** How often an open room is looked at: with a tick each 15 seconds, every 30. */
const LOOK_EVERY_MS = 25_000;
/** Longer than racetime.gg gives out old lists: a room whose answer was lost is on the list by then. */
const RETRY_MS = 30_000;
/** This close to the start organisers learn of an outage, so that they can help themselves. */
const URGENT_MS = 10 * 60_000;

/** Opens rooms for the matches that are about to start, and reads back how the races in them end. */
export class RaceRooms {
  readonly #db: Database;
  readonly #client: RacetimeClient;
  readonly #log: Log;
  readonly #lookEveryMs: number;
  readonly #retryMs: number;

  constructor(parts: {
    db: Database;
    client: RacetimeClient;
    log: Log;
    lookEveryMs?: number;
    retryMs?: number;
  }) {
    this.#db = parts.db;
    this.#client = parts.client;
    this.#log = parts.log;
    this.#lookEveryMs = parts.lookEveryMs ?? LOOK_EVERY_MS;
    this.#retryMs = parts.retryMs ?? RETRY_MS;
  }

  /** Does all that is due now, rooms to open first. Any number of processes may do this side by side. */
  async run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const due = await claimDue(this.#db);
      const claimed = due ?? (await claimOpen(this.#db.em()));
      if (!claimed) return;
      const signal = AbortSignal.any([stopping, AbortSignal.timeout(WITHIN_MS)]);
      try {
        if (due) await this.#open(claimed, signal);
        else await this.#look(claimed, signal);
      } catch (error) {
        // What was under way may have been done: the claim keeps others from it until that can be seen.
        if (stopping.aborted) return;
        await this.#handle(claimed, error);
      }
    }
  }

  /** Opens a room, unless there is one: of another tournament, or from an attempt whose end nobody noted. */
  async #open(claimed: ClaimedRoom, signal: AbortSignal): Promise<void> {
    const { url, openedAt } = claimed;
    const room = url
      ? { url, openedAt }
      : ((await this.#find(claimed, signal)) ?? (await this.#create(claimed, signal)));
    const isSaved = await this.#db.transaction(async (em) => {
      await holdGuild(em, claimed.guildId);
      const before = await snapshotsOf(em, [claimed.matchId]);
      const saved = await saveRoom(em, claimed, room);
      if (saved) await tellRoom(em, claimed.matchId, before);
      return saved;
    });
    if (isSaved) this.#log.info({ match: claimed.matchId, room: room.url }, 'race room opened');
  }

  async #find(claimed: ClaimedRoom, signal: AbortSignal) {
    const { category, goal } = readSetting(claimed.setting);
    const marker = markerOf(claimed);
    const { rooms } = await this.#client.category(category, signal);
    const candidates = rooms.filter((room) => room.info.includes(marker) && isSameGoal(room.goal, goal));
    for (const { path } of candidates) {
      const race = await this.#client.race(path, signal);
      // Only bots write this text, so nobody can pass a room of theirs off as this one.
      const isOwn = race.info_bot === marker && race.opened_by_bot !== '';
      if (isOwn && ['open', 'running'].includes(stateOf(race, claimed.startsAt)))
        return { url: `${this.#client.url}${path}`, openedAt: race.opened_at };
    }
    return undefined;
  }

  async #create(claimed: ClaimedRoom, signal: AbortSignal) {
    const { category } = readSetting(claimed.setting);
    const path = await this.#client.open(category, formFor(claimed), signal);
    return { url: `${this.#client.url}${path}`, openedAt: null };
  }

  /** Looks at a room and keeps what became of it. */
  async #look(claimed: ClaimedRoom, signal: AbortSignal): Promise<void> {
    const race = await this.#client.race(new URL(claimed.url ?? '').pathname, signal);
    const state = stateOf(race, claimed.startsAt);
    const news = {
      state,
      startedAt: race.started_at ?? null,
      endedAt: race.ended_at ?? null,
      entrants: state === 'finished' ? entrantsOf(race) : null,
    };
    if (state !== claimed.state)
      this.#log.info({ match: claimed.matchId, room: claimed.url, state }, 'race room changed');
    await this.#write(claimed, async (em) => await noteRoom(em, claimed, news, this.#lookEveryMs), state);
  }

  async #write(
    claimed: ClaimedRoom,
    write: (em: EntityManager) => Promise<boolean>,
    state: ClaimedRoom['state'],
  ): Promise<void> {
    const { matchId, guildId } = claimed;
    await this.#db.transaction(async (em) => {
      if (state === claimed.state) return void (await write(em));
      await holdGuild(em, guildId);
      const before = await snapshotsOf(em, [matchId]);
      if (!(await write(em))) return;
      await writeResults(em, matchId);
      await settleStates(em, { matchId });
      await tellRoom(em, matchId, before);
    });
  }

  async #handle(claimed: ClaimedRoom, error: unknown): Promise<void> {
    const about = { match: claimed.matchId, room: claimed.url, err: error };
    const isWanted = claimed.state === 'wanted';
    if (error instanceof GiveUpError) {
      this.#log.warn(about, 'race room refused');
      if (isWanted) return await this.#refuse(claimed, messageOf(error));
      const gone = { state: 'cancelled' as const, startedAt: null, endedAt: null, entrants: null };
      return await this.#write(claimed, (em) => noteRoom(em, claimed, gone, 0), 'cancelled');
    }
    const needsPeople = error instanceof SourceBlockedError;
    const level = needsPeople || isPassing(error) ? 'warn' : 'error';
    this.#log[level](about, 'race room not reached, trying again');
    await this.#db.transaction(async (em) => {
      await postponeRoom(em, claimed, needsPeople ? this.#retryMs * 4 : this.#retryMs);
      const isUrgent = Date.parse(claimed.startsAt ?? '') - Date.now() < URGENT_MS;
      if (isWanted && (needsPeople || (isUrgent && isPassing(error))))
        await tellRoomTrouble(
          em,
          claimed,
          // Its words change from try to try; that it does not answer is one piece of news.
          isPassing(error) ? 'racetime.gg does not answer' : messageOf(error),
          'Herald goes on trying until the match has begun.',
        );
    });
  }

  async #refuse(claimed: ClaimedRoom, reason: string): Promise<void> {
    await this.#db.transaction(async (em) => {
      if (await refuseRoom(em, claimed))
        await tellRoomTrouble(em, claimed, reason, '`/tournament settings` changes where rooms are opened.');
    });
  }
}

/** Nobody can do anything about it here: no answer, none in time, or no turn in time. */
function isPassing(error: unknown): boolean {
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  return isTimeout || error instanceof RetryLaterError || error instanceof BudgetExhaustedError;
}
