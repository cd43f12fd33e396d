import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../../database/database.ts';
import { UserError } from '../../errors.ts';
import { approveButtonId, refuseButtonId } from '../../outbox/custom-id.ts';
import { notice } from '../../outbox/notification.ts';
import { escapeText, shorten } from '../../text.ts';
import { type Placeholder, placesOf } from './person-lists.ts';

/** How many claims of one person may wait at once: each is a message to the organisers. */
const MAX_WAITING = 3;

/** Somebody with a Discord account. */
export type Account = { id: string; name: string };

/** A claim that waits. */
export type Claim = {
  id: number;
  placeholder: Placeholder;
  isNew: boolean;
  /** Where organisers were asked; null when no channel is set. */
  channelId: string | null;
};

/**
 * Files a claim of a placeholder and asks the organisers. The caller holds the guild.
 *
 * @throws UserError when too many of the claimant's wait
 */
export async function fileClaim(
  em: EntityManager,
  guildId: string,
  placeholder: Placeholder,
  claimant: Account,
): Promise<Claim> {
  const waiting = await rows(
    em,
    sql<{ id: number; placeholderId: number }>`select c.id, placeholder_id as "placeholderId"
      from person_claim c join person p on p.id = c.placeholder_id
      where p.guild_id = ${guildId} and claimant_id = ${claimant.id} and state = 'pending'`,
  );
  const channelId = await claimsChannel(em, guildId, placeholder.id);
  const first = waiting.find(({ placeholderId }) => placeholderId === placeholder.id);
  if (first) return { id: first.id, placeholder, isNew: false, channelId };
  if (waiting.length >= MAX_WAITING)
    throw new UserError(
      `${waiting.length} of your claims wait for an organiser already. Once they are decided, you can make more.`,
    );
  const filed = await firstRow(
    em,
    sql<{ id: number }>`insert into person_claim (placeholder_id, claimant_id, claimant_name)
      values (${placeholder.id}, ${claimant.id}, ${claimant.name}) returning id`,
  );
  if (!filed) throw new Error('a claim was not filed');
  if (channelId)
    await notice(em, { guildId, channelId }, claimText(placeholder, claimant), [
      { label: 'Approve', customId: approveButtonId(filed.id), style: 3 },
      { label: 'Refuse', customId: refuseButtonId(filed.id), style: 4 },
    ]);
  return { id: filed.id, placeholder, isNew: true, channelId };
}

/** What a claim says, as markdown. */
export function claimText(placeholder: Pick<Placeholder, 'name' | 'handle'>, claimant: Account): string {
  const [name, handle, by] = [placeholder.name, placeholder.handle, claimant.name].map((text) =>
    escapeText(shorten(text, 100)),
  );
  return `🙋 <@${claimant.id}> (${by}) says: I am **${name}** (${handle}). An organiser decides.`;
}

/** A claim that nobody has decided. @throws UserError otherwise */
export async function pendingClaim(
  em: EntityManager,
  guildId: string,
  claimId: number,
): Promise<{ placeholder: Placeholder; claimant: Account }> {
  type Found = { id: number; name: string; handle: string; claimantId: string; claimantName: string };
  const found = await firstRow(
    em,
    sql<Found & { state: string; now: string | null }>`
      select p.id, p.name, coalesce(p.handle, '') as handle, claimant_id as "claimantId", claimant_name as "claimantName", c.state, m.name as now
      from person_claim c join person p on p.id = c.placeholder_id left join person m on m.id = p.merged_into_id
      where c.id = ${claimId} and p.guild_id = ${guildId}`,
  );
  if (!found) throw new UserError('There is no such claim any more.');
  if (found.state !== 'pending')
    throw new UserError(
      `This claim is ${found.state} already${found.now === null ? '' : `: ${found.name} is known as ${found.now}`}.`,
    );
  const { id, name, handle, claimantId, claimantName } = found;
  return { placeholder: { id, name, handle }, claimant: { id: claimantId, name: claimantName } };
}

/** Refuses a claim. */
export async function closeClaim(em: EntityManager, claimId: number, by: string): Promise<void> {
  await rows(em, sql`update person_claim set state = 'refused', decided_by = ${by} where id = ${claimId}`);
}

/** Where the placeholder's latest match is announced, else the guild's channel. */
async function claimsChannel(
  em: EntityManager,
  guildId: string,
  placeholderId: number,
): Promise<string | null> {
  const found = await firstRow(
    em,
    sql<{ channelId: string | null }>`
      select coalesce((
          select t.announce_channel_id from ${placesOf(sql`${placeholderId}::int`)} place
            join match m on m.id = place.match_id join tournament t on t.id = m.tournament_id and t.deleted_at is null
          where t.announce_channel_id is not null order by m.starts_at desc nulls last limit 1), g.channel_id) as "channelId"
      from guild g where g.id = ${guildId}`,
  );
  return found?.channelId ?? null;
}
