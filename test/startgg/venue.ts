import { SharedBudget } from '../../src/jobs/budget.ts';
import { createLog } from '../../src/log.ts';
import {
  type EventRecord,
  type SetRecord,
  setId,
  type TournamentRecord,
} from '../../src/sandbox/startgg/model.ts';
import type { StartggOptions } from '../../src/sandbox/startgg/server.ts';
import type { NewEvent, World } from '../../src/sandbox/startgg/world.ts';
import { StartggClient, startggAllowance } from '../../src/startgg/client.ts';
import { StartggSchedule } from '../../src/startgg/schedule/schedule-sync.ts';
import { type Herald, TOKEN } from '../support/herald.ts';
import { SCHEDULE, versions } from '../support/tables.ts';
import { WAREHOUSE } from '../support/warehouse.ts';
import { emptyWorld, Ground, type Row } from './ground.ts';

export const ADA = '100000000000000001';
export const BEN = '100000000000000002';
export const CAS = '100000000000000003';
export const DOT = '100000000000000004';

/** A double elimination of four whose pool has not started, at a tournament of today; all who play have an account. */
export function worldOfFour(seed: string, fields: NewEvent = {}, attempt = 0): FourPlayers {
  const world = emptyWorld(`${seed}/${attempt}`);
  const today = Math.floor(Date.now() / 1000);
  const tournament = world.addTournament({
    startAt: today - 3_600,
    endAt: today + 36_000,
    name: 'Friday Cup',
  });
  const four = { entrants: 4, teamSize: 1, state: 'CREATED', hasSets: true, name: 'Singles' } as const;
  const event = world.addEvent(tournament.id, { ...four, ...fields });
  const { phases, entrants } = world.bracket(event);
  const isUsual = entrants.every(({ name, participants }) =>
    participants.every((one) => name && one.gamerTag && world.player(one.playerIndex ?? -1).user),
  );
  const pool = phases[0]?.groups[0];
  if (!isUsual || pool?.phase.bracketType !== 'DOUBLE_ELIMINATION')
    return worldOfFour(seed, fields, attempt + 1);
  return { world, tournament, event, pool: pool.id };
}

type FourPlayers = { world: World; tournament: TournamentRecord; event: EventRecord; pool: number };

/** A tournament of start.gg, guilds that follow it, and no Discord. */
export class Venue {
  readonly ground: Ground;
  readonly herald: Herald;
  readonly schedule: StartggSchedule;
  readonly slug: string;

  private constructor(ground: Ground, herald: Herald, slug: string, deepestEntry?: number) {
    this.ground = ground;
    this.herald = herald;
    this.slug = slug;
    const budget = new SharedBudget(herald.db, startggAllowance(TOKEN, 100_000));
    const log = createLog('silent');
    const client = new StartggClient({ url: ground.startgg.url, token: TOKEN, budget, log });
    this.schedule = new StartggSchedule(herald.db, client, log, { deepestEntry });
  }

  /** The tournament, followed by guild `1`. */
  static async open(
    world: World,
    { slug }: { slug: string },
    options: Partial<StartggOptions> & { deepestEntry?: number } = {},
  ): Promise<Venue> {
    const ground = await Ground.open(world, options);
    const herald = await ground.herald(undefined, { works: false });
    const venue = new Venue(ground, herald, slug.replace('tournament/', ''), options.deepestEntry);
    await venue.follow('1');
    return venue;
  }

  /** Lets a guild follow it; everybody there is told unless said otherwise. Gives the tournament's id. */
  async follow(guildId: string, dm = 'everyone'): Promise<number> {
    await this.rows(`insert into guild (id, name, channel_id) values ($1, $2, $3) on conflict do nothing`, [
      guildId,
      `Guild ${guildId}`,
      `10${guildId}`,
    ]);
    const [row] = await this.rows<{ id: number }>(
      `with t as (insert into tournament (guild_id, name, dm) values ($1, $2, $3) returning id)
       insert into tournament_link (tournament_id, source, slug, name) select id, 'startgg', $4, $2 from t returning tournament_id as id`,
      [guildId, `Cup ${guildId}`, dm, this.slug],
    );
    return row?.id ?? 0;
  }

  /** One sync. Gives the names of the requests that it made. */
  async run(): Promise<string[]> {
    const before = this.ground.startgg.requests.length;
    await this.schedule.run(this.slug);
    return this.ground.startgg.requests.slice(before).map(({ operationName }) => operationName ?? '');
  }

  /** The next sync reads all of it, as it does every hour or day. */
  async makeWholeDue(): Promise<void> {
    await this.rows(`update startgg_sync set walked_at = now() - interval '2 days' where scope = 'whole'`);
  }

  async rows<T extends Row = Row>(query: string, values: unknown[] = []): Promise<T[]> {
    return await this.ground.rows<T>(query, values);
  }

  /** The match of a set, in a guild. */
  async match(set: SetRecord | string, guildId = '1'): Promise<Row> {
    const id = typeof set === 'string' ? set : String(setId(set));
    const [match] = await this.rows(
      `select m.* from match m join tournament t on t.id = m.tournament_id where outside_id = $1 and t.guild_id = $2`,
      [id, guildId],
    );
    if (!match) throw new Error(`no match of set ${id}`);
    return match;
  }

  /** Who plays: "1 Name 100…", "2 Name sgg_7", "2 To be announced". The number is the side. */
  async seats(set: SetRecord, guildId = '1'): Promise<string[]> {
    const { id } = await this.match(set, guildId);
    const seats = await this.rows<{ seat: string }>(
      `select concat_ws(' ', side, s.name, coalesce(p.discord_id, p.handle)) as seat
       from match_player s left join person_identity i on i.id = s.identity_id left join person p on p.id = i.person_id
       where match_id = $1 order by position`,
      [id],
    );
    return seats.map(({ seat }) => seat);
  }

  /** Messages on their way, as "who class set", in order; they are gone from here then. */
  async pending(): Promise<string[]> {
    const found = await this.rows<{ said: string }>(
      `with taken as (update notification set state = 'sent', sent_at = clock_timestamp() where state = 'pending' and class <> 'notice' returning *)
       select concat_ws(' ', discord_user_id, class, outside_id) as said from taken order by outside_id, discord_user_id`,
    );
    return found.map(({ said }) => said);
  }

  /** Row versions in all tables that a sync of an unchanged tournament must not write to. */
  async versions(): Promise<Record<string, Row[]>> {
    return await versions((statement) => this.rows(statement), [...SCHEDULE, ...WAREHOUSE]);
  }

  async link(): Promise<Row> {
    const [link] = await this.rows('select * from tournament_link order by id');
    if (!link) throw new Error('no link');
    return link;
  }
}
