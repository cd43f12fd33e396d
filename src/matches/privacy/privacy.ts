import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, rows } from '../../database/database.ts';
import { touchLive } from '../../outbox/live-message.ts';
import { holdGuild } from '../apply.ts';
import { wantEvents } from '../events/discord-events.ts';
import { type Erasure, erasePeople } from './erase.ts';
import { eraseAccount } from './erase-account.ts';
import { holdImports } from './erased.ts';
import { addErasures, type Erasures, whoIsBack } from './restored.ts';
import { type SourceCopy, type Stored, storedAbout } from './stored.ts';

/** What Herald keeps of people, as they themselves may see it and take it away. */
export class Privacy {
  readonly #db: Database;
  readonly #messageKind: string;
  readonly #copies: readonly SourceCopy[];

  /** @param parts `messageKind` is the kind of live message that announces a match; `copies` those of the sources */
  constructor(parts: { db: Database; messageKind: string; copies: readonly SourceCopy[] }) {
    this.#db = parts.db;
    this.#messageKind = parts.messageKind;
    this.#copies = parts.copies;
  }

  /** What is stored about the owner of a Discord account, in all guilds; undefined when that is nothing. */
  async stored(discordId: string): Promise<Stored | undefined> {
    return await storedAbout(this.#db.em(), discordId, this.#copies);
  }

  /**
   * Erases somebody everywhere, for good. Matches stay, with a nameless place; announcements and Discord events of theirs
   * are drawn anew, and nobody is told.
   *
   * @returns false when nothing was stored
   */
  async erase(discordId: string): Promise<boolean> {
    return await this.#db.transaction(async (em) => {
      await holdImports(em);
      if (!(await storedAbout(em, discordId, this.#copies))) return false;
      await this.#eraseAccount(em, discordId);
      return true;
    });
  }

  /**
   * Erases again whom a restored backup brought back: everybody who was erased before the restore.
   *
   * @param kept what was remembered of erasures before the restore
   * @returns how many accounts and people without one were erased
   */
  async eraseAgain(em: EntityManager, kept: Erasures): Promise<number> {
    if (!(await addErasures(em, kept))) return 0;
    await holdImports(em);
    const back = await whoIsBack(em);
    for (const discordId of back.accounts) await this.#eraseAccount(em, discordId);
    for (const personId of back.personIds) await this.#finish(em, await erasePeople(em, [personId]));
    await this.#finish(em, { discordId: undefined, keys: back.keys, matchIds: [] });
    return back.accounts.length + back.personIds.length;
  }

  async #eraseAccount(em: EntityManager, discordId: string): Promise<void> {
    const people = await rows(
      em,
      sql<{ id: number; guildId: string }>`select id, guild_id as "guildId" from person
        where discord_id = ${discordId} order by guild_id`,
    );
    for (const { guildId } of people) await holdGuild(em, guildId);
    const personIds = people.map(({ id }) => id);
    // First, so that none of these messages is looked at any more.
    await eraseAccount(em, discordId);
    await this.#finish(em, await erasePeople(em, personIds, discordId));
  }

  /** What was erased goes from the sources' copies and from what Discord shows. */
  async #finish(em: EntityManager, erasure: Erasure): Promise<void> {
    for (const copy of this.#copies) await copy.erase(em, erasure);
    for (const id of erasure.matchIds) await touchLive(em, this.#messageKind, String(id));
    await wantEvents(em, erasure.matchIds);
  }
}
