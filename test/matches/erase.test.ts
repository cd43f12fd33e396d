import { test as base, describe, expect } from 'vitest';
import { Privacy } from '../../src/matches/privacy.ts';
import { MATCH_MESSAGE } from '../../src/notifications/tell.ts';
import { episodeCopy } from '../../src/speedgaming/copy.ts';
import { warehouseCopy } from '../../src/startgg/copy.ts';
import { inHours, League } from '../speedgaming/league.ts';

const test = base.extend<{ league: League; privacy: Privacy }>({
  league: async ({ task: _ }, use) => {
    const league = await League.open();
    await use(league);
    await league.close();
  },
  privacy: async ({ league }, use) => {
    const copies = [episodeCopy, warehouseCopy];
    await use(new Privacy({ db: league.db, messageKind: MATCH_MESSAGE, copies }));
  },
});

const ADA = {
  displayName: 'Adelheid',
  discordId: '100000000000000001',
  discordTag: 'adatag',
  publicStream: 'ada_tv',
};
const BEN = {
  displayName: 'Ben',
  discordId: '100000000000000002',
  discordTag: 'ben',
  publicStream: 'ben_tv',
};
const TAM = { displayName: 'Tam', discordTag: 'tamtag' };
/** Whatever says who she is. The cup is called after somebody else. */
const TRACES = /adelheid(?!s)|100000000000000001|adatag|ada_tv/i;

/** Where anything of somebody is still found: tables and rows, in all of the database. */
async function traces(league: League, pattern = TRACES): Promise<string[]> {
  const tables = await league.rows<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const all = await league.rows<{ row: string }>(`select t::text as row from "${name}" t`);
    found.push(...all.filter(({ row }) => pattern.test(row)).map(({ row }) => `${name} ${row}`));
  }
  return found;
}

/** Adelheid plays, helps, was told things, decided things; two guilds follow it. */
async function life(league: League) {
  await league.follow('2');
  const episode = league.world.addEpisode('demo', {
    when: inHours(48),
    players: [ADA, BEN],
    note: 'Adelheid asked for a late start',
    trackers: [{ ...TAM, approved: true }],
    commentators: [{ ...ADA, approved: true }],
  });
  await league.run();
  league.world.reschedule(episode.id, inHours(50));
  await league.run();
  await league.pending();
  league.world.reschedule(episode.id, inHours(51));
  await league.run();
  const titled = league.world.addEpisode('demo', {
    when: inHours(60),
    players: [BEN, TAM],
    matchTitle: 'Adelheids Cup, round 1',
  });
  await league.run();
  await league.sql.query(
    `insert into discord_user (discord_id, preference, dm_channel_id) values ($1, 'on', '77'), ($2, 'on', '78')`,
    [ADA.discordId, BEN.discordId],
  );
  await league.sql.query(
    `insert into guild_member (guild_id, discord_id, is_member) values ('1', $1, true)`,
    [ADA.discordId],
  );
  await league.sql.query(
    `insert into audit_log (guild_id, actor_id, action, detail) values ('1', $1, 'import.start', '{}'),
       ('1', $2, 'person.link', $3)`,
    [ADA.discordId, BEN.discordId, JSON.stringify({ user: ADA.discordId, handle: 'sg_1' })],
  );
  await league.sql.query(`insert into startgg_user (id, discord_id) values (5, $1)`, [ADA.discordId]);
  return { episode, titled };
}

