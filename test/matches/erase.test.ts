import { describe, expect } from 'vitest';
import { Guilds } from '../../src/guilds/guilds.ts';
import { identify } from '../../src/matches/people/people.ts';
import { Persons } from '../../src/matches/people/persons.ts';
import { hideRacers } from '../../src/matches/privacy/erased-racers.ts';
import { tell } from '../../src/notifications/tell.ts';
import { withoutErasedAccounts } from '../../src/startgg/copy.ts';
import { inHours } from '../speedgaming/league.ts';
import { ADA, BEN, life, racer, TAM, test, traces } from './erase-ground.ts';

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

  test('does not come back by an account linked at start.gg later', async ({ league, privacy }) => {
    await life(league);
    const player = { kind: 'player', key: '9', handle: 'sgg_9', name: 'Adelheid', tag: null, stream: null };
    const heard = (discordId: string | null) =>
      league.db.transaction((em) =>
        identify(em, { guildId: '1', source: 'startgg', step: '+1' }, { ...player, discordId }),
      );
    const { id } = await heard(null);
    await privacy.erase(ADA.discordId);
    expect(await traces(league)).toEqual([expect.stringMatching(/^person .*Adelheid/)]);
    expect(await heard(ADA.discordId)).toEqual({ id, events: [] });
    expect(await heard(null)).toEqual({ id, events: [] });
    expect(await traces(league)).toEqual([]);
    const users = [ADA, BEN].map(({ discordId }, index) => ({ id: index, discordId }));
    expect(await withoutErasedAccounts(league.db.em(), users)).toEqual([
      { id: 0, discordId: null },
      { id: 1, discordId: BEN.discordId },
    ]);
  });

  test('is left out of races, too, by name and by Twitch account', async ({ league, privacy }) => {
    const { episode, titled } = await life(league);
    await privacy.erase(ADA.discordId);
    const rooms = await league.rows<{ names: string; score: string }>(
      `select string_agg(e->>'name', ', ') as names, min(score) as score from race_room, jsonb_array_elements(entrants) e group by match_id`,
    );
    expect(rooms[0]).toEqual({ names: 'erased, Ben', score: '1. erased 1:00:00 · 2. Ben 1:01:00' });
    const seen = [racer('Somebody', 'ADA_tv'), racer('Adelheid', null), racer('Ben', 'ben_tv')];
    const namesIn = async (match: Record<string, unknown>) =>
      (await hideRacers(league.db.em(), Number(match.id), seen)).map(({ name }) => name);
    expect(await namesIn(await league.match(episode))).toEqual(['erased', 'erased', 'Ben']);
    // Where none of the erased plays, nobody is taken for one.
    expect(await namesIn(await league.match(titled))).toEqual(['Somebody', 'Adelheid', 'Ben']);
  });

  test('is not brought back by organisers either', async ({ league, privacy }) => {
    await life(league);
    await privacy.erase(ADA.discordId);
    const persons = new Persons({ db: league.db, guilds: new Guilds(league.db), tell });
    const people = await league.rows<{ id: number; name: string }>(
      `select id, name from person where guild_id = '1' and is_placeholder order by id`,
    );
    const user = { id: ADA.discordId, name: 'Ada', isBot: false };
    for (const { id, name } of people)
      await expect(persons.link('1', id, user, BEN.discordId)).rejects.toThrow(
        name === 'erased' ? /no such person/ : /erased with \/privacy erase/,
      );
    expect(people.map(({ name }) => name)).toContain('Tam');
  });

  test('stays away whichever comes first, the erasure or a sync', async ({ league, privacy }) => {
    const { episode } = await life(league);
    for (const hours of [52, 53, 54]) {
      league.world.reschedule(episode.id, inHours(hours));
      league.world.addEpisode('demo', { when: inHours(hours), players: [ADA, BEN] });
      await Promise.all([league.run(), privacy.erase(ADA.discordId), league.run()]);
      expect(await traces(league)).toEqual([]);
    }
    const before = await league.versions();
    await league.run();
    expect(await league.versions()).toEqual(before);
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
      deeds: 3,
      claims: 1,
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
