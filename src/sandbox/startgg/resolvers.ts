import { GraphQLError } from 'graphql';
import { mostPerPage, paginate, type Query, type RequestContext, unknownError } from './connection.ts';
import type { Resolvers } from './cost.ts';
import type {
  EntrantRecord,
  EventRecord,
  ImageRecord,
  ParticipantRecord,
  PhaseGroupRecord,
  PhaseRecord,
  PlayerRecord,
  SeedRecord,
  SetRecord,
  UserRecord,
} from './model.ts';
import { setsOf } from './model.ts';
import { pageOfSets, type SetArguments } from './set-list.ts';
import { setResolvers } from './set-resolvers.ts';
import type { WorldStore } from './store.ts';
import { listTournaments, type TournamentFilter } from './tournament-list.ts';
import { ofType, stations, tournamentResolvers } from './tournament-resolvers.ts';

type Context = RequestContext;
interface Key {
  id?: unknown;
  slug?: string | null;
}

/** Answers every field of the schema that is not simply a property of its record. */
export function resolversFor(world: WorldStore): Resolvers {
  const playerIds = (set: SetRecord) =>
    set.slots
      .flatMap((slot) => slot.seed?.entrant?.participants ?? [])
      .map((one) => (one.playerIndex === null ? null : world.player(one.playerIndex).id));
  const sets = (list: Iterable<SetRecord>, args: SetArguments, context: Context) =>
    pageOfSets(list, args, context, playerIds);
  const resolvers = {
    Query: queryResolvers(world),
    Videogame: { images: (_game: never, args: { type?: string }) => ofType([], args) },
    Tournament: tournamentResolvers(world),
    Event: eventResolvers(world, sets),
    Entrant: {
      paginatedSets: (entrant: EntrantRecord, args: SetArguments, context: Context) => {
        const own = [...setsOf(world.bracket(working(entrant.event, context)))];
        return sets(
          own.filter((set) => set.slots.some((slot) => slot.seed?.entrant === entrant)),
          args,
          context,
        );
      },
      seeds: (entrant: EntrantRecord) =>
        seedsOf(world.bracket(entrant.event).phases).filter((seed) => seed.entrant === entrant),
      standing: (entrant: EntrantRecord) => finalStanding(world, entrant),
    },
    Participant: {
      entrants: (participant: ParticipantRecord) =>
        participant.tournament.events
          .flatMap((event) => world.bracket(event).entrants)
          .filter((entrant) => entrant.participants.some((one) => one.id === participant.id)),
      images: () => [],
      player: (participant: ParticipantRecord) => playerOf(world, participant),
      user: (participant: ParticipantRecord) => playerOf(world, participant)?.user ?? null,
    },
    Player: { user: (player: PlayerRecord) => player.user },
    User: {
      authorizations: (user: UserRecord, { types }: { types?: string[] | null }) =>
        world.authorizationsOf(user.id).filter(({ type }) => types?.includes(type) ?? true),
      discriminator: (user: UserRecord) => user.slug.slice('user/'.length),
      images: (user: UserRecord, args: { type?: string }) => ofType(portrait(user), args),
      player: (user: UserRecord) => world.player(user.playerIndex),
    },
    Phase: {
      groupCount: (phase: PhaseRecord) => phase.groups.length,
      isExhibition: () => false,
      numSeeds: (phase: PhaseRecord) => seedsOf([phase]).length,
      phaseGroups: (phase: PhaseRecord, { query }: Query<{ id?: unknown[] }>, context: Context) => {
        working(phase.event, context);
        const wanted = query?.filter?.id?.map(String);
        const groups = phase.groups.filter((group) => wanted?.includes(String(group.id)) ?? true);
        return paginate(groups, query ?? {}, context);
      },
      seeds: (phase: PhaseRecord, { query }: Query, context: Context) =>
        pageOfSeeds(seedsOf([phase]), query, context),
      sets: (phase: PhaseRecord, args: SetArguments, context: Context) => {
        working(phase.event, context);
        return sets(
          phase.groups.flatMap((group) => group.sets),
          args,
          context,
        );
      },
      state: (phase: PhaseRecord) => phaseState(phase),
    },
    PhaseGroup: {
      bracketType: (group: PhaseGroupRecord) => group.phase.bracketType,
      numRounds: (group: PhaseGroupRecord) => group.rounds.length,
      seeds: (group: PhaseGroupRecord, { query }: Query, context: Context) =>
        pageOfSeeds(group.seeds, query, context),
      sets: (group: PhaseGroupRecord, args: SetArguments, context: Context) => {
        working(group.phase.event, context);
        return sets(group.sets, args, context);
      },
      startAt: (group: PhaseGroupRecord) => group.phase.event.startAt,
    },
    Seed: {
      isBye: () => false,
      phase: (seed: SeedRecord) => seed.group.phase,
      phaseGroup: (seed: SeedRecord) => seed.group,
      placeholderName: (seed: SeedRecord) => (seed.entrant ? null : `Seed ${seed.seedNum}`),
    },
    ...setResolvers(),
  };
  return resolvers as unknown as Resolvers;
}

