import { expect } from 'vitest';
import { until } from '../support/until.ts';
import { firstSync, follow, headlines, inHours, join, player, QUICK } from './club.ts';
import { buttonsOf, type Stage, test, textOf } from './stage.ts';

/** A guild whose tournament has three matches, with people whom nobody knows on Discord. */
async function scene(stage: Stage) {
  const { world } = stage.place.speedgaming;
  const people = join(stage, ['Ada', 'Ben']);
  world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  const [ada, cas] = [
    { id: 9001, displayName: 'Ada' },
    { id: 9002, displayName: '**Cas**' },
  ];
  for (const [hours, players] of [
    [30, [ada, player(people.Ben)]],
    [31, [cas, player(people.Ben)]],
    [32, [ada, cas]],
  ] as const)
    world.addEpisode('demo', { when: inHours(hours), players: [...players], matchTitle: `At ${hours}` });
  await stage.bot();
  await follow(stage, 'demo');
  await firstSync(stage);
  return people;
}

/** Whose a player's key is: an account, or a placeholder's handle. */
const owner = async (stage: Stage, key: string) => {
  const { rows } = await stage.sql.query(
    `select coalesce(discord_id, handle) as who from person_identity i join person p on p.id = i.person_id
     where kind = 'player' and key = $1`,
    [`demo:${key}`],
  );
  return rows[0]?.who;
};

test.concurrent('organisers say who people are, and take it back; outsiders cannot', async ({ open }) => {
  const stage = await open({ env: QUICK });
  const { Ada } = await scene(stage);
  const outsider = { by: stage.place.member };
  const options = { placeholder: 'sg_9001', user: Ada.id };
  for (const [command, given] of [
    ['person placeholders', {}],
    ['person link', options],
    ['person unlink', { person: '1' }],
  ] as const)
    expect(await stage.ask(command, given, outsider)).toContain('Only organisers can do this');

  const list = await stage.ask('person placeholders');
  expect(list).toContain('Without a Discord account: 2');
  expect(list).toMatch(/\*\*Ada\*\* \(sg\\_9001\)\n• At 30 <t:\d+:f> · Cup demo\n• At 32/);
  expect(list).toContain('**\\*\\*Cas\\*\\***');
  expect(await stage.ask('person placeholders', { tournament: 'cup demo' })).toBe(list);
  expect(await stage.ask('person placeholders', { tournament: 'nothing' })).toContain('no tournament');

  const [choice] = await stage.offered('person link', 'placeholder', 'ad');
  expect(choice?.name).toBe('Ada · sg_9001');
  expect(await stage.offered('person link', 'placeholder', 'ad', { by: stage.place.member })).toEqual([]);
  expect(await stage.ask('person link', { ...options, placeholder: 'Dee' })).toContain(
    'Nobody here is “Dee”',
  );
  expect(await stage.ask('person link', { ...options, placeholder: '99999' })).toContain(
    'no such person here',
  );
  const linked = await stage.ask('person link', { ...options, placeholder: String(choice?.value) });
  expect(linked).toContain(`**Ada** (sg\\_9001) is <@${Ada.id}> from now on`);
  expect(await owner(stage, '9001')).toBe(Ada.id);
  await stage.discord.waitFor(() => headlines(stage, Ada).length === 2, {
    what: 'both matches told to Ada',
  });
  expect(await stage.ask('person link', { ...options, placeholder: String(choice?.value) })).toContain(
    'is known as Ada already',
  );
  const [person] = await stage.offered('person unlink', 'person', 'sg_9001');
  expect(person?.name).toBe('Ada · was Ada sg_9001');
  expect(await stage.ask('person unlink', { person: `<@${Ada.id}>` })).toContain(
    'stands for themselves again',
  );
  expect(await owner(stage, '9001')).toBe('sg_9001');
  expect(await stage.ask('person unlink', { person: String(person?.value) })).toContain(
    'nothing to take back',
  );
  for (const there of ['Ada', `<@${Ada.id}>`])
    expect(await stage.ask('person unlink', { person: there })).toContain(
      'No placeholder is merged into Ada, so there is nothing to take back',
    );
  expect(await stage.ask('person unlink', { person: 'Dee' })).toContain('Nobody here is “Dee”');
});

