import { type Connection, type PageArguments, paginate, type RequestContext } from './connection.ts';
import { type SetRecord, setId, setState } from './model.ts';

export interface SetFilters {
  entrantIds?: unknown[] | null;
  entrantSize?: number[] | null;
  hideEmpty?: boolean | null;
  showByes?: boolean | null;
  isEventOnline?: boolean | null;
  participantIds?: unknown[] | null;
  phaseGroupIds?: unknown[] | null;
  phaseIds?: unknown[] | null;
  eventIds?: unknown[] | null;
  tournamentIds?: unknown[] | null;
  playerIds?: unknown[] | null;
  roundNumber?: number | null;
  state?: number[] | null;
  stationNumbers?: number[] | null;
  updatedAfter?: number | null;
}

export interface SetArguments extends PageArguments {
  sortType?: 'NONE' | 'CALL_ORDER' | 'MAGIC' | 'RECENT' | 'STANDARD' | 'ROUND' | null;
  filters?: SetFilters | null;
}

/** One page of sets, filtered and sorted as start.gg does it, with its instability where it has one. */
export function pageOfSets(
  sets: Iterable<SetRecord>,
  args: SetArguments,
  context: RequestContext,
  playerIds: (set: SetRecord) => (number | null)[],
): Connection<SetRecord> {
  const filters = args.filters ?? {};
  const list = [...sets].filter((set) => passes(set, filters, playerIds));
  const sorted = sort(list, args.sortType ?? 'NONE');
  const shifts =
    context.shiftingPages && ['STANDARD', 'CALL_ORDER', 'MAGIC'].includes(args.sortType ?? 'NONE');
  return paginate(shifts ? shift(sorted, args) : sorted, args, context);
}

/**
 * In call order pages overlap and leave gaps (public clients report both): here each even page begins one set
 * too late and each odd page after the first one too early.
 */
function shift(sets: SetRecord[], args: PageArguments): SetRecord[] {
  const page = args.page ?? 1;
  const start = (page - 1) * (args.perPage ?? 25);
  if (page === 1 || start >= sets.length) return sets;
  const moved = [...sets];
  if (page % 2 === 0) moved.push(...moved.splice(start, 1));
  else {
    moved.splice(start, 0, ...moved.slice(start - 1, start));
    moved.pop();
  }
  return moved;
}

function sort(sets: SetRecord[], type: NonNullable<SetArguments['sortType']>): SetRecord[] {
  if (type === 'NONE') return sets;
  if (type === 'ROUND') return sets.sort((a, b) => a.round - b.round || compare(a.identifier, b.identifier));
  // Since August 2022 RECENT goes by the time of completion first (developer portal, changelog and issue 150).
  if (type === 'RECENT') return sets.sort((a, b) => (b.completedAt ?? 0) - (a.completedAt ?? 0));
  const done = (set: SetRecord) => (set.state === setState.completed ? 1 : 0);
  return sets.sort(
    (a, b) => done(a) - done(b) || (done(a) ? (b.completedAt ?? 0) - (a.completedAt ?? 0) : 0),
  );
}

function compare(a: string | null, b: string | null): number {
  return (a?.length ?? 0) - (b?.length ?? 0) || (a ?? '').localeCompare(b ?? '');
}

function has(list: unknown[] | null | undefined, ...values: unknown[]): boolean {
  if (!list) return true;
  const wanted = new Set(list.map(String));
  return values.some((value) => wanted.has(String(value)));
}

function passes(
  set: SetRecord,
  filters: SetFilters,
  playerIds: (set: SetRecord) => (number | null)[],
): boolean {
  const { phase } = set.group;
  const { event } = phase;
  // Most filters do not ask for them, and a large event is filtered anew for each of its pages.
  const entrants = () => set.slots.flatMap((slot) => slot.seed?.entrant ?? []);
  if (set.bye && !filters.showByes) return false;
  if (filters.hideEmpty && entrants().length === 0) return false;
  if (!has(filters.phaseGroupIds, set.group.id) || !has(filters.phaseIds, phase.id)) return false;
  if (!has(filters.eventIds, event.id) || !has(filters.tournamentIds, event.tournament.id)) return false;
  if (!has(filters.state, set.state) || !has(filters.entrantSize, event.teamSize)) return false;
  if (!has(filters.stationNumbers, set.station)) return false;
  if (filters.entrantIds && !has(filters.entrantIds, ...entrants().map((one) => one.id))) return false;
  if (
    filters.participantIds &&
    !has(
      filters.participantIds,
      ...entrants()
        .flatMap((e) => e.participants)
        .map((p) => p.id),
    )
  )
    return false;
  if (filters.playerIds && !has(filters.playerIds, ...playerIds(set))) return false;
  if (typeof filters.isEventOnline === 'boolean' && event.isOnline !== filters.isEventOnline) return false;
  if (typeof filters.roundNumber === 'number' && set.round !== filters.roundNumber) return false;
  // Not documented for preview sets; a client that needs them must not rely on this filter.
  if (typeof filters.updatedAfter === 'number')
    return set.realId !== null && set.updatedAt >= filters.updatedAfter;
  return setId(set) !== '';
}
