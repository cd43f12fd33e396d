import type { TournamentRecord } from './model.ts';
import type { WorldStore } from './store.ts';

export interface TournamentFilter {
  id?: unknown;
  ids?: unknown[] | null;
  countryCode?: string | null;
  addrState?: string | null;
  afterDate?: number | null;
  beforeDate?: number | null;
  computedUpdatedAt?: number | null;
  name?: string | null;
  past?: boolean | null;
  published?: boolean | null;
  hasOnlineEvents?: boolean | null;
  upcoming?: boolean | null;
  videogameIds?: unknown[] | null;
}

type SortKey = 'startAt' | 'endAt' | 'eventRegistrationClosesAt' | 'computedUpdatedAt';

/** The tournaments that a filter lets through, in the asked order, ties by id. */
export function listTournaments(
  world: WorldStore,
  filter: TournamentFilter,
  order: { sort?: SortKey | null; sortBy?: string | null },
  exclusive: boolean,
): TournamentRecord[] {
  const games = filter.videogameIds && new Set(filter.videogameIds.map(Number));
  const list = [...world.tournaments.values()].filter(
    (one) => one.published && passes(one, filter, world.now, exclusive) && (!games || isAbout(one, games)),
  );
  const [field = order.sort ?? 'id', direction] = order.sortBy?.trim().split(/\s+/) ?? [];
  const value = (one: TournamentRecord) => {
    if (field === 'computedUpdatedAt') return one.updatedAt;
    if (field === 'eventRegistrationClosesAt') return one.registrationClosesAt ?? 0;
    return (one as unknown as Record<string, number | null>)[field] ?? 0;
  };
  const sign = direction?.toLowerCase() === 'desc' ? -1 : 1;
  // Every page of a world of 20,000 tournaments is sorted anew: what they are sorted by is looked up once for each.
  const keyed = list.map((one) => ({ one, key: value(one) }));
  return keyed.sort((a, b) => sign * (a.key - b.key) || a.one.id - b.one.id).map(({ one }) => one);
}

function isAbout({ events }: TournamentRecord, games: ReadonlySet<number>): boolean {
  return events.some(({ game }) => game !== null && games.has(game.id));
}

/**
 * A filter date of null finds nothing (public clients report it). Whether the dates themselves are included is
 * not documented: excluded here unless told otherwise, so that a client must ask for a little more than it needs.
 */
function passes(one: TournamentRecord, filter: TournamentFilter, now: number, exclusive: boolean): boolean {
  const edge = exclusive ? 0 : 1;
  if ('afterDate' in filter && !(filter.afterDate !== null && one.startAt > (filter.afterDate ?? 0) - edge))
    return false;
  if (
    'beforeDate' in filter &&
    !(filter.beforeDate !== null && one.startAt < (filter.beforeDate ?? 0) + edge)
  )
    return false;
  if (filter.id != null && String(one.id) !== String(filter.id)) return false;
  if (filter.ids && !filter.ids.map(String).includes(String(one.id))) return false;
  const ended = (one.endAt ?? one.startAt) < now;
  if (typeof filter.past === 'boolean' && filter.past !== ended) return false;
  if (filter.upcoming === true && one.startAt <= now) return false;
  if (filter.published === false) return false;
  if (filter.name && !one.name?.toLowerCase().includes(filter.name.toLowerCase())) return false;
  if (filter.countryCode && one.countryCode !== filter.countryCode) return false;
  if (filter.addrState && one.addrState !== filter.addrState) return false;
  if (typeof filter.hasOnlineEvents === 'boolean' && one.hasOnlineEvents !== filter.hasOnlineEvents)
    return false;
  return filter.computedUpdatedAt == null || one.updatedAt >= filter.computedUpdatedAt;
}