test.concurrent('a member claims to be somebody; an organiser decides with a button', async ({ open }) => {
  const stage = await open({ env: QUICK });
  await scene(stage);
  const { member, organiser } = stage.place;
  const by = { by: member };
  stage.pingable.add(`<@${member.id}>`);
  expect(await stage.ask('person claim', { placeholder: 'sg_9001' }, by)).toContain(
    `You said that you are **Ada** (sg\\_9001). Organisers are asked in <#${stage.here.channelId}>`,
  );
  expect(await stage.ask('person claim', { placeholder: 'sg_9001' }, by)).toContain('You said already');
  await stage.ask('person claim', { placeholder: 'sg_9002' }, by);
  const asked = () => stage.posted().filter((message) => textOf(message).includes('says: I am'));
  await stage.discord.waitFor(() => asked().length === 2, { what: 'the claims' });
  // Two messages that are sent at the same moment may arrive in either order.
  const [first, second] = ['Ada', 'Cas'].map((name) => asked().find((one) => textOf(one).includes(name)));
  if (!first || !second) throw new Error('no claims');
  expect(textOf(first)).toContain(`<@${member.id}> (Member) says: I am **Ada**`);

  const pressed = await stage.click(first, 'Approve', member);
  const { followups } = await pressed.waitFor((handle) => handle.followups.length > 0);
  expect(followups.map(textOf)).toEqual([expect.stringContaining('Only organisers can do this')]);
  await stage.click(first, 'Approve');
  await stage.shows(
    first,
    new RegExp(`✅ <@${member.id}> .*is \\*\\*Ada\\*\\*.*approved by <@${organiser.id}>`),
  );
  expect(buttonsOf(first)).toEqual([]);
  expect(await owner(stage, '9001')).toBe(member.id);

  const waiting = await stage.type('person placeholders');
  const list = await waiting.answer();
  await stage.shows(list, /says: I am/);
  expect(buttonsOf(list)).toEqual(['Approve: Member is **Cas**', 'Refuse']);
  await stage.click(list, 'Refuse');
  await stage.shows(list, /❌ .* is not \*\*\\\*\\\*Cas\\\*\\\*\*\*.*refused by/);
  expect(await owner(stage, '9002')).toBe('sg_9002');
  await stage.click(second, 'Approve');
  await stage.discord.waitFor(() => buttonsOf(second).length === 0, {
    what: 'the buttons of the old claim gone',
  });
  expect(await owner(stage, '9002')).toBe('sg_9002');
});

test.concurrent('/notifications is for whoever types it, also in direct messages', async ({ open }) => {
  const stage = await open({ env: QUICK });
  const { Ada } = join(stage, ['Ada']);
  await stage.bot();
  expect(await stage.ask('person placeholders')).toContain('There are no matches here yet');
  const ada = stage.discord.person(Ada.id);
  const type = async (subcommand: string, options = {}) => {
    const handle = await ada.command({ name: 'notifications', subcommand, options });
    return textOf(await handle.answer());
  };
  expect(await type('show')).toContain('nothing set');
  expect(await type('reminder', { minutes: 1 })).toContain('reminded 1 minute before');
  expect(await type('off')).toContain('no more direct messages');
  expect(await stage.ask('notifications show', {}, { by: ada })).toMatch(/off\.[\s\S]*1 minute before/);
  await stage.sql.query('update discord_user set blocked_at = now()');
  expect(await type('show')).toContain('Discord takes no messages for you since');
  expect(await type('on')).toContain('You get direct messages about your matches now');
  expect(await type('reminder', { minutes: 0 })).toContain('no reminders');
  expect(await type('show')).toBe('**Direct messages:** on\n**Reminder:** none');
  await until('the row', async () => {
    const { rows } = await stage.sql.query('select discord_id, preference, blocked_at from discord_user');
    expect(rows).toEqual([{ discord_id: Ada.id, preference: 'on', blocked_at: null }]);
    return true;
  });
});
