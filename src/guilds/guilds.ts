import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, rows } from '../database/database.ts';
import { Guild } from './entities.ts';

/** Permission bits (Discord docs, Permissions). */
const ADMINISTRATOR = 1n << 3n;
const MANAGE_GUILD = 1n << 5n;

export type Deed = {
  guildId: string;
  /** Discord id of who did it; null for Herald itself or the operator. */
  actorId: string | null;
  action: string;
  detail?: Record<string, unknown>;
};

/** What else is to happen to a guild. */
export type GuildHooks = {
  /** Ends its work when Herald was removed from it; may be called more than once for the same guild. */
  left?(guildId: string): Promise<void>;
  /** Its channel was set, in the same transaction. */
  channelSet?(em: EntityManager, guildId: string, channelId: string): Promise<void>;
};

/** Manage Server, or Administrator, which includes it. */
export function mayManageGuild(memberPermissions: bigint): boolean {
  return (memberPermissions & (ADMINISTRATOR | MANAGE_GUILD)) !== 0n;
}

/** The guilds that Herald is or was in, their settings, and who may do what there. */
export class Guilds {
  readonly #db: Database;
  readonly #hooks: GuildHooks;

  constructor(db: Database, hooks: GuildHooks = {}) {
    this.#db = db;
    this.#hooks = hooks;
  }

  /** Herald is in these guilds (again), and this is what they are called. */
  async seen(guilds: readonly { id: string; name: string }[]): Promise<void> {
    if (guilds.length === 0) return;
    await rows(
      this.#db.em(),
      sql`insert into guild (id, name)
          select id, name from json_to_recordset(${JSON.stringify(guilds)}::json) as given(id text, name text) order by id
          on conflict (id) do update set name = excluded.name, left_at = null
          where guild.name <> excluded.name or guild.left_at is not null`,
    );
  }

  /** Herald was removed from a guild: its work stops, its rows stay for now. */
  async left(guildId: string): Promise<void> {
    // The mark comes last: after a crash in between, the guild is found again and its work ended.
    await this.#hooks.left?.(guildId);
    await rows(
      this.#db.em(),
      sql`update guild set left_at = now() where id = ${guildId} and left_at is null`,
    );
  }

  /** Ids of all guilds that Herald was in when it last looked. */
  async present(): Promise<string[]> {
    const found = await rows(this.#db.em(), sql<{ id: string }>`select id from guild where left_at is null`);
    return found.map(({ id }) => id);
  }

  async get(guildId: string): Promise<Guild | null> {
    return await this.#db.em().findOne(Guild, { id: guildId });
  }

  /** Sets whose role makes organisers, besides Manage Server. */
  async setOrganiser(guildId: string, roleId: string, actorId: string): Promise<void> {
    await this.#db.transaction(async (em) => {
      await this.audit(em, { guildId, actorId, action: 'setup.organiser', detail: { roleId } });
      await rows(em, sql`update guild set organiser_role_id = ${roleId} where id = ${guildId}`);
    });
  }

  /** Sets where status messages and announcements go when nothing else is set. */
  async setChannel(guildId: string, channelId: string, actorId: string): Promise<void> {
    await this.#db.transaction(async (em) => {
      await this.audit(em, { guildId, actorId, action: 'setup.channel', detail: { channelId } });
      await rows(em, sql`update guild set channel_id = ${channelId} where id = ${guildId}`);
      await this.#hooks.channelSet?.(em, guildId, channelId);
    });
  }

  /** Whether a member may do what organisers may: by Manage Server, or by the role set with `/setup organiser`. */
  async isOrganiser(
    guildId: string,
    memberPermissions: bigint,
    roleIds: readonly string[],
  ): Promise<boolean> {
    if (mayManageGuild(memberPermissions)) return true;
    const role = (await this.get(guildId))?.organiserRoleId;
    return role != null && roleIds.includes(role);
  }

  /** Makes sure that a guild has its row: a command can come before the guild itself was told of; its name is filled in then. */
  async ensure(em: EntityManager, guildId: string): Promise<void> {
    await rows(em, sql`insert into guild (id, name) values (${guildId}, '') on conflict do nothing`);
  }

  /** Notes who did what, in the transaction of the deed. */
  async audit(em: EntityManager, { guildId, actorId, action, detail = {} }: Deed): Promise<void> {
    await this.ensure(em, guildId);
    await rows(
      em,
      sql`insert into audit_log (guild_id, actor_id, action, detail)
          values (${guildId}, ${actorId}, ${action}, ${JSON.stringify(detail)}::jsonb)`,
    );
  }
}
