import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { entities } from '../../src/app.ts';
import { Database, rows } from '../../src/database/database.ts';
import { Guilds } from '../../src/guilds/guilds.ts';
import { Queue } from '../../src/jobs/queue.ts';
import { createLog } from '../../src/log.ts';
import { isAnnounced, moveAnnouncements, refusedAnnouncements } from '../../src/matches/announcements.ts';
import { applyMatch } from '../../src/matches/apply.ts';
import { beginRun, linksTo, noteSuccess } from '../../src/matches/links.ts';
import { linkStatuses, listTournaments } from '../../src/matches/overview.ts';
import { matchDetail, suggestMatches, upcomingMatches } from '../../src/matches/schedule.ts';
import type { SourceMatch } from '../../src/matches/source.ts';
import { suggestTournaments } from '../../src/matches/tournament-names.ts';
import { purgeTournaments, Tournaments } from '../../src/matches/tournaments.ts';
import { tell } from '../../src/notifications/tell.ts';
import { createLive } from '../../src/outbox/live-message.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';

let db: Database;
let queue: Queue;
let tournaments: Tournaments;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase(inject('postgresUrl'), TEMPLATE);
  drop = database.drop;
  db = await Database.connect(database.url, entities);
  queue = new Queue(database.url, createLog('silent'));
  await queue.start();
  tournaments = new Tournaments({ db, queue, guilds: new Guilds(db), announcements });
});
afterAll(async () => {
  await queue.stop(1_000);
  await db.close();
  await drop();
});

const announcements = { match: 'match', event: 'startgg-event' };
let made = 0;
const newGuild = () => ({ guildId: `guild-${made++}`, actorId: 'organiser' });
type Actor = ReturnType<typeof newGuild>;
const schedule = (slug = `event-${made++}`) => ({
  source: 'speedgaming' as const,
  slug,
  name: `Event ${slug}`,
});
/** One moment for all, so that a match that is given twice has not moved. */
const NOW = Date.now();
const inHours = (hours: number) => `${new Date(NOW + hours * 3_600_000).toISOString().slice(0, 19)}Z`;

function match(id: number, changes: Partial<SourceMatch> = {}): SourceMatch {
  const player = (name: string) => ({
    pairing: 1,
    name,
    person: {
      kind: 'player',
      key: `event:${name}`,
      handle: `sg_${name}`,
      name,
      discordId: name === 'Ann' ? '100000000000000001' : null,
      tag: null,
      stream: null,
    },
  });
  return {
    source: 'speedgaming',
    outsideId: String(id),
    revision: 1,
    state: 'scheduled',
    url: 'https://speedgaming.org/event/',
    title: `Round ${id}`,
    startsAt: inHours(id),
    airsAt: inHours(id),
    lengthMinutes: 60,
    timeNote: null,
    isApproved: true,
    hasRestream: true,
    note: 'between us',
    channels: [],
    score: null,
    players: [player(id % 2 ? 'Ann' : 'Ben'), player('Cid')],
    crew: [],
    ...changes,
  };
}

/** What a sync of the slug does. */
async function sync(slug: string, ...matches: SourceMatch[]): Promise<void> {
  const links = await linksTo(db.em(), 'speedgaming', slug);
  await db.transaction(async (em) => {
    for (const link of links) for (const each of matches) await tell(em, await applyMatch(em, link, each));
    await noteSuccess(em, links, await beginRun(db, 'speedgaming', slug));
  });
}

const all = async <T>(statement: ReturnType<typeof sql<T>>) => await rows(db.em(), statement);
const audited = async ({ guildId }: Actor) =>
  (
    await all(sql<{ action: string }>`select action from audit_log where guild_id = ${guildId} order by id`)
  ).map(({ action }) => action);
