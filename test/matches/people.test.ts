import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { firstRow, rows } from '../../src/database/database.ts';
import {
  mergedLike,
  placeholders,
  placeholdersLike,
  waitingClaims,
} from '../../src/matches/people/person-lists.ts';
import { type Form, PeopleGround, type Place } from './people-ground.ts';

const ALICE = '100000000000000001';
const BOB = '100000000000000002';
const ORGANISER = '100000000000000009';

const alice: Form = { id: 10, name: 'Alice' };
const bob: Form = { id: 11, name: 'Bob', account: BOB };
const user = (id: string, name: string) => ({ id, name, isBot: false });

test('a placeholder becomes the person on all matches when the source brings the account', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  await ground.poll([place], 1, { players: [alice, bob] });
  await ground.poll([place], 2, { players: [bob, alice] });
  await ground.poll([place], 3, { players: [alice], state: 'finished' });
  expect(await ground.seats(place, 1)).toEqual([`player ${BOB}`, 'player sg_10']);
  const told = ground.events.length;
  await ground.poll([place], 1, { players: [{ ...alice, account: ALICE }, bob] });
  for (const episode of [1, 2])
    expect(await ground.seats(place, episode)).toEqual([`player ${ALICE}`, `player ${BOB}`]);
  expect(await ground.seats(place, 3)).toEqual([`player ${ALICE}`]);
  // The match that is over is nobody's news, and each other one is news once.
  expect(ground.events.slice(told).map(({ outsideId, revision }) => [outsideId, revision])).toEqual([
    ['2', '2+1.4'],
    ['1', '4'],
  ]);
  // A later poll without the account changes nothing.
  await ground.poll([place], 1, { players: [alice, bob] });
  expect(await ground.owners(place)).toMatchObject({ 'player 10': { who: ALICE, isDecided: false } });
});

test('a step of the source has the same name in every guild, so that it is told once', async () => {
  const ground = await PeopleGround.open();
  const places = [await ground.guild(), await ground.guild()];
  await ground.poll(places, 1, { players: [alice, bob] });
  await ground.poll(places, 2, { players: [alice] });
  const told = ground.events.length;
  await ground.poll(places, 1, { players: [{ ...alice, account: ALICE }, bob] });
  const names = ground.events
    .slice(told)
    .map(({ guildId, outsideId, revision }) => [guildId, outsideId, revision]);
  const of = ({ guildId }: Place) => names.filter(([id]) => id === guildId).map(([, ...name]) => name);
  expect(of(places[0] as Place)).toEqual(of(places[1] as Place));
});

test('several accounts that one poll brings are one change of each other match', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  const other: Form = { id: 12, name: 'Carol' };
  await ground.poll([place], 1, { players: [alice, other] });
  await ground.poll([place], 2, { players: [alice, other] });
  const told = ground.events.length;
  await ground.poll([place], 1, {
    players: [
      { ...alice, account: ALICE },
      { ...other, account: BOB },
    ],
  });
  expect(ground.events.slice(told).map(({ outsideId }) => outsideId)).toEqual(['2', '1']);
  await ground.checkTold([place]);
});

test('where the source corrects an account, the other matches follow and are told', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  await ground.poll([place], 1, { players: [{ ...alice, account: BOB }] });
  await ground.poll([place], 2, { players: [{ ...alice, account: BOB }] });
  await ground.poll([place], 1, { players: [{ ...alice, account: ALICE }] });
  expect(await ground.seats(place, 2)).toEqual([`player ${ALICE}`]);
  await ground.checkTold([place]);
});

