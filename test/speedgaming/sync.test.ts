import { describe, expect } from 'vitest';
import { ADA, BEN, inHours, known, test } from './league.ts';

const TAM = { displayName: 'Tam', discordTag: 'tamtag' };
const CAS = { displayName: 'Cas', discordId: '100000000000000011', discordTag: 'cas', approved: true };

describe('an import', () => {
  test('brings matches with their players, approved crew, times, channels and title', async ({ league }) => {
    const episode = league.world.addEpisode('demo', {
      when: inHours(48),
      whenCountdown: inHours(49),
      players: [ADA, TAM],
      matchTitle: 'Round 1',
      note: 'private words',
      commentators: [CAS, { displayName: 'Cora', discordTag: 'cora', approved: false }],
      trackers: [{ displayName: 'Trey', discordTag: 'trey', approved: true, id: 777 }],
      length: 90,
    });
    await league.run();
    const match = await league.match(episode);
    expect(match).toMatchObject({
      title: 'Round 1',
      state: 'scheduled',
      note: 'private words',
      length_minutes: 90,
      has_restream: true,
      is_approved: true,
      starts_at: inHours(49),
      airs_at: inHours(48),
      channels: [{ name: 'SpeedGaming', language: 'en', url: 'https://twitch.tv/speedgaming' }],
    });
    const tam = episode.match1.players[1]?.id;
    expect(await league.seats(episode)).toEqual([
      `player Ada ${ADA.discordId}`,
      `player Tam sg_${tam}`,
      `commentator Cas ${CAS.discordId}`,
      'tracker Trey sg_crew_777',
    ]);
    expect(await league.pending()).toEqual([]);
    expect(await league.notices()).toEqual([expect.stringContaining('1 match is coming up')]);
  });

  test('names a match after its players when nobody gave it a title, and never after the note', async ({
    league,
  }) => {
    const single = league.world.addEpisode('demo', {
      when: inHours(20),
      players: [ADA, BEN],
      note: 'Swiss 5',
    });
    const double = league.world.addEpisode('demo', {
      when: inHours(21),
      players: [ADA, BEN],
      match2: { players: [TAM, { displayName: 'Nia' }] },
    });
    const empty = league.world.addEpisode('demo', { when: inHours(22), players: [] });
    await league.run();
    expect((await league.match(single)).title).toBe('Ada vs Ben');
    expect((await league.match(double)).title).toBe('Ada vs Ben / Tam vs Nia');
    expect((await league.match(empty)).title).toBe('To be announced');
    expect(await league.seats(empty)).toEqual([]);
  });

  test('keeps slots of players who are not known yet, and makes no people of them', async ({ league }) => {
    const final = await known(league, {
      players: [
        { displayName: 'Winner of Ada vs Ben', publicStream: 'ignore' },
        { displayName: 'Loser of Tam vs Nia' },
      ],
    });
    expect(await league.seats(final)).toEqual(['player Winner of Ada vs Ben', 'player Loser of Tam vs Nia']);
    expect(await league.rows('select 1 from person')).toEqual([]);
    league.world.setPlayers(final.id, 1, [ADA, BEN]);
    await league.run();
    expect((await league.pending()).map(({ who }) => who)).toEqual([ADA.discordId, BEN.discordId]);
  });

  test('takes norestream for no stream, and only logins for Twitch channels', async ({ league }) => {
    const none = await known(league, { channels: [{ slug: 'norestream', name: 'No Restream' }] });
    expect(await league.match(none)).toMatchObject({ channels: [], has_restream: false });
    const odd = await known(league, { channels: [{ slug: 'two words', name: 'Two Words' }] });
    expect(await league.match(odd)).toMatchObject({ channels: [{ name: 'Two Words', url: null }] });
  });

  test('tells players from crew with the same number, and the same crew person by tag', async ({
    league,
  }) => {
    const crew = { displayName: 'Cas', discordTag: 'Cas', approved: true };
    const episode = await known(league, {
      players: [{ displayName: 'Xan', id: 7001 }],
      commentators: [{ ...crew, id: 7001 }],
      trackers: [{ ...crew, discordTag: 'cas#0', id: 7002 }],
    });
    expect(await league.seats(episode)).toEqual([
      'player Xan sg_7001',
      'commentator Cas sg_crew_7001',
      'tracker Cas sg_crew_7001',
    ]);
  });

  test('reads the rest when one episode is broken, and says which it was', async ({ league }) => {
    const broken = league.world.addEpisode('demo', { when: inHours(30), players: [ADA] });
    league.world.spoil(broken.id, (episode) => ({ ...(episode as object), when: 'soon', whenCountdown: '' }));
    const good = await known(league);
    expect((await league.match(good)).state).toBe('scheduled');
    const [link] = await league.rows<{ skipped: unknown }>('select skipped from tournament_link');
    expect(link?.skipped).toEqual([
      { item: `Episode ${broken.id}`, reason: expect.stringContaining('no time') },
    ]);
  });

  test('takes text as it comes: markdown, half emoji, NUL and great length', async ({ league }) => {
    const odd = await known(league, {
      players: [{ displayName: '<@&1> **x** \u0000\ud83d' }, BEN],
      note: 'n'.repeat(5_000),
      matchTitle: '@everyone',
    });
    expect(await league.match(odd)).toMatchObject({ title: '@everyone', note: 'n'.repeat(5_000) });
  });
});

