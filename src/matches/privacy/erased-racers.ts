import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';
import { type RaceEntrant, twitchLogin } from '../rooms/race-results.ts';
import { ERASED, erasedKeys, type SourceKey } from './erased.ts';
import { withoutWords } from './hiding.ts';

/** Under which keys somebody with these names and streams is remembered as a racer. */
export function racerKeys(names: readonly string[], streams: readonly string[]): SourceKey[] {
  const key = (kind: string) => (value: string) => ({ source: 'racetime', kind, key: value });
  const logins = streams.map((stream) => twitchLogin(stream)).filter((login) => login !== null);
  return [
    ...[...new Set(names.map(plain))].filter(Boolean).map(key('name')),
    ...[...new Set(logins)].map(key('twitch')),
  ];
}

/**
 * The entrants of a race as they may be kept. racetime.gg shows no Discord account, so whoever has the name or the Twitch
 * account of an erased person is taken for them, and only in matches where one plays.
 */
export async function hideRacers(
  em: EntityManager,
  matchId: number,
  entrants: readonly RaceEntrant[],
): Promise<RaceEntrant[]> {
  const one = await firstRow(
    em,
    sql`select 1 from match_player s join person_identity i on i.id = s.identity_id join person p on p.id = i.person_id
      where s.match_id = ${matchId} and p.is_erased limit 1`,
  );
  if (!one) return [...entrants];
  const keys = new Map(entrants.map((entrant) => [entrant, keysOf(entrant)]));
  const erased = await erasedKeys(em, [...keys.values()].flat());
  return entrants.map((entrant) =>
    keys.get(entrant)?.some((key) => erased.has(key)) ? hidden(entrant) : entrant,
  );
}

/** Takes somebody out of the races of some matches: of who raced, and of how it ended. */
export async function eraseRacer(
  em: EntityManager,
  matchIds: readonly number[],
  keys: readonly SourceKey[],
  words: readonly string[],
): Promise<void> {
  const known = new Set(keys.map(({ kind, key }) => `${kind} ${key}`));
  const isTheirs = (entrant: RaceEntrant) =>
    keysOf(entrant).some(({ kind, key }) => known.has(`${kind} ${key}`));
  const hide = (list: readonly RaceEntrant[] | null) =>
    list?.map((entrant) => (isTheirs(entrant) ? hidden(entrant) : entrant)) ?? null;
  type Room = {
    matchId: number;
    entrants: RaceEntrant[] | null;
    unmatched: RaceEntrant[] | null;
    score: string | null;
  };
  const rooms = await rows(
    em,
    sql<Room>`select match_id as "matchId", entrants, unmatched, score from race_room
      where match_id = any(${[...matchIds]}::int[]) and (entrants is not null or score is not null) order by match_id`,
  );
  for (const { matchId, entrants, unmatched, score } of rooms) {
    const own = (entrants ?? []).filter(isTheirs).flatMap(({ name, fullName }) => [name, fullName]);
    await rows(
      em,
      sql`update race_room set entrants = ${json(hide(entrants))}::jsonb, unmatched = ${json(hide(unmatched))}::jsonb,
            score = ${score && withoutWords(score, [...words, ...own])}
          where match_id = ${matchId}`,
    );
  }
}

function keysOf({ name, fullName, twitch }: RaceEntrant): SourceKey[] {
  return racerKeys([name, fullName], twitch ? [twitch] : []);
}

function hidden(entrant: RaceEntrant): RaceEntrant {
  return { ...entrant, name: ERASED, fullName: ERASED, twitch: null };
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function plain(name: string): string {
  return name.trim().toLowerCase();
}
