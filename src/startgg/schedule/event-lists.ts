import type { EntityManager } from '@mikro-orm/postgresql';
import type { z } from 'zod';
import type { Database } from '../../database/database.ts';
import { RetryLaterError } from '../../errors.ts';
import { type EventNode, readNodes, set, setsAnswer } from '../answers.ts';
import type { Answer, StartggClient } from '../client.ts';
import { SETS } from '../documents.ts';
import { TooDeepError } from '../errors.ts';
import type { List, PageSizes } from '../page-size.ts';
import { storeSets } from '../store.ts';
import { markHidden } from '../vanished.ts';
import { reachesTooDeep } from '../walk.ts';
import { type ListPage, type Walked, walkList } from './list-walk.ts';

/** A sync sits out a longer wait for room in the budget: begun anew it would cost more. */
export const SYNC = { urgency: 'sync', patienceMs: 120_000 } as const;

/** What the reading of one event works with. */
export type EventReading = {
  db: Database;
  client: StartggClient;
  sizes: PageSizes;
  /** The last entry of a list that start.gg serves. */
  deepestEntry: number;
  event: Pick<EventNode, 'id' | 'type' | 'state' | 'startAt'> & { tournamentId: number };
  /** Called in the transaction in which pools of the event began or ended. */
  onPools(em: EntityManager): Promise<void>;
  signal: AbortSignal | undefined;
};

/** Part of an event did not come, in words that can be shown. What came is stored, and nothing was taken for vanished. */
export class IncompleteError extends RetryLaterError {
  override name = 'IncompleteError';
}

/** start.gg lists the event and does not show it. To be thrown. */
export async function hiddenEvent({ db, event }: EventReading): Promise<IncompleteError> {
  await db.transaction((em) => markHidden(em, [event.id]));
  return new IncompleteError('start.gg does not show it any more: it is private or gone');
}

/** Sends one query about the event. */
export async function ask<T>(
  { client, event, signal }: EventReading,
  document: string,
  variables: Record<string, unknown>,
  schema: z.ZodType<T>,
): Promise<Answer<T>> {
  return await client.query(document, { id: event.id, ...variables }, schema, { ...SYNC, signal });
}

/** Walks a list of the event. @throws IncompleteError when the event is not shown */
export async function walkOf(
  reading: EventReading,
  list: List,
  read: (page: number, perPage: number) => Promise<ListPage | undefined>,
): Promise<Exclude<Walked, { state: 'hidden' }>> {
  const walked = await walkList(reading.sizes, list, read);
  if (walked.state === 'hidden') throw await hiddenEvent(reading);
  return walked;
}

/** Whether seeds are asked for: as an import of the game does it, so that neither takes back what the other wrote. */
export const withSeedsOf = ({ event }: EventReading) => event.state !== 'COMPLETED';

/**
 * Walks the sets of the event that pass a filter.
 *
 * @throws TooDeepError when these are more than start.gg serves, unless they are of one pool
 */
export async function walkSets(reading: EventReading, filters: Record<string, unknown> = {}) {
  const withSeeds = withSeedsOf(reading);
  return await walkOf(reading, withSeeds ? 'setsWithSeeds' : 'sets', async (page, perPage) => {
    const variables = { page, perPage, withSeeds, filters };
    const answer = await ask(reading, SETS, variables, setsAnswer);
    if (!answer.data.event) return undefined;
    const { pageInfo, nodes } = answer.data.event.sets;
    const isTooDeep = reachesTooDeep(pageInfo.total, perPage, reading.deepestEntry);
    if (isTooDeep && !('phaseGroupIds' in filters)) throw new TooDeepError('too many sets for one list');
    const { entries, ...read } = readNodes(nodes, set);
    await reading.db.transaction((em) => storeSets(em, [{ eventId: reading.event.id, sets: entries }]));
    return { ...read, total: pageInfo.total, entries: nodes.length, cost: answer.cost };
  });
}
