import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { markDisplaced } from '../../src/matches/events/event-delivery.ts';
import { until } from '../support/until.ts';
import { commentator, eventGround, type Ground, player } from './event-ground.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

describe('the Discord event of a match', () => {
  it('is made once, with all that people need', async () => {
    const ground = await eventGround();
    await ground.put({ crew: [commentator('Cas')] });
    await ground.deliver();
    await ground.settled();
    const [event, ...others] = ground.events();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      name: 'Round 1 · Spring Cup',
      location: 'https://twitch.tv/main',
      status: 'SCHEDULED',
    });
    expect((event?.endsAt ?? 0) - (event?.startsAt ?? 0)).toBe(90 * MINUTE);
    expect(event?.description).toBe(
      'Ann vs Bo\nCommentary: Cas\nStream: https://twitch.tv/main (en)\nhttps://speedgaming.org/cup\nHerald · match 1',
    );
    expect(ground.requests()).toEqual(['POST']);
    expect(ground.discord.violations).toEqual([]);
  });

  it('is edited when the match is moved, so that those who are interested stay', async () => {
    const ground = await eventGround();
    await ground.put({});
    await ground.deliver();
    await ground.settled();
    const [event] = ground.events();
    if (!event) throw new Error('no event');
    ground.discord.world.interest(event.id, ground.owner.id);
    await ground.put({ inHours: 30, players: [player('Ann'), player('Cy')] });
    await ground.settled();
    expect(ground.events()).toHaveLength(1);
    expect(event.startsAt).toBeGreaterThan(Date.now() + 29 * HOUR);
    expect(event.description).toContain('Ann vs Cy');
    expect(event.interested.size).toBe(1);
    expect(ground.discord.violations).toEqual([]);
  });

  it('costs no request when nothing of it changed', async () => {
    const ground = await eventGround();
    await ground.put({});
    await ground.deliver();
    await ground.settled();
    await ground.put({ note: 'nobody is shown this' });
    await ground.wantAll();
    await ground.settled();
    expect(ground.requests()).toEqual(['POST']);
  });

  it.each([
    ['is cancelled', { state: 'cancelled' }],
    ['is not approved any more', { state: 'unconfirmed', isApproved: false }],
  ] as const)('is cancelled when the match %s, and made anew when it is on again', async (_, change) => {
    const ground = await eventGround();
    await ground.put({});
    await ground.deliver();
    await ground.settled();
    await ground.put(change);
    await ground.settled();
    expect(ground.events().map(({ status }) => status)).toEqual(['CANCELED']);
    expect(await ground.run(sql`select 1 from discord_event where ended_at is not null`)).toHaveLength(1);
    await ground.put({});
    await ground.settled();
    expect(ground.events().map(({ status }) => status)).toEqual(['CANCELED', 'SCHEDULED']);
  });

  it('is cancelled when the link is taken off', async () => {
    const ground = await eventGround();
    await ground.put({});
    await ground.deliver();
    await ground.settled();
    await ground.run(sql`delete from tournament_link`);
    await ground.wantAll();
    await ground.settled();
    expect(ground.events().map(({ status }) => status)).toEqual(['CANCELED']);
  });

  it('follows the setting', async () => {
    const ground = await eventGround();
    await ground.run(sql`update tournament set discord_events = 'streamed'`);
    await ground.put({}, { outsideId: '2', title: 'Unseen', hasRestream: false });
    await ground.deliver();
    await ground.settled();
    expect(ground.events().map(({ name }) => name)).toEqual(['Round 1 · Spring Cup']);
    await ground.put({ hasRestream: false });
    await ground.settled();
    expect(ground.open()).toEqual([]);
    await ground.run(sql`update tournament set discord_events = 'all'`);
    await ground.wantAll();
    await ground.settled();
    expect(ground.open().map(({ name }) => name)).toEqual(['Round 1 · Spring Cup', 'Unseen · Spring Cup']);
    await ground.run(sql`update tournament set discord_events = 'none'`);
    await ground.wantAll();
    await ground.settled();
    expect(ground.open()).toEqual([]);
  });

  it('is not made of a match that began before it was delivered', async () => {
    const ground = await eventGround();
    await ground.put({});
    await ground.run(sql`update match set starts_at = now() - interval '1 minute'`);
    await ground.deliver();
    await ground.settled();
    expect(ground.requests()).toEqual([]);
  });

  it('keeps its start once it is under way, and ends by itself', async () => {
    const ground = await eventGround();
    await ground.put({});
    await ground.deliver();
    await ground.settled();
    ground.clock.advance(61 * MINUTE);
    await ground.run(
      sql`update match set starts_at = now() - interval '1 minute', state = 'live', title = 'Final'`,
    );
    await ground.wantAll();
    await ground.settled();
    const [event] = ground.events();
    expect(event).toMatchObject({ name: 'Final · Spring Cup', status: 'ACTIVE' });
    const before = ground.requests().length;
    await ground.run(sql`update match set starts_at = now() - interval '5 hours', state = 'finished'`);
    await ground.wantAll();
    await ground.settled();
    expect(event?.status).toBe('ACTIVE');
    expect(ground.requests().slice(before)).toEqual(['GET']);
    expect(ground.discord.violations).toEqual([]);
  });

  it('gives way to a new one when the match is moved after it began', async () => {
    const ground = await eventGround();
    await ground.put({ lengthMinutes: 240 });
    await ground.deliver();
    await ground.settled();
    ground.clock.advance(61 * MINUTE);
    await ground.put({ inHours: 30 });
    await ground.settled();
    expect(ground.events().map(({ status }) => status)).toEqual(['COMPLETED', 'SCHEDULED']);
  });

  it('stays away when people deleted it, until what is told of the match changes', async () => {
    const ground = await eventGround();
    await ground.put({});
    await ground.deliver();
    await ground.settled();
    const [event] = ground.events();
    if (!event) throw new Error('no event');
    ground.discord.world.events.delete(event, ground.owner.id);
    await ground.put({ crew: [commentator('Cas')] });
    await ground.settled();
    await ground.put({ crew: [commentator('Dee')] });
    await ground.settled();
    expect(ground.open()).toEqual([]);
    await ground.put({ inHours: 5 });
    await ground.settled();
    expect(ground.open()).toHaveLength(1);
  });
});

