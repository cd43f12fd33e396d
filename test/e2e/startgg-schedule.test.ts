import { expect } from 'vitest';
import { type SetRecord, setId } from '../../src/sandbox/startgg/model.ts';
import { worldOfFour } from '../startgg/venue.ts';
import { firstSync, headlines, join, QUICK } from './club.ts';
import { type Stage, test, textOf } from './stage.ts';

/** Follows the tournament by the command, and writes to everybody. */
async function link(stage: Stage, slug: string): Promise<string> {
  await stage.ask('setup channel', { channel: stage.here.channelId });
  const answer = await stage.ask('tournament link startgg', { slug });
  await stage.sql.query(`update tournament set dm = 'everyone'`);
  await firstSync(stage);
  return answer;
}

test.concurrent('both players of a set are told once when it is called, and the announcement of its event follows', async ({
  open,
}) => {
  const { world, tournament, pool } = worldOfFour('stage');
  const stage = await open({ env: QUICK, world });
  const { Ada, Ben, Cas } = join(stage, ['Ada', 'Ben', 'Cas']);
  const opening = () => world.phaseGroup(pool)?.sets.find((set) => !set.bye && set.round === 1) as SetRecord;
  for (const [i, { seed }] of opening().slots.entries()) {
    const { playerIndex } = seed?.entrant?.participants[0] ?? {};
    world.linkDiscord(world.player(playerIndex ?? 0).id, [Ada, Ben][i]?.id ?? null);
  }
  await stage.bot();
  const answer = await link(stage, `https://www.start.gg/${tournament.slug}/details`);
  expect(answer).toContain("start.gg's **Friday Cup**");

  world.startPool(pool);
  const announced = await stage.discord.waitFor(
    () => stage.posted().find((message) => message.embeds[0]?.title === 'Singles'),
    { what: 'the announcement' },
  );
  expect(headlines(stage, Ada)).toEqual([]);
  world.callSet(setId(opening()), 5);
  await stage.discord.waitFor(() => [Ada, Ben].every((user) => headlines(stage, user).length > 0), {
    what: 'two calls',
  });
  await stage.shows(announced, /📣 .* vs .* station 5/);
  for (const user of [Ada, Ben]) {
    const [message] = stage.discord.person(user.id).inbox();
    expect(message && textOf(message)).toMatch(/Your match is called[\s\S]*Station\D+5/);
  }

  world.completeSet(setId(opening()), { winner: 0 });
  await stage.shows(announced, /1 of \d+ played/);
  expect(headlines(stage, Ada)).toEqual(['Your match is called']);
  expect(headlines(stage, Ben)).toEqual(['Your match is called']);
  expect(headlines(stage, Cas)).toEqual([]);
  // The summary of the link, and one announcement for all sets.
  expect(stage.posted()).toHaveLength(2);
  expect(stage.posted().map(textOf)).toContainEqual(
    expect.stringContaining('0 matches are coming up. Sets become matches when their pool starts.'),
  );
  expect(stage.discord.events(stage.place.guild)).toEqual([]);
});

test.concurrent('a slug that start.gg does not show is refused with its reason', async ({ open }) => {
  const { world } = worldOfFour('refused');
  const stage = await open({ env: QUICK, world });
  await stage.bot();
  const asked = async (slug: string) =>
    (await stage.ask('tournament link startgg', { slug })).replaceAll('\\', '');
  expect(await asked('no-such-cup')).toContain('start.gg shows no tournament "no-such-cup"');
  expect(await asked('https://example.com/x')).toContain('names no tournament of start.gg');
  expect((await stage.sql.query('select 1 from tournament')).rows).toEqual([]);
});