function queryResolvers(world: WorldStore) {
  return {
    currentUser: () => world.user(1) ?? world.user(2),
    entrant: (_: never, { id }: Key) => world.entrant(id),
    event: (_: never, key: Key, context: Context) => {
      const event = world.event(key);
      return event && working(event, context);
    },
    phase: (_: never, { id }: Key) => world.phase(id),
    phaseGroup: (_: never, { id }: Key) => world.phaseGroup(id),
    player: (_: never, { id }: Key) => world.playerById(id),
    set: (_: never, { id }: Key) => {
      const set = world.set(id);
      if (!set) throw new GraphQLError(`Set not found for id: ${id}`);
      return set;
    },
    tournament: (_: never, key: Key) => world.tournament(key),
    tournaments: (_: never, { query }: Query<TournamentFilter>, context: Context) => {
      const list = listTournaments(world, query?.filter ?? {}, query ?? {}, context.exclusiveDates);
      return paginate(list, query ?? {}, context, mostPerPage);
    },
    user: (_: never, { id, slug }: Key) => (slug ? world.userBySlug(slug) : world.userById(id)),
    videogame: (_: never, { id, slug }: Key) =>
      world.games.find(
        (game) =>
          String(game.id) === String(id) || (slug && game.slug === `game/${slug.replace(/^game\//, '')}`),
      ) ?? null,
    videogames: (_: never, { query }: Query<{ id?: unknown[]; name?: string }>, context: Context) => {
      const { id, name } = query?.filter ?? {};
      const wanted = id?.map(String);
      // The filter looks at the name only, not at the short name that is displayed.
      const named = world.games.filter(
        (game) => !name || game.name.toLowerCase().includes(name.toLowerCase()),
      );
      const games = named.filter((game) => wanted?.includes(String(game.id)) ?? true);
      return paginate(games, query ?? {}, context, mostPerPage);
    },
  };
}

function eventResolvers(
  world: WorldStore,
  sets: (list: Iterable<SetRecord>, args: SetArguments, context: Context) => unknown,
) {
  const inside = (event: EventRecord, context: Context) => world.bracket(working(event, context));
  return {
    entrants: (event: EventRecord, { query }: Query<{ name?: string }>, context: Context) => {
      const name = query?.filter?.name?.toLowerCase();
      const list = inside(event, context).entrants.filter(
        (one) => !name || one.name?.toLowerCase().includes(name),
      );
      return paginate(list, query ?? {}, context);
    },
    images: () => [],
    phaseGroups: (event: EventRecord, _: never, context: Context) =>
      inside(event, context).phases.flatMap((phase) => phase.groups),
    phases: (event: EventRecord, args: { state?: string | null; phaseId?: unknown }, context: Context) =>
      inside(event, context).phases.filter((phase) => {
        return (
          (!args.state || phaseState(phase) === args.state) &&
          (args.phaseId == null || String(phase.id) === String(args.phaseId))
        );
      }),
    sets: (event: EventRecord, args: SetArguments, context: Context) =>
      sets(setsOf(inside(event, context)), args, context),
    standings: (event: EventRecord, { query }: Query, context: Context) => {
      const standings = inside(event, context).entrants.flatMap((one) => finalStanding(world, one) ?? []);
      const ranked = standings.sort((a, b) => a.placement - b.placement || a.entrant.id - b.entrant.id);
      return paginate(ranked, query ?? {}, context, mostPerPage);
    },
    stations: (event: EventRecord, { query }: Query, context: Context) =>
      paginate(stations(event.tournament), query ?? {}, context),
    teamRosterSize: (event: EventRecord) =>
      event.teamSize === 1
        ? null
        : { maxAlternates: 0, maxPlayers: event.teamSize, minAlternates: 0, minPlayers: event.teamSize },
    videogame: (event: EventRecord) => event.game,
  };
}

/** The event, unless it is one that start.gg fails on. */
function working(event: EventRecord, context: Context): EventRecord {
  if (context.failingEvents.has(event.id)) throw unknownError();
  return event;
}

function playerOf(world: WorldStore, participant: ParticipantRecord): PlayerRecord | null {
  return participant.playerIndex === null ? null : world.player(participant.playerIndex);
}

function portrait(user: UserRecord): ImageRecord[] {
  if (user.id % 7 === 0) return [];
  const url = `https://images.example/user/${user.id}/profile.png`;
  return [{ id: user.id * 10, type: 'profile', url, width: 400, height: 400 }];
}

function seedsOf(phases: PhaseRecord[]): SeedRecord[] {
  return phases.flatMap((phase) => phase.groups).flatMap((group) => group.seeds);
}

function pageOfSeeds(seeds: SeedRecord[], query: Query['query'], context: Context) {
  return paginate(seeds, query ?? {}, context, mostPerPage);
}

function phaseState(phase: PhaseRecord): string {
  if (phase.groups.length > 0 && phase.groups.every((group) => group.state === 3)) return 'COMPLETED';
  return phase.groups.some((group) => group.state > 1) ? 'ACTIVE' : 'CREATED';
}

/** Where an entrant finished, roughly: those who won most sets come first. */
function finalStanding(world: WorldStore, entrant: EntrantRecord) {
  if (entrant.event.state !== 'COMPLETED') return null;
  const wins = new Map<EntrantRecord, number>();
  for (const set of setsOf(world.bracket(entrant.event))) {
    const winner = set.winner === null ? null : set.slots[set.winner].seed?.entrant;
    if (winner) wins.set(winner, (wins.get(winner) ?? 0) + 1);
  }
  const own = wins.get(entrant) ?? 0;
  const better = [...wins.values()].filter((count) => count > own).length;
  return { id: `standing_${entrant.id}`, entrant, isFinal: true, placement: better + 1, stats: null };
}