test('crew known by a tag is one placeholder over all sign-ups and polls, and a tag leads to no account', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  await ground.poll([place], 1, { players: [{ ...bob, tag: 'bob' }] });
  await ground.poll([place], 1, {
    players: [{ ...bob, tag: 'bob' }],
    commentators: [{ id: 501, name: 'Bob', tag: 'Bob#0' }],
  });
  await ground.poll([place], 2, { trackers: [{ id: 502, name: 'Bobby', tag: 'bob' }] });
  expect(await ground.seats(place, 1)).toEqual(['commentator sg_crew_501', `player ${BOB}`]);
  expect(await ground.seats(place, 2)).toEqual(['tracker sg_crew_501']);
});

test('a sign-up that gets an account says who the tag was, on all matches', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  const signUp: Form = { id: 501, name: 'Alice', tag: 'alice' };
  await ground.poll([place], 1, { commentators: [signUp], trackers: [{ ...signUp, id: 503 }] });
  await ground.poll([place], 2, { commentators: [{ ...signUp, id: 502 }] });
  await ground.poll([place], 1, {
    commentators: [{ ...signUp, account: ALICE }],
    trackers: [{ ...signUp, id: 503 }],
  });
  expect(await ground.seats(place, 1)).toEqual([`commentator ${ALICE}`, `tracker ${ALICE}`]);
  expect(await ground.seats(place, 2)).toEqual([`commentator ${ALICE}`]);
  await ground.checkTold([place]);
});

test('two accounts behind one tag say nothing about it', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  const signUp: Form = { id: 501, name: 'Alice', tag: 'alice' };
  await ground.poll([place], 1, { commentators: [signUp, { ...signUp, id: 502 }] });
  await ground.poll([place], 2, { commentators: [{ ...signUp, id: 503 }] });
  await ground.poll([place], 1, {
    commentators: [
      { ...signUp, account: ALICE },
      { ...signUp, id: 502, account: BOB },
    ],
  });
  expect(await ground.seats(place, 1)).toEqual([`commentator ${ALICE}`, `commentator ${BOB}`]);
  expect(await ground.seats(place, 2)).toEqual(['commentator sg_crew_501']);
});

test('equal numbers of a player and a sign-up are different people; one account is one person', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  await ground.poll([place], 1, { players: [alice], commentators: [{ id: 10, name: 'Carol' }] });
  expect(await ground.seats(place, 1)).toEqual(['commentator sg_crew_10', 'player sg_10']);
  await ground.poll([place], 2, { players: [bob], commentators: [{ id: 12, name: 'Bob', account: BOB }] });
  expect(await ground.seats(place, 2)).toEqual([`commentator ${BOB}`, `player ${BOB}`]);
  const count = await firstRow(
    ground.db.em(),
    sql`select count(*)::int as people from person where discord_id = ${BOB}`,
  );
  expect(count).toEqual({ people: 1 });
});

test('who signed up twice for the same is told of once, and a sign-up listed twice is written once', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  const signUp: Form = { id: 501, name: 'Alice', account: ALICE };
  await ground.poll([place], 1, { commentators: [signUp, signUp, { ...signUp, id: 502 }] });
  expect(ground.events.at(-1)?.after.crew).toEqual([
    { name: 'Alice', discordId: ALICE, stream: null, role: 'commentator' },
  ]);
});

test('an organiser links a placeholder and takes it back; what was decided stays, whatever the source says', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  await ground.poll([place], 1, { players: [alice, bob] });
  const id = await ground.placeholder(place, 'sg_10');
  expect(await ground.persons.link(place.guildId, id, user(ALICE, 'alice'), ORGANISER)).toEqual({
    id,
    name: 'Alice',
    handle: 'sg_10',
  });
  expect(await ground.seats(place, 1)).toEqual([`player ${ALICE}`, `player ${BOB}`]);
  await ground.poll([place], 1, { players: [{ ...alice, account: BOB }, bob] });
  expect(await ground.owners(place)).toMatchObject({ 'player 10': { who: ALICE, isDecided: true } });
  const person = await ground.person(place, ALICE);
  expect((await mergedLike(ground.db.em(), place.guildId, 'sg_10', 25)).map((each) => each.id)).toEqual([
    person,
  ]);
  await ground.persons.unlink(place.guildId, person, ORGANISER);
  expect(await ground.seats(place, 1)).toEqual([`player ${BOB}`, 'player sg_10']);
  await ground.poll([place], 1, { players: [{ ...alice, account: ALICE }, bob] });
  expect(await ground.owners(place)).toMatchObject({ 'player 10': { who: 'sg_10', isDecided: true } });
  await expect(ground.persons.unlink(place.guildId, person, ORGANISER)).rejects.toThrow(
    /nothing to take back/,
  );
  await ground.persons.link(place.guildId, id, user(BOB, 'bob'), ORGANISER);
  expect(await ground.audit(place)).toEqual(
    ['person.link', 'person.unlink', 'person.link'].map((action) => `${ORGANISER} ${action}`),
  );
  await ground.checkTold([place]);
});

