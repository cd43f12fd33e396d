import { expect } from 'vitest';
import { firstSync, follow, headlines, inHours, join, player, QUICK } from './club.ts';
import { buttonsOf, test, textOf } from './stage.ts';

test('a person sees what is stored about them, and has it erased: the announcement, the event and the next message do not name them', async ({
  open,
}) => {
  const stage = await open({ env: QUICK });
  const { world } = stage.place.speedgaming;
  const { Ada, Ben } = join(stage, ['Ada', 'Ben']);
  world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  await stage.bot();
  await follow(stage, 'demo');
  await firstSync(stage);
  const players = [{ ...player(Ada), publicStream: 'ada_tv' }, player(Ben)];
  const episode = world.addEpisode('demo', { when: inHours(48), players, channels: [] });
  await stage.discord.waitFor(
    () => [Ada, Ben].every((user) => headlines(stage, user).length === 1) && stage.posted().length === 2,
    { what: 'everybody told' },
  );
  const [, announced] = stage.posted();
  if (!announced) throw new Error('no announcement');
  await stage.shows(announced, /\*\*Players' streams\*\* \[Ada\]\(https:\/\/twitch\.tv\/ada_tv\)/);
  const ada = stage.discord.person(Ada.id);
  const type = async (subcommand: string) => {
    const handle = await ada.command({ name: 'privacy', subcommand, options: {} });
    return await handle.answer();
  };

  const shown = textOf(await type('show'));
  for (const part of [Ada.id, 'Known as Ada', 'ada\\_tv', 'Cup demo (1 match)', 'told: 1', 'SpeedGaming'])
    expect(shown).toContain(part);
  expect(await stage.ask('privacy show', {}, { by: ada })).toBe(shown);
  const kept = await type('erase');
  expect(kept.content).toContain('cannot be taken back');
  await stage.click(kept, 'Keep', ada);
  await stage.shows(kept, /Nothing was erased/);
  const asked = await type('erase');
  expect(buttonsOf(asked)).toEqual(['Erase', 'Keep']);
  await stage.click(asked, 'Erase', ada);
  await stage.shows(asked, /It is erased/);
  expect(buttonsOf(asked)).toEqual([]);

  await stage.shows(announced, /erased\*\* vs \*\*Ben/);
  expect(textOf(announced)).not.toMatch(/ada/i);
  expect(textOf(announced)).not.toContain(Ada.id);
  const event = () => stage.discord.events(stage.place.guild)[0];
  await stage.discord.waitFor(() => event()?.name.includes('erased vs Ben'), { what: 'the event' });
  expect(`${event()?.name} ${event()?.description}`).not.toMatch(/ada/i);
  expect(textOf(await type('show'))).toMatch(/Nothing is stored/);
  expect(textOf(await type('erase'))).toMatch(/Nothing is stored/);
  const wanted = await (await stage.click(announced, 'Send me DMs', ada)).answer();
  expect(textOf(wanted)).toContain('You get no direct messages');
  for (const [subcommand, options] of [
    ['on', {}],
    ['show', {}],
    ['reminder', { minutes: 5 }],
  ] as const)
    expect(await stage.ask(`notifications ${subcommand}`, options, { by: ada })).toMatch(
      /You get no direct messages .*for good.* Nothing was stored/,
    );
  expect((await stage.sql.query('select 1 from discord_user where discord_id = $1', [Ada.id])).rows).toEqual(
    [],
  );

  world.reschedule(episode.id, inHours(50));
  const [, moved] = await stage.discord.waitFor(
    () => headlines(stage, Ben).length === 2 && stage.discord.person(Ben.id).inbox(),
    { what: 'Ben told' },
  );
  expect(headlines(stage, Ben)).toEqual(['Match scheduled', 'Match moved']);
  expect(moved && textOf(moved)).toContain('**Opponent** erased');
  expect(headlines(stage, Ada).filter((line) => line.startsWith('Match'))).toEqual(['Match scheduled']);
  expect(announced.history.length).toBeLessThan(5);
});
