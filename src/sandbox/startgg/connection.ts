import { GraphQLError } from 'graphql';
import type { Fault } from './faults.ts';

/** What the resolvers of one request share. */
export interface RequestContext {
  fault: Fault | undefined;
  /** Objects returned so far, by the response name of the top-level field. */
  costs: Map<string, number>;
  dearer: boolean;
  shiftingPages: boolean;
  exclusiveDates: boolean;
  failingEvents: ReadonlySet<number>;
  partialDone: boolean;
  /** The event, by id, that is being answered: top-level fields are answered one after the other. */
  event: number | undefined;
  /** The field whose page is being cut out. */
  list: string | undefined;
}

export interface PageArguments {
  page?: number | null;
  perPage?: number | null;
  sortBy?: string | null;
}

export interface Connection<T> {
  pageInfo: { total: number; totalPages: number; page: number; perPage: number; sortBy: string | null };
  nodes: (T | null)[];
}

export const complexityLimit = 1000;
const lastEntry = 10_000;

/** start.gg's refusal of a request that returns too much (developer portal, issue 111: 1000 itself is too much). */
export function tooComplex(actual: number): GraphQLError {
  const text = `Your query complexity is too high. A maximum of ${complexityLimit} objects may be returned by each request. (actual: ${actual})`;
  return new GraphQLError(text, { extensions: { category: 'validation' } });
}

/** Thrown where start.gg fails for reasons of its own. */
export function unknownError(): GraphQLError {
  return new GraphQLError('An unknown error has occurred', { extensions: { category: 'internal' } });
}

/** Answered with no data at all, whatever else the request asked for. */
export class TenThousandthEntryError extends Error {
  constructor() {
    super('Cannot query more than the 10,000th entry');
  }
}

/**
 * Cuts one page out of a list, as start.gg does: 25 entries unless told otherwise, none beyond the 10,000th, and
 * a page size that alone reaches the complexity limit is refused before anything is read.
 */
export function paginate<T>(
  list: readonly T[],
  args: PageArguments,
  context: RequestContext,
  most?: number,
): Connection<T> {
  const asked = args.perPage ?? 25;
  const page = Math.max(1, args.page ?? 1);
  if (asked >= complexityLimit) throw tooComplex(asked);
  const perPage = Math.max(1, Math.min(asked, most ?? asked));
  if (page * perPage > lastEntry) throw new TenThousandthEntryError();
  const nodes: (T | null)[] = list.slice((page - 1) * perPage, page * perPage);
  return {
    pageInfo: {
      total: list.length,
      totalPages: Math.ceil(list.length / perPage),
      page,
      perPage,
      sortBy: args.sortBy ?? null,
    },
    nodes: spoil(nodes, context),
  };
}

/** Whether a fault that works inside an answer strikes at what is being answered. */
export function strikesHere({ fault, event }: RequestContext): boolean {
  return fault !== undefined && (!('event' in fault) || fault.event === event);
}

function spoil<T>(nodes: (T | null)[], context: RequestContext): (T | null)[] {
  const { fault } = context;
  if (!strikesHere(context) || (fault && 'list' in fault && fault.list !== context.list)) return nodes;
  if (fault?.kind === 'null-nodes')
    return nodes.map((node, i) => (i % 3 === 1 || nodes.length === 1 ? null : node));
  if (fault?.kind === 'short-page') return nodes.slice(0, Math.max(0, nodes.length - (fault.drop ?? 1)));
  return nodes;
}

/** The most nodes that start.gg gives per page of most connections, by its schema. */
export const mostPerPage = 512;

/** The `query` argument of a connection. */
export interface Query<F = Record<string, unknown>> {
  query?: (PageArguments & { filter?: F | null }) | null;
}
