import type { User } from '../../src/sandbox/discord/entities.ts';
import type { Message } from '../../src/sandbox/discord/messages.ts';
import { until } from '../support/until.ts';
import type { Stage } from './stage.ts';

/** Schedules are read each second, and people are written to as fast as Discord takes it. */
export const QUICK = {
  SYNC_SCHEDULE: '* * * * * *',
  SPEEDGAMING_SECONDS_PER_SLUG: '1',
  DM_SECONDS_PER_NEW_CHANNEL: '1',
};

const HOUR = 3_600_000;
/** The minute in which the tests began: what is compared must not change at the next one. */
const START = Math.floor(Date.now() / 60_000) * 60_000;
/** A whole minute, so many hours from the start. */
export const inHours = (hours: number): Date => new Date(START + hours * HOUR);

/** New members of the guild, by name. They may be mentioned. */
export function join<Name extends string>(stage: Stage, names: readonly Name[]): Record<Name, User> {
  const { world } = stage.discord;
  const joined = names.map((name) => {
    const user = world.addUser({ username: name.toLowerCase(), globalName: name });
    world.addMember(stage.place.guild, user);
    stage.pingable.add(`<@${user.id}>`);
    return [name, user] as const;
  });
  return Object.fromEntries(joined) as Record<Name, User>;
}

/** A player as the source names a member of the guild. */
export const player = (user: User) => ({ displayName: user.globalName ?? user.username, discordId: user.id });

/** A tournament of the guild that follows an event, as a link makes it. */
export async function follow(stage: Stage, slug: string, dm = 'everyone'): Promise<void> {
  await stage.sql.query(
    `with g as (insert into guild (id, name) values ($1, 'Fighting Game Club') on conflict do nothing),
       t as (insert into tournament (guild_id, name, dm, announce_channel_id) values ($1, $2, $3, $4) returning id)
     insert into tournament_link (tournament_id, source, slug, name) select id, 'speedgaming', $5, $2 from t`,
    [stage.here.guildId, `Cup ${slug}`, dm, stage.here.channelId, slug],
  );
}

/** Waits until the first sync of every link is over, and what it found is told. */
export async function firstSync(stage: Stage): Promise<void> {
  await until('the first sync', async () => {
    const { rows } = await stage.sql.query(
      `select 1 from tournament_link where ready_at is null union all select 1 from notification where state = 'pending'`,
    );
    return rows.length === 0;
  });
}

/** What somebody was told, by its headlines, in order. */
export function headlines(stage: Stage, user: User): string[] {
  return stage.discord.person(user.id).inbox().map(headline);
}

const headline = (message: Message) => message.embeds[0]?.title ?? message.content;