const dirtyEvents = async ({ guildId }: Actor) =>
  (
    await all(
      sql<{
        outsideId: string;
      }>`select m.outside_id as "outsideId" from discord_event e join match m on m.id = e.match_id
        where e.guild_id = ${guildId} and dirty_at is not null order by m.starts_at`,
    )
  ).map(({ outsideId }) => outsideId);
/** As if the deliverer had made what was asked for. */
const makeEvents = async () =>
  await all(sql`update discord_event set dirty_at = null, event_id = 'e' || match_id where ended_at is null`);

describe('a tournament', () => {
  it('has a name that is unique in its guild, however it is capitalised', async () => {
    const [here, there] = [newGuild(), newGuild()];
    const { id } = await tournaments.create(here, '  Spring\n Cup ');
    expect((await tournaments.get(here.guildId, id)).name).toBe('Spring Cup');
    await expect(tournaments.create(here, 'spring cup')).rejects.toThrow(/called "spring cup" here already/);
    await tournaments.create(there, 'SPRING CUP');
    await expect(tournaments.create(here, '  ')).rejects.toThrow('needs a name');
    await expect(tournaments.create(here, 'x'.repeat(101))).rejects.toThrow('at most 100');
    expect(await audited(here)).toEqual(['tournament.create']);
  });

  it('is made once when two ask at the same time', async () => {
    const here = newGuild();
    const made = await Promise.allSettled([1, 2, 3].map(() => tournaments.create(here, 'Cup')));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is found by its id, by its name, and only in its own guild', async () => {
    const [here, there] = [newGuild(), newGuild()];
    const { id } = await tournaments.create(here, 'Autumn %_ Cup');
    for (const typed of [String(id), 'autumn %_ cup', ' Autumn %_ Cup '])
      expect((await tournaments.find(here.guildId, typed)).id).toBe(id);
    for (const typed of [String(id), 'autumn %_ cup', '99999999999', '0', '-1', "'; drop table match"])
      await expect(tournaments.find(there.guildId, typed)).rejects.toThrow('There is no tournament');
    await expect(tournaments.get(there.guildId, id)).rejects.toThrow('no such tournament');
    expect(await suggestTournaments(db, here.guildId, '%_')).toEqual([
      { name: 'Autumn %_ Cup', value: String(id) },
    ]);
    expect(await suggestTournaments(db, here.guildId, '__')).toEqual([]);
    expect(await suggestTournaments(db, here.guildId, '', { linked: true })).toEqual([]);
    expect(await suggestTournaments(db, there.guildId, '')).toEqual([]);
  });

  it('is offered among 25 at most', async () => {
    const here = newGuild();
    for (let i = 0; i < 27; i++) await tournaments.create(here, `Cup ${i}`);
    expect(await suggestTournaments(db, here.guildId, 'cup')).toHaveLength(25);
  });

  it('keeps the settings that are not given', async () => {
    const here = newGuild();
    const { id } = await tournaments.create(here, 'Cup');
    const first = await tournaments.change(here, id, { dm: 'nobody', reminderMinutes: 0 });
    expect(first).toMatchObject({
      dm: 'nobody',
      reminderMinutes: 0,
      discordEvents: 'all',
      announceChannelId: null,
    });
    const second = await tournaments.change(here, id, { announceChannelId: '5', raceRooms: 'demo/all' });
    expect(second).toMatchObject({
      dm: 'nobody',
      reminderMinutes: 0,
      announceChannelId: '5',
      raceRooms: 'demo/all',
    });
    await tournaments.change(here, id, { dm: 'nobody' });
    await tournaments.change(here, id, {});
    expect(await audited(here)).toEqual(['tournament.create', 'tournament.settings', 'tournament.settings']);
    expect(await tournaments.get(here.guildId, id)).toMatchObject({ dm: 'nobody', announceChannelId: '5' });
    await expect(tournaments.change(newGuild(), id, { dm: 'everyone' })).rejects.toThrow(
      'no such tournament',
    );
  });
});