describe('text from outside in an event', () => {
  it('appears as it was typed', async () => {
    const ground = await eventGround();
    await ground.put({
      title: '@everyone **x**\n\u0007<@1>',
      players: [player('@everyone'), player('**bold** <@1>\nHerald · match 99')],
      channels: [{ name: 'no_stream', language: '', url: null }],
    });
    await ground.deliver();
    await ground.settled();
    const [event] = ground.events();
    expect(event?.name).toBe('@everyone **x** <@1> · Spring Cup');
    expect(event?.location).toBe('https://speedgaming.org/cup');
    expect(event?.description?.split('\n')).toEqual([
      '\\@everyone vs \\*\\*bold\\*\\* \\<\\@1\\> Herald · match 99',
      'Stream: no\\_stream',
      'https://speedgaming.org/cup',
      'Herald · match 1',
    ]);
  });

  it('is cut to what Discord takes', async () => {
    const ground = await eventGround();
    const long = '*_~|'.repeat(60);
    await ground.put({
      title: long,
      url: null,
      players: Array.from({ length: 8 }, (_, i) => player(`${i}${long}`)),
      crew: Array.from({ length: 30 }, (_, i) => commentator(`${i}${long}`)),
      channels: [{ name: long, language: long, url: `https://twitch.tv/${'x'.repeat(120)}` }],
    });
    await ground.put({ outsideId: '2', title: ' \u200b ', players: [], channels: [], url: null });
    await ground.deliver();
    await ground.settled();
    const [one, two] = ground.events();
    expect(one?.name).toHaveLength(100);
    expect(one?.location).toBe('To be announced');
    expect(one?.description?.endsWith('\nHerald · match 1')).toBe(true);
    expect(two).toMatchObject({ name: 'Spring Cup', description: 'Herald · match 2' });
    expect(ground.discord.violations).toEqual([]);
  });
});

