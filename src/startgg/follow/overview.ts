import { RetryLaterError } from '../../errors.ts';
import { type FollowedTournament, followedTournament, readNodes, tournamentsAnswer } from '../answers.ts';
import type { StartggClient } from '../client.ts';
import { FOLLOWED } from '../documents.ts';
import { TooComplexError } from '../errors.ts';
import type { PageSizes } from '../page-size.ts';

/** Each event makes start.gg count its entrants and sets, so a page is not as long as the limit of objects would allow. */
const MOST_PER_PAGE = 220;
/** Pages that every sync reads. */
const HOT_PAGES = 4;
/** Where there are more, each sync reads one of them besides, in turn. */
const PAGES = HOT_PAGES + 1;

/** How the pages beyond those that every sync reads are gone through. Times are Unix seconds. */
export type Turn = {
  /** The next one of them, counted from 0. */
  next: number;
  /** When this round began, and the one before it. */
  begun: number;
  before: number;
};

/** What a game's tournaments look like. */
export type Overview = {
  tournaments: FollowedTournament[];
  /** All there are were seen. */
  isComplete: boolean;
  turn: Turn;
};

type Question = {
  videogameId: number;
  /** Unix seconds: the first second on which a tournament may start. */
  after: number;
  /** Unix seconds: since then sets may have changed unseen. */
  changedAfter: number;
  /** Unix seconds. */
  now: number;
  turn: Turn | undefined;
  signal: AbortSignal;
};

/**
 * Looks at a game's tournaments and their events, the latest first: all of them where they fit into a handful of requests,
 * otherwise the latest and, sync by sync, a further part of the older ones.
 *
 * @throws RetryLaterError, SourceBlockedError, BudgetExhaustedError
 */
export async function overviewOf(
  client: StartggClient,
  sizes: PageSizes,
  question: Question,
): Promise<Overview> {
  const { now } = question;
  const seen = new Map<number, FollowedTournament>();
  let perPage = Math.min(MOST_PER_PAGE, sizes.of('followed'));
  let total = 0;
  const read = async (page: number, changedAfter: number) => {
    const one = await readPage(client, sizes, question, { page, perPage, changedAfter });
    if (one === 'too large') return false;
    total = one.total;
    for (const tournament of one.tournaments) seen.set(tournament.id, tournament);
    return true;
  };
  let turn = question.turn ?? { next: 0, begun: now, before: question.changedAfter };
  for (let page = 1; page <= Math.min(PAGES, Math.max(1, Math.ceil(total / perPage))); page++) {
    const older = Math.ceil(total / perPage) - HOT_PAGES;
    if (page <= HOT_PAGES || older <= 1) {
      if (await read(page, question.changedAfter)) continue;
      perPage = Math.ceil(perPage / 2);
      page = 0;
      seen.clear();
      continue;
    }
    if (turn.next >= older) turn = { next: 0, begun: now, before: turn.begun };
    if (await read(HOT_PAGES + 1 + turn.next, turn.before)) turn = { ...turn, next: turn.next + 1 };
  }
  return { tournaments: [...seen.values()], isComplete: seen.size >= total, turn };
}

async function readPage(
  client: StartggClient,
  sizes: PageSizes,
  { videogameId, after, signal }: Question,
  of: { page: number; perPage: number; changedAfter: number },
): Promise<'too large' | { total: number; tournaments: FollowedTournament[] }> {
  const { page, perPage } = of;
  const variables = { videogameId, after: after - 1, updatedAfter: of.changedAfter, page, perPage };
  try {
    const { data, cost } = await client.query(FOLLOWED, variables, tournamentsAnswer, {
      urgency: 'sync',
      patienceMs: 120_000,
      signal,
    });
    const { pageInfo, nodes } = data.tournaments;
    const { entries, empty, complaint } = readNodes(nodes, followedTournament);
    if (empty > 0)
      throw new RetryLaterError(`${empty} tournaments came empty${complaint ? ` (${complaint})` : ''}`);
    sizes.learn('followed', nodes.length, cost);
    return { total: pageInfo.total, tournaments: entries };
  } catch (error) {
    if (!(error instanceof TooComplexError) || perPage === 1) throw error;
    sizes.shrink('followed', perPage, error.actual);
    return 'too large';
  }
}