describe('a link', () => {
  it('without a tournament makes one named after the event, with the slug where that is taken', async () => {
    const here = newGuild();
    const [first, second, third] = [0, 1, 2].map(() => ({ ...schedule(), name: 'Same' }));
    if (!first || !second || !third) throw new Error('no schedules');
    expect((await tournaments.link(here, first)).name).toBe('Same');
    expect((await tournaments.link(here, second)).name).toBe(`Same (${second.slug})`);
    await tournaments.create(here, `Same (${third.slug})`);
    await expect(tournaments.link(here, third)).rejects.toThrow(/Choose one of them/);
    expect(await audited(here)).toEqual([
      'tournament.create',
      'tournament.link',
      'tournament.create',
      'tournament.link',
      'tournament.create',
    ]);
  });

  it('to what a tournament of the guild follows already needs a tournament named', async () => {
    const [here, there] = [newGuild(), newGuild()];
    const wanted = schedule();
    const { id } = await tournaments.link(here, wanted);
    await expect(tournaments.link(here, wanted)).rejects.toThrow(
      `"${wanted.name}" follows this already; name a tournament to link it a second time.`,
    );
    const other = await tournaments.create(here, 'Other');
    await tournaments.link(here, wanted, { id: other.id });
    await tournaments.link(there, wanted);
    expect(await linksTo(db.em(), 'speedgaming', wanted.slug)).toHaveLength(3);
    await tournaments.delete(here, id);
    await tournaments.unlink(here, other.id, 'speedgaming');
    expect((await tournaments.link(here, wanted)).name).toBe(wanted.name);
  });

  it('is one per tournament and source; a second says which, and the way out', async () => {
    const here = newGuild();
    const { id } = await tournaments.create(here, 'Cup');
    await tournaments.link(here, schedule('first'), { id });
    await expect(tournaments.link(here, schedule('second'), { id })).rejects.toThrow(
      /"Cup" follows SpeedGaming's "first" already.*\/tournament unlink/,
    );
    await expect(tournaments.link(here, schedule('first'), { id })).rejects.toThrow(
      'follows SpeedGaming\'s "first" already',
    );
    expect(await linkStatuses(db, here.guildId)).toHaveLength(1);
    expect(await audited(here)).toEqual(['tournament.create', 'tournament.link']);
  });

  it('asks for its first sync in the same transaction', async () => {
    const here = newGuild();
    const wanted = schedule();
    const asked = async () =>
      await all(sql`select 1 from pgboss.job where name = 'sync' and data->>'slug' = ${wanted.slug}`);
    const { id } = await tournaments.create(here, 'Cup');
    await tournaments.link(here, schedule('another'), { id });
    await expect(tournaments.link(here, wanted, { id })).rejects.toThrow();
    expect(await asked()).toEqual([]);
    await tournaments.link(here, wanted);
    expect(await asked()).toHaveLength(1);
  });

  it('that was switched off is taken up again by linking the same once more', async () => {
    const here = newGuild();
    const wanted = schedule();
    const { id } = await tournaments.link(here, wanted);
    await all(
      sql`update tournament_link set disabled_at = now(), ready_at = now() where tournament_id = ${id}`,
    );
    expect(await linksTo(db.em(), 'speedgaming', wanted.slug)).toEqual([]);
    await tournaments.link(here, wanted, { id });
    expect(await linksTo(db.em(), 'speedgaming', wanted.slug)).toMatchObject([{ isReady: false }]);
  });

  it('that is taken off leaves the matches, calls their events off, and takes them up again', async () => {
    const here = newGuild();
    const wanted = schedule();
    const { id } = await tournaments.link(here, wanted);
    await sync(wanted.slug, match(1), match(2), match(-3), match(4, { state: 'unconfirmed' }));
    await makeEvents();
    await expect(tournaments.unlink(here, id, 'startgg')).rejects.toThrow('follows nothing at start.gg');
    await expect(tournaments.unlink(newGuild(), id, 'speedgaming')).rejects.toThrow('no such tournament');
    expect(await tournaments.unlink(here, id, 'speedgaming')).toMatchObject({ slug: wanted.slug });
    expect(await dirtyEvents(here)).toEqual(['1', '2']);
    const kept = sql<{
      id: number;
      link_id: number | null;
    }>`select id, link_id from match where tournament_id = ${id} order by id`;
    const before = await all(kept);
    expect(before.map(({ link_id }) => link_id)).toEqual([null, null, null, null]);
    expect(await linksTo(db.em(), 'speedgaming', wanted.slug)).toEqual([]);
    await expect(tournaments.unlink(here, id, 'speedgaming')).rejects.toThrow(
      'follows nothing at SpeedGaming',
    );

    await makeEvents();
    await tournaments.link(here, wanted, { id });
    await sync(wanted.slug, match(1), match(2), match(-3), match(4, { state: 'unconfirmed' }));
    const after = await all(kept);
    expect(after.map((each) => each.id)).toEqual(before.map((each) => each.id));
    expect(after.every(({ link_id }) => link_id !== null)).toBe(true);
    expect(await dirtyEvents(here)).toEqual(['1', '2']);
  });

  it('has its Discord events looked at again when the setting for them changes', async () => {
    const here = newGuild();
    const wanted = schedule();
    const { id } = await tournaments.link(here, wanted);
    await sync(wanted.slug, match(1), match(-30), match(3, { state: 'cancelled' }));
    await makeEvents();
    await tournaments.change(here, id, { reminderMinutes: 5 });
    expect(await dirtyEvents(here)).toEqual([]);
    await tournaments.change(here, id, { discordEvents: 'none' });
    expect(await dirtyEvents(here)).toEqual(['1']);
  });
});