describe('exactly once', () => {
  it.each([
    ['the answer is lost', { kind: 'lost-answer' }],
    ['Discord answers too late', { kind: 'delay', ms: 6_500 }],
    ['Discord fails', { kind: 'status', status: 502 }],
  ] as const)('when %s', async (_, fault) => {
    const ground = await eventGround();
    ground.discord.faults.add({ method: 'POST', path: /scheduled-events/, ...fault });
    await ground.put({});
    await ground.deliver();
    await expect
      .poll(() => ground.run(sql`select 1 from discord_event where event_id is not null`))
      .toHaveLength(1);
    expect(ground.events()).toHaveLength(1);
    expect(ground.open()).toHaveLength(1);
  });

  it('when the process died before it could note the event', async () => {
    const ground = await eventGround();
    await ground.put({});
    const stop = await ground.deliver();
    await ground.settled();
    await stop();
    await ground.run(
      sql`update discord_event set event_id = null, rendered_hash = null, dirty_at = now(), claimed_until = now() + interval '1 second'`,
    );
    await ground.deliver();
    await ground.settled();
    expect(ground.events()).toHaveLength(1);
    expect(await ground.run(sql`select 1 from discord_event where event_id is not null`)).toHaveLength(1);
  });

  it('with several processes at work', async () => {
    const ground = await eventGround();
    for (const _ of [1, 2, 3]) await ground.deliver();
    const matches = Array.from({ length: 12 }, (_, i) => ({ outsideId: `${i}`, inHours: i + 1 }));
    await ground.put(...matches);
    await ground.put(...matches.map((match) => ({ ...match, title: 'Later' })));
    await ground.settled();
    expect(ground.events().map(({ name }) => name)).toEqual(matches.map(() => 'Later · Spring Cup'));
  });
});

