import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import { unnested } from '../database/unnested.ts';
import { total, upsert, upsertBy, type Written } from '../database/upsert.ts';
import type { EntrantNode, SetNode, TournamentNode } from './answers.ts';
import { withoutErasedAccounts } from './copy.ts';
import { dropLinks } from './deletion.ts';
import {
  Entrant,
  EntrantParticipant,
  Event,
  Participant,
  PhaseGroup,
  Player,
  StartggSet,
  Tournament,
  User,
} from './entities.ts';

/**
 * Writes tournaments with their events.
 *
 * @param game the one that all events are of; otherwise each says it itself, and one that does not is left out
 */
export async function storeTournaments(
  em: EntityManager,
  tournaments: readonly TournamentNode[],
  game?: { id: number; name: string },
): Promise<{ tournaments: Written; events: Written }> {
  return {
    tournaments: await upsert(
      em,
      Tournament,
      tournaments.map(({ addrState, images, events: _, ...node }) => ({
        ...node,
        state: addrState,
        imageUrl: images.find((image) => image.type === 'profile')?.url ?? null,
        bannerUrl: images.find((image) => image.type === 'banner')?.url ?? null,
      })),
    ),
    events: await upsert(
      em,
      Event,
      tournaments.flatMap((tournament) =>
        tournament.events.flatMap(({ videogame, ...event }) => {
          const of = game ?? videogame;
          if (!of) return [];
          const videogameName = videogame?.name ?? of.name;
          return [{ ...event, tournament: tournament.id, videogame: of.id, videogameName }];
        }),
      ),
    ),
  };
}

/** Entrants of one event. */
type EventEntrants = { eventId: number; tournamentId: number; entrants: readonly EntrantNode[] };

/**
 * Writes entrants. Who they are is written by what it gives back, to be called in the same transaction: people are in
 * entrants of many events, so that whoever writes them is waited for, from there to the end of the transaction.
 *
 * @returns what was written, by event
 */
export async function storeEntrants(
  em: EntityManager,
  parts: readonly EventEntrants[],
): Promise<{ written: Map<unknown, Written>; storeMembers(): Promise<void> }> {
  const entrants = byId(
    parts.flatMap((part) =>
      part.entrants.map((entrant) => ({ ...entrant, event: part.eventId, tournament: part.tournamentId })),
    ),
  );
  const written = await upsertBy(
    em,
    Entrant,
    entrants.map(({ id, event, name, initialSeedNum }) => ({ id, event, name, initialSeedNum })),
    'event',
  );
  const areAllNew = total(written.values()).new === entrants.length;
  return { written, storeMembers: () => storeMembers(em, entrants, { areAllNew }) };
}

/** Writes participants of entrants, with players and users. A member who left an entrant loses the link to it. */
async function storeMembers(
  em: EntityManager,
  entrants: readonly (EntrantNode & { tournament: number })[],
  { areAllNew }: { areAllNew: boolean },
): Promise<void> {
  const members = byId(
    entrants.flatMap(({ participants, tournament }) =>
      participants.map((member) => ({ ...member, tournament })),
    ),
  );
  await upsert(em, Player, byId(members.map((member) => member.player)));
  await upsert(em, User, await withoutErasedAccounts(em, byId(members.map((member) => member.user))));
  await upsert(
    em,
    Participant,
    members.map(({ player, user, ...member }) => ({
      ...member,
      player: player?.id ?? null,
      user: user?.id ?? null,
    })),
  );
  const links = entrants.flatMap((entrant) =>
    byId(entrant.participants).map((member) => ({ entrant: entrant.id, participant: member.id })),
  );
  await upsert(em, EntrantParticipant, links);
  if (areAllNew) return;
  await dropLinks(
    em,
    entrants.map(({ id }) => id),
    links,
  );
}

const byId = <T extends { id: number }>(list: readonly (T | null | undefined)[]) => [
  ...new Map(list.filter((entry) => entry != null).map((entry) => [entry.id, entry])).values(),
];

/**
 * Keeps rows for entrants that a set names and no list of entrants has shown: it may not have been read yet, or they are
 * not on it any more. Deleted in the moment of their creation, they are no part of the event until the list shows them.
 */
async function nameEntrants(
  em: EntityManager,
  entrants: readonly { id: number; eventId: number; name: string | null; initialSeedNum: number | null }[],
): Promise<void> {
  if (entrants.length === 0) return;
  await rows(
    em,
    sql`insert into startgg_entrant (id, event_id, name, initial_seed_num, created_at, deleted_at)
        select id, "eventId", name, "initialSeedNum", now(), now()
        from ${unnested(entrants, { id: 'int', eventId: 'int', name: 'text', initialSeedNum: 'int' }, 'given')}
        order by id on conflict do nothing`,
  );
}

/** What came of writing sets. */
type SetsWritten = {
  written: Written;
  byPool: Map<unknown, Written>;
  /** Pools that sets named and that are not known yet. */
  unknownPools: ReadonlySet<number | undefined>;
};

/**
 * Writes sets of events. A set whose preview id became a real one (its pool started) keeps its row; a preview read
 * late does not come back beside the real set.
 */