describe('the announcements of a tournament', () => {
  type Live = { subject: string; channel_id: string; error: string | null; waits: boolean };
  const announced = async ({ guildId }: Actor, kind = 'match') =>
    await all(
      sql<Live>`select coalesce(m.outside_id, subject) as subject, channel_id, error, dirty_at is not null as waits
        from live_message a left join match m on a.kind = 'match' and m.id::text = subject
        where a.guild_id = ${guildId} and a.kind = ${kind} order by 1`,
    );
  /** As if the deliverer had been here: the first was posted, all others were refused. */
  const deliver = async ({ guildId }: Actor) =>
    await all(
      sql`update live_message set dirty_at = null, claimed_until = now() + interval '5 minutes', posted_at = now(),
            message_id = case when id = (select min(id) from live_message where guild_id = ${guildId}) then '1' end,
            error = case when id > (select min(id) from live_message where guild_id = ${guildId}) then 'no access' end
          where guild_id = ${guildId}`,
    );
  const shown = (subject: string, channel_id: string, waits: boolean, error: string | null = null) => ({
    subject,
    channel_id,
    error,
    waits,
  });

  it('that were refused go to a channel that is set later; those that stand stay', async () => {
    const here = newGuild();
    const wanted = schedule();
    const { id } = await tournaments.link(here, wanted, { channelId: '1' });
    await sync(wanted.slug);
    await sync(wanted.slug, match(1), match(2), match(3), match(4));
    await createLive(db.em(), {
      kind: 'startgg-event',
      subject: `${id}-7`,
      guildId: here.guildId,
      channelId: '1',
    });
    await createLive(db.em(), { kind: 'import', subject: `${made}`, guildId: here.guildId, channelId: '1' });
    await deliver(here);
    await sync(wanted.slug, match(4, { revision: 2, state: 'cancelled' }), match(5));
    await all(
      sql`update live_message set dirty_at = null where error is not null and guild_id = ${here.guildId}`,
    );
    const where = { guildId: here.guildId, tournamentId: id };
    const refused = async () => await refusedAnnouncements(db, announcements, { guildId: here.guildId });
    expect(await refused()).toEqual([{ channelId: '1', messages: 3, reason: 'no access' }]);
    expect(await refusedAnnouncements(db, announcements, where)).toEqual(await refused());
    expect(await refusedAnnouncements(db, announcements, { guildId: newGuild().guildId })).toEqual([]);

    await tournaments.change(here, id, { announceChannelId: '2' });
    expect(await announced(here)).toEqual([
      shown('1', '1', false),
      shown('2', '2', true),
      shown('3', '2', true),
      shown('4', '2', false),
      shown('5', '2', true),
    ]);
    expect(await announced(here, 'startgg-event')).toEqual([shown(`${id}-7`, '2', true)]);
    expect(await announced(here, 'import')).toMatchObject([{ channel_id: '1', error: 'no access' }]);
    expect(await refused()).toEqual([]);

    await deliver(here);
    await tournaments.change(here, id, { announceChannelId: '2' });
    expect((await announced(here)).map(({ waits }) => waits)).toEqual([false, true, true, false, true]);
  });

  it('go to the channel of the guild when that is set, unless the tournament has one of its own', async () => {
    const here = newGuild();
    const [with_, without] = [schedule(), schedule()];
    const guilds = new Guilds(db, {
      channelSet: (em, guildId, channelId) => moveAnnouncements(em, announcements, { guildId }, channelId),
    });
    const { id } = await tournaments.link(here, with_, { channelId: '1' });
    await guilds.setChannel(here.guildId, '2', 'organiser');
    await tournaments.link(here, without);
    for (const [{ slug }, number] of [
      [with_, 1],
      [without, 2],
      [without, 3],
    ] as const) {
      await sync(slug);
      await sync(slug, match(number));
    }
    await deliver(here);
    await all(sql`update live_message set error = 'no access' where guild_id = ${here.guildId}`);
    await guilds.setChannel(here.guildId, '3', 'organiser');
    expect(await announced(here)).toEqual([
      shown('1', '1', false, 'no access'),
      shown('2', '3', true),
      shown('3', '3', true),
    ]);
    expect(
      await refusedAnnouncements(db, announcements, { guildId: here.guildId, tournamentId: id }),
    ).toHaveLength(1);
  });

  it('whose posting was begun stay, since they may be there already', async () => {
    const here = newGuild();
    const wanted = schedule();
    const { id } = await tournaments.link(here, wanted, { channelId: '1' });
    await sync(wanted.slug);
    await sync(wanted.slug, match(1));
    await all(sql`update live_message set posted_at = now() where guild_id = ${here.guildId}`);
    await tournaments.change(here, id, { announceChannelId: '2' });
    expect(await announced(here)).toEqual([shown('1', '1', true)]);
  });

  it('come once where several tournaments of a guild follow the same: for each channel, from the first that was linked', async () => {
    const here = newGuild();
    const wanted = schedule();
    const first = await tournaments.link(here, wanted, { channelId: '1' });
    const [second, third] = [
      await tournaments.create(here, 'Second'),
      await tournaments.create(here, 'Third'),
    ];
    await tournaments.link(here, wanted, { id: second.id, channelId: '1' });
    await tournaments.link(here, wanted, { id: third.id, channelId: '2' });
    await sync(wanted.slug);
    await sync(wanted.slug, match(1));
    expect(await announced(here)).toEqual([shown('1', '1', true), shown('1', '2', true)]);
    const of = async (id: number) =>
      await all(
        sql`select 1 from match m join live_message a on a.kind = 'match' and a.subject = m.id::text where m.tournament_id = ${id}`,
      );
    expect([await of(first.id), await of(second.id)].map(({ length }) => length)).toEqual([1, 0]);
    await tournaments.unlink(here, first.id, 'speedgaming');
    await sync(wanted.slug, match(1, { revision: 2, title: 'Final' }));
    expect(await of(second.id)).toHaveLength(1);
  });

  it('are known to others of the guild that follow the same, for their channel alone', async () => {
    const [here, there] = [newGuild(), newGuild()];
    const wanted = schedule();
    const first = await tournaments.link(here, wanted, { channelId: '1' });
    await sync(wanted.slug);
    await sync(wanted.slug, match(1));
    const about = { guildId: here.guildId, source: 'speedgaming', outsideId: '1', channelId: '1' };
    const known = async (other: Partial<typeof about> = {}) =>
      await isAnnounced(db.em(), 'match', { ...about, ...other });
    expect(await known()).toBe(true);
    expect(await known({ channelId: '2' })).toBe(false);
    expect(await known({ guildId: there.guildId })).toBe(false);
    expect(await known({ outsideId: '2' })).toBe(false);
    await tournaments.unlink(here, first.id, 'speedgaming');
    expect(await known()).toBe(false);
  });
});