describe('who is erased', () => {
  test('is nowhere any more, in no guild, and stays away when the same feed comes again', async ({
    league,
    privacy,
  }) => {
    const { episode } = await life(league);
    expect((await traces(league)).length).toBeGreaterThan(10);
    expect(await privacy.erase(ADA.discordId)).toBe(true);
    expect(await traces(league)).toEqual([]);
    for (const guild of ['1', '2']) {
      expect(await league.match(episode, guild)).toMatchObject({
        title: 'erased vs Ben',
        state: 'scheduled',
      });
      expect(await league.seats(episode, guild)).toEqual([
        'player erased',
        `player Ben ${BEN.discordId}`,
        'commentator erased',
        expect.stringMatching(/^tracker Tam sg_crew_/),
      ]);
    }
    const before = await league.versions();
    await league.run();
    await league.run();
    expect(await league.versions()).toEqual(before);
    expect(await traces(league)).toEqual([]);
  });

  test('does not come back by changes of the match, a new name, a new match, another schedule', async ({
    league,
    privacy,
  }) => {
    const { episode } = await life(league);
    await privacy.erase(ADA.discordId);
    await league.pending();
    league.world.reschedule(episode.id, inHours(70));
    const renamed = { ...ADA, displayName: 'Adelheid the Second' };
    const next = league.world.addEpisode('demo', { when: inHours(80), players: [BEN, renamed] });
    league.world.addEvent({ slug: 'other', name: 'Other' });
    await league.follow('3', 'other');
    const other = league.world.addEpisode('other', {
      when: inHours(90),
      players: [renamed, TAM],
      trackers: [{ ...ADA, approved: true }],
    });
    await league.run();
    await league.run('other');
    expect(await traces(league)).toEqual([]);
    expect(await league.match(next)).toMatchObject({ title: 'Ben vs erased' });
    expect(await league.match(other, '3')).toMatchObject({ title: 'erased vs Tam' });
    const told = await league.pending();
    expect(told.map(({ who, after }) => [who, after.title])).toEqual([
      [BEN.discordId, 'erased vs Ben'],
      [BEN.discordId, 'Ben vs erased'],
    ]);
    // Ben is told of the new time, and not of an opponent whom he has had all along.
    expect(told[0]?.before?.players).toEqual(told[0]?.after.players);
    const before = await league.versions();
    await league.run();
    await league.run('other');
    expect(await league.versions()).toEqual(before);
  });

  test('was a placeholder elsewhere, as it turns out: that goes too', async ({ league, privacy }) => {
    await life(league);
    const { discordId: _, ...unknown } = { ...ADA, id: 4_001 };
    const guest = league.world.addEpisode('demo', { when: inHours(30), players: [unknown, BEN] });
    await league.run();
    await privacy.erase(ADA.discordId);
    expect(await league.seats(guest)).toContain('player Adelheid sg_4001');
    league.world.addEpisode('demo', { when: inHours(31), players: [{ ...ADA, id: 4_001 }, BEN] });
    await league.run();
    expect(await league.seats(guest)).toContain('player erased');
    const [left] = await league.rows<{ name: string }>(
      `select p.name from person p join person_identity i on i.person_id = p.id where i.key like '%4001' or p.name ~ 'Adel'`,
    );
    expect(left).toBeUndefined();
  });

  test('harms nobody else: people, matches and what they were told stay', async ({ league, privacy }) => {
    const { titled } = await life(league);
    const others = async () => ({
      people: await league.rows(
        `select guild_id, discord_id, name, tag, stream from person where discord_id is distinct from $1
        and not is_erased order by id`,
        [ADA.discordId],
      ),
      matches: await league.rows(
        'select id, outside_id, state, starts_at, revision, channels from match order by id',
      ),
      told: await league.rows(
        `select id, state, class from notification where discord_user_id = $1 order by id`,
        [BEN.discordId],
      ),
      user: await league.rows(`select * from discord_user where discord_id = $1`, [BEN.discordId]),
      titled: await league.match(titled),
    });
    const before = await others();
    await privacy.erase(ADA.discordId);
    expect(await others()).toEqual(before);
    expect(before.titled.title).toBe('Adelheids Cup, round 1');
  });

  test('is known to have been only by salted hashes; asked again, there is nothing', async ({
    league,
    privacy,
  }) => {
    await life(league);
    expect(await privacy.stored(ADA.discordId)).toMatchObject({
      people: [
        {
          guild: 'Guild 1',
          names: ['Adelheid'],
          tags: ['adatag'],
          streams: ['ada_tv'],
          tournaments: [{ name: 'Cup demo', matches: 1 }],
        },
        { guild: 'Guild 2' },
      ],
      settings: { preference: 'on', dmChannelId: '77' },
      deeds: 2,
      copies: ['SpeedGaming', 'start.gg'],
    });
    await privacy.erase(ADA.discordId);
    expect(await privacy.stored(ADA.discordId)).toBeUndefined();
    expect(await privacy.erase(ADA.discordId)).toBe(false);
    expect(await privacy.erase('100000000000000099')).toBe(false);
    const hashes = await league.rows<{ hash: string }>('select hash from erased');
    expect(hashes.every(({ hash }) => /^[\w-]{43}$/.test(hash))).toBe(true);
    expect(await league.rows('select id from erased_salt')).toEqual([{ id: 1 }]);
    expect(await privacy.stored(BEN.discordId)).toMatchObject({ settings: { dmChannelId: '78' } });
  });
});
