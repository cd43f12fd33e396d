import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import type { Episode } from './episode.ts';

/** An episode as it was last seen, for all guilds alike. What is stored is what is read of it, not what else it holds. */
export const SpeedgamingEpisode = defineEntity({
  name: 'SpeedgamingEpisode',
  tableName: 'speedgaming_episode',
  // Of one that was moved to another event there are two.
  indexes: [
    { properties: ['id'] },
    {
      name: 'speedgaming_episode_people_index',
      expression: `create index speedgaming_episode_people_index on speedgaming_episode using gin ((jsonb_path_query_array(episode, '$.**.discordId') || jsonb_path_query_array(episode, '$.**.key')))`,
    },
  ],
  properties: {
    slug: p.text().primary(),
    id: p.integer().primary(),
    episode: p.json().$type<Episode>(),
    /** Hash of the episode: the same again costs no write. */
    fingerprint: p.text(),
    /** Rises with every change, above that of the same episode under any slug; matches copy it. */
    revision: p.integer().default(1),
    /** The later of its times. */
    lastsAt: p.datetime().columnType('timestamptz'),
    /** How many runs in a row SpeedGaming has said that there is no such episode. */
    goneAnswers: p.smallint().default(0),
    /** It was said often enough to be believed. */
    isGone: p.boolean().default(false),
    /** When it was last asked for by its id, whatever came of it. */
    askedAt: p.datetime().columnType('timestamptz').nullable(),
  },
});
export type SpeedgamingEpisode = InferEntity<typeof SpeedgamingEpisode>;