describe('a deleted tournament', () => {
  it('is gone for people at once, and its rows when its Discord events are over', async () => {
    const here = newGuild();
    const wanted = schedule();
    const { id } = await tournaments.link(here, wanted);
    await sync(wanted.slug);
    await all(sql`update guild set channel_id = '1' where id = ${here.guildId}`);
    await sync(wanted.slug, match(1), match(2));
    await makeEvents();
    const announced = sql`select 1 from live_message where guild_id = ${here.guildId} and kind = 'match'`;
    expect(await all(announced)).toHaveLength(2);
    const [{ id: matchId = 0 } = {}] = await all(
      sql<{ id: number }>`select id from match where tournament_id = ${id}`,
    );

    await expect(tournaments.delete(newGuild(), id)).rejects.toThrow('no such tournament');
    await tournaments.delete(here, id);
    expect(await all(announced)).toEqual([]);
    expect(await dirtyEvents(here)).toEqual(['1', '2']);
    await expect(tournaments.get(here.guildId, id)).rejects.toThrow('no such tournament');
    await expect(tournaments.delete(here, id)).rejects.toThrow('no such tournament');
    const viewer = { guildId: here.guildId, isOrganiser: true };
    expect(await listTournaments(db, here.guildId)).toEqual([]);
    expect(await suggestTournaments(db, here.guildId, '')).toEqual([]);
    expect(await suggestMatches(db, viewer, '')).toEqual([]);
    expect((await upcomingMatches(db, viewer, { page: 1, size: 10 })).total).toBe(0);
    await expect(matchDetail(db, viewer, matchId)).rejects.toThrow('no such match');
    expect((await tournaments.create(here, wanted.name)).id).not.toBe(id);

    const left = sql`select 1 from tournament where id = ${id}`;
    await purgeTournaments(db);
    expect(await all(left)).toHaveLength(1);
    await all(sql`update discord_event set ended_at = now() where guild_id = ${here.guildId}`);
    await purgeTournaments(db);
    expect(await all(left)).toEqual([]);
    expect((await audited(here)).at(-2)).toBe('tournament.delete');
  });
});

