import { Client } from 'pg';
import { test as base, describe, expect, inject } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database } from '../../src/database/database.ts';
import { Listener } from '../../src/database/listener.ts';
import { DeliveryLoop } from '../../src/discord/delivery-loop.ts';
import { newChannelPace } from '../../src/discord/new-channels.ts';
import { Notifications } from '../../src/discord/notifications.ts';
import { createRest } from '../../src/discord/rest.ts';
import { createLog } from '../../src/log.ts';
import { applyMatch } from '../../src/matches/apply.ts';
import type { SourceMatch } from '../../src/matches/source.ts';
import { passTime } from '../../src/notifications/reminders.ts';
import { tell } from '../../src/notifications/tell.ts';
import { askForMessages } from '../../src/outbox/preferences.ts';
import { movableClock } from '../../src/sandbox/discord/clock.ts';
import type { LimitOverrides } from '../../src/sandbox/discord/limits.ts';
import type { Message } from '../../src/sandbox/discord/messages.ts';
import { type Discord, startDiscord } from '../../src/sandbox/discord/start.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const TOKEN = 'sandbox.bot.token';
const HOUR = 3_600_000;
/** What is compared must not change at the next minute. */
const START = Math.floor(Date.now() / 60_000) * 60_000;
const log = createLog('silent');
const inHours = (hours: number) => new Date(START + hours * HOUR).toISOString().replace('.000Z', 'Z');

/** A player as the source names one. */
const player = (name: string, discordId: string) => ({
  pairing: 1,
  name,
  person: {
    kind: 'player',
    key: `demo:${name}`,
    handle: `sg_${name}`,
    name,
    discordId,
    tag: null,
    stream: null,
  },
});

/** A tracker as the source names one. */
const tracker = (name: string, discordId: string) => ({
  role: 'tracker' as const,
  outsideId: `9-${name}`,
  language: null,
  person: { ...player(name, discordId).person, kind: 'crew', handle: `sg_crew_${name}` },
});

/** A guild with Ada and Ben in it, its announce channel, and a match of theirs that can be changed. */
class Scene {
  readonly discord: Discord;
  readonly clock: ReturnType<typeof movableClock>;
  readonly db: Database;
  readonly sql: Client;
  readonly ada: string;
  readonly ben: string;
  readonly guildId: string;
  readonly channelId: string;
  readonly #url: string;
  readonly #closing: (() => Promise<unknown>)[] = [];
  #revision = 0;
  #now: Partial<SourceMatch> = {};

  private constructor(discord: Discord, clock: Scene['clock'], url: string, db: Database, sql: Client) {
    const { world } = discord;
    this.discord = discord;
    this.clock = clock;
    this.#url = url;
    this.db = db;
    this.sql = sql;
    const owner = world.addUser({ username: 'owner' });
    const guild = world.addGuild({ name: 'Club', ownerId: owner.id });
    world.installBot(guild, ['ViewChannel', 'SendMessages', 'EmbedLinks', 'ReadMessageHistory']);
    this.guildId = guild.id;
    this.channelId = world.addChannel(guild, { name: 'matches' }).id;
    [this.ada = '', this.ben = ''] = ['Ada', 'Ben'].map((name) => {
      const user = world.addUser({ username: name.toLowerCase(), globalName: name });
      world.addMember(guild, user);
      return user.id;
    });
  }

