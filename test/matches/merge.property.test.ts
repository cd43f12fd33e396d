import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { rows } from '../../src/database/database.ts';
import { type Form, PeopleGround, type Place, type Said } from './people-ground.ts';
import { PeopleModel } from './people-model.ts';

/** The checks have no time for more. */
const RUNS = process.env.HERALD_SOAK ? { numRuns: 200 } : { numRuns: 8, seed: 8 };
vi.setConfig({ testTimeout: process.env.HERALD_SOAK ? 3_600_000 : 240_000 });

const HUMANS = [0, 1, 2, 3];
const EPISODES = [1, 2, 3];
const ORGANISER = '100000000000000099';
const accountOf = (human: number) => `10000000000000000${human}`;
/** A wrong account, that of somebody else. */
const neighbourOf = (human: number) => accountOf((human + 1) % HUMANS.length);

/** How somebody stands in an episode: as player and in the crew, each time with or without the account. */
type Part = {
  human: number;
  player: 'no' | 'bare' | 'account' | 'other account';
  crew: Record<'commentator' | 'tracker', Crew>;
};
type Crew = 'no' | 'tag' | 'account' | 'other account' | 'twice';

const crew = fc.constantFrom<Crew>('no', 'no', 'tag', 'account', 'other account', 'twice');
const part = (human: number): fc.Arbitrary<Part> =>
  fc.record({
    human: fc.constant(human),
    player: fc.constantFrom('no', 'bare', 'account', 'other account'),
    crew: fc.record({ commentator: crew, tracker: crew }),
  });
const lineUp = fc.tuple(...HUMANS.map(part));

/** The numbers of sign-ups and of players meet: they are people's only by what they count. */
const signUpId = (episode: number, role: string, human: number) =>
  10 + episode * 8 + (role === 'tracker' ? 4 : 0) + human;

/** What SpeedGaming says of an episode with this line-up. Two of the people share a tag. */
function said(episode: number, parts: readonly Part[]): Said {
  const players = parts
    .filter(({ player }) => player !== 'no')
    .map(({ human, player }) => ({
      id: 10 + human,
      name: `Human ${human}`,
      account: player === 'bare' ? null : (player === 'account' ? accountOf : neighbourOf)(human),
    }));
  const signUps = (role: 'commentator' | 'tracker'): Form[] =>
    parts.flatMap((each) => {
      const { human } = each;
      const how = each.crew[role];
      const id = signUpId(episode, role, human);
      const form = { id, name: `Human ${human}`, tag: human < 2 ? 'shared' : human === 2 ? '' : 'tag3' };
      if (how === 'no') return [];
      if (how === 'tag') return [form];
      if (how === 'account') return [{ ...form, account: accountOf(human) }];
      if (how === 'other account') return [{ ...form, account: neighbourOf(human) }];
      return [form, { ...form, id: id + 100 }];
    });
  return { players, commentators: signUps('commentator'), trackers: signUps('tracker') };
}

type Step =
  | { kind: 'poll'; episode: number; parts: readonly Part[] }
  | { kind: 'link' | 'claim'; place: number; which: number; human: number }
  | { kind: 'unlink'; place: number; which: number }
  | { kind: 'decide'; place: number; which: number; isApproved: boolean }
  | { kind: 'restart' };

const at = { place: fc.constantFrom(0, 1), which: fc.nat(30) };
const poll = fc.record({
  kind: fc.constant('poll' as const),
  episode: fc.constantFrom(...EPISODES),
  parts: lineUp,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: poll },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('link' as const, 'claim' as const),
      ...at,
      human: fc.constantFrom(...HUMANS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('decide' as const), ...at, isApproved: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unlink' as const), ...at }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

/** One of some things, whatever the number. */
const pick = <T>(things: readonly T[], which: number): T | undefined => things[which % things.length];

/** Does one step, in the database and in the model of each guild. */
async function take(
  ground: PeopleGround,
  places: readonly Place[],
  models: readonly PeopleModel[],
  claimIds: readonly number[][],
  one: Step,
): Promise<void> {
  if (one.kind === 'restart') return await ground.restart();
  if (one.kind === 'poll') {
    const say = said(one.episode, one.parts);
    await ground.poll(places, one.episode, say);
    for (const model of models) model.poll(one.episode, say);
    return;
  }
  const [place, model, ids] = [places[one.place], models[one.place], claimIds[one.place]];
  if (!place || !model || !ids) throw new Error('no such guild');
  const { guildId } = place;
  if (one.kind === 'unlink') {
    const account = pick(model.merged(), one.which);
    if (!account) return;
    await ground.persons.unlink(guildId, await ground.person(place, account), ORGANISER);
    return model.unlink(account);
  }
  if (one.kind === 'decide') {
    const index = ids.length === 0 ? -1 : one.which % ids.length;
    const id = ids[index];
    if (id === undefined) return;
    const decided = ground.persons.decide(guildId, id, { isApproved: one.isApproved, by: ORGANISER });
    if (model.claims[index]?.state !== 'pending')
      return await expect(decided).rejects.toThrow(/is (approved|refused) already/);
    await decided;
    return model.decide(index, one.isApproved);
  }
  const handle = pick(model.placeholders(), one.which);
  if (!handle) return;
  const placeholder = await ground.placeholder(place, handle);
  const account = { id: accountOf(one.human), name: `human${one.human}` };
  if (one.kind === 'link') {
    await ground.persons.link(guildId, placeholder, { ...account, isBot: false }, ORGANISER);
    return model.link(handle, account.id);
  }
  const waiting = model.claims.filter(
    ({ claimant, state }) => claimant === account.id && state === 'pending',
  );
  if (waiting.length >= 3) return;
  const claim = await ground.persons.claim(guildId, placeholder, account);
  model.claim(handle, account.id);
  if (claim.isNew) ids.push(claim.id);
  expect(ids).toHaveLength(model.claims.length);
}

test('whatever sources, organisers and claimants do, in whatever order: each key is whose it should be', async () => {
  const ground = await PeopleGround.open();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 22, size: 'max' }), async (steps) => {
      const places = [await ground.guild(), await ground.guild()];
      const models = [new PeopleModel(), new PeopleModel()];
      const claimIds: number[][] = [[], []];
      for (const one of steps) {
        const other = 'place' in one ? places[1 - one.place] : undefined;
        const before = other && (await ground.everything(other));
        await take(ground, places, models, claimIds, one);
        // What is decided in one guild leaves no trace in the other.
        if (other) expect(await ground.everything(other)).toEqual(before);
      }
      for (const [index, place] of places.entries()) {
        const model = models[index] as PeopleModel;
        expect(await ground.owners(place)).toEqual(Object.fromEntries(model.owners));
        expect(await claimStates(ground, claimIds[index] ?? [])).toEqual(
          model.claims.map(({ state }) => state),
        );
        for (const episode of EPISODES) {
          const seats = await ground.seats(place, episode);
          expect(seats.filter((seat) => !seat.startsWith('player'))).toEqual([
            ...new Set(seats.filter((seat) => !seat.startsWith('player'))),
          ]);
        }
      }
      await ground.checkTold(places);
    }),
    RUNS,
  );
});

