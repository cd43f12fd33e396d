import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';
import { notice } from '../../outbox/notification.ts';
import { awaitPeople, type ClaimedEvent, releaseEvents } from './event-delivery.ts';

// Manage Events alone does not suffice for creating since February 2026 (Discord docs, Change Log).
const NO_PERMISSION =
  'Herald may not make Discord events in this server: it lacks the permission **Create Events**.';
const WAY_OUT =
  'Grant it to the Herald role in Server Settings → Roles, and the events of coming matches appear within the hour. `/tournament settings` with `discord_events` none does without them.';

/**
 * Discord does not let Herald make or change events in a guild. Organisers are told once until it worked again; the events
 * wait. To be called in a transaction.
 */
export async function noteRefused(em: EntityManager, event: ClaimedEvent): Promise<void> {
  // Without a channel nobody is told, so that it is said once there is one.
  const told = await firstRow(
    em,
    sql<{ channelId: string }>`update guild g set events_refused_at = now()
      from match m join tournament t on t.id = m.tournament_id
      where g.id = ${event.guildId} and m.id = ${event.matchId} and g.events_refused_at is null
        and coalesce(t.announce_channel_id, g.channel_id) is not null
      returning coalesce(t.announce_channel_id, g.channel_id) as "channelId"`,
  );
  if (told)
    await notice(em, { guildId: event.guildId, channelId: told.channelId }, `⚠️ ${NO_PERMISSION} ${WAY_OUT}`);
  await awaitPeople(em, event, NO_PERMISSION);
}

/** Discord took an event: those that waited for the permission follow, and should it go again, that is said anew. */
export async function noteAllowed(em: EntityManager, guildId: string): Promise<void> {
  await rows(
    em,
    sql`update guild set events_refused_at = null where id = ${guildId} and events_refused_at is not null`,
  );
  await releaseEvents(em, guildId, NO_PERMISSION);
}
