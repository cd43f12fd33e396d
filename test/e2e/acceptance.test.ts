import { expect } from 'vitest';
import type { User } from '../../src/sandbox/discord/entities.ts';
import { SCHEDULE, versions } from '../support/tables.ts';
import { until } from '../support/until.ts';
import { firstSync, follow, headlines, inHours, join, player, QUICK } from './club.ts';
import { type Stage, test } from './stage.ts';

const NAMES = ['Ada', 'Ben', 'Cas', 'Cora', 'Nia', 'Tam'] as const;
type Name = (typeof NAMES)[number];

/** A season as its people live it: after each step, everybody got what is expected, and nobody anything else. */
class Season {
  readonly stage: Stage;
  readonly people: Record<Name, User>;
  #seen = new Map<Name, number>();

  constructor(stage: Stage) {
    this.stage = stage;
    this.people = join(stage, NAMES);
  }

  get world(): Stage['place']['speedgaming']['world'] {
    return this.stage.place.speedgaming.world;
  }

  /** Waits until the schedule was read twice from the beginning, and nothing waits to be sent. */
  async settled(): Promise<void> {
    const { requests } = this.stage.place.speedgaming;
    const reads = () =>
      requests.filter(({ path, answeredAt }) => path.includes('/schedule') && answeredAt).length;
    const before = reads();
    await until('two more reads', () => reads() >= before + 3);
    await until('nothing is pending', async () => {
      const { rows } = await this.stage.sql.query(
        `select 1 from notification where state = 'pending' union all select 1 from live_message where dirty_at is not null
         union all select 1 from discord_event where dirty_at is not null`,
      );
      return rows.length === 0;
    });
  }

  /** What everybody received since the last time. */
  received(): Partial<Record<Name, string[]>> {
    const fresh = NAMES.map((name) => {
      const all = headlines(this.stage, this.people[name]);
      const before = this.#seen.get(name) ?? 0;
      this.#seen.set(name, all.length);
      return [name, all.slice(before)] as const;
    });
    return Object.fromEntries(fresh.filter(([, lines]) => lines.length > 0));
  }

  /** Lets something happen at SpeedGaming and says what people received of it. */
  async after<T>(act: () => T): Promise<Partial<Record<Name, string[]>>> {
    await act();
    await this.settled();
    return this.received();
  }
}

/** A season whose first sync is over, and the match that it found. */
async function begin(stage: Stage) {
  const season = new Season(stage);
  const { world, people } = season;
  world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  const players = [player(people.Ada), player(people.Ben)];
  const known = world.addEpisode('demo', { when: inHours(20), players });
  await stage.bot();
  await follow(stage, 'demo');
  await firstSync(stage);
  // 14: what is there at the first sync is told to nobody.
  expect(await season.after(() => undefined)).toEqual({});
  return { season, world, known, ...people };
}

test.concurrent('a match is scheduled, changes and is called off, as the people in it live it', async ({
  open,
}) => {
  const stage = await open({ env: QUICK });
  const { season, world, known, Ada, Ben, Cas, Cora, Nia, Tam } = await begin(stage);

  // 1: players and approved crew of a new match.
  const approved = { ...player(Cas), approved: true };
  const waiting = { ...player(Cora), approved: false };
  const [first, second] = [30, 40].map(
    (hours) => () =>
      world.addEpisode('demo', {
        when: inHours(hours),
        players: [player(Ada), player(Ben)],
        commentators: hours === 30 ? [approved, waiting] : [],
        matchTitle: `Round ${hours}`,
      }),
  ) as [() => typeof known, () => typeof known];
  let match = known;
  expect(
    await season.after(() => {
      match = first();
      second();
    }),
  ).toEqual({
    Ada: ['Match scheduled', 'Match scheduled'],
    Ben: ['Match scheduled', 'Match scheduled'],
    Cas: ['Match scheduled'],
  });

  // 2: the same again writes nothing and asks nothing of Discord.
  const query = async (statement: string) => (await stage.sql.query(statement)).rows;
  const [before, asked] = [await versions(query, SCHEDULE), stage.discord.log.length];
  expect(await season.after(() => undefined)).toEqual({});
  expect(await versions(query, SCHEDULE)).toEqual(before);
  expect(stage.discord.log.length).toBe(asked);

  // 3: moved, with both times; the Discord event is the same one.
  const eventOf = (title: string) =>
    stage.discord.events(stage.place.guild).filter(({ name }) => name.startsWith(title));
  const [event] = eventOf('Round 30');
  expect(await season.after(() => world.reschedule(match.id, inHours(32)))).toEqual({
    Ada: ['Match moved'],
    Ben: ['Match moved'],
    Cas: ['Match moved'],
  });
  const told = stage.discord.person(Ada.id).inbox().at(-1)?.embeds[0]?.description;
  for (const hours of [30, 32]) expect(told).toContain(`<t:${inHours(hours).getTime() / 1000}:F>`);
  expect(eventOf('Round 30')).toMatchObject([{ id: event?.id, startsAt: inHours(32).getTime() }]);

  // 4: somebody known by tag only is nobody to write to, and is told once the account comes.
  let tagged = known;
  expect(
    await season.after(() => {
      const players = [player(Ada), { displayName: 'Tam', discordTag: 'tam' }];
      tagged = world.addEpisode('demo', { when: inHours(44), players, matchTitle: 'Tagged' });
    }),
  ).toEqual({ Ada: ['Match scheduled'] });
  const tam = tagged.match1.players[1]?.id ?? 0;
  expect(await season.after(() => world.setDiscordId(tam, Tam.id))).toEqual({
    Tam: ['You were added to a match'],
  });

  // 5: an opponent is swapped.
  expect(await season.after(() => world.swapPlayer(match.id, 1, player(Nia)))).toEqual({
    Ada: ['Opponent changed'],
    Ben: ['You are no longer in this match'],
    Cas: ['Players changed'],
    Nia: ['You were added to a match'],
  });

  // 6: deleted at the source, which says so itself.
  expect(await season.after(() => world.deleteEpisode(tagged.id))).toEqual({
    Ada: ['Match cancelled'],
    Tam: ['Match cancelled'],
  });
  expect(eventOf('Tagged')).toMatchObject([{ status: 'CANCELED' }]);

  // 7: moved out of what the list shows.
  expect(await season.after(() => world.reschedule(match.id, inHours(24 * 90)))).toEqual({
    Ada: ['Match moved'],
    Cas: ['Match moved'],
    Nia: ['Match moved'],
  });
}, 400_000);