test('several merges into one person are taken back one by one, the last one first', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  await ground.poll([place], 1, { players: [alice, { id: 12, name: 'Alice again' }] });
  for (const handle of ['sg_12', 'sg_10'])
    await ground.persons.link(
      place.guildId,
      await ground.placeholder(place, handle),
      user(ALICE, 'alice'),
      ORGANISER,
    );
  const person = await ground.person(place, ALICE);
  expect(await ground.persons.unlink(place.guildId, person, ORGANISER)).toMatchObject({ handle: 'sg_10' });
  expect(await ground.persons.unlink(place.guildId, person, ORGANISER)).toMatchObject({ handle: 'sg_12' });
  await ground.checkTold([place]);
});

test('what cannot be linked says why', async () => {
  const ground = await PeopleGround.open();
  const [place, other] = [await ground.guild(), await ground.guild()];
  await ground.poll([place, other], 1, { players: [alice, bob] });
  const id = await ground.placeholder(place, 'sg_10');
  const link = (guildId: string, placeholder: number, isBot = false) =>
    ground.persons.link(guildId, placeholder, { ...user(ALICE, 'alice'), isBot }, ORGANISER);
  await expect(link(place.guildId, id, true)).rejects.toThrow(/That is a bot/);
  await expect(link(other.guildId, id)).rejects.toThrow(/no such person here/);
  await expect(link('1', id)).rejects.toThrow(/no such person here/);
  await expect(link(place.guildId, await ground.person(place, BOB))).rejects.toThrow(
    /Bob has a Discord account already/,
  );
  await link(place.guildId, id);
  await expect(link(place.guildId, id)).rejects.toThrow(/Alice is known as alice already/);
  await expect(
    ground.persons.unlink(other.guildId, await ground.person(place, ALICE), ORGANISER),
  ).rejects.toThrow(/no such person here/);
  expect(await ground.owners(other)).toMatchObject({ 'player 10': { who: 'sg_10' } });
  expect(await ground.audit(other)).toEqual([]);
});

