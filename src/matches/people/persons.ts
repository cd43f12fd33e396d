import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, firstRow } from '../../database/database.ts';
import { UserError } from '../../errors.ts';
import type { Guilds } from '../../guilds/guilds.ts';
import { holdGuild } from '../apply.ts';
import type { MatchEvent } from '../change.ts';
import { erasedAccounts } from '../privacy/erased.ts';
import { type Account, type Claim, closeClaim, fileClaim, pendingClaim } from './claims.ts';
import { mergePerson, undoMerge } from './merge.ts';
import { ensurePerson } from './people.ts';
import type { MergeCause } from './people-entities.ts';
import type { Placeholder } from './person-lists.ts';

/** Puts on its way what people are to learn of changes, in the transaction of the changes. */
type Tell = (em: EntityManager, events: readonly MatchEvent[]) => Promise<void>;

type Parts = { db: Database; guilds: Guilds; tell: Tell };

/** Who a guild's placeholders turn out to be, as its people decide. What one guild decides changes nothing in another. */
export class Persons {
  readonly #db: Database;
  readonly #guilds: Guilds;
  readonly #tell: Tell;

  constructor({ db, guilds, tell }: Parts) {
    this.#db = db;
    this.#guilds = guilds;
    this.#tell = tell;
  }

  /**
   * Makes a placeholder that person, on all matches.
   *
   * @param by Discord id of the organiser
   * @throws UserError when there is no such placeholder, it is somebody already, or the user is a bot
   */
  async link(
    guildId: string,
    placeholderId: number,
    user: Account & { isBot: boolean },
    by: string,
  ): Promise<Placeholder> {
    if (user.isBot) throw new UserError('That is a bot: nobody in a match can be one.');
    return await this.#held(guildId, async (em) => {
      const placeholder = await placeholderIn(em, guildId, placeholderId);
      const detail = { placeholder: placeholderId, handle: placeholder.handle, user: user.id };
      await this.#guilds.audit(em, { guildId, actorId: by, action: 'person.link', detail });
      await this.#merge(em, guildId, placeholderId, user, { cause: 'organiser', by });
      return placeholder;
    });
  }

  /**
   * Takes the last merge into a person back.
   *
   * @param by Discord id of the organiser
   * @throws UserError when there is no such person, or nothing to take back
   */
  async unlink(guildId: string, personId: number, by: string): Promise<Placeholder> {
    return await this.#held(guildId, async (em) => {
      const person = await personIn(em, guildId, personId);
      const { placeholderId, events } = await undoMerge(em, personId);
      const detail = { placeholder: placeholderId, user: person.discordId };
      await this.#guilds.audit(em, { guildId, actorId: by, action: 'person.unlink', detail });
      await this.#tell(em, events);
      return await placeholderIn(em, guildId, placeholderId);
    });
  }

  /**
   * "That's me": waits for an organiser, who is asked in the channel where the matches are announced. Claimed again, it
   * is the same claim.
   *
   * @throws UserError when there is no such placeholder, it is somebody already, or too many claims of theirs wait
   */
  async claim(guildId: string, placeholderId: number, claimant: Account): Promise<Claim> {
    return await this.#held(guildId, async (em) => {
      const placeholder = await placeholderIn(em, guildId, placeholderId);
      await refuseErased(em, claimant);
      const claim = await fileClaim(em, guildId, placeholder, claimant);
      const detail = { placeholder: placeholderId, handle: placeholder.handle };
      if (claim.isNew)
        await this.#guilds.audit(em, { guildId, actorId: claimant.id, action: 'person.claim', detail });
      return claim;
    });
  }

  /**
   * Decides a claim. Approved, the placeholder becomes the claimant, and whoever else claimed it is refused.
   *
   * @param by Discord id of the organiser
   * @throws UserError when there is no such claim, or it is decided already
   */
  async decide(
    guildId: string,
    claimId: number,
    { isApproved, by }: { isApproved: boolean; by: string },
  ): Promise<{ placeholder: Placeholder; claimant: Account }> {
    return await this.#held(guildId, async (em) => {
      const { placeholder, claimant } = await pendingClaim(em, guildId, claimId);
      const action = isApproved ? 'person.approve' : 'person.refuse';
      const detail = { claim: claimId, handle: placeholder.handle, user: claimant.id };
      await this.#guilds.audit(em, { guildId, actorId: by, action, detail });
      if (!isApproved) await closeClaim(em, claimId, by);
      else await this.#merge(em, guildId, placeholder.id, claimant, { cause: 'claim', by });
      return { placeholder, claimant };
    });
  }

  async #merge(
    em: EntityManager,
    guildId: string,
    placeholderId: number,
    user: Account,
    why: { cause: Exclude<MergeCause, 'source'>; by: string },
  ): Promise<void> {
    await refuseErased(em, user);
    const personId = await ensurePerson(em, guildId, user.id, user.name);
    await this.#tell(em, await mergePerson(em, placeholderId, personId, why));
  }

  /** Runs something while nothing else changes the people of the guild. */
  async #held<T>(guildId: string, work: (em: EntityManager) => Promise<T>): Promise<T> {
    return await this.#db.transaction(async (em) => {
      await holdGuild(em, guildId);
      return await work(em);
    });
  }
}

/** Who had themselves erased is not brought back. @throws UserError */
async function refuseErased(em: EntityManager, { id, name }: Account): Promise<void> {
  if ((await erasedAccounts(em, [id])).size > 0)
    throw new UserError(
      `${name} had everything about them erased with /privacy erase, and that is for good.`,
    );
}

/** A placeholder that is nobody yet. @throws UserError otherwise */
async function placeholderIn(em: EntityManager, guildId: string, id: number): Promise<Placeholder> {
  const found = await firstRow(
    em,
    sql<{ name: string; handle: string | null; isPlaceholder: boolean; now: string | null }>`
      select p.name, p.handle, p.is_placeholder as "isPlaceholder", m.name as now
      from person p left join person m on m.id = p.merged_into_id where p.id = ${id} and p.guild_id = ${guildId} and not p.is_erased`,
  );
  if (!found)
    throw new UserError(
      'There is no such person here. Choose one from the list that opens while you type in the option.',
    );
  if (found.now !== null)
    throw new UserError(
      `${found.name} is known as ${found.now} already. /person unlink takes that back, if it is wrong.`,
    );
  if (!found.isPlaceholder) throw new UserError(`${found.name} has a Discord account already.`);
  return { id, name: found.name, handle: found.handle ?? '' };
}

async function personIn(
  em: EntityManager,
  guildId: string,
  id: number,
): Promise<{ discordId: string | null }> {
  const found = await firstRow(
    em,
    sql<{
      discordId: string | null;
    }>`select discord_id as "discordId" from person where id = ${id} and guild_id = ${guildId}`,
  );
  if (found) return found;
  throw new UserError(
    'There is no such person here. Choose one from the list that opens while you type in the option.',
  );
}