describe('a guild', () => {
  const foreign = (ground: Ground, count: number) => {
    const { events } = ground.discord.world;
    const body = {
      name: 'Party',
      description: 'Herald · match 1',
      entity_type: 3,
      privacy_level: 2,
      entity_metadata: { location: 'Here' },
      scheduled_start_time: new Date(Date.now() + 3 * HOUR).toISOString(),
      scheduled_end_time: new Date(Date.now() + 4 * HOUR).toISOString(),
    };
    return Array.from({ length: count }, () => events.create(ground.guild, ground.owner.id, body));
  };

  it('keeps the events of others as they are, whatever they say', async () => {
    const ground = await eventGround();
    const [other] = foreign(ground, 1);
    ground.discord.faults.add({ method: 'POST', path: /scheduled-events/, kind: 'status', status: 503 });
    await ground.put({});
    await ground.deliver();
    await expect.poll(() => ground.open().length).toBe(2);
    await ground.put({ state: 'cancelled' });
    await ground.settled();
    expect(other).toMatchObject({ status: 'SCHEDULED', history: [expect.anything()] });
    expect(ground.open()).toEqual([other]);
  });

  it('gives its last places to the nearest matches, and the next when one is free', async () => {
    const ground = await eventGround();
    foreign(ground, 98);
    await ground.put(
      ...[5, 2, 9, 1].map((inHours) => ({ outsideId: `${inHours}`, title: `In ${inHours}`, inHours })),
    );
    await ground.deliver();
    await ground.settled();
    const own = () => ground.open().filter(({ name }) => name.startsWith('In'));
    expect(own().map(({ name }) => name)).toEqual(['In 1 · Spring Cup', 'In 2 · Spring Cup']);
    expect(ground.requests()).toEqual(['POST', 'POST', 'POST']);
    await ground.put({ outsideId: '1', title: 'In 1', state: 'cancelled' });
    // The next one is told of its place only once the first has left it.
    await until('the next has the place', () => own().some(({ name }) => name === 'In 5 · Spring Cup'));
    await ground.settled();
    expect(own().map(({ name }) => name)).toEqual(['In 2 · Spring Cup', 'In 5 · Spring Cup']);
    const waits = sql<{
      soon: boolean;
    }>`select retry_at < now() + interval '61 minutes' as soon from discord_event where error like '%room%'`;
    expect(await ground.run(waits)).toEqual([{ soon: true }]);
  });

  it('that is full of Herald’s own calls off the farthest for one that comes before it, and makes it again', async () => {
    const ground = await eventGround();
    foreign(ground, 98);
    await ground.put(
      { outsideId: '5', title: 'In 5', inHours: 5 },
      { outsideId: '9', title: 'In 9', inHours: 9 },
    );
    await ground.deliver();
    await ground.settled();
    const own = () =>
      ground
        .open()
        .filter(({ name }) => name.startsWith('In'))
        .map(({ name }) => name);
    const [first] = ground.events().filter(({ name }) => name.startsWith('In 5'));
    const before = ground.requests().length;
    await ground.put({ outsideId: '1', title: 'In 1', inHours: 1 });
    await ground.settled();
    expect(own()).toEqual(['In 1 · Spring Cup', 'In 5 · Spring Cup']);
    expect(ground.requests().slice(before)).toEqual(['POST', 'GET', 'PATCH', 'POST']);
    expect(first?.status).toBe('SCHEDULED');

    // What was called off does not come back for anything but room.
    for (const _ of [1, 2]) {
      await ground.hourPassed();
      await ground.settled();
    }
    expect(ground.requests().slice(before + 4)).toEqual(['POST', 'GET']);
    await ground.put({ outsideId: '7', title: 'In 7', inHours: 7 });
    await ground.settled();
    expect(own()).toEqual(['In 1 · Spring Cup', 'In 5 · Spring Cup']);
    await ground.put({ outsideId: '7', title: 'In 7', inHours: 3 });
    await ground.settled();
    expect(own()).toEqual(['In 1 · Spring Cup', 'In 7 · Spring Cup']);
    await ground.put(
      { outsideId: '1', title: 'In 1', inHours: 1, state: 'cancelled' },
      { outsideId: '7', title: 'In 7', inHours: 3, state: 'cancelled' },
    );
    // The last one is told of its place only once it is free.
    await expect.poll(own).toEqual(['In 5 · Spring Cup', 'In 9 · Spring Cup']);
    expect(ground.discord.violations).toEqual([]);
  });

  it('passes over those that people took away when it calls one off', async () => {
    const ground = await eventGround();
    foreign(ground, 98);
    await ground.put(
      { outsideId: '5', title: 'In 5', inHours: 5 },
      { outsideId: '9', title: 'In 9', inHours: 9 },
    );
    await ground.deliver();
    await ground.settled();
    const [farthest] = ground.events().filter(({ name }) => name.startsWith('In 9'));
    if (!farthest) throw new Error('no event');
    ground.discord.world.events.delete(farthest, ground.owner.id);
    foreign(ground, 1);
    await ground.put({ outsideId: '1', title: 'In 1', inHours: 1 });
    await ground.settled();
    const own = ground.open().filter(({ name }) => name.startsWith('In'));
    expect(own.map(({ name }) => name)).toEqual(['In 1 · Spring Cup']);
    expect(ground.open()).toHaveLength(100);
    expect(farthest.status).toBe('SCHEDULED');
  });

  it.each(['before', 'after'] as const)(
    'loses no event when the process dies %s it is called off for another',
    async (moment) => {
      const ground = await eventGround();
      foreign(ground, 98);
      await ground.put({ outsideId: '5', inHours: 5 }, { outsideId: '9', title: 'In 9', inHours: 9 });
      const stop = await ground.deliver();
      await ground.settled();
      await stop();
      const [farthest] = ground.events().filter(({ name }) => name.startsWith('In 9'));
      if (!farthest) throw new Error('no event');
      const eventId = farthest.id;
      await markDisplaced(ground.db.em(), ground.guild.id, eventId);
      if (moment === 'after') ground.discord.world.events.edit(farthest, ground.owner.id, { status: 4 });
      await ground.hourPassed();
      await ground.deliver();
      await ground.settled();
      expect(ground.open().filter(({ name }) => name.startsWith('In 9'))).toHaveLength(1);
    },
  );

  it('has one event of a match that several of its tournaments follow: that of the first linked', async () => {
    const ground = await eventGround();
    await ground.follow('Autumn Cup');
    await ground.put({}, { outsideId: '2', title: 'Round 2', inHours: 2 });
    await ground.deliver();
    await ground.settled();
    const names = () => ground.open().map(({ name }) => name);
    const first = ['Round 1 · Spring Cup', 'Round 2 · Spring Cup'];
    expect(names()).toEqual(first);
    expect(ground.requests()).toEqual(['POST', 'POST']);
    await ground.put({ crew: [commentator('Cas')] }, { outsideId: '2', title: 'Round 2', inHours: 2 });
    await ground.settled();
    expect(names()).toEqual(first);

    await ground.run(sql`update tournament set discord_events = 'none' where id = 1`);
    await ground.wantAll(1);
    await ground.settled();
    const second = ['Round 1 · Autumn Cup', 'Round 2 · Autumn Cup'];
    expect(names()).toEqual(second);
    await ground.run(sql`update tournament set discord_events = 'all' where id = 1`);
    await ground.wantAll();
    await ground.settled();
    expect(names()).toEqual(second);
    await ground.run(sql`delete from tournament_link where tournament_id = 2`);
    await ground.wantAll(2);
    await ground.settled();
    expect(names()).toEqual(first);
  });

  it('that lacks the permission is told once, and has its events once it grants it', async () => {
    const ground = await eventGround();
    ground.discord.world.setBotPermissions(ground.guild, ['ViewChannel', 'SendMessages', 'ManageEvents']);
    await ground.put({}, { outsideId: '2' });
    await ground.deliver();
    await ground.settled();
    await ground.put({ outsideId: '3' });
    await ground.settled();
    await ground.hourPassed();
    await ground.settled();
    const [told, ...more] = await ground.notices();
    expect(told?.text).toContain('**Create Events**');
    expect(more).toEqual([]);
    ground.discord.world.setBotPermissions(ground.guild, ['ViewChannel', 'SendMessages', 'CreateEvents']);
    await ground.run(sql`update discord_event set retry_at = null where match_id = 1`);
    await expect.poll(() => ground.open().length).toBe(3);
    ground.discord.world.setBotPermissions(ground.guild, ['ViewChannel', 'SendMessages']);
    await ground.put({ outsideId: '4' });
    await ground.settled();
    expect(await ground.notices()).toHaveLength(2);
  });

  it('that Herald was removed from is given up', async () => {
    const ground = await eventGround();
    await ground.put({}, { outsideId: '2' });
    ground.discord.world.removeBot(ground.guild);
    await ground.deliver();
    await ground.settled();
    expect(ground.requests()).toEqual(['POST']);
    expect(await ground.run(sql`select 1 from discord_event where dirty_at is null`)).toHaveLength(2);
  });

  it('whose limit is reached for the moment is asked later', async () => {
    const ground = await eventGround();
    const body = { message: 'You are being rate limited.', retry_after: 0.4, global: false };
    const headers = { 'retry-after': '1', 'x-ratelimit-scope': 'shared' };
    ground.discord.faults.add({ method: 'POST', kind: 'status', status: 429, body, headers });
    await ground.put({});
    await ground.deliver();
    await expect.poll(() => ground.events().length).toBe(1);
    await ground.settled();
    expect(ground.events()).toHaveLength(1);
  });
});
