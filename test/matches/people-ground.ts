import { sql } from 'kysely';
import { expect, inject, onTestFinished } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database, firstRow, rows } from '../../src/database/database.ts';
import { Guilds } from '../../src/guilds/guilds.ts';
import { applyMatch, holdGuild, type LinkTarget } from '../../src/matches/apply.ts';
import type { MatchEvent, MatchView } from '../../src/matches/change.ts';
import { Persons } from '../../src/matches/people/persons.ts';
import { snapshotsOf } from '../../src/matches/snapshots.ts';
import { episodeAnswer } from '../../src/speedgaming/answers.ts';
import { readEpisode } from '../../src/speedgaming/episode.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';

const IN_A_WEEK = new Date(Date.now() + 7 * 86_400_000).toISOString().replace(/\.\d+/, '');

/** Somebody as a SpeedGaming form has them. */
export type Form = { id: number; name: string; account?: string | null; tag?: string };
/** What SpeedGaming says of an episode's people. */
export type Said = { players?: Form[]; commentators?: Form[]; trackers?: Form[]; state?: 'finished' };

const form = ({ id, name, account, tag }: Form) => ({
  id,
  displayName: name,
  discordId: account ?? null,
  discordTag: tag ?? '',
  publicStream: '',
});

/** Who is behind one of a source's keys: an account's id, or a placeholder's handle. */
export type Owner = { who: string; isDecided: boolean };

/** A guild with one tournament that follows a schedule of its own. */
export type Place = { guildId: string; link: LinkTarget };

/** A database with guilds, and polls that reach them. What is to be told is kept, and has to fit together. */
export class PeopleGround {
  #db: Database;
  #persons: Persons;
  #guilds = 0;
  #revision = 0;
  /** All that was to be told, in its order. */
  readonly events: MatchEvent[] = [];
  /** Each match as it was last told of. */
  readonly #told = new Map<number, MatchView>();
  readonly #url: string;

  private constructor(db: Database, url: string) {
    this.#db = db;
    this.#url = url;
    this.#persons = this.#makePersons();
  }

  static async open(): Promise<PeopleGround> {
    const { url, drop } = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
    const ground = new PeopleGround(await Database.connect(url, entities), url);
    onTestFinished(async () => {
      await ground.#db.close();
      await drop();
    });
    return ground;
  }

  get db(): Database {
    return this.#db;
  }

  get persons(): Persons {
    return this.#persons;
  }

  /** The process ends, and another one begins. */
  async restart(): Promise<void> {
    await this.#db.close();
    this.#db = await Database.connect(this.#url, entities);
    this.#persons = this.#makePersons();
  }

  async guild(channelId: string | null = null): Promise<Place> {
    this.#guilds += 1;
    const guildId = `9000000000000000${String(this.#guilds).padStart(3, '0')}`;
    const em = this.#db.em();
    await rows(em, sql`insert into guild (id, name, channel_id) values (${guildId}, 'Club', ${channelId})`);
    const tournament = await firstRow(
      em,
      sql<{ id: number }>`insert into tournament (guild_id, name) values (${guildId}, 'Cup') returning id`,
    );
    const tournamentId = tournament?.id ?? 0;
    const link = await firstRow(
      em,
      sql<{ id: number }>`insert into tournament_link (tournament_id, source, slug, name, ready_at)
        values (${tournamentId}, 'speedgaming', 'cup', 'Cup', now()) returning id`,
    );
    return { guildId, link: { id: link?.id ?? 0, tournamentId, guildId, isReady: true } };
  }