test('a claim waits for an organiser, who is asked once; approved, it merges and refuses the others', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild('5');
  await ground.poll([place], 1, { players: [{ ...alice, name: '@everyone **x**' }, bob] });
  const { guildId } = place;
  const id = await ground.placeholder(place, 'sg_10');
  const first = await ground.persons.claim(guildId, id, { id: ALICE, name: 'alice' });
  expect(first).toMatchObject({ isNew: true, channelId: '5' });
  expect(await ground.persons.claim(guildId, id, { id: ALICE, name: 'alice' })).toMatchObject({
    id: first.id,
    isNew: false,
  });
  const second = await ground.persons.claim(guildId, id, { id: BOB, name: 'bob' });
  expect((await waitingClaims(ground.db.em(), guildId, 9)).map((claim) => claim.id)).toEqual([
    first.id,
    second.id,
  ]);
  const notices = await rows(
    ground.db.em(),
    sql<{
      channelId: string;
      payload: { text: string; buttons: unknown };
    }>`select channel_id as "channelId", payload from notification order by id`,
  );
  expect(notices).toHaveLength(2);
  expect(notices[0]?.payload.text).toContain('\\@everyone \\*\\*x\\*\\*');
  expect(notices[0]).toMatchObject({
    channelId: '5',
    payload: {
      buttons: [
        { label: 'Approve', customId: `person:approve:${first.id}`, style: 3 },
        { label: 'Refuse', customId: `person:refuse:${first.id}`, style: 4 },
      ],
    },
  });
  const decision = { isApproved: true, by: ORGANISER };
  await expect(ground.persons.decide('1', first.id, decision)).rejects.toThrow(/no such claim/);
  expect(await ground.persons.decide(guildId, first.id, decision)).toMatchObject({
    placeholder: { handle: 'sg_10' },
    claimant: { id: ALICE },
  });
  expect(await ground.seats(place, 1)).toEqual([`player ${ALICE}`, `player ${BOB}`]);
  for (const [claim, state] of [
    [first, 'approved'],
    [second, 'refused'],
  ] as const)
    await expect(ground.persons.decide(guildId, claim.id, decision)).rejects.toThrow(
      `This claim is ${state} already: @everyone **x** is known as alice`,
    );
  expect(await ground.audit(place)).toEqual([
    `${ALICE} person.claim`,
    `${BOB} person.claim`,
    `${ORGANISER} person.approve`,
  ]);
});

test('a refused claim changes nothing and can be made again; too many at once cannot', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  const players = [20, 21, 22, 23].map((id) => ({ id, name: `Player ${id}` }));
  await ground.poll([place], 1, { players });
  const claim = async (handle: string) =>
    await ground.persons.claim(place.guildId, await ground.placeholder(place, handle), {
      id: ALICE,
      name: 'alice',
    });
  const before = await ground.owners(place);
  const first = await claim('sg_20');
  expect(first.channelId).toBeNull();
  await ground.persons.decide(place.guildId, first.id, { isApproved: false, by: ORGANISER });
  await expect(
    ground.persons.decide(place.guildId, first.id, { isApproved: true, by: ORGANISER }),
  ).rejects.toThrow('This claim is refused already.');
  expect((await claim('sg_20')).isNew).toBe(true);
  await claim('sg_21');
  await claim('sg_22');
  await expect(claim('sg_23')).rejects.toThrow(/3 of your claims wait/);
  expect((await claim('sg_22')).isNew).toBe(false);
  expect(await ground.owners(place)).toEqual(before);
});

test('a claim of somebody whom the source made known meanwhile is decided by that', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  await ground.poll([place], 1, { players: [alice] });
  const id = await ground.placeholder(place, 'sg_10');
  const mine = await ground.persons.claim(place.guildId, id, { id: ALICE, name: 'alice' });
  const other = await ground.persons.claim(place.guildId, id, { id: BOB, name: 'bob' });
  await ground.poll([place], 1, { players: [{ ...alice, account: ALICE }] });
  const decide = (claim: number) =>
    ground.persons.decide(place.guildId, claim, { isApproved: true, by: ORGANISER });
  await expect(decide(mine.id)).rejects.toThrow('This claim is approved already: Alice is known as Alice');
  await expect(decide(other.id)).rejects.toThrow('This claim is refused already: Alice is known as Alice');
});

test('an approval, a link and a poll at the same moment make one person', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  await ground.poll([place], 1, { players: [alice, bob] });
  const id = await ground.placeholder(place, 'sg_10');
  const claim = await ground.persons.claim(place.guildId, id, { id: ALICE, name: 'alice' });
  const ends = await Promise.allSettled([
    ground.persons.decide(place.guildId, claim.id, { isApproved: true, by: ORGANISER }),
    ground.persons.link(place.guildId, id, user(ALICE, 'alice'), ORGANISER),
    ground.poll([place], 2, { players: [{ ...alice, account: ALICE }] }),
  ]);
  // Who comes first leaves the other person nothing to do; the poll is refused nothing.
  expect(ends.at(-1)?.status).toBe('fulfilled');
  const merges = await rows(ground.db.em(), sql`select 1 from person_merge`);
  expect(merges).toHaveLength(1);
  expect(await ground.seats(place, 1)).toEqual([`player ${ALICE}`, `player ${BOB}`]);
});