/** Truths about people that do not contradict each other: an account, once known, is the same everywhere. */
const consistent = fc.tuple(
  ...HUMANS.map((human) =>
    fc.record({
      human: fc.constant(human),
      player: fc.constantFrom<Part['player']>('no', 'bare', ...(human === 3 ? [] : ['account' as const])),
      crew: fc.record({
        commentator: fc.constantFrom<Crew>(
          'no',
          'tag',
          'twice',
          ...(human === 3 ? [] : ['account' as const]),
        ),
        tracker: fc.constantFrom<Crew>('no', 'tag'),
      }),
    }),
  ),
);

/** The same steps of each episode in two orders: an episode's own polls stay in theirs. */
const twoOrders = fc
  .array(fc.tuple(fc.constantFrom(...EPISODES), consistent), { minLength: 4, maxLength: 10 })
  .chain((polls) =>
    fc.record({
      polls: fc.constant(polls),
      shuffled: fc
        .array(fc.nat(1_000), { minLength: polls.length, maxLength: polls.length })
        .map((keys) => interleave(polls, keys)),
      linkAt: fc.tuple(fc.nat(20), fc.nat(20)),
      restarts: fc.array(fc.nat(20), { maxLength: 2 }),
    }),
  );

function interleave<T>(polls: readonly (readonly [number, T])[], keys: readonly number[]) {
  const queues = Map.groupBy(polls, ([episode]) => episode);
  return keys.flatMap((key) => {
    const left = [...queues.values()].filter((queue) => queue.length > 0);
    const next = pick(left, key)?.shift();
    return next ? [next] : [];
  });
}

test('the same polls of several matches in another order, with restarts and a decision at another time, end the same', async () => {
  const ground = await PeopleGround.open();
  await fc.assert(
    fc.asyncProperty(twoOrders, async ({ polls, shuffled, linkAt, restarts }) => {
      const ends: unknown[] = [];
      for (const [index, order] of [polls, shuffled].entries()) {
        const place = await ground.guild();
        let isLinked = false;
        const link = async () => {
          const owners = await ground.owners(place);
          if (isLinked || owners['player 13']?.who !== 'sg_13') return;
          const account = { id: accountOf(3), name: 'human3', isBot: false };
          await ground.persons.link(
            place.guildId,
            await ground.placeholder(place, 'sg_13'),
            account,
            ORGANISER,
          );
          isLinked = true;
        };
        for (const [turn, [episode, parts]] of order.entries()) {
          await ground.poll([place], episode, said(episode, apart(parts)));
          if (turn >= (linkAt[index] ?? 0)) await link();
          if (index === 1 && restarts.includes(turn)) await ground.restart();
        }
        await link();
        ends.push(await endState(ground, place));
        await ground.checkTold([place]);
      }
      expect(ends[1]).toEqual(ends[0]);
    }),
    RUNS,
  );
});

/** Nobody shares a tag here: whose a shared one is depends on who came first. */
function apart(parts: readonly Part[]): Part[] {
  return parts.map((each) =>
    each.human === 1 ? { ...each, crew: { commentator: 'no' as const, tracker: 'no' as const } } : each,
  );
}

/** Who is behind each key and in each match; a placeholder by its name, since its handle is that of the first sign-up. */
async function endState(ground: PeopleGround, place: Place): Promise<unknown> {
  return await rows(
    ground.db.em(),
    sql`select m.outside_id as episode, s.role, i.kind, i.key, coalesce(p.discord_id, concat('nobody ', p.name)) as who, i.is_decided
      from match m join (select match_id, 'player' as role, identity_id from match_player
          union all select match_id, role, identity_id from crew_member) s on s.match_id = m.id
        join person_identity i on i.id = s.identity_id join person p on p.id = i.person_id
      where m.tournament_id = ${place.link.tournamentId} order by 1, 2, 3, 4`,
  );
}

async function claimStates(ground: PeopleGround, ids: readonly number[]): Promise<string[]> {
  const found = await rows(
    ground.db.em(),
    sql<{ state: string }>`select state from person_claim where id = any(${[...ids]}::int[]) order by id`,
  );
  return found.map(({ state }) => state);
}
