import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Database, firstRow, rows } from '../database/database.ts';
import { UserError } from '../errors.ts';
import type { Guilds } from '../guilds/guilds.ts';
import type { Queue } from '../jobs/queue.ts';
import { dropLive } from '../outbox/live-message.ts';
import { type AnnouncementKinds, moveAnnouncements } from './announcements.ts';
import { holdGuild } from './apply.ts';
import { Tournament } from './entities.ts';
import { wantEvents } from './events/discord-events.ts';
import { addLink, linkedSlug, refuseSecondLink, removeLinks, type Schedule } from './linking.ts';
import type { DmSetting, EventsSetting, Source } from './source.ts';
import { freeName, readName, tournamentNamed } from './tournament-names.ts';

/** Who does something, and where. */
type Actor = { guildId: string; actorId: string };

/** What can be set of a tournament; what is not given stays. */
export type Settings = {
  announceChannelId?: string;
  dm?: DmSetting;
  discordEvents?: EventsSetting;
  reminderMinutes?: number;
  raceRooms?: string | null;
};

/** The tournaments of guilds. Whatever is done to one is written down in the same transaction. */
export class Tournaments {
  readonly #db: Database;
  readonly #guilds: Guilds;
  readonly #queue: Pick<Queue, 'sendSync'>;
  readonly #announcements: AnnouncementKinds;

  constructor(parts: {
    db: Database;
    guilds: Guilds;
    queue: Pick<Queue, 'sendSync'>;
    announcements: AnnouncementKinds;
  }) {
    this.#db = parts.db;
    this.#guilds = parts.guilds;
    this.#queue = parts.queue;
    this.#announcements = parts.announcements;
  }

  /** @throws UserError when the guild has no such tournament */
  async get(guildId: string, id: number, em = this.#db.em()): Promise<Tournament> {
    const isPossible = Number.isSafeInteger(id) && id > 0 && id < 2 ** 31;
    const tournament = isPossible
      ? await em.findOne(Tournament, { id, guild: guildId, deletedAt: null }, { refresh: true })
      : null;
    if (tournament) return tournament;
    throw new UserError('There is no such tournament here (any more); /tournament list shows them.');
  }

