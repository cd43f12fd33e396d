import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import { applyMatch, holdLink, type LinkTarget } from '../matches/apply.ts';
import { awaitErasures, readErasures } from '../matches/privacy/erased.ts';
import { hideErased, peopleIn } from '../matches/privacy/hiding.ts';
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
          where m.source = 'speedgaming' and m.outside_id = e.id::text and l.slug = e.slug and l.disabled_at is null
            and m.state in ('unconfirmed', 'scheduled', 'live'))
      order by asked_at nulls first, id limit ${window.limit}`,
  );
  return found.map(({ id }) => id);
}

/** Episodes that are not on the list and changed, or went, while a link to them was off: its matches do not know yet. */
export async function laggingEpisodes(
  em: EntityManager,
  slug: string,
  listed: readonly number[],
): Promise<number[]> {
  const found = await rows(
    em,
    sql<{ id: number }>`
      select distinct e.id
      from tournament_link l join match m on m.tournament_id = l.tournament_id and m.source = l.source
        join speedgaming_episode e on e.slug = l.slug and e.id::text = m.outside_id
      where l.source = 'speedgaming' and l.slug = ${slug} and l.disabled_at is null and e.slug = ${slug}
        and e.id <> all(${[...listed]}::int[]) and (m.link_id is null or m.revision < e.revision)
      order by e.id`,
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
  const id = Number(episode.outsideId);
  const stored = await firstRow(
    em,
    sql<{ revision: number }>`
      insert into speedgaming_episode as old (slug, id, episode, fingerprint, revision, lasts_at)
      values (${slug}, ${id}, ${JSON.stringify(kept)}::jsonb, ${fingerprint}, ${nextRevision(id)}, ${lastsAt})
      on conflict (slug, id) do update set episode = excluded.episode, fingerprint = excluded.fingerprint, lasts_at = excluded.lasts_at,
        revision = case when old.fingerprint <> excluded.fingerprint or old.is_gone
          then greatest(old.revision + 1, excluded.revision) else old.revision end,
        gone_answers = 0, is_gone = false
      returning revision`,
  );
  if (stored) await applyToLinks(em, links, episode, stored.revision);
}

/** What people were told is remembered by episode and revision, so an episode that comes under a new slug does not begin anew. */
function nextRevision(id: number) {
  return sql`(select coalesce(max(o.revision), 0) + 1 from speedgaming_episode o where o.id = ${id})`;
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
    sql<{ isGone: boolean }>`
      update speedgaming_episode set gone_answers = gone_answers + 1, is_gone = gone_answers >= 1,
        revision = case when gone_answers >= 1 then ${nextRevision(id)} else revision end
      where slug = ${slug} and id = ${id} and not is_gone returning is_gone as "isGone"`,
  );
  if (stored?.isGone) await applyStored(em, slug, links, id);
}

/** Writes the matches of an episode as it is stored: cancelled when it is gone. */
export async function applyStored(
  em: EntityManager,
  slug: string,
  links: readonly LinkTarget[],
  id: number,
): Promise<void> {
  const stored = await firstRow(
    em,
    sql<{ revision: number; episode: Episode; isGone: boolean }>`
      select revision, episode, is_gone as "isGone" from speedgaming_episode where slug = ${slug} and id = ${id}`,
  );
  if (!stored) return;
  const { revision, episode, isGone } = stored;
  await applyToLinks(em, links, isGone ? { ...episode, state: 'cancelled' } : episode, revision);
}

/** Notes that an episode is being asked for: whatever comes of it, others are asked for before it is again. */
export async function noteAsked(em: EntityManager, slug: string, id: number): Promise<void> {
  await rows(em, sql`update speedgaming_episode set asked_at = now() where slug = ${slug} and id = ${id}`);
}

/** Notes that SpeedGaming has an episode: that it said otherwise before does not count any more. */
export async function noteThere(em: EntityManager, slug: string, id: number): Promise<void> {
  await rows(
    em,
    sql`update speedgaming_episode set gone_answers = 0 where slug = ${slug} and id = ${id} and gone_answers > 0`,
  );
}

async function applyToLinks(
  em: EntityManager,
  links: readonly LinkTarget[],
  episode: Episode,
  revision: number,
): Promise<void> {
  for (const link of links)
    if (await holdLink(em, link)) await tell(em, await applyMatch(em, link, { ...episode, revision }));
}