describe('the schedule', () => {
  it('lists what is to come by time and page, of a tournament or a person, and nobody else’s', async () => {
    const [here, there] = [newGuild(), newGuild()];
    const wanted = schedule();
    const { id } = await tournaments.link(here, wanted);
    await tournaments.link(there, wanted);
    const kept = [9, 2, 4, 7].map((each) => match(each));
    await sync(
      wanted.slug,
      ...kept,
      match(-30),
      match(3, { state: 'cancelled' }),
      match(5, { state: 'unconfirmed' }),
    );
    const viewer = { guildId: here.guildId, isOrganiser: false };
    const page = async (filter: object, wanted = 1) => {
      const found = await upcomingMatches(db, { ...viewer, ...filter }, { page: wanted, size: 3 });
      return { ...found, matches: found.matches.map(({ outsideId }) => outsideId) };
    };
    expect(await page({})).toEqual({ matches: ['2', '4', '7'], page: 1, pages: 2, total: 4 });
    expect(await page({}, 2)).toEqual({ matches: ['9'], page: 2, pages: 2, total: 4 });
    expect(await page({}, 99)).toMatchObject({ page: 2 });
    expect(await page({ isOrganiser: true })).toMatchObject({ matches: ['2', '4', '5'], total: 5 });
    expect(await page({ tournamentId: id })).toMatchObject({ total: 4 });
    expect(await page({ tournamentId: id, guildId: there.guildId })).toMatchObject({ total: 0 });
    expect((await page({ discordId: '100000000000000001' })).matches).toEqual(['7', '9']);
    expect(await page({ discordId: '100000000000000002' })).toMatchObject({ total: 0, pages: 1 });
    expect(await listTournaments(db, here.guildId)).toMatchObject([{ upcoming: 4 }]);
  });

  it('begins with what is called and under way; what is no longer followed stays as long as its time is to come', async () => {
    const here = newGuild();
    const wanted = schedule();
    const { id } = await tournaments.link(here, wanted);
    const withoutTime = { startsAt: null, airsAt: null };
    await sync(
      wanted.slug,
      match(2),
      match(3, { ...withoutTime, state: 'called' }),
      match(-1, { state: 'live' }),
      match(4, withoutTime),
    );
    const viewer = { guildId: here.guildId, isOrganiser: false };
    const shown = async () =>
      (await upcomingMatches(db, viewer, { page: 1, size: 9 })).matches.map(
        ({ outsideId, isLinked }) => `${outsideId}${isLinked ? '' : ' no longer followed'}`,
      );
    expect(await shown()).toEqual(['-1', '3', '2', '4']);
    expect(await listTournaments(db, here.guildId)).toMatchObject([{ upcoming: 4 }]);
    await tournaments.unlink(here, id, 'speedgaming');
    expect(await shown()).toEqual(['2 no longer followed']);
    expect(await listTournaments(db, here.guildId)).toMatchObject([{ upcoming: 1 }]);
  });

  it('shows one match with what changed, newest first, and its note; what is not confirmed to organisers alone', async () => {
    const here = newGuild();
    const wanted = schedule();
    await tournaments.link(here, wanted);
    await sync(wanted.slug, match(1), match(2, { state: 'unconfirmed' }));
    await sync(wanted.slug, match(1, { revision: 2, title: 'Final' }));
    await sync(wanted.slug, match(1, { revision: 3, title: 'Grand Final' }));
    const organiser = { guildId: here.guildId, isOrganiser: true };
    const choices = await suggestMatches(db, organiser, '');
    expect(choices.map(({ title }) => title)).toEqual(['Grand Final', 'Round 2']);
    expect(await suggestMatches(db, { ...organiser, isOrganiser: false }, '')).toHaveLength(1);
    expect(await suggestMatches(db, organiser, 'ann GRAND')).toHaveLength(1);
    expect(await suggestMatches(db, organiser, 'ben grand')).toEqual([]);
    const [first, second] = choices.map(({ id }) => id) as [number, number];
    const detail = await matchDetail(db, organiser, first);
    expect(detail).toMatchObject({
      note: 'between us',
      followed: wanted.slug,
      view: { title: 'Grand Final' },
    });
    expect(detail.changes.map(({ changes }) => changes)).toEqual([
      [{ what: 'title', from: 'Final', to: 'Grand Final' }],
      [{ what: 'title', from: 'Round 1', to: 'Final' }],
    ]);
    await expect(matchDetail(db, { ...organiser, isOrganiser: false }, second)).rejects.toThrow(
      'no such match',
    );
    await expect(matchDetail(db, { ...organiser, guildId: newGuild().guildId }, first)).rejects.toThrow(
      'no such match',
    );
  });
});