describe('a second sync', () => {
  test('of the same schedule writes nothing', async ({ league }) => {
    league.world.fill({
      slugs: ['full'],
      episodesPerSlug: 40,
      from: inHours(1),
      to: inHours(500),
      seed: 'same',
    });
    await league.follow('1', 'full');
    await league.run('full');
    const before = await league.versions();
    await league.run('full');
    expect(await league.versions()).toEqual(before);
    expect(before.match_player?.length).toBeGreaterThan(70);
  });

  test('tells those whose match is new', async ({ league }) => {
    await known(league);
    const fresh = league.world.addEpisode('demo', {
      when: inHours(50),
      players: [ADA, TAM],
      commentators: [CAS],
    });
    await league.run();
    const told = await league.pending();
    expect(told.map(({ who }) => who)).toEqual([ADA.discordId, CAS.discordId]);
    expect(told[0]).toMatchObject({ class: 'change', outsideId: String(fresh.id), before: null });
  });

  test('tells of a move, with the old time', async ({ league }) => {
    const episode = await known(league);
    league.world.reschedule(episode.id, inHours(72));
    await league.run();
    const told = await league.pending();
    expect(told.map(({ who }) => who)).toEqual([ADA.discordId, BEN.discordId]);
    expect(told[0]?.before?.startsAt).toBe(iso(inHours(48)));
    expect(told[0]?.after.startsAt).toBe(iso(inHours(72)));
    const [change] = await league.rows<{ changes: unknown }>('select changes from match_change');
    expect(change?.changes).toEqual([
      { what: 'time', from: iso(inHours(48)), to: iso(inHours(72)) },
      { what: 'air time', from: iso(inHours(48)), to: iso(inHours(72)) },
    ]);
  });

  test('tells all sides when an opponent was swapped', async ({ league }) => {
    const episode = await known(league);
    const nia = { displayName: 'Nia', discordId: '100000000000000004' };
    league.world.swapPlayer(episode.id, 1, nia);
    await league.run();
    expect((await league.pending()).map(({ who }) => who)).toEqual([
      ADA.discordId,
      BEN.discordId,
      nia.discordId,
    ]);
  });

  test('in a doubleheader, an opponent is somebody of the same pairing', async ({ league }) => {
    const nia = { displayName: 'Nia', discordId: '100000000000000004' };
    const episode = await known(league, { players: [ADA, BEN], match2: { players: [TAM, nia] } });
    league.world.setPlayers(episode.id, 2, [{ displayName: 'Ola' }, nia]);
    await league.run();
    expect((await league.pending()).map(({ who }) => who)).toEqual([nia.discordId]);
  });

  test('tells crew who was approved or withdrew, and nobody else', async ({ league }) => {
    const cora = { displayName: 'Cora', discordId: '100000000000000012', approved: false };
    const episode = await known(league, { commentators: [CAS, cora] });
    const [cas, signUp] = episode.commentators;
    league.world.approveCrew(signUp?.id ?? 0, true);
    league.world.withdrawCrew(cas?.id ?? 0);
    await league.run();
    expect((await league.pending()).map(({ who }) => who)).toEqual([CAS.discordId, cora.discordId]);
  });

  test('notes another channel and a private note, and tells nobody of it', async ({ league }) => {
    const episode = await known(league);
    league.world.setChannels(episode.id, [{ slug: 'speedgaming2', name: 'SpeedGaming2' }]);
    league.world.setNote(episode.id, 'psst');
    await league.run();
    expect(await league.pending()).toEqual([]);
    const [change] = await league.rows<{ changes: { what: string }[] }>('select changes from match_change');
    expect(change?.changes.map(({ what }) => what)).toEqual(['channels', 'note']);
  });
});

