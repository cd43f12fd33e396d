import { mostPerPage, type PageArguments, paginate, type Query, type RequestContext } from './connection.ts';
import type { ImageRecord, ParticipantRecord, TournamentRecord } from './model.ts';
import { stationView } from './set-resolvers.ts';
import type { WorldStore } from './store.ts';

type Context = RequestContext;

interface EventFilter {
  videogameId?: unknown[] | null;
  type?: number[] | null;
  id?: unknown;
  ids?: unknown[] | null;
  slug?: string | null;
}

/** Answers a tournament's fields that are not simply properties of its record. */
export function tournamentResolvers(world: WorldStore) {
  return {
    eventRegistrationClosesAt: (tournament: TournamentRecord) => tournament.registrationClosesAt,
    // A tournament without events has null here, not an empty list.
    events: (tournament: TournamentRecord, args: { limit?: number | null; filter?: EventFilter | null }) => {
      const filter = args.filter ?? {};
      const games = filter.videogameId?.map(String);
      const ids = filter.id == null ? filter.ids?.map(String) : [String(filter.id)];
      const events = tournament.events.filter((event) => {
        if (games && !games.includes(String(event.game?.id))) return false;
        if (filter.type && !filter.type.includes(event.type ?? 0)) return false;
        return (ids?.includes(String(event.id)) ?? true) && (!filter.slug || event.slug === filter.slug);
      });
      return tournament.events.length === 0 ? null : events.slice(0, args.limit ?? events.length);
    },
    images: (tournament: TournamentRecord, args: { type?: string }) => ofType(tournament.images, args),
    isRegistrationOpen: (tournament: TournamentRecord) => (tournament.registrationClosesAt ?? 0) > world.now,
    participants: (
      tournament: TournamentRecord,
      { query }: Query<{ ids?: unknown[]; id?: unknown; eventIds?: unknown[]; gamerTag?: string }>,
      context: Context,
    ) => {
      const filter = query?.filter ?? {};
      const ids = filter.id == null ? filter.ids?.map(String) : [String(filter.id)];
      const events = tournament.events.filter(
        (one) => filter.eventIds?.map(String).includes(String(one.id)) ?? true,
      );
      const people = new Map<number, ParticipantRecord>();
      for (const entrant of events.flatMap((event) => world.bracket(event).entrants)) {
        for (const one of entrant.participants) people.set(one.id, one);
      }
      const list = [...people.values()].filter((one) => {
        return (
          (ids?.includes(String(one.id)) ?? true) && (!filter.gamerTag || one.gamerTag === filter.gamerTag)
        );
      });
      return paginate(list, query ?? {}, context, mostPerPage);
    },
    primaryContactType: (tournament: TournamentRecord) => (tournament.primaryContact ? 'discord' : null),
    shortSlug: () => null,
    stations: (tournament: TournamentRecord, args: PageArguments, context: Context) =>
      paginate(stations(tournament), args, context),
    streams: (tournament: TournamentRecord) => tournament.streams,
  };
}

/** Images of one type, or all. */
export function ofType(images: ImageRecord[], { type }: { type?: string | null }): unknown[] {
  const wanted = type ? images.filter((image) => image.type === type) : images;
  return wanted.map((image) => ({ ...image, ratio: image.width / image.height }));
}

/** A tournament's stations, as a list to be paged. */
export function stations(tournament: TournamentRecord) {
  return Array.from({ length: tournament.stationCount }, (_, i) => stationView(tournament, i + 1));
}
