import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../database/database.ts';
import { notice } from '../outbox/notification.ts';
import { count, escapeText, stamp } from '../text.ts';
import type { LinkTarget } from './apply.ts';
import type { Source } from './source.ts';

/** An item of a schedule that could not be read. */
export type Skipped = { item: string; reason: string };

/** How long a source may fail before organisers are told. */
const TELL_AFTER_MS = 60 * 60_000;

/** The links that follow a slug, in the order in which their guilds are to be held. */
export async function linksTo(em: EntityManager, source: Source, slug: string): Promise<LinkTarget[]> {
  return await rows(
    em,
    sql<LinkTarget>`select l.id, tournament_id as "tournamentId", guild_id as "guildId", ready_at is not null as "isReady"
      from tournament_link l join tournament t on t.id = l.tournament_id
      where source = ${source} and slug = ${slug} and disabled_at is null order by guild_id, l.id`,
  );
}

/** The slugs that anybody follows. */
export async function followedSlugs(em: EntityManager, source: Source): Promise<string[]> {
  const found = await rows(
    em,
    sql<{
      slug: string;
    }>`select distinct slug from tournament_link where source = ${source} and disabled_at is null order by slug`,
  );
  return found.map(({ slug }) => slug);
}

type Failing = { guildId: string; channelId: string | null; name: string; since: Date };

/** The source gave no usable answer: what is known stays, and organisers are told once it has lasted an hour. */
export async function noteFailure(
  em: EntityManager,
  source: Source,
  slug: string,
  reason: string,
): Promise<void> {
  await rows(
    em,
    sql`update tournament_link set last_error = ${reason}, last_failed_at = now(), failing_since = coalesce(failing_since, now())
        where source = ${source} and slug = ${slug} and disabled_at is null`,
  );
  const told = await rows(
    em,
    sql<Failing>`update tournament_link l set failure_told_at = now()
      from tournament t join guild g on g.id = t.guild_id
      where t.id = l.tournament_id and source = ${source} and slug = ${slug} and disabled_at is null and failure_told_at is null
        and failing_since <= now() - make_interval(secs => ${TELL_AFTER_MS / 1000}::float8)
      returning t.guild_id as "guildId", coalesce(t.announce_channel_id, g.channel_id) as "channelId", t.name, failing_since as since`,
  );
  for (const { guildId, channelId, name, since } of told)
    if (channelId)
      await notice(
        em,
        { guildId, channelId },
        `⚠️ The schedule of **${escapeText(name)}** cannot be read since ${stamp(new Date(since))}: ${escapeText(reason)}. What is known stays as it is; Herald goes on trying.`,
      );
}

/** A sync is complete. The first one of a link says what it found, and from then on people are told what is new. */
export async function noteSuccess(
  em: EntityManager,
  links: readonly LinkTarget[],
  skipped: readonly Skipped[],
): Promise<void> {
  const ids = links.map(({ id }) => id);
  const over = await rows(
    em,
    sql<Failing & { isNew: boolean; wasTold: boolean; matches: number; tournamentId: number }>`
      with before as (select id, ready_at, failure_told_at, failing_since from tournament_link where id = any(${ids}::int[]) order by id for update)
      update tournament_link l set last_synced_at = now(), last_error = null, failing_since = null, failure_told_at = null,
        ready_at = coalesce(l.ready_at, now()), skipped = ${JSON.stringify(skipped)}::jsonb
      from before, tournament t join guild g on g.id = t.guild_id
      where before.id = l.id and t.id = l.tournament_id
      returning t.id as "tournamentId", t.guild_id as "guildId", coalesce(t.announce_channel_id, g.channel_id) as "channelId", t.name,
        before.failing_since as since, before.ready_at is null as "isNew", before.failure_told_at is not null as "wasTold",
        (select count(*)::int from match m where m.link_id = l.id and m.state in ('unconfirmed', 'scheduled', 'called', 'live')) as matches`,
  );
  for (const { guildId, channelId, name, isNew, wasTold, matches } of over) {
    if (!channelId) continue;
    const to = { guildId, channelId };
    if (wasTold) await notice(em, to, `✅ The schedule of **${escapeText(name)}** can be read again.`);
    if (isNew)
      await notice(
        em,
        to,
        `📅 **${escapeText(name)}** is linked: ${count(matches)} ${matches === 1 ? 'match is' : 'matches are'} coming up. Changes are announced here from now on; \`/match list\` shows the schedule.`,
      );
  }
}

/** What came of the syncs that ended since a moment, slug by slug; `error` is null where all went well. */
export async function outcomesSince(
  em: EntityManager,
  since: string,
): Promise<{ source: Source; slug: string; error: string | null }[]> {
  return await rows(
    em,
    sql<{ source: Source; slug: string; error: string | null }>`
      select source, slug, max(last_error) as error from tournament_link
      where disabled_at is null and greatest(last_synced_at, last_failed_at) >= ${since}::timestamptz group by source, slug`,
  );
}