  /** SpeedGaming says this of an episode; every place that follows it hears it in one transaction. */
  async poll(places: readonly Place[], episode: number, said: Said): Promise<void> {
    const answer = episodeAnswer.parse({
      id: episode,
      when: IN_A_WEEK,
      whenCountdown: IN_A_WEEK,
      match1: { players: (said.players ?? []).map((each) => ({ ...form(each), streamingFrom: '' })) },
      commentators: (said.commentators ?? []).map((each) => ({ ...form(each), approved: true })),
      trackers: (said.trackers ?? []).map((each) => ({ ...form(each), approved: true })),
    });
    this.#revision += 1;
    const read = readEpisode('cup', answer);
    const match = { ...read, state: said.state ?? read.state, revision: this.#revision };
    const told = await this.#db.transaction(async (em) => {
      const events: MatchEvent[] = [];
      for (const { link } of places) {
        await holdGuild(em, link.guildId);
        events.push(...(await applyMatch(em, link, match)));
      }
      return events;
    });
    this.#hear(told);
  }

  /** The id of the placeholder with a handle, whatever became of it. */
  async placeholder({ guildId }: Place, handle: string): Promise<number> {
    const row = await firstRow(
      this.#db.em(),
      sql<{ id: number }>`select id from person where guild_id = ${guildId} and handle = ${handle}`,
    );
    if (!row) throw new Error(`there is no placeholder ${handle}`);
    return row.id;
  }

  /** The id of the person with an account. */
  async person({ guildId }: Place, account: string): Promise<number> {
    const row = await firstRow(
      this.#db.em(),
      sql<{ id: number }>`select id from person where guild_id = ${guildId} and discord_id = ${account}`,
    );
    if (!row) throw new Error(`there is nobody with the account ${account}`);
    return row.id;
  }

  /** Whose each of a source's keys is, in one guild: "player 10" → who. */
  async owners({ guildId }: Place): Promise<Record<string, Owner>> {
    const found = await rows(
      this.#db.em(),
      sql<{ kind: string; key: string; who: string; isDecided: boolean; isGone: boolean }>`
        select kind, key, coalesce(discord_id, handle) as who, is_decided as "isDecided", merged_into_id is not null as "isGone"
        from person_identity i join person p on p.id = i.person_id and p.guild_id = i.guild_id
        where i.guild_id = ${guildId} order by kind, key`,
    );
    expect(found.filter(({ isGone }) => isGone)).toEqual([]);
    return Object.fromEntries(
      found.map(({ kind, key, who, isDecided }) => [
        `${kind} ${key.replace('cup:', '')}`,
        { who, isDecided },
      ]),
    );
  }

  /** Who is in an episode's match, in one guild: "player sg_10", "commentator 123…"; somebody twice stands there twice. */
  async seats({ link }: Place, episode: number): Promise<string[]> {
    const found = await rows(
      this.#db.em(),
      sql<{ seat: string }>`
        select concat(role, ' ', coalesce(p.discord_id, p.handle, 'nobody')) as seat
        from match m join (
          select match_id, 'player' as role, identity_id from match_player
          union all select match_id, role, identity_id from (select distinct on (match_id, role, person_id) c.*
            from crew_member c join person_identity i on i.id = c.identity_id) c) s on s.match_id = m.id
          left join person_identity i on i.id = s.identity_id left join person p on p.id = i.person_id
        where m.tournament_id = ${link.tournamentId} and m.outside_id = ${String(episode)} order by 1`,
    );
    return found.map(({ seat }) => seat);
  }

  /** Everything of a guild's people, to be compared with what it was. */
  async everything({ guildId }: Place): Promise<unknown> {
    return await rows(
      this.#db.em(),
      sql`select (select json_agg(p order by p.id) from person p where p.guild_id = ${guildId}) as people,
        (select json_agg(i order by i.id) from person_identity i where i.guild_id = ${guildId}) as identities,
        (select json_agg(a order by a.id) from audit_log a where a.guild_id = ${guildId}) as audit,
        (select json_agg(c order by c.id) from person_claim c join person p on p.id = c.placeholder_id where p.guild_id = ${guildId}) as claims`,
    );
  }

  /** Nothing changed in a match without its being told: what was last told is how each match is. */
  async checkTold(places: readonly Place[]): Promise<void> {
    const em = this.#db.em();
    const matches = await rows(
      em,
      sql<{
        id: number;
      }>`select id from match where tournament_id = any(${places.map(({ link }) => link.tournamentId)}::int[])`,
    );
    for (const [id, { view }] of await snapshotsOf(
      em,
      matches.map((match) => match.id),
    ))
      expect(view).toEqual(this.#told.get(id));
  }

  async audit({ guildId }: Place): Promise<string[]> {
    const found = await rows(
      this.#db.em(),
      sql<{
        line: string;
      }>`select concat(actor_id, ' ', action) as line from audit_log where guild_id = ${guildId} order by id`,
    );
    return found.map(({ line }) => line);
  }

  #makePersons(): Persons {
    return new Persons({
      db: this.#db,
      guilds: new Guilds(this.#db),
      tell: async (_, events) => this.#hear(events),
    });
  }

  #hear(events: readonly MatchEvent[]): void {
    for (const event of events) {
      expect(event.before).toEqual(this.#told.get(event.matchId) ?? null);
      this.#told.set(event.matchId, event.after);
      this.events.push(event);
    }
  }
}
