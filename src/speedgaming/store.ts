import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import { applyMatch, holdGuild, type LinkTarget } from '../matches/apply.ts';
import { awaitErasures, readErasures } from '../matches/erased.ts';
import { hideErased, peopleIn } from '../matches/hiding.ts';
import { tell } from '../notifications/tell.ts';
import { type Episode, fingerprintOf } from './episode.ts';

/** A time that was never confirmed and is so long past is not asked for any more. */
const FORGOTTEN_DAYS = 14;

/** What is known of an episode. */
export type KnownEpisode = {
  id: number;
  fingerprint: string;
  isGone: boolean;
  goneAnswers: number;
  /** A link has no match of it yet, or an older one. */
  isLagging: boolean;
};

/** What is known of the episodes in a list that was just read. */
export async function knownEpisodes(
  em: EntityManager,
  slug: string,
  listed: readonly number[],
): Promise<Map<number, KnownEpisode>> {
  const found = await rows(
    em,
    sql<KnownEpisode>`
      select e.id, fingerprint, is_gone as "isGone", gone_answers as "goneAnswers", exists (
          select 1 from tournament_link l left join match m on m.link_id = l.id and m.outside_id = e.id::text and m.source = l.source
          where l.source = 'speedgaming' and l.slug = e.slug and l.disabled_at is null
            and (m.id is null or m.revision < e.revision)) as "isLagging"
      from speedgaming_episode e where slug = ${slug} and id = any(${[...listed]}::int[])`,
  );
  return new Map(found.map((episode) => [episode.id, episode]));
}

/** Episodes to be asked for by their ids, since the list between two times does not have them; who waited longest comes first. */
export async function missingEpisodes(
  em: EntityManager,
  slug: string,
  window: { from: Date; to: Date; listed: readonly number[]; limit: number },
): Promise<number[]> {
  const found = await rows(
    em,
    sql<{ id: number }>`
      select id from speedgaming_episode e
      where slug = ${slug} and not is_gone and id <> all(${[...window.listed]}::int[])
        and (gone_answers > 0 or lasts_at between ${window.from} and ${window.to} or asked_at is null or asked_at < now() - interval '1 hour')
        and lasts_at > now() - make_interval(days => ${FORGOTTEN_DAYS}::int)
        and exists (select 1 from match m join tournament_link l on l.id = m.link_id
          where m.source = 'speedgaming' and m.outside_id = e.id::text and l.slug = e.slug
            and m.state in ('unconfirmed', 'scheduled', 'live'))
      order by gone_answers desc, asked_at nulls first, id limit ${window.limit}`,
  );
  return found.map(({ id }) => id);
}

/** Writes an episode and the matches of all links that follow it, with all that people are to be told of it. */
export async function storeEpisode(
  em: EntityManager,
  slug: string,
  links: readonly LinkTarget[],
  episode: Episode,
): Promise<void> {
  const lastsAt = [episode.startsAt, episode.airsAt]
    .filter((time) => time !== null)
    .sort()
    .at(-1);
  await awaitErasures(em);
  const kept = hideErased(episode, await readErasures(em, 'speedgaming', peopleIn(episode)));
  const fingerprint = fingerprintOf(kept);
  const stored = await firstRow(
    em,
    sql<{ revision: number }>`
      insert into speedgaming_episode as old (slug, id, episode, fingerprint, lasts_at)
      values (${slug}, ${Number(episode.outsideId)}, ${JSON.stringify(kept)}::jsonb, ${fingerprint}, ${lastsAt})
      on conflict (slug, id) do update set episode = excluded.episode, fingerprint = excluded.fingerprint, lasts_at = excluded.lasts_at,
        revision = old.revision + case when old.fingerprint <> excluded.fingerprint or old.is_gone then 1 else 0 end,
        gone_answers = 0, is_gone = false
      returning revision`,
  );
  if (stored) await applyToLinks(em, links, episode, stored.revision);
}

/** Notes that SpeedGaming says that there is no such episode. Said in two runs, its matches are cancelled. */
export async function noteGone(
  em: EntityManager,
  slug: string,
  links: readonly LinkTarget[],
  id: number,
): Promise<void> {
  const stored = await firstRow(
    em,
    sql<{ revision: number; episode: Episode; isGone: boolean }>`
      update speedgaming_episode set gone_answers = gone_answers + 1, asked_at = now(), is_gone = gone_answers >= 1,
        revision = revision + case when gone_answers >= 1 then 1 else 0 end
      where slug = ${slug} and id = ${id} and not is_gone returning revision, episode, is_gone as "isGone"`,
  );
  if (stored?.isGone)
    await applyToLinks(em, links, { ...stored.episode, state: 'cancelled' }, stored.revision);
}

/** Notes that an episode was asked for and is as it was. */
export async function noteAsked(em: EntityManager, slug: string, id: number): Promise<void> {
  await rows(
    em,
    sql`update speedgaming_episode set asked_at = now(), gone_answers = 0 where slug = ${slug} and id = ${id}`,
  );
}

async function applyToLinks(
  em: EntityManager,
  links: readonly LinkTarget[],
  episode: Episode,
  revision: number,
): Promise<void> {
  for (const link of links) {
    await holdGuild(em, link.guildId);
    await tell(em, await applyMatch(em, link, { ...episode, revision }));
  }
}