  static async open(limits: LimitOverrides = {}): Promise<Scene> {
    const clock = movableClock();
    const discord = await startDiscord({ token: TOKEN, clock, limits });
    const database = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
    const db = await Database.connect(database.url, entities);
    const sql = new Client({ connectionString: database.url });
    await sql.connect();
    const scene = new Scene(discord, clock, database.url, db, sql);
    scene.#closing.push(
      () => sql.end(),
      () => db.close(),
      () => discord.close(),
      () => database.drop(),
    );
    await scene.follow(scene.guildId, scene.channelId);
    return scene;
  }

  async close(): Promise<void> {
    for (const close of this.#closing) await close();
  }

  /** Lets a guild follow the schedule; its first sync is over. */
  async follow(guildId: string, channelId: string | null, dm = 'everyone'): Promise<void> {
    await this.sql.query(
      `insert into guild (id, name, channel_id) values ($1, 'Club', $2) on conflict do nothing`,
      [guildId, channelId],
    );
    await this.sql.query(
      `with t as (insert into tournament (guild_id, name, dm, discord_events) values ($1, 'Cup', $2, 'none') returning id)
       insert into tournament_link (tournament_id, source, slug, name, ready_at) select id, 'speedgaming', 'demo', 'Cup', now() from t`,
      [guildId, dm],
    );
  }

  /** Starts a process that sends. */
  async deliverer(options: { perDay?: number; seconds?: number } = {}): Promise<{ stop(): Promise<void> }> {
    const listener = new Listener(this.#url, log);
    await listener.start();
    const pace = newChannelPace(this.db, {
      secondsPerNewChannel: options.seconds ?? 0.05,
      newChannelsPerDay: options.perDay ?? 1_000,
    });
    const rest = createRest({ token: TOKEN, apiUrl: this.discord.url, shards: 'auto' });
    const sending = new Notifications({ db: this.db, rest, pace, log });
    const deliverer = new DeliveryLoop(sending, listener, log);
    deliverer.start();
    this.#closing.unshift(
      () => deliverer.stop(),
      () => listener.close(),
    );
    return deliverer;
  }

  /** Brings the match as it is now at the source into every guild that follows it, quietly when it is the first sync. */
  async sync(given: Partial<SourceMatch> = {}, isReady = true): Promise<void> {
    this.#revision++;
    this.#now = {
      source: 'speedgaming',
      outsideId: '1',
      state: 'scheduled',
      url: 'https://speedgaming.org/demo/',
      title: 'Round 1',
      startsAt: inHours(48),
      airsAt: inHours(48),
      lengthMinutes: 60,
      timeNote: null,
      isApproved: true,
      hasRestream: true,
      note: null,
      channels: [],
      score: null,
      players: [player('Ada', this.ada), player('Ben', this.ben)],
      crew: [],
      ...this.#now,
      ...given,
      revision: this.#revision,
    };
    const { rows } = await this.sql.query<{ id: number; tournamentId: number; guildId: string }>(
      `select l.id, tournament_id as "tournamentId", guild_id as "guildId" from tournament_link l join tournament t on t.id = tournament_id order by guild_id`,
    );
    await this.sql.query('update tournament_link set ready_at = case when $1 then now() end', [isReady]);
    await this.db.transaction(async (em) => {
      for (const link of rows)
        await tell(em, await applyMatch(em, { ...link, isReady }, this.#now as SourceMatch));
    });
  }

  inbox(userId: string): string[] {
    return this.discord.person(userId).inbox().map(headline);
  }

  /** Waits until nothing waits to be sent any more. */
  async settled(): Promise<void> {
    await until('nothing is pending', async () => {
      const { rows } = await this.sql.query(`select 1 from notification where state = 'pending'`);
      return rows.length === 0;
    });
  }

  async states(userId = this.ada): Promise<string[]> {
    const { rows } = await this.sql.query<{ state: string }>(
      'select state from notification where discord_user_id = $1 order by id',
      [userId],
    );
    return rows.map(({ state }) => state);
  }
}

const headline = (message: Message) => message.embeds[0]?.title ?? message.content;

const test = base.extend<{ open: (limits?: LimitOverrides) => Promise<Scene> }>({
  open: async ({ task: _ }, use) => {
    const scenes: Scene[] = [];
    await use(async (limits) => {
      const scene = await Scene.open(limits);
      scenes.push(scene);
      return scene;
    });
    for (const scene of scenes) await scene.close();
  },
});

describe('what a person is told', () => {
  test('is every move, also back and forth', async ({ open }) => {
    const scene = await open();
    await scene.deliverer();
    for (const hours of [48, 50, 48, 50]) {
      await scene.sync({ startsAt: inHours(hours) });
      await scene.settled();
    }
    expect(scene.inbox(scene.ada)).toEqual(['Match scheduled', 'Match moved', 'Match moved', 'Match moved']);
    expect(scene.inbox(scene.ben)).toHaveLength(4);
  });

  test('collapses while nothing could be sent, and vanishes when it comes to nothing', async ({ open }) => {
    const scene = await open();
    await scene.sync();
    await scene.sync({ startsAt: inHours(50) });
    await scene.sync({ startsAt: inHours(52) });
    await scene.deliverer();
    await scene.settled();
    expect(scene.inbox(scene.ada)).toEqual(['Match scheduled']);
    expect(await scene.states()).toEqual(['void', 'void', 'sent']);
    scene.discord.faults.add({ kind: 'status', status: 503, path: /messages/, method: 'POST', times: 1_000 });
    await scene.sync({ startsAt: inHours(60) });
    await scene.sync({ startsAt: inHours(52) });
    await scene.settled();
    expect(scene.inbox(scene.ada)).toEqual(['Match scheduled']);
  });

  test('names who is added, who is removed, and a new opponent', async ({ open }) => {
    const scene = await open();
    await scene.deliverer();
    await scene.sync();
    await scene.settled();
    const cas = scene.discord.world.addUser({ username: 'cas' });
    scene.discord.world.addMember(scene.guildId, cas);
    await scene.sync({ players: [player('Ada', scene.ada), player('Cas', cas.id)] });
    await scene.settled();
    expect(scene.inbox(scene.ada).at(-1)).toBe('Opponent changed');
    expect(scene.inbox(scene.ben).at(-1)).toBe('You are no longer in this match');
    expect(scene.inbox(cas.id)).toEqual(['You were added to a match']);
    await scene.sync({ state: 'cancelled' });
    await scene.settled();
    expect(scene.inbox(cas.id).at(-1)).toBe('Match cancelled');
    expect(scene.inbox(scene.ben)).toHaveLength(2);
    await scene.sync({ state: 'scheduled' });
    await scene.settled();
    expect(scene.inbox(cas.id).at(-1)).toBe('Match is on again');
  });

  test('says once why it comes, and shows text from outside as typed', async ({ open }) => {
    const scene = await open();
    await scene.deliverer();
    await scene.sync({ title: '@everyone **x** <@1>' });
    await scene.settled();
    await scene.sync({ startsAt: inHours(55) });
    await scene.settled();
    const [first, second] = scene.discord.person(scene.ada).inbox();
    expect(first?.embeds[0]?.description).toContain('You get this because');
    expect(first?.embeds[0]?.description).toContain('\\@everyone \\*\\*x\\*\\*');
    expect(second?.embeds[0]?.description).not.toContain('You get this because');
    expect(first?.pinged).toEqual([]);
  });

  test('is a reminder, once for each start, and late rather than not at all', async ({ open }) => {
    const scene = await open();
    await scene.sync({ startsAt: inHours(0.4) });
    await scene.sql.query(`update notification set state = 'sent', sent_at = now()`);
    await passTime(scene.db);
    await passTime(scene.db);
    await scene.deliverer();
    await scene.settled();
    expect(scene.inbox(scene.ada)).toEqual(['Your match starts soon']);
    await scene.sync({ startsAt: inHours(0.25) });
    await passTime(scene.db);
    await scene.settled();
    expect(scene.inbox(scene.ada).sort()).toEqual([
      'Match moved',
      'Your match starts soon',
      'Your match starts soon',
    ]);
    await scene.sync({ startsAt: inHours(-0.1) });
    await passTime(scene.db);
    await scene.settled();
    expect(scene.inbox(scene.ada)).toHaveLength(3);
  });
});

describe('a reminder', () => {
  const wants = (scene: Scene, userId: string, minutes: number) =>
    scene.sql.query(`insert into discord_user (discord_id, reminder_minutes) values ($1, $2)`, [
      userId,
      minutes,
    ]);

  test('comes as early as the person wants, which goes before what the tournament wants', async ({
    open,
  }) => {
    const scene = await open();
    await scene.sync({ startsAt: inHours(0.75) }, false);
    await wants(scene, scene.ben, 60);
    await passTime(scene.db);
    await scene.deliverer();
    await scene.settled();
    expect(scene.inbox(scene.ben)).toEqual(['Your match starts soon']);
    expect(scene.inbox(scene.ada)).toEqual([]);
  });

  test('comes to nobody who wants none, and to nobody where the tournament wants none', async ({ open }) => {
    const scene = await open();
    await scene.sync({ startsAt: inHours(0.2) }, false);
    await wants(scene, scene.ada, 0);
    await scene.sql.query('update tournament set reminder_minutes = 0');
    await passTime(scene.db);
    expect(await scene.states(scene.ada)).toEqual([]);
    expect(await scene.states(scene.ben)).toEqual([]);
    await scene.sql.query('update tournament set reminder_minutes = 30');
    await passTime(scene.db);
    await scene.deliverer();
    await scene.settled();
    expect(scene.inbox(scene.ben)).toEqual(['Your match starts soon']);
    expect(scene.inbox(scene.ada)).toEqual([]);
  });

  test('does not come for a match that nobody follows any more', async ({ open }) => {
    const scene = await open();
    await scene.sync({ startsAt: inHours(0.2) }, false);
    await scene.sql.query('delete from tournament_link');
    await passTime(scene.db);
    expect(await scene.states(scene.ben)).toEqual([]);
  });
});

describe('who is told', () => {
  test('members alone, unless somebody asked for it', async ({ open }) => {
    const scene = await open();
    scene.discord.world.removeMember(scene.guildId, scene.ben);
    await scene.deliverer();
    await scene.sync();
    await scene.settled();
    expect(scene.inbox(scene.ada)).toHaveLength(1);
    expect(scene.discord.world.findDm(scene.ben)).toBeUndefined();
    expect(await scene.states(scene.ben)).toEqual(['void']);
    await scene.sync({ startsAt: inHours(55) });
    await scene.settled();
    const asked = scene.discord.log.filter(({ path }) => path.includes('/members/'));
    expect(asked).toHaveLength(2);
  });

  test('a member of another guild that follows the same match', async ({ open }) => {
    const scene = await open();
    const { world } = scene.discord;
    const other = world.addGuild({ name: 'Other' });
    world.installBot(other, ['ViewChannel', 'SendMessages']);
    world.addMember(other, scene.ben);
    world.removeMember(scene.guildId, scene.ben);
    await scene.follow(other.id, null);
    await scene.deliverer();
    await scene.sync();
    await scene.settled();
    expect(scene.inbox(scene.ben)).toEqual(['Match scheduled']);
    expect(scene.inbox(scene.ada)).toEqual(['Match scheduled']);
  });

  test('as the tournament and the person are set when it is sent', async ({ open }) => {
    const scene = await open();
    await scene.sync();
    await scene.sql.query(`insert into discord_user (discord_id, preference) values ($1, 'off')`, [
      scene.ada,
    ]);
    await scene.deliverer();
    await scene.settled();
    expect(await scene.states()).toEqual(['void']);
    expect(scene.inbox(scene.ben)).toHaveLength(1);
    await scene.sql.query(`update tournament set dm = 'nobody'`);
    await scene.sync({ startsAt: inHours(60) });
    await scene.settled();
    expect(scene.inbox(scene.ben)).toHaveLength(1);
    await scene.sql.query(`update tournament set dm = 'opted-in'`);
    await scene.sql.query(`update discord_user set preference = 'on' where discord_id = '${scene.ada}'`);
    await scene.sync({ startsAt: inHours(62) });
    await scene.settled();
    expect(scene.inbox(scene.ada)).toEqual(['Match moved']);
    expect(scene.inbox(scene.ben)).toHaveLength(1);
  });
});

describe('exactly once', () => {
  test('when the answer is lost', async ({ open }) => {
    const scene = await open();
    await scene.deliverer();
    scene.discord.faults.add({ kind: 'lost-answer', method: 'POST', path: /messages$/, times: 4 });
    await scene.sync();
    await scene.settled();
    expect([...scene.inbox(scene.ada), ...scene.inbox(scene.ben)]).toEqual([
      'Match scheduled',
      'Match scheduled',
    ]);
  });

  test('when a process died after sending, also after Discord has forgotten the nonce', async ({ open }) => {
    const scene = await open();
    const first = await scene.deliverer();
    await scene.sync();
    await scene.settled();
    await first.stop();
    // As if nobody had noted what was sent, an hour ago.
    await scene.sql.query(
      `update notification set state = 'pending', sent_at = null, message_id = null, sending_at = now()`,
    );
    scene.clock.advance(HOUR);
    await scene.deliverer();
    await scene.settled();
    expect(scene.inbox(scene.ada)).toEqual(['Match scheduled']);
    expect(await scene.states()).toEqual(['sent']);
  });

  test('when a process died before sending', async ({ open }) => {
    const scene = await open();
    await scene.sync();
    await scene.sql.query(
      `update notification set sending_at = now(), claimed_until = now() + interval '1 second'`,
    );
    await scene.deliverer();
    await scene.settled();
    expect(scene.inbox(scene.ada)).toEqual(['Match scheduled']);
  });

  test('when it is newer news that finds the older sent', async ({ open }) => {
    const scene = await open();
    const first = await scene.deliverer();
    await scene.sync();
    await scene.settled();
    await first.stop();
    await scene.sql.query(
      `update notification set state = 'pending', sent_at = null, message_id = null, sending_at = now()`,
    );
    await scene.sync({ startsAt: inHours(70) });
    await scene.deliverer();
    await scene.settled();
    expect(scene.inbox(scene.ada)).toEqual(['Match scheduled', 'Match moved']);
  });

  test('with several processes at work', async ({ open }) => {
    const scene = await open();
    for (let i = 0; i < 4; i++) await scene.deliverer();
    for (const hours of [48, 50, 52]) {
      await scene.sync({ startsAt: inHours(hours) });
      await scene.settled();
    }
    expect(scene.inbox(scene.ada)).toEqual(['Match scheduled', 'Match moved', 'Match moved']);
  });

  test('when two guilds follow the same match', async ({ open }) => {
    const scene = await open();
    const other = scene.discord.world.addGuild({ name: 'Other' });
    scene.discord.world.addMember(other, scene.ada);
    await scene.follow(other.id, null);
    await scene.deliverer();
    await scene.sync();
    await scene.settled();
    await scene.sync({ startsAt: inHours(60) });
    await scene.settled();
    expect(scene.inbox(scene.ada)).toEqual(['Match scheduled', 'Match moved']);
  });
});

describe('what waits', () => {
  test('is not sent when the match was withdrawn meanwhile', async ({ open }) => {
    const scene = await open();
    await scene.sync();
    await scene.sync({ state: 'unconfirmed', timeNote: 'CET' });
    await scene.deliverer();
    await scene.settled();
    expect(scene.inbox(scene.ada)).toEqual([]);
    await scene.sync({ state: 'scheduled', timeNote: null, startsAt: inHours(60) });
    await scene.settled();
    expect(scene.inbox(scene.ada)).toEqual(['Time confirmed']);
  });

  test('reminds nobody who was removed meanwhile', async ({ open }) => {
    const scene = await open();
    await scene.sync({ startsAt: inHours(0.4) });
    await scene.sql.query(`update notification set state = 'sent', sent_at = now()`);
    await passTime(scene.db);
    await scene.sync({ players: [player('Ada', scene.ada)] });
    await scene.deliverer();
    await scene.settled();
    expect(scene.inbox(scene.ben)).toEqual(['You are no longer in this match']);
    expect(scene.inbox(scene.ada).sort()).toEqual(['Opponent changed', 'Your match starts soon']);
  });

  test('reminds of a start to which the match came back', async ({ open }) => {
    const scene = await open();
    const first = inHours(0.4);
    await scene.sync({ startsAt: first });
    await passTime(scene.db);
    await scene.sync({ startsAt: inHours(9) });
    await scene.deliverer();
    await scene.settled();
    await scene.sync({ startsAt: first });
    await passTime(scene.db);
    await scene.settled();
    expect(scene.inbox(scene.ada).filter((line) => line.includes('soon'))).toHaveLength(1);
  });

  test('and would come too late is said in the channel', async ({ open }) => {
    const scene = await open();
    await scene.sync({ startsAt: inHours(0.4) });
    await scene.sql.query(`update notification set state = 'sent', sent_at = now()`);
    await passTime(scene.db);
    await scene.deliverer({ seconds: 3_600 });
    await scene.settled();
    const mentioned = scene.discord.channel(scene.channelId).messages.flatMap(({ pinged }) => pinged);
    // One of the two has used up the pace.
    expect(scene.inbox(scene.ada).length + scene.inbox(scene.ben).length).toBe(1);
    expect(mentioned).toHaveLength(1);
  });

  test('goes at once to somebody who asks for it', async ({ open }) => {
    const scene = await open();
    await scene.sync();
    await scene.sql.query(`update notification set not_before = now() + interval '20 hours'`);
    await scene.deliverer();
    await askForMessages(scene.db.em(), scene.ada);
    await until('Ada is told', () => scene.inbox(scene.ada).length === 1);
    expect(scene.discord.world.findDm(scene.ben)).toBeUndefined();
  });
});

describe('what changed', () => {
  test('while nothing could be told is told afterwards, also to those who were removed', async ({ open }) => {
    const scene = await open();
    await scene.deliverer();
    await scene.sync();
    await scene.settled();
    await scene.sync({ state: 'unconfirmed', timeNote: 'CET' });
    await scene.sync({ players: [player('Ada', scene.ada)] });
    await scene.sync({ state: 'scheduled', timeNote: null });
    await scene.settled();
    expect(scene.inbox(scene.ben)).toEqual(['Match scheduled', 'You are no longer in this match']);
    expect(scene.inbox(scene.ada)).toEqual(['Match scheduled', 'Opponent changed']);
  });

  test('is no opponent when it is a name, or an account for one', async ({ open }) => {
    const scene = await open();
    await scene.deliverer();
    const ben = player('Ben', scene.ben);
    const unknown = { ...ben, person: { ...ben.person, discordId: null } };
    await scene.sync({ players: [player('Ada', scene.ada), unknown] });
    await scene.settled();
    await scene.sync({ players: [player('Ada', scene.ada), ben] });
    await scene.settled();
    const renamed = { ...ben, name: 'Ben_TTV', person: { ...ben.person, name: 'Ben_TTV' } };
    await scene.sync({ players: [player('Ada', scene.ada), renamed] });
    await scene.settled();
    expect(scene.inbox(scene.ada)).toEqual(['Match scheduled']);
    expect(scene.inbox(scene.ben)).toEqual(['You were added to a match']);
  });

  test('is told to crew too, who are told who plays', async ({ open }) => {
    const scene = await open();
    await scene.deliverer();
    await scene.sync({ crew: [tracker('Ben', scene.ben)], players: [player('Ada', scene.ada)] });
    await scene.settled();
    const [first] = scene.discord.person(scene.ben).inbox();
    expect(first?.embeds[0]?.description).toContain('**Players** Ada');
    await scene.sync({ players: [player('Zoe', '100000000000000099')] });
    await scene.settled();
    expect(scene.inbox(scene.ben)).toEqual(['Match scheduled', 'Players changed']);
  });

  test('is announced only when people can see it', async ({ open }) => {
    const scene = await open();
    await scene.sync({}, false);
    await scene.sync({ note: 'psst' });
    const announced = async () => (await scene.sql.query('select 1 from live_message')).rows.length;
    expect(await announced()).toBe(0);
    await scene.sync({ startsAt: inHours(50) });
    expect(await announced()).toBe(1);
  });
});

describe('when Discord refuses', () => {
  test('the mention goes to a guild that the person is in, and names no other', async ({ open }) => {
    const scene = await open();
    const { world } = scene.discord;
    const other = world.addGuild({ name: 'Other' });
    world.installBot(other, ['ViewChannel', 'SendMessages', 'EmbedLinks', 'ReadMessageHistory']);
    const channel = world.addChannel(other, { name: 'here' });
    world.addMember(other, scene.ben);
    world.removeMember(scene.guildId, scene.ben);
    world.setAcceptsDms(scene.ben, false);
    await scene.follow(other.id, channel.id);
    await scene.deliverer();
    await scene.sync();
    await scene.settled();
    const mentions = (id: string) => scene.discord.channel(id).messages.flatMap(({ pinged }) => pinged);
    expect(mentions(channel.id)).toEqual([`<@${scene.ben}>`]);
    expect(mentions(scene.channelId)).toEqual([]);
  });

  test('closed direct messages become a mention in the channel, until the person asks again', async ({
    open,
  }) => {
    const scene = await open();
    const { world } = scene.discord;
    world.setAcceptsDms(scene.ada, false);
    await scene.deliverer();
    await scene.sync();
    await scene.settled();
    const posted = () =>
      scene.discord
        .channel(scene.channelId)
        .messages.filter(
          ({ embeds }) => embeds[0]?.title === 'Match scheduled' || embeds[0]?.title === 'Match moved',
        );
    expect(posted().map(({ pinged }) => pinged)).toEqual([[`<@${scene.ada}>`]]);
    const refused = scene.discord.log.filter(({ status }) => status === 403).length;
    await scene.sync({ startsAt: inHours(60) });
    await scene.settled();
    expect(posted()).toHaveLength(2);
    expect(scene.discord.log.filter(({ status }) => status === 403)).toHaveLength(refused);
    expect(await scene.states()).toEqual(['sent', 'sent']);
  });

  test('with no channel either, it is given up and says so', async ({ open }) => {
    const scene = await open();
    scene.discord.world.setAcceptsDms(scene.ada, false);
    await scene.sql.query('update guild set channel_id = null');
    await scene.deliverer();
    await scene.sync();
    await scene.settled();
    expect(await scene.states()).toEqual(['failed']);
  });

  test('too many new conversations stop them for minutes', async ({ open }) => {
    const scene = await open({ newDm: { count: 0, perMs: 60_000 } });
    await scene.deliverer();
    await scene.sync();
    await until('both wait', async () => {
      const { rows } = await scene.sql.query(
        `select 1 from notification where state = 'pending' and not_before > now() + interval '4 minutes'`,
      );
      return rows.length === 2;
    });
    expect(scene.discord.log.filter(({ status }) => status === 403).length).toBeLessThanOrEqual(2);
  });

  test('what could not be said within a day is dropped', async ({ open }) => {
    const scene = await open();
    await scene.sync();
    await scene.sql.query(`update notification set created_at = now() - interval '25 hours'`);
    await scene.deliverer();
    await scene.settled();
    expect(await scene.states()).toEqual(['failed']);
    expect(scene.inbox(scene.ada)).toEqual([]);
  });
});

test('people are written to for the first time at a pace, those who asked at once', async ({ open }) => {
  const scene = await open();
  await scene.sql.query(`insert into discord_user (discord_id, preference) values ($1, 'on')`, [scene.ben]);
  await scene.deliverer({ seconds: 600, perDay: 1 });
  await scene.sync();
  await until(
    'Ada and Ben are told',
    () => scene.inbox(scene.ada).length + scene.inbox(scene.ben).length === 2,
  );
  const cas = scene.discord.world.addUser({ username: 'cas' });
  scene.discord.world.addMember(scene.guildId, cas);
  await scene.sync({ crew: [tracker('Cas', cas.id)] });
  await until('Cas waits', async () => {
    const { rows } = await scene.sql.query(
      `select 1 from notification where discord_user_id = $1 and not_before > now() + interval '9 minutes'`,
      [cas.id],
    );
    return rows.length === 1;
  });
  expect(scene.discord.person(cas.id).inbox()).toEqual([]);
});
