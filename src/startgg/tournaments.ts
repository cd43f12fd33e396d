import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow } from '../database/database.ts';
import { GiveUpError, RetryLaterError } from '../errors.ts';
import type { NewItem } from '../jobs/item.ts';
import type { WalkState } from '../jobs/walk.ts';
import type { WorkList } from '../jobs/work-list.ts';
import { readNodes, type TournamentNode, tournament, tournamentsAnswer } from './answers.ts';
import { merge } from './counting.ts';
import { deleteTournaments } from './deletion.ts';
import { TOURNAMENTS, TOURNAMENTS_BY_ID } from './documents.ts';
import type { EventData } from './packing/event-data.ts';
import { POOLS_PER_PAGE } from './packing/structure.ts';
import type { ImportParams } from './params.ts';
import { storeTournaments } from './store.ts';
import { missedTournaments, vanishedEvents } from './vanished.ts';
import { type Commit, type FetchedPage, type Reading, reachesTooDeep, readPage } from './walk.ts';

/** Few enough for one request, whatever events they have. */
const MISSED_AT_ONCE = 25;

/** A stretch of time to read tournaments of, as a work item. Both ends are Unix seconds and belong to it. */
export function windowItem(after: number, before: number): NewItem {
  const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
  return {
    phase: 'tournaments',
    kind: 'tournaments',
    key: `${after}-${before}`,
    label: `Tournaments ${day(after)} to ${day(before)}`,
  };
}

/** Reads one page of a game's tournaments within a window, with their events of that game. */
export async function readTournaments(reading: Reading, params: ImportParams): Promise<Commit> {
  const [after, before] = reading.item.key.split('-').map(Number) as [number, number];
  const { client, context, deepestEntry } = reading;
  let split = false;
  const commit = await readPage(
    reading,
    { list: 'tournaments', phase: 'tournaments' },
    async (page, perPage): Promise<FetchedPage> => {
      // Whether start.gg's ends belong to the window is not documented: a second more on both sides, and our own check.
      const variables = {
        videogameId: params.videogameId,
        after: after - 1,
        before: before + 1,
        page,
        perPage,
      };
      const answer = await client.query(TOURNAMENTS, variables, tournamentsAnswer, {
        urgency: 'import',
        signal: context.signal,
      });
      const { pageInfo, nodes } = answer.data.tournaments;
      split = reachesTooDeep(pageInfo.total, perPage, deepestEntry);
      if (split && before - after < 2)
        throw new GiveUpError('more than 10,000 tournaments start in one second');
      const { entries, ...read } = readNodes(nodes, tournament);
      const seconds = (node: TournamentNode) =>
        node.startAt === null ? after : Date.parse(node.startAt) / 1000;
      const within = entries.filter((node) => seconds(node) >= after && seconds(node) <= before);
      const keys = within.map((node) => String(node.id));
      const ofGame = within.map((node) => ({
        ...node,
        events: node.events.filter((event) => !event.videogame || event.videogame.id === params.videogameId),
      }));
      return {
        ...read,
        keys,
        outside: read.keys.filter((key) => !keys.includes(key)),
        entries: nodes.length,
        cost: answer.cost,
        total: pageInfo.total,
        write: (em, list) => writePage(em, list, ofGame, params),
        async complete(em, list, seen) {
          const { videogameId } = params;
          const events = await vanishedEvents(
            em,
            { videogameId, tournaments: seen },
            await list.keys('event'),
          );
          await list.add(missedItems(await missedTournaments(em, { videogameId, after, before }, seen)));
          return events;
        },
      };
    },
  );
  if (!split) return commit;
  const middle = Math.floor((after + before) / 2);
  return async (_, list) => {
    await list.add([windowItem(after, middle), windowItem(middle + 1, before)]);
    return {};
  };
}

/** Tournaments that a period's list misses, to be asked for by their ids. */
export function missedItems(ids: readonly string[]): NewItem[] {
  const items: NewItem[] = [];
  for (let i = 0; i < ids.length; i += MISSED_AT_ONCE) {
    const some = ids.slice(i, i + MISSED_AT_ONCE);
    items.push({
      phase: 'tournaments',
      kind: 'missed',
      key: some.join(','),
      label: 'Tournaments that are on the list no more',
    });
  }
  return items;
}

/** Asks for tournaments that the list of their period misses: some moved to another time, the others are gone. */
export async function readMissed(
  { client, context, item }: Reading,
  { videogameId }: { videogameId: number },
): Promise<Commit> {
  const ids = item.key.split(',');
  const variables = { videogameId, ids, perPage: MISSED_AT_ONCE };
  const answer = await client.query(TOURNAMENTS_BY_ID, variables, tournamentsAnswer, {
    urgency: 'import',
    signal: context.signal,
  });
  const { entries, keys, empty, complaint } = readNodes(answer.data.tournaments.nodes, tournament);
  if (empty > 0)
    throw new RetryLaterError(`${empty} tournaments came empty${complaint ? ` (${complaint})` : ''}`);
  return async (em) => {
    const game = await gameOf(em, videogameId);
    const { tournaments, events } = await storeTournaments(em, entries, game);
    const gone = await deleteTournaments(
      em,
      videogameId,
      ids.filter((id) => !keys.includes(id)),
    );
    return merge(gone, {
      tournaments: { changed: tournaments.changed },
      events: { changed: events.changed },
    });
  };
}

async function gameOf(em: EntityManager, videogameId: number): Promise<{ id: number; name: string }> {
  const game = await firstRow(
    em,
    sql<{ id: number; name: string }>`select id, name from startgg_videogame where id = ${videogameId}`,
  );
  if (!game) throw new Error('the game of this import is not in startgg_videogame');
  return game;
}

async function writePage(
  em: EntityManager,
  list: WorkList,
  tournaments: readonly TournamentNode[],
  params: ImportParams,
) {
  const game = await gameOf(em, params.videogameId);
  const written = await storeTournaments(em, tournaments, game);
  const events = tournaments.flatMap((node) => node.events.map((event) => ({ event, tournament: node })));
  const added = await list.add(
    events.map(({ event, tournament }) => ({
      phase: 'events',
      kind: 'event',
      key: String(event.id),
      label: `${tournament.name ?? tournament.id}: ${event.name ?? event.id}`,
      data: {
        tournamentId: tournament.id,
        eventState: event.state,
        eventType: event.type,
        numEntrants: event.numEntrants,
        walk: { perPage: POOLS_PER_PAGE },
      } satisfies EventData & { walk: WalkState },
    })),
  );
  const { new: isNew, changed } = written.events;
  return {
    ...written.tournaments,
    also: {
      events: {
        total: added.length,
        new: isNew,
        changed,
        unchanged: Math.max(0, added.length - isNew - changed),
      },
    },
  };
}
