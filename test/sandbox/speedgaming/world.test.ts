import { describe, expect, it } from 'vitest';
import { readTime } from '../../../src/sandbox/speedgaming/times.ts';
import { World } from '../../../src/sandbox/speedgaming/world.ts';

const ada = { displayName: 'Ada' };
const ben = { displayName: 'Ben' };

function demo() {
  const world = new World();
  world.addEvent({ slug: 'demo' });
  const episode = world.addEpisode('demo', { when: '2026-12-01T18:00:00Z', players: [ada, ben] });
  return { world, episode, id: episode.id };
}

describe('players', () => {
  it('keep one id in an event, and have another in another event', () => {
    const { world, episode } = demo();
    world.addEvent({ slug: 'other' });
    const again = world.addEpisode('demo', { when: '2026-12-02T18:00:00Z', players: [ben, ada] });
    const elsewhere = world.addEpisode('other', { when: '2026-12-02T18:00:00Z', players: [ada] });
    const [one] = episode.match1.players;
    expect(again.match1.players[1]).toBe(one);
    expect(elsewhere.match1.players[0]?.id).not.toBe(one?.id);
  });

  it('change in all their episodes, and may take a name that is free again', () => {
    const { world, episode } = demo();
    const [player] = episode.match1.players;
    const later = world.addEpisode('demo', { when: '2026-12-02T18:00:00Z', players: [player?.id ?? 0] });
    world.setDiscordId(player?.id ?? 0, '100000000000000001', 'ada');
    world.renamePlayer(player?.id ?? 0, 'Adah');
    expect(later.match1.players[0]).toMatchObject({
      displayName: 'Adah',
      discordId: '100000000000000001',
      discordTag: 'ada',
    });
    const newcomer = world.addEpisode('demo', { when: '2026-12-03T18:00:00Z', players: [ada] });
    expect(newcomer.match1.players[0]?.id).not.toBe(player?.id);
  });

  it('are swapped and replaced, also in a second match', () => {
    const { world, episode, id } = demo();
    world.swapPlayer(id, 1, { displayName: 'Cas' });
    expect(episode.match1.players.map((one) => one.displayName)).toEqual(['Ada', 'Cas']);
    world.setPlayers(id, 2, [ben]);
    world.setTitle(id, 'Second match', 2);
    expect(episode.match2).toMatchObject({ title: 'Second match', players: [ben] });
    world.setPlayers(id, 2, null);
    world.setPlayers(id, 1, []);
    expect([episode.match2, episode.match1.players]).toEqual([null, []]);
    expect(() => world.swapPlayer(id, 0, ada)).toThrow('no player 0');
  });
});

describe('crew', () => {
  it('has an id for each sign-up, which may be the number of a player', () => {
    const { world, episode, id } = demo();
    const one = world.addCrew(id, 'commentators', { displayName: 'Cas' });
    const two = world.addCrew(id, 'trackers', { displayName: 'Cas', id: episode.match1.players[0]?.id });
    expect(two.id).toBe(episode.match1.players[0]?.id);
    expect(one.id).not.toBe(two.id);
    world.approveCrew(one.id, true);
    expect(episode.commentators).toEqual([expect.objectContaining({ id: one.id, approved: true })]);
    world.withdrawCrew(two.id);
    expect(episode.trackers).toEqual([]);
    expect(() => world.withdrawCrew(two.id)).toThrow('no sign-up');
  });
});

describe('an episode', () => {
  it('is moved, changed and spoilt', () => {
    const { world, episode, id } = demo();
    world.reschedule(id, new Date('2026-12-05T18:00:00Z'), '2026-12-05T18:10:00Z');
    world.setNote(id, 'Swiss Round 5');
    world.setTimezone(id, 'CET?');
    world.approve(id, false);
    world.setLength(id, 120);
    world.setRestream(id, true);
    world.setChannels(id, [{ slug: 'norestream', name: 'No Restream' }]);
    expect(episode).toMatchObject({
      when: '2026-12-05T18:00:00+00:00',
      whenCountdown: '2026-12-05T18:10:00+00:00',
      timezone: 'CET?',
      approved: false,
      length: 120,
      externalRestream: true,
      match1: { note: 'Swiss Round 5' },
      channels: [{ slug: 'norestream' }],
    });
    world.spoil(id, (one) => ({ ...one, when: '' }));
    expect(world.schedule('demo', 0, Infinity)).toEqual([expect.objectContaining({ id, when: '' })]);
    world.spoil(id);
    expect(world.lookUp(id)).toBe(episode);
  });
});

describe('times of a question', () => {
  it.each([
    ['2026-07-01T12:00:00', '2026-07-01T16:00:00Z'],
    ['2026-12-01', '2026-12-01T05:00:00Z'],
    // The morning on which clocks go forward, and the one on which they go back.
    ['2026-03-08T03:00:00', '2026-03-08T07:00:00Z'],
    ['2026-11-01T03:00:00', '2026-11-01T08:00:00Z'],
    ['2026-12-01T18:00:00-0530', '2026-12-01T23:30:00Z'],
  ])('reads %s', (text, expected) => {
    expect(new Date(readTime(text) ?? 0)).toEqual(new Date(expected));
  });

  it.each(['2026-12-01T18:00:00 00:00', 'tomorrow', '2026-02-30', '2026-12-01T25:00:00Z', ''])(
    'cannot read "%s"',
    (text) => {
      expect(readTime(text)).toBeUndefined();
    },
  );
});

describe('a world that is made up', () => {
  const request = {
    slugs: 200,
    episodesPerSlug: 25,
    from: new Date('2026-12-01T00:00:00Z'),
    to: new Date('2026-12-08T00:00:00Z'),
    seed: 1,
  };
  const make = () => {
    const world = new World();
    const slugs = world.fill(request);
    return { slugs, list: world.schedule(undefined, 0, Infinity) as ReturnType<World['episode']>[] };
  };

  it('is large, and the same for the same seed', () => {
    const { slugs, list } = make();
    expect([slugs.length, list.length]).toEqual([200, 5000]);
    expect(JSON.stringify(make().list)).toBe(JSON.stringify(list));
  });

  it('has some of everything that a season has', () => {
    const { list } = make();
    const players = list.flatMap(({ match1 }) => match1.players);
    const share = (count: number, of: unknown[]) => count / of.length;
    expect(share(players.filter((one) => !one.discordId).length, players)).toBeGreaterThan(0.1);
    expect(players.some(({ displayName }) => displayName.startsWith('Winner of'))).toBe(true);
    expect(list.some(({ match1 }) => match1.players.length === 0)).toBe(true);
    expect(list.some(({ match2 }) => match2)).toBe(true);
    expect(list.some(({ approved }) => !approved)).toBe(true);
    expect(list.some(({ timezone }) => timezone)).toBe(true);
    expect(list.some(({ channels }) => channels[0]?.slug === 'norestream')).toBe(true);
    expect(list.every(({ when }) => Date.parse(when) >= request.from.getTime())).toBe(true);
    expect(list.every(({ when }) => Date.parse(when) <= request.to.getTime())).toBe(true);
  });

  it('takes the people that it is given', () => {
    const world = new World();
    const people = [
      { displayName: 'Ada', discordId: '100000000000000001' },
      { displayName: 'Ben', discordId: '100000000000000002' },
    ];
    world.fill({ ...request, slugs: ['demo'], episodesPerSlug: 5, people });
    expect(JSON.stringify(world.schedule('demo', 0, Infinity))).toContain('100000000000000001');
  });
});