describe('a time that is not confirmed', () => {
  test('is kept, and nothing is told until it is cleared', async ({ league }) => {
    await known(league);
    const episode = league.world.addEpisode('demo', {
      when: inHours(50),
      players: [ADA, BEN],
      timezone: 'CET',
    });
    await league.run();
    expect(await league.pending()).toEqual([]);
    expect(await league.match(episode)).toMatchObject({ state: 'unconfirmed', time_note: 'CET' });
    league.world.reschedule(episode.id, inHours(56));
    league.world.setTimezone(episode.id, '');
    await league.run();
    const told = await league.pending();
    expect(told).toHaveLength(2);
    expect(told[0]?.before?.state).toBe('unconfirmed');
    expect(told[0]?.after).toMatchObject({ state: 'scheduled', startsAt: iso(inHours(56)) });
  });

  test('goes for what is not approved, too', async ({ league }) => {
    await known(league);
    const episode = league.world.addEpisode('demo', {
      when: inHours(50),
      players: [ADA, BEN],
      approved: false,
    });
    await league.run();
    expect(await league.pending()).toEqual([]);
    league.world.approve(episode.id, true);
    await league.run();
    expect(await league.pending()).toHaveLength(2);
  });
});

describe('an episode that is missing', () => {
  test('is cancelled after SpeedGaming has said so in two runs, and kept', async ({ league }) => {
    const episode = await known(league);
    league.world.deleteEpisode(episode.id);
    await league.run();
    expect((await league.match(episode)).state).toBe('scheduled');
    await league.run();
    expect((await league.match(episode)).state).toBe('cancelled');
    const told = await league.pending();
    expect(told.map(({ who, after }) => [who, after.state])).toEqual([
      [ADA.discordId, 'cancelled'],
      [BEN.discordId, 'cancelled'],
    ]);
    const asked = league.speedgaming.requests.filter(({ path }) => path.includes('/episode')).length;
    await league.run();
    expect(league.speedgaming.requests.filter(({ path }) => path.includes('/episode'))).toHaveLength(asked);
    league.world.restoreEpisode(episode.id);
    await league.run();
    expect((await league.match(episode)).state).toBe('scheduled');
    expect(await league.pending()).toHaveLength(2);
  });

  test('is followed out of the window, and asked for once an hour', async ({ league }) => {
    const episode = await known(league);
    league.world.reschedule(episode.id, inHours(24 * 90));
    await league.run();
    expect(await league.match(episode)).toMatchObject({ state: 'scheduled', starts_at: inHours(24 * 90) });
    expect(await league.pending()).toHaveLength(2);
    const asked = () => league.speedgaming.requests.filter(({ path }) => path.includes('/episode')).length;
    const before = asked();
    await league.run();
    expect(asked()).toBe(before);
    await league.sql.query(`update speedgaming_episode set asked_at = asked_at - interval '61 minutes'`);
    await league.run();
    expect(asked()).toBe(before + 1);
  });

  test('is asked for with at most 20 others in a run', async ({ league }) => {
    const ids = Array.from({ length: 25 }, (_, i) =>
      league.world.addEpisode('demo', { when: inHours(40 + i), players: [] }),
    ).map(({ id }) => id);
    await league.run();
    for (const id of ids) league.world.deleteEpisode(id);
    await league.run();
    expect(league.speedgaming.requests.filter(({ path }) => path.includes('/episode'))).toHaveLength(20);
    for (let i = 0; i < 4; i++) await league.run();
    expect(await league.rows(`select 1 from match where state = 'cancelled'`)).toHaveLength(25);
  });

  test('is left alone when it is over', async ({ league }) => {
    const episode = await known(league, { when: inHours(-5), length: 30 });
    expect((await league.match(episode)).state).toBe('finished');
    league.world.deleteEpisode(episode.id);
    await league.run();
    await league.run();
    expect((await league.match(episode)).state).toBe('finished');
    expect(league.speedgaming.requests.filter(({ path }) => path.includes('/episode'))).toHaveLength(0);
  });
});