export async function storeSets(
  em: EntityManager,
  parts: readonly { eventId: number; sets: readonly SetNode[] }[],
): Promise<SetsWritten> {
  // A list that shifts while its pages are read shows a set twice.
  const all = new Map(parts.flatMap(({ eventId, sets }) => sets.map((set) => [set.id, { ...set, eventId }])));
  const sets = [...all.values()];
  const entrants = new Map(
    sets.flatMap((set) =>
      slotEntrants(set).map((entrant) => [entrant.id, { ...entrant, eventId: set.eventId }]),
    ),
  );
  const { pools, hasNewEntrants } = await surroundings(em, sets, [...entrants.keys()]);
  if (hasNewEntrants) await nameEntrants(em, [...entrants.values()]);
  const unknown = [...new Set(sets.map((set) => set.phaseGroup?.id))].filter(
    (id) => id !== undefined && !pools.has(id),
  );
  await upsert(
    em,
    PhaseGroup,
    unknown.map((id) => ({ id, phase: null })),
  );
  if (unknown.length > 0 || [...pools.values()].some((pool) => pool.has_previews))
    await adoptPreviews(em, sets);
  const late = await latePreviews(em, sets);
  const current = sets.filter((set) => !late.has(set.id));
  const byPool = await upsertBy(
    em,
    StartggSet,
    current.map((set) => {
      const { slots, phaseGroup, station, stream, eventId, ...fields } = set;
      const [slot1, slot2] = slots;
      const pool = pools.get(phaseGroup?.id ?? 0);
      return {
        ...fields,
        event: eventId,
        phase: pool?.phase_id ?? null,
        phaseGroup: phaseGroup?.id ?? null,
        slot1Entrant: entrantOf(slot1)?.id ?? null,
        slot1Score: slot1?.standing?.stats?.score?.value ?? null,
        slot1Standing: slot1?.standing?.placement ?? null,
        slot2Entrant: entrantOf(slot2)?.id ?? null,
        slot2Score: slot2?.standing?.stats?.score?.value ?? null,
        slot2Standing: slot2?.standing?.placement ?? null,
        bestOf: pool?.rounds[String(set.round)] ?? null,
        streamUrl: streamUrl(stream),
        stationNumber: station?.number ?? null,
      };
    }),
    'phaseGroup',
  );
  const written = total(byPool.values());
  written.unchanged += late.size;
  return { written, byPool, unknownPools: new Set(unknown) };
}

type Slot = SetNode['slots'][number];

const entrantOf = (slot: Slot | undefined) => slot?.entrant ?? slot?.seed?.entrant;

const slotEntrants = (set: SetNode) => set.slots.map(entrantOf).filter((entrant) => entrant != null);

type Pool = { id: number; phase_id: number; rounds: Record<string, number>; has_previews: boolean };

/** What is known of the pools and the entrants that sets name. */
async function surroundings(em: EntityManager, sets: readonly SetNode[], entrantIds: readonly number[]) {
  const ids = [...new Set(sets.map((set) => set.phaseGroup?.id).filter((id) => id !== undefined))];
  const found = await firstRow(
    em,
    sql<{ pools: Pool[]; has_new_entrants: boolean }>`
      select exists (
          select 1 from unnest(${[...entrantIds]}::int[]) as named(id)
          where not exists (select 1 from startgg_entrant e where e.id = named.id)) as has_new_entrants,
        (select coalesce(json_agg(pool), '[]') from (
          select id, phase_id, rounds, exists (
            select 1 from startgg_set s where s.phase_group_id = g.id and s.id like 'preview\\_%') as has_previews
          from startgg_phase_group g where id = any(${ids}::int[]) and phase_id is not null) pool) as pools`,
  );
  return {
    pools: new Map(found?.pools.map((pool) => [pool.id, pool])),
    hasNewEntrants: found?.has_new_entrants === true,
  };
}

/** Whether a set's id is that of a pool that has not started. */
export const isPreview = (id: string) => id.startsWith('preview_');

/** Where in a bracket sets stand, as a table `given`. */
function places(sets: readonly SetNode[]) {
  const list = sets.map(({ id, phaseGroup, round, identifier }) => ({
    id,
    pool: phaseGroup?.id,
    round,
    identifier,
  }));
  return unnested(list, { id: 'text', pool: 'int', round: 'int', identifier: 'text' }, 'given');
}

/**
 * Gives a preview's row the id of the real set that took its place: same pool, round and identifier. The mark on it makes
 * the write that follows take it for changed, even where nothing but the id is other than before.
 */
async function adoptPreviews(em: EntityManager, sets: readonly SetNode[]): Promise<void> {
  const real = sets.filter((set) => !isPreview(set.id) && set.phaseGroup);
  if (real.length === 0) return;
  await rows(
    em,
    sql`update startgg_set set id = match.id, deleted_at = now()
        from (
          select distinct on (given.id) given.id, preview.id as preview from ${places(real)}
          join startgg_set preview on preview.phase_group_id = given.pool and preview.round = given.round
            and preview.identifier = given.identifier and preview.id like 'preview\\_%'
          where not exists (select 1 from startgg_set known where known.id = given.id)
          order by given.id, preview.deleted_at nulls first, preview.updated_at desc
        ) match
        where startgg_set.id = match.preview`,
  );
}

/** Previews (from a cached answer) of sets that are already known by their real id. */
async function latePreviews(em: EntityManager, sets: readonly SetNode[]): Promise<Set<string>> {
  const previews = sets.filter((set) => isPreview(set.id) && set.phaseGroup);
  if (previews.length === 0) return new Set();
  const late = await rows(
    em,
    sql<{ id: string }>`select given.id
        from ${places(previews)}
        join startgg_set real on real.phase_group_id = given.pool and real.round = given.round
          and real.identifier = given.identifier and real.deleted_at is null and real.id not like 'preview\\_%'`,
  );
  return new Set(late.map((row) => row.id));
}

function streamUrl(stream: SetNode['stream']): string | null {
  if (stream?.streamSource === 'TWITCH' && stream.streamName)
    return `https://www.twitch.tv/${stream.streamName}`;
  if (stream?.streamSource !== 'YOUTUBE') return null;
  if (stream.streamId) return `https://www.youtube.com/channel/${stream.streamId}`;
  return stream.streamName ? `https://www.youtube.com/@${stream.streamName}` : null;
}