test('the list of people without an account: those in a match, by name, with what is to come', async () => {
  const ground = await PeopleGround.open();
  const [place, other] = [await ground.guild(), await ground.guild()];
  await ground.poll([place], 1, { players: [{ ...alice, tag: 'Al' }, bob] });
  await ground.poll([place], 2, { players: [alice], commentators: [{ id: 10, name: 'aaron' }] });
  await ground.poll([place], 3, { players: [alice], state: 'finished' });
  await ground.poll([other], 1, { players: [{ id: 12, name: 'Elsewhere' }] });
  // Who is in no match any more is nobody to be found.
  await ground.poll([place], 4, { commentators: [{ id: 11, name: 'Gone' }] });
  await ground.poll([place], 4, {});
  const em = ground.db.em();
  const page = { guildId: place.guildId, tournamentId: null, limit: 10, offset: 0 };
  const { total, people } = await placeholders(em, page);
  expect(total).toBe(2);
  expect(people.map(({ name, handle, tag }) => ({ name, handle, tag }))).toEqual([
    { name: 'aaron', handle: 'sg_crew_10', tag: null },
    { name: 'Alice', handle: 'sg_10', tag: 'al' },
  ]);
  expect(people[1]).toMatchObject({ upcomingCount: 2, pastCount: 1 });
  expect(people[1]?.upcoming).toEqual([
    { title: 'Alice vs Bob', startsAt: expect.stringMatching(/Z$/), tournament: 'Cup' },
    { title: 'Alice', startsAt: expect.stringMatching(/Z$/), tournament: 'Cup' },
  ]);
  const elsewhere = await placeholders(em, { ...page, tournamentId: other.link.tournamentId });
  expect(elsewhere).toEqual({ total: 0, hasMore: false, people: [] });
  const typed = async (text: string) =>
    (await placeholdersLike(em, place.guildId, text, 25)).map(({ handle }) => handle);
  expect(await typed('')).toEqual(['sg_crew_10', 'sg_10']);
  expect(await typed('ALI')).toEqual(['sg_10']);
  expect(await typed('crew_10')).toEqual(['sg_crew_10']);
  expect(await typed('%')).toEqual([]);
});

test('of very many people without an account the first by name are listed, and it says that there are more', async () => {
  const ground = await PeopleGround.open();
  const place = await ground.guild();
  await ground.poll([place], 1, { players: [alice] });
  const em = ground.db.em();
  await rows(
    em,
    sql`with added as (
          insert into person (guild_id, is_placeholder, handle, name) select ${place.guildId}, true, 'sg_x' || n, 'Many ' || lpad(n::text, 4, '0')
          from generate_series(1, 600) n returning id, guild_id
        ), known as (
          insert into person_identity (guild_id, person_id, source, kind, key) select guild_id, id, 'speedgaming', 'player', 'many' || id from added returning id
        )
        insert into match_player (match_id, identity_id, pairing, position, name) select 1, id, 1, 10 + row_number() over (order by id), 'Many' from known`,
  );
  for (const tournamentId of [null, place.link.tournamentId]) {
    const page = { guildId: place.guildId, tournamentId, limit: 10, offset: 490 };
    const last = await placeholders(em, page);
    expect(last).toMatchObject({ total: 500, hasMore: true });
    expect(last.people.map(({ name }) => name).at(-1)).toBe('Many 0499');
    expect((await placeholders(em, { ...page, offset: 500 })).people).toEqual([]);
  }
});