describe('time', () => {
  test('makes matches live and finished, by the later of their times', async ({ league }) => {
    const live = await known(league, { when: inHours(-1) });
    expect((await league.match(live)).state).toBe('live');
    const over = await known(league, { when: inHours(-5.5), length: 60 });
    expect((await league.match(over)).state).toBe('finished');
    league.world.reschedule(over.id, inHours(5));
    await league.run();
    expect((await league.match(over)).state).toBe('scheduled');
  });
});

describe('when SpeedGaming gives no usable answer', () => {
  const faults = [
    { kind: 'error-object' },
    { kind: 'html' },
    { kind: 'http', status: 502 },
    { kind: 'http', status: 404 },
    { kind: 'cut-off' },
    { kind: 'lost-connection' },
    { kind: 'hang' },
  ] as const;

  test.for(faults)('nothing changes, and the link says why: %o', async (fault, { league }) => {
    await known(league);
    const before = await league.versions();
    league.speedgaming.faults.add({ ...fault, times: 1 });
    await league.run();
    expect(await league.versions()).toEqual(before);
    const [link] = await league.rows<{ last_error: string }>('select last_error from tournament_link');
    expect(link?.last_error).toMatch(/SpeedGaming|Failed to find/);
    await league.run();
    expect(await league.rows('select 1 from tournament_link where last_error is null')).toHaveLength(1);
  });

  test('an empty list is believed of nothing', async ({ league }) => {
    const episode = await known(league);
    league.speedgaming.faults.add({ kind: 'empty-list', times: 5 });
    for (let i = 0; i < 3; i++) await league.run();
    expect((await league.match(episode)).state).toBe('scheduled');
    expect(await league.pending()).toEqual([]);
  });

  test('organisers are told once when it has lasted an hour, and once when it is over', async ({
    league,
  }) => {
    await known(league);
    const remove = league.speedgaming.faults.add({ kind: 'html', times: Number.POSITIVE_INFINITY });
    await league.run();
    expect(await league.notices()).toHaveLength(1);
    await league.sql.query(`update tournament_link set failing_since = now() - interval '61 minutes'`);
    await league.run();
    await league.run();
    expect((await league.notices()).slice(1)).toEqual([expect.stringContaining('cannot be read since')]);
    remove();
    await league.run();
    await league.run();
    expect((await league.notices()).slice(2)).toEqual([expect.stringContaining('can be read again')]);
  });
});

describe('one slug in several guilds', () => {
  test('is read once, and gives each its own matches and people', async ({ league }) => {
    await league.follow('2');
    const episode = await known(league, { players: [ADA, TAM] });
    expect(league.speedgaming.requests).toHaveLength(1);
    expect((await league.match(episode, '1')).id).not.toBe((await league.match(episode, '2')).id);
    expect(await league.seats(episode, '2')).toEqual(await league.seats(episode, '1'));
    const people = await league.rows<{ guild_id: string; n: number }>(
      'select guild_id, count(*)::int as n from person group by 1 order by 1',
    );
    expect(people).toEqual([
      { guild_id: '1', n: 2 },
      { guild_id: '2', n: 2 },
    ]);
  });

  test('tells a person once', async ({ league }) => {
    await league.follow('2');
    const episode = await known(league);
    league.world.reschedule(episode.id, inHours(60));
    await league.run();
    expect((await league.pending()).map(({ who }) => who)).toEqual([ADA.discordId, BEN.discordId]);
  });

  test('a later link gets what is known, quietly', async ({ league }) => {
    const episode = await known(league);
    await league.follow('2');
    await league.run();
    expect((await league.match(episode, '2')).state).toBe('scheduled');
    expect(await league.pending()).toEqual([]);
    league.world.reschedule(episode.id, inHours(60));
    await league.run();
    expect(await league.pending()).toHaveLength(2);
  });
});

const iso = (date: Date) => date.toISOString().replace('.000Z', 'Z');
