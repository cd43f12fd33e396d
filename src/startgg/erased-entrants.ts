import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';
import { ERASED, erasedKeys } from '../matches/privacy/erased.ts';
import { withoutWords } from '../matches/privacy/hiding.ts';
import type { Placed } from './entities.ts';
import { playerKey } from './schedule/schedule-match.ts';

type Member = { entrantId: number; playerId: number; tags: (string | null)[]; isAlone: boolean };

/** Who did best, without those who had themselves erased: the warehouse keeps their names, and nobody is shown them. */
export async function hideErasedEntrants(em: EntityManager, places: readonly Placed[]): Promise<Placed[]> {
  const members = await membersOf(
    em,
    places.map(({ entrantId }) => entrantId),
  );
  const keys = members.map(({ playerId }) => ({ source: 'startgg', ...playerKey(playerId) }));
  const erased = await erasedKeys(em, keys);
  const hidden = members.filter((_, i) => keys[i] && erased.has(keys[i]));
  return places.map((place) => {
    const theirs = hidden.filter(({ entrantId }) => entrantId === place.entrantId);
    if (theirs.some(({ isAlone }) => isAlone)) return { ...place, name: ERASED };
    const words = theirs.flatMap(({ tags }) => tags.filter((tag) => tag !== null));
    return { ...place, name: withoutWords(place.name, words) };
  });
}

async function membersOf(em: EntityManager, entrantIds: readonly number[]): Promise<Member[]> {
  if (entrantIds.length === 0) return [];
  return await rows(
    em,
    sql<Member>`
      select j.entrant_id as "entrantId", p.player_id as "playerId", json_build_array(p.gamer_tag, y.gamer_tag) as tags,
        count(*) over (partition by j.entrant_id) = 1 as "isAlone"
      from startgg_entrant_participant j join startgg_participant p on p.id = j.participant_id
        join startgg_player y on y.id = p.player_id
      where j.entrant_id = any(${[...entrantIds]}::int[]) and j.deleted_at is null order by p.id`,
  );
}