test.concurrent('what the source leaves open or says wrongly makes nobody up and tells nobody', async ({
  open,
}) => {
  const stage = await open({ env: QUICK });
  const { season, world, known, Ben, Nia, Tam } = await begin(stage);
  const query = async (statement: string) => (await stage.sql.query(statement)).rows;

  // 8: answers that make no sense change nothing.
  const { faults } = stage.place.speedgaming;
  const nonsense = await season.after(() => {
    for (const kind of ['error-object', 'html', 'cut-off', 'lost-connection', 'empty-list'] as const)
      faults.add({ kind });
    faults.add({ kind: 'http', status: 502 });
  });
  await season.settled();
  expect([nonsense, season.received()]).toEqual([{}, {}]);

  // 9: a time that is not confirmed.
  let unsure = known;
  expect(
    await season.after(() => {
      const players = [player(Ben), player(Nia)];
      unsure = world.addEpisode('demo', { when: inHours(50), players, timezone: 'Europe/Paris' });
    }),
  ).toEqual({});
  expect(await season.after(() => world.setTimezone(unsure.id, ''))).toEqual({
    Ben: ['Time confirmed'],
    Nia: ['Time confirmed'],
  });

  // 10 and 12: slots without a player make nobody; equal numbers are not the same person, one tag is.
  const placeholders = async () =>
    (await query('select handle from person where is_placeholder order by handle')).map(
      ({ handle }) => handle,
    );
  const already = await placeholders();
  expect(
    await season.after(() => {
      world.addEpisode('demo', { when: inHours(52), players: [{ displayName: 'Winner of Ada vs Ben' }] });
      world.addEpisode('demo', { when: inHours(53), players: [] });
      const crew = { displayName: 'Zed', discordTag: 'zed', approved: true };
      world.addEpisode('demo', {
        when: inHours(54),
        players: [{ displayName: 'Xan', id: 8001 }],
        commentators: [{ ...crew, id: 8001 }],
        trackers: [{ ...crew, id: 8002 }],
      });
    }),
  ).toEqual({});
  expect((await placeholders()).filter((handle) => !already.includes(handle))).toEqual([
    'sg_8001',
    'sg_crew_8001',
  ]);

  // 11: no stream means no link.
  expect(
    await season.after(() =>
      world.addEpisode('demo', {
        when: inHours(56),
        players: [player(Tam)],
        channels: [{ slug: 'norestream' }],
      }),
    ),
  ).toEqual({ Tam: ['Match scheduled'] });
  expect(stage.discord.person(Tam.id).inbox().at(-1)?.embeds[0]?.description).not.toContain('twitch');

  // 13: closed direct messages become a mention.
  stage.discord.world.setAcceptsDms(Ben.id, false);
  expect(await season.after(() => world.reschedule(known.id, inHours(21)))).toEqual({ Ada: ['Match moved'] });
  const mentions = stage.posted().filter(({ embeds }) => embeds[0]?.title === 'Match moved');
  expect(mentions.map(({ pinged }) => pinged)).toEqual([[`<@${Ben.id}>`]]);
}, 400_000);
