import { sql } from 'kysely';
import { type Database, rows } from '../database/database.ts';
import { holdGuild } from '../matches/apply.ts';
import { wantEvents } from '../matches/events/discord-events.ts';
import { iso, snapshotsOf } from '../matches/snapshots.ts';
import { guildsToSettle, settleStates } from '../matches/states.ts';
import { touchLive } from '../outbox/live-message.ts';
import { notify } from '../outbox/notification.ts';
import { MAX_REMINDER_MINUTES } from '../outbox/preferences.ts';
import { MATCH_MESSAGE, WANTS } from './tell.ts';

/** Lets time do its part: matches go live and end, and who asked for it is reminded of those that are about to start. */
export async function passTime(db: Database): Promise<void> {
  for (const guildId of await guildsToSettle(db.em()))
    await db.transaction(async (em) => {
      await holdGuild(em, guildId);
      const changed = await settleStates(em, { guildId });
      for (const id of changed) await touchLive(em, MATCH_MESSAGE, String(id));
      await wantEvents(em, changed);
    });
  await remind(db);
}

/** However long before somebody wants to be reminded: with a bound of its own, the index of what is to come is used. */
const LONGEST_LEAD = sql`make_interval(mins => ${MAX_REMINDER_MINUTES}::int)`;

type Due = { matchId: number; discordId: string; startsAt: string };

/** One reminder per person, match and start: a late one is still worth it, one after the start is not. */
async function remind(db: Database): Promise<void> {
  await db.transaction(async (em) => {
    const due = await rows(
      em,
      sql<Due>`
        select distinct on (p.discord_id, m.source, m.outside_id) m.id as "matchId", p.discord_id as "discordId",
          ${iso('m.starts_at')} as "startsAt"
        from match m join tournament t on t.id = m.tournament_id
          join tournament_link l on l.id = m.link_id and l.disabled_at is null
          join lateral (
            select identity_id from match_player where match_id = m.id
            union select identity_id from crew_member where match_id = m.id) seat on true
          join person_identity i on i.id = seat.identity_id join person p on p.id = i.person_id
          left join discord_user u on u.discord_id = p.discord_id
        where m.state = 'scheduled' and m.starts_at > now() and p.discord_id is not null
          and m.starts_at <= now() + ${LONGEST_LEAD}
          and m.starts_at <= now() + make_interval(mins => coalesce(u.reminder_minutes, t.reminder_minutes))
          and ${WANTS}
          and not exists (select 1 from notification n where n.discord_user_id = p.discord_id and n.source = m.source
            and n.outside_id = m.outside_id and n.class = 'reminder'
            and n.revision = ${iso('m.starts_at')})
        order by p.discord_id, m.source, m.outside_id, m.id`,
    );
    const matches = await snapshotsOf(em, [...new Set(due.map(({ matchId }) => matchId))]);
    await notify(
      em,
      due.flatMap(({ matchId, discordId, startsAt }) => {
        const match = matches.get(matchId);
        if (!match) return [];
        const { guildId, source, outsideId, view } = match;
        return [
          {
            discordUserId: discordId,
            guildId,
            class: 'reminder' as const,
            source,
            outsideId,
            revision: startsAt,
            subject: String(matchId),
            payload: { after: view },
          },
        ];
      }),
    );
  });
}
