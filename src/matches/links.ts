import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, rows } from '../database/database.ts';
import { notice } from '../outbox/notification.ts';
import { count, escapeText, shorten, stamp, storable } from '../text.ts';
import type { LinkTarget } from './apply.ts';
import type { Source } from './source.ts';
import { databaseNow } from './sync-report.ts';

/** An item of a schedule that could not be read, or that Herald leaves out on purpose. */
export type Skipped = { item: string; reason: string; isLeftOut?: true };

/** One sync of one slug. */
export type SyncRun = {
  source: Source;
  slug: string;
  /** By the database's clock. */
  startedAt: string;
  skipped: Skipped[];
  /** Herald itself failed at something: what is stored is not all that there is. */
  isFaulty: boolean;
};

/** What is said of a fault of Herald's own, whose true words are for its log. */
export const OWN_FAULT = 'Herald itself failed at it; the cause is in its log';

/** What else organisers have to know of a source's matches when the first ones are there. */
const COMING: Record<Source, string> = {
  speedgaming: '',
  startgg: ' Sets become matches when their pool starts.',
};
/** How long a source may fail before organisers are told. */
const TELL_AFTER_MS = 60 * 60_000;
/** So long Herald's own faults keep a new link from telling anything, so that what is missing is not told as new later. */
const WAIT_FOR_WHOLE_MS = 60 * 60_000;
/** Of reasons, which can hold any text from outside. */
const LONGEST_REASON = 300;

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

/** A sync begins now. */
export async function beginRun(db: Database, source: Source, slug: string): Promise<SyncRun> {
  return { source, slug, startedAt: await databaseNow(db), skipped: [], isFaulty: false };
}

type Failing = { guildId: string; name: string; since: Date };

/**
 * A sync came to nothing: what is known stays, and organisers are told once it has lasted an hour, as soon as there is a
 * channel to tell them in.
 *
 * @param why the source's words, or `OWN_FAULT`
 */
export async function noteFailure(
  em: EntityManager,
  { source, slug, startedAt }: SyncRun,
  why: string,
): Promise<void> {
  const reason = kept(why);
  await rows(
    em,
    sql`update tournament_link set last_error = ${reason}, last_failed_at = now(), failing_since = coalesce(failing_since, now()),
          sync_started_at = ${startedAt}
        where source = ${source} and slug = ${slug} and disabled_at is null`,
  );
  const told = await rows(
    em,
    sql<Failing & { channelId: string }>`update tournament_link l set failure_told_at = now()
      from tournament t join guild g on g.id = t.guild_id
      where t.id = l.tournament_id and source = ${source} and slug = ${slug} and disabled_at is null and failure_told_at is null
        and failing_since <= now() - make_interval(secs => ${TELL_AFTER_MS / 1000}::float8)
        and coalesce(t.announce_channel_id, g.channel_id) is not null
      returning t.guild_id as "guildId", coalesce(t.announce_channel_id, g.channel_id) as "channelId", t.name, failing_since as since`,
  );
  for (const { guildId, channelId, name, since } of told)
    await notice(
      em,
      { guildId, channelId },
      `⚠️ The schedule of **${escapeText(name)}** cannot be read since ${stamp(new Date(since))}: ${escapeText(reason)}. What is known stays as it is; Herald goes on trying.`,
    );
}

/**
 * A sync is over. The first one of a link that is complete says what it found, and from then on people are told what is
 * new.
 */
export async function noteSuccess(
  em: EntityManager,
  links: readonly LinkTarget[],
  { startedAt, skipped, isFaulty }: SyncRun,
): Promise<void> {
  const ids = links.map(({ id }) => id);
  const reasons = skipped.map((each) => ({ ...each, item: kept(each.item), reason: kept(each.reason) }));
  const over = await rows(
    em,
    sql<
      Failing & {
        channelId: string | null;
        source: Source;
        isNew: boolean;
        wasTold: boolean;
        matches: number;
      }
    >`
      with before as (
        select id, ready_at, failure_told_at, failing_since,
          not ${isFaulty} or created_at < now() - make_interval(secs => ${WAIT_FOR_WHOLE_MS / 1000}::float8) as is_whole
        from tournament_link where id = any(${ids}::int[]) and disabled_at is null order by id for update)
      update tournament_link l set last_synced_at = now(), last_error = null, failing_since = null, failure_told_at = null,
        sync_started_at = ${startedAt}, ready_at = coalesce(l.ready_at, case when is_whole then now() end),
        skipped = ${JSON.stringify(reasons)}::jsonb
      from before, tournament t join guild g on g.id = t.guild_id
      where before.id = l.id and t.id = l.tournament_id
      returning t.guild_id as "guildId", coalesce(t.announce_channel_id, g.channel_id) as "channelId", t.name, l.source,
        before.failing_since as since, before.ready_at is null and is_whole as "isNew", before.failure_told_at is not null as "wasTold",
        (select count(*)::int from match m where m.link_id = l.id and m.state in ('unconfirmed', 'scheduled', 'called', 'live')) as matches`,
  );
  for (const { guildId, channelId, name, source, isNew, wasTold, matches } of over) {
    if (!channelId) continue;
    const to = { guildId, channelId };
    if (wasTold) await notice(em, to, `✅ The schedule of **${escapeText(name)}** can be read again.`);
    if (isNew)
      await notice(
        em,
        to,
        `📅 **${escapeText(name)}** is linked: ${count(matches)} ${matches === 1 ? 'match is' : 'matches are'} coming up.${COMING[source]} Changes are announced here from now on; \`/match list\` shows the schedule.`,
      );
  }
}

/** In a form and length that can be stored and shown. */
function kept(words: string): string {
  return shorten(storable(words), LONGEST_REASON);
}

/** What came of the syncs that began since a moment and are over, slug by slug; `error` is null where all went well. */
export async function outcomesSince(
  em: EntityManager,
  since: string,
): Promise<{ source: Source; slug: string; error: string | null }[]> {
  return await rows(
    em,
    sql<{ source: Source; slug: string; error: string | null }>`
      select source, slug, max(last_error) as error from tournament_link
      where disabled_at is null and sync_started_at >= ${since}::timestamptz group by source, slug`,
  );
}