  /**
   * The tournament that a person means: chosen from the list (its id), or typed by its name.
   *
   * @throws UserError when the guild has none like that
   */
  async find(guildId: string, typed: string): Promise<Tournament> {
    const text = typed.trim();
    const id = await tournamentNamed(this.#db.em(), guildId, text);
    if (/^\d{1,10}$/.test(text)) {
      const chosen = await this.get(guildId, Number(text)).catch(() => undefined);
      if (chosen) return chosen;
    }
    if (id !== undefined) return await this.get(guildId, id);
    throw new UserError(
      `There is no tournament "${text.slice(0, 100)}" here. Choose one from the list that opens while you type; /tournament list shows them.`,
    );
  }

  /** @throws UserError when the name is empty, too long, or taken in this guild */
  async create(actor: Actor, typed: string): Promise<Tournament> {
    const name = readName(typed);
    return await this.#db.transaction(async (em) => {
      await this.#hold(em, actor.guildId);
      if ((await tournamentNamed(em, actor.guildId, name)) !== undefined)
        throw new UserError(`There is a tournament called "${name}" here already.`);
      return await this.#add(em, actor, name);
    });
  }

  /**
   * Sets what is given and leaves the rest. A channel is taken as a wish to be heard there, also when it was set before:
   * what could not be announced is. Gives the tournament with all its settings.
   */
  async change(actor: Actor, id: number, settings: Settings): Promise<Tournament> {
    return await this.#db.transaction(async (em) => {
      const tournament = await this.#take(em, actor.guildId, id);
      const { guildId } = actor;
      if (settings.announceChannelId)
        await moveAnnouncements(
          em,
          this.#announcements,
          { guildId, tournamentId: id },
          settings.announceChannelId,
        );
      const given = Object.entries(settings) as [keyof Settings, unknown][];
      const changes = Object.fromEntries(
        given.filter(([key, value]) => value !== undefined && tournament[key] !== value),
      );
      if (Object.keys(changes).length === 0) return tournament;
      em.assign(tournament, changes);
      await em.flush();
      if ('discordEvents' in changes) await wantEvents(em, await followedMatches(em, id));
      await this.#note(em, actor, 'settings', tournament, changes);
      return tournament;
    });
  }

  /**
   * Follows a schedule from now on and asks for its first sync. Matches of it that are there already are taken up again.
   *
   * @param to `id`: the tournament to link; without one, a new one named after the schedule is made. `channelId`: where it
   *   is announced when neither it nor the guild has a channel set
   * @throws UserError when the tournament follows a schedule of this source already, or none is named and one follows this
   */
  async link(
    actor: Actor,
    schedule: Schedule,
    to: { id?: number | undefined; channelId?: string | null } = {},
  ): Promise<Tournament> {
    const { source, slug } = schedule;
    const { id, channelId = null } = to;
    return await this.#db.transaction(async (em) => {
      await this.#hold(em, actor.guildId);
      if (id === undefined) await refuseSecondLink(em, actor.guildId, schedule);
      const tournament =
        id === undefined
          ? await this.#add(em, actor, await freeName(em, actor.guildId, schedule))
          : await this.get(actor.guildId, id, em);
      await addLink(em, tournament, schedule, actor.actorId);
      await rows(
        em,
        sql`update tournament t set announce_channel_id = ${channelId} from guild g
            where t.id = ${tournament.id} and g.id = t.guild_id and t.announce_channel_id is null and g.channel_id is null`,
      );
      await this.#note(em, actor, 'link', tournament, { source, slug });
      await this.#queue.sendSync({ source, slug }, { em });
      await em.refresh(tournament);
      return tournament;
    });
  }

  /**
   * Ends following a source. The matches stay; the Discord events that they have are called off.
   *
   * @returns the tournament, and what it followed
   * @throws UserError when it follows nothing there
   */
  async unlink(actor: Actor, id: number, source: Source): Promise<{ tournament: Tournament; slug: string }> {
    return await this.#db.transaction(async (em) => {
      const tournament = await this.#take(em, actor.guildId, id);
      const slug = await linkedSlug(em, tournament, source);
      await removeLinks(em, id, source);
      await this.#note(em, actor, 'unlink', tournament, { source, slug });
      return { tournament, slug };
    });
  }

  /** Asks for a sync of schedules that are followed. */
  async sync(links: readonly { source: Source; slug: string }[]): Promise<void> {
    for (const { source, slug } of links) await this.#queue.sendSync({ source, slug });
  }

  /**
   * Hides a tournament for good and frees its name. Its rows go later (`purgeTournaments`), since its Discord events have
   * to be called off first. Its announcements stay in Discord and are edited no more.
   */
  async delete(actor: Actor, id: number): Promise<Tournament> {
    return await this.#db.transaction(async (em) => {
      const tournament = await this.#take(em, actor.guildId, id);
      await removeLinks(em, id);
      await rows(em, sql`update tournament set deleted_at = now() where id = ${id}`);
      const found = await rows(
        em,
        sql<{ id: string }>`select id::text from match where tournament_id = ${id}`,
      );
      const matches = found.map((match) => match.id);
      await dropLive(em, this.#announcements.match, matches);
      await this.#note(em, actor, 'delete', tournament, { matches: matches.length });
      return tournament;
    });
  }

  /** From here on nobody else changes the guild's tournaments, people or matches. */
  async #hold(em: EntityManager, guildId: string): Promise<void> {
    await this.#guilds.ensure(em, guildId);
    await holdGuild(em, guildId);
  }

  async #take(em: EntityManager, guildId: string, id: number): Promise<Tournament> {
    await this.#hold(em, guildId);
    return await this.get(guildId, id, em);
  }

  async #add(em: EntityManager, actor: Actor, name: string): Promise<Tournament> {
    const row = await firstRow(
      em,
      sql<{ id: number }>`insert into tournament (guild_id, name, created_by)
        values (${actor.guildId}, ${name}, ${actor.actorId}) returning id`,
    );
    const tournament = await this.get(actor.guildId, row?.id ?? 0, em);
    await this.#note(em, actor, 'create', tournament);
    return tournament;
  }

  async #note(
    em: EntityManager,
    { guildId, actorId }: Actor,
    deed: string,
    { id, name }: Tournament,
    detail: Record<string, unknown> = {},
  ): Promise<void> {
    const action = `tournament.${deed}`;
    await this.#guilds.audit(em, { guildId, actorId, action, detail: { tournament: id, name, ...detail } });
  }
}

/**
 * Removes the rows of deleted tournaments whose Discord events are over; a day after, also those whose events could not
 * be called off.
 */
export async function purgeTournaments(db: Database): Promise<void> {
  await rows(
    db.em(),
    // Looked up for each of the few: with "not exists" the events of all tournaments would be read.
    sql`delete from tournament where id in (
      select t.id from tournament t left join lateral (
        select m.id from match m join discord_event e on e.match_id = m.id
        where m.tournament_id = t.id and e.event_id is not null and e.ended_at is null limit 1) awaited on true
      where t.deleted_at is not null and (t.deleted_at < now() - interval '1 day' or awaited.id is null))`,
  );
}

/** Matches of a tournament that are kept up to date and not over yet. */
async function followedMatches(em: EntityManager, id: number): Promise<number[]> {
  const found = await rows(
    em,
    sql<{ id: number }>`select id from match
      where tournament_id = ${id} and link_id is not null and state in ('unconfirmed', 'scheduled', 'called', 'live') order by id`,
  );
  return found.map((match) => match.id);
}
