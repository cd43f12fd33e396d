import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import { SOURCE_NAMES } from '../matches/linking.ts';
import { readErasures } from '../matches/privacy/erased.ts';
import { hideErased, peopleIn } from '../matches/privacy/hiding.ts';
import type { SourceCopy } from '../matches/privacy/stored.ts';
import { type Episode, fingerprintOf } from './episode.ts';

/** Discord accounts and keys of all who are named in an episode, in the very words of its index. */
const PEOPLE = sql`(jsonb_path_query_array(episode, '$.**.discordId') || jsonb_path_query_array(episode, '$.**.key'))`;

/** The stored episodes: whoever had themselves erased is taken out of them as out of every later answer. */
export const episodeCopy: SourceCopy = {
  name: SOURCE_NAMES.speedgaming,
  async names(em, discordId) {
    const one = await firstRow(
      em,
      sql`select 1 from speedgaming_episode where ${PEOPLE} ?| ${[discordId]}::text[] limit 1`,
    );
    return one !== undefined;
  },
  async erase(em, { discordId, keys }) {
    const marks = [
      ...(discordId === undefined ? [] : [discordId]),
      ...keys.filter(({ source }) => source === 'speedgaming').map(({ key }) => key),
    ];
    const found = await rows(
      em,
      sql<{ slug: string; id: number; episode: Episode }>`select slug, id, episode from speedgaming_episode
        where ${PEOPLE} ?| ${marks}::text[]
        order by slug, id for update`,
    );
    const people = found.flatMap(({ episode }) => peopleIn(episode));
    const veil = await readErasures(em, 'speedgaming', people);
    for (const { slug, id, episode } of found) {
      const hidden = hideErased(episode, veil);
      await rows(
        em,
        sql`update speedgaming_episode set episode = ${JSON.stringify(hidden)}::jsonb, fingerprint = ${fingerprintOf(hidden)}
            where slug = ${slug} and id = ${id}`,
      );
    }
  },
};
