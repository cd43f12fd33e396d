import { expect } from 'vitest';
import { until } from '../support/until.ts';
import { buttonsOf, type Stage, type StageOptions, test, textOf } from './stage.ts';

const HOUR = 3_600_000;
const START = Math.floor(Date.now() / 60_000) * 60_000;
/** A whole minute, so many hours from the start of the tests. */
const inHours = (hours: number) => new Date(START + hours * HOUR);
const stampOf = (time: Date, style: string) => `<t:${time.getTime() / 1000}:${style}>`;
/** Schedules are read when a person asks, and as often as one does. */
const OFTEN = { SPEEDGAMING_SECONDS_PER_SLUG: '1', SYNC_SCHEDULE: '0 0 1 1 *' };

type Open = (options?: StageOptions) => Promise<Stage>;

/** A stage with a bot, and an event at SpeedGaming with some matches. */
async function season(open: Open, options: { matches?: number; env?: Record<string, string> } = {}) {
  const stage = await open({ env: { ...OFTEN, ...options.env } });
  const { world } = stage.speedgaming;
  world.addEvent({ slug: 'alttpr', name: 'ALttP *Spring* @everyone' });
  const episodes = Array.from({ length: options.matches ?? 2 }, (_, i) =>
    world.addEpisode('alttpr', {
      when: inHours(24 + i),
      players: [{ displayName: `Ann_${i}` }, { displayName: `Ben_${i}` }],
      commentators: [{ displayName: 'Carla', approved: true }],
      note: 'between organisers',
    }),
  );
  await stage.bot();
  return { stage, world, episodes };
}

/** Links the event and waits for its first sync. */
async function linked(stage: Stage, options: Record<string, string> = {}): Promise<string> {
  const answer = await stage.ask('tournament link speedgaming', { slug: 'alttpr', ...options });
  const { rows } = await stage.sql.query('select max(tournament_id) as id from tournament_link');
  const id = String(rows[0].id);
  const look = async () =>
    (
      await stage.sql.query(
        'select 1 from tournament_link where tournament_id = $1 and ready_at is not null',
        [id],
      )
    ).rowCount;
  await until(`the first sync (${answer})`, look);
  return id;
}

const unescaped = (text: string) => text.replace(/\\([^\p{L}\p{N}\s])/gu, '$1');
const asked = async (stage: Stage, ...typed: Parameters<Stage['ask']>) =>
  unescaped(await stage.ask(...typed));

test.concurrent('an organiser makes tournaments, sets them up and finds them again', async ({ open }) => {
  const stage = await open();
  const { member, guild, channel } = stage.place;
  await stage.bot();
  expect(await stage.ask('tournament list', {}, { by: member })).toContain('no tournament here yet');
  expect(await asked(stage, 'tournament create', { name: ' The **Cup** <@1> ' })).toContain(
    'The **Cup** <@1>',
  );
  expect(await asked(stage, 'tournament create', { name: 'THE **cup** <@1>' })).toContain('here already');
  const choices = await stage.offered('tournament show', 'tournament', 'cup');
  expect(choices).toEqual([{ name: 'The **Cup** <@1>', value: expect.stringMatching(/^\d+$/) }]);
  const tournament = String(choices[0]?.value);
  expect(await stage.offered('tournament sync', 'tournament')).toEqual([]);

  expect(await stage.ask('tournament settings', { tournament })).toMatch(
    /nowhere.*\n.*opted-in.*\n.*all matches\n.*30 minutes/,
  );
  const hidden = stage.discord.world.addChannel(guild, {
    name: 'mods',
    overwrites: [{ id: guild.id, deny: ['SendMessages'] }],
  });
  expect(
    await asked(stage, 'tournament settings', { tournament, announce_channel: hidden.id, dm: 'nobody' }),
  ).toMatch(/may not post in <#\d+>: it lacks \*\*Send Messages\*\*/);
  const changes = { announce_channel: channel.id, discord_events: 'streamed', reminder_minutes: 0 };
  expect(await stage.ask('tournament settings', { tournament, ...changes })).toMatch(
    new RegExp(`<#${channel.id}>\\n.*opted-in.*\\n.*streamed matches\\n.*none`),
  );
  const shown = await asked(stage, 'tournament show', { tournament: 'the **cup** <@1>' }, { by: member });
  expect(shown).toMatch(/Follows nothing[\s\S]*streamed matches/);
  expect(await asked(stage, 'tournament list', {}, { by: member })).toContain(
    '**The **Cup** <@1>** · 0 matches to come\nfollows nothing',
  );
  expect(await asked(stage, 'tournament show', { tournament: 'Cip' })).toContain(
    'There is no tournament "Cip" here',
  );
  expect(await asked(stage, 'tournament sync', { tournament })).toContain('follows nothing');
});

test.concurrent('members see tournaments and change none', async ({ open }) => {
  const { stage } = await season(open);
  const tournament = await linked(stage);
  const by = stage.place.member;
  for (const [command, options] of [
    ['tournament create', { name: 'Mine' }],
    ['tournament link speedgaming', { slug: 'alttpr' }],
    ['tournament unlink', { tournament, source: 'speedgaming' }],
    ['tournament settings', { tournament, dm: 'everyone' }],
    ['tournament sync', { tournament }],
    ['tournament delete', { tournament }],
  ] as const)
    expect(await stage.ask(command, options, { by })).toMatch(/Only organisers can do this/);
  expect(await stage.ask('tournament show', { tournament }, { by })).toContain('alttpr');
  const question = await (await stage.type('tournament delete', { tournament })).answer();
  expect(textOf(question)).toMatch(/Delete .* with all its matches\?/);
  const { rows } = await stage.sql.query('select action from audit_log order by id');
  expect(rows.map(({ action }) => action)).toEqual(['tournament.create', 'tournament.link']);
});

test.concurrent('a slug is checked at SpeedGaming before it is linked', async ({ open }) => {
  const { stage } = await season(open);
  const link = 'tournament link speedgaming';
  expect(await asked(stage, link, { slug: 'nothing' })).toMatch(/no event "nothing".*Failed to find event\./);
  expect(await asked(stage, link, { slug: 'https://example.org/alttpr' })).toMatch(
    /names no event of SpeedGaming/,
  );
  stage.speedgaming.faults.add({ kind: 'http', status: 503 });
  expect(await asked(stage, link, { slug: 'alttpr' })).toMatch(/answered with HTTP 503\nTry again/);
  stage.speedgaming.faults.add({ kind: 'html' });
  expect(await asked(stage, link, { slug: 'alttpr' })).toMatch(/no readable answer/);
  expect((await stage.sql.query('select 1 from tournament')).rows).toEqual([]);

  expect(await asked(stage, link, { slug: 'https://speedgaming.org/fr/alttpr/submit/' })).toMatch(
    /\*\*ALttP \*Spring\* @everyone\*\* follows SpeedGaming's .* \(alttpr\)[\s\S]*It is announced in <#\d+>/,
  );
  expect(await asked(stage, link, { slug: 'alttpr' })).toContain(
    '"ALttP *Spring* @everyone" follows this already; name a tournament to link it a second time.',
  );
  expect(await asked(stage, link, { slug: 'alttpr', tournament: 'alttp *spring* @everyone' })).toMatch(
    /follows SpeedGaming's "alttpr" already/,
  );
  await stage.ask('tournament create', { name: 'Cup' });
  expect(await asked(stage, link, { slug: 'ALTTPR', tournament: 'Cup' })).toMatch(/no event "ALTTPR"/);
  expect(await asked(stage, link, { slug: 'alttpr', tournament: 'Cup' })).toContain('**Cup** follows');
});

test.concurrent('what is linked is shown: how it stands, what could not be read, what comes next', async ({
  open,
}) => {
  const { stage, world, episodes } = await season(open, { matches: 8 });
  const bad = episodes[7]?.id ?? 0;
  world.spoil(bad, (episode) => ({ ...episode, when: 'tomorrow', whenCountdown: '' }));
  await stage.ask('setup channel', { channel: stage.here.channelId });
  const tournament = await linked(stage);
  const shown = await asked(stage, 'tournament show', { tournament }, { by: stage.place.member });
  expect(shown).toMatch(/✅ synced <t:\d+:R>/);
  expect(shown).toContain(`Episode ${bad}: when: “tomorrow” is no time`);
  expect(shown).toContain(`**Ann_0 vs Ben_0** · match`);
  expect(shown).toContain(stampOf(inHours(24), 'f'));
  expect(shown).toContain('and 2 more: `/match list`');
  await stage.sql.query('update tournament_link set skipped = skipped || $1::jsonb', [
    JSON.stringify([{ item: 'Chess', reason: 'it is of no game', isLeftOut: true }]),
  ]);
  expect(await asked(stage, 'tournament show', { tournament })).toMatch(
    /1 could not be read:\nEpisode \d+: .*\n1 left out:\nChess: it is of no game/,
  );
  expect(await asked(stage, 'tournament list')).toMatch(/7 matches to come\nSpeedGaming alttpr · ✅ synced/);
  expect(await stage.offered('tournament sync', 'tournament', 'spring')).toHaveLength(1);

  stage.speedgaming.faults.add({ kind: 'http', status: 500, times: Number.POSITIVE_INFINITY });
  expect(await asked(stage, 'tournament sync', { tournament })).toMatch(
    /⚠️ cannot be read since <t:\d+:R>: .*HTTP 500 · synced <t:\d+:R>/,
  );
  expect(await asked(stage, 'tournament show', { tournament })).toMatch(
    /HTTP 500[\s\S]*Ann_0 vs Ben_0|Ann_0 vs Ben_0[\s\S]*HTTP 500/,
  );
  expect(await asked(stage, 'status')).toMatch(
    /Schedules\n\*\*ALttP \*Spring\* @everyone\*\* ⚠️ cannot be read/,
  );
  expect(await stage.ask('status', {}, { by: stage.place.member })).not.toContain('Schedules');
  stage.speedgaming.faults.clear();
  expect(await asked(stage, 'tournament sync', { tournament })).toContain('nothing had changed');
  expect(await asked(stage, 'status')).toMatch(/Schedules\n.* ✅ synced/);
  await stage.sql.query(
    `insert into notification (guild_id, discord_user_id, class, state, error) values ($1, '1', 'change', 'failed', 'closed **inbox**')`,
    [stage.here.guildId],
  );
  expect(await asked(stage, 'status')).toMatch(/given up in the last 7 days\n1 × closed \*\*inbox\*\* \(<t:/);
});

test.concurrent('/tournament sync tells what changed', async ({ open }) => {
  const { stage, world, episodes } = await season(open);
  const [first, second] = episodes.map(({ id }) => id) as [number, number];
  const tournament = await linked(stage);
  expect(await asked(stage, 'tournament sync', { tournament })).toContain('nothing had changed');
  world.reschedule(first, inHours(48));
  world.setNote(second, 'moved');
  world.addEpisode('alttpr', {
    when: inHours(30),
    players: [{ displayName: 'Dora' }, { displayName: 'Emil' }],
  });
  const report = await asked(stage, 'tournament sync', { tournament });
  expect(report).toContain('3 matches new or changed');
  expect(report).toContain(`**time** ${stampOf(inHours(24), 'f')} → ${stampOf(inHours(48), 'f')}`);
  expect(report).not.toContain('air time');
  expect(report).toContain('**note** between organisers → moved');
  expect(report).toMatch(/\*\*Dora vs Emil\*\* · match \d+ · new/);
});

test.concurrent('/tournament sync says when SpeedGaming may be read again, and it is read then', async ({
  open,
}) => {
  const { stage, world, episodes } = await season(open, { env: { SPEEDGAMING_SECONDS_PER_SLUG: '60' } });
  const tournament = await linked(stage);
  world.reschedule(episodes[0]?.id ?? 0, inHours(50));
  const answer = await asked(stage, 'tournament sync', { tournament });
  const at =
    1_000 * Number(/SpeedGaming may be read again <t:(\d+):R> .*synced then by itself/.exec(answer)?.[1]);
  expect(at).toBeGreaterThan(Date.now() + 30_000);
  expect(at).toBeLessThan(Date.now() + 61_000);
  const waiting = `select 1 from pgboss.job where name = 'sync' and state = 'created' and start_after > now() + interval '20 seconds'`;
  await until('a sync waits for its time', async () => (await stage.sql.query(waiting)).rowCount);
});

test.concurrent('/match list and show: for everyone, page by page; notes for organisers alone', async ({
  open,
}) => {
  const { stage, world } = await season(open, { matches: 10 });
  const { member } = stage.place;
  stage.pingable.add(`<@${member.id}>`);
  const unconfirmed = world.addEpisode('alttpr', {
    when: inHours(1),
    players: [{ displayName: 'Xaver' }, { displayName: 'Yana' }],
    timezone: 'CET',
    note: 'ask them',
  });
  const own = world.addEpisode('alttpr', {
    when: inHours(60),
    players: [
      { displayName: 'Member', discordId: member.id, publicStream: 'member_tv' },
      { displayName: 'Zoe **bold** <@5>' },
    ],
    channels: [],
  });
  const tournament = await linked(stage);
  const list = await (await stage.type('match list', {}, { by: member })).answer();
  await stage.shows(list, /11 to come · Page 1 of 2/);
  expect(buttonsOf(list)).toEqual(['Next']);
  expect(textOf(list)).not.toContain('Xaver');
  expect(unescaped(textOf(list))).toMatch(
    /\*\*Stream\*\* \[SpeedGaming\]\(https:\/\/twitch\.tv\/speedgaming\)\n\*\*Crew\*\* Carla \(commentator\)/,
  );
  await stage.click(list, 'Next', member);
  await stage.shows(list, /Page 2 of 2/);
  expect(unescaped(textOf(list))).toContain('Zoe **bold** <@5>');
  expect(buttonsOf(list)).toEqual(['Previous']);
  expect(unescaped(textOf(await (await stage.type('match list', { tournament })).answer()))).toMatch(
    /Xaver vs Yana[\s\S]*not confirmed[\s\S]*12 to come/,
  );
  const mine = await asked(stage, 'match list', { user: member.id, tournament }, { by: member });
  expect(mine).toContain("**Players' streams** [Member](https://twitch.tv/member_tv)");
  expect(mine).toMatch(/Member vs Zoe[\s\S]*1 to come$/);
  expect(await asked(stage, 'match list', { user: stage.place.organiser.id })).toMatch(
    /There is no match to come with .*\. `\/tournament list` tells how the schedules stand/,
  );

  const ofOrganiser = await stage.offered('match show', 'match', 'xaver');
  expect(ofOrganiser[0]?.name).toMatch(
    /^Xaver vs Yana · ALttP \*Spring\* @everyone · \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
  );
  const hidden = String(ofOrganiser[0]?.value);
  expect(await asked(stage, 'match show', { match: hidden }, { by: member })).toContain('no such match');
  expect(await asked(stage, 'match show', { match: `#${hidden}` })).toMatch(
    /Time not confirmed: CET[\s\S]*ask them/,
  );
  const [choice] = await stage.offered('match show', 'match', 'zoe');
  const match = String(choice?.value);
  world.reschedule(own.id, inHours(61));
  world.setNote(own.id, 'secret');
  await stage.ask('tournament sync', { tournament }, { until: /new or changed/ });
  const forMember = await asked(stage, 'match show', { match }, { by: member });
  expect(forMember).toContain(`Member <@${member.id}>`);
  expect(forMember).toContain(`**time** ${stampOf(inHours(60), 'f')} → ${stampOf(inHours(61), 'f')}`);
  expect(forMember).toContain(
    `[SpeedGaming, ${own.id}](https://speedgaming.org/alttpr/), from the schedule alttpr.`,
  );
  expect(forMember).not.toContain('secret');
  expect(forMember).toContain("**Players' streams** [Member](https://twitch.tv/member_tv)");
  const [streamed] = await stage.offered('match show', 'match', 'ann_0');
  const needs = { match: String(streamed?.value) };
  expect(await asked(stage, 'match show', needs)).toMatch(
    /Still wanted: \[1 commentator\]\(https:\/\/speedgaming\.org\/commentator\/signup\/\d+\/\), \[1 tracker\]/,
  );
  expect(await asked(stage, 'match show', needs, { by: member })).not.toContain('Still wanted');
  expect(await asked(stage, 'match show', { match })).not.toContain('Still wanted');
  expect(await asked(stage, 'match show', { match })).toMatch(
    /Note: secret[\s\S]*\*\*note\*\* none → secret/,
  );
  expect(await asked(stage, 'match show', { match: 'whatever' })).toContain('is no match');
  await stage.ask('notifications on', {}, { by: member });
  world.reschedule(own.id, inHours(62));
  world.setTimezone(unconfirmed.id, '');
  await stage.ask('tournament sync', { tournament }, { until: /new or changed/ });
  expect(await asked(stage, 'match show', { match: hidden }, { by: member })).toContain('Xaver');
  const message = await stage.discord.waitFor(() => member.inbox()[0], { what: 'a direct message' });
  const shown = await (await stage.click(message, 'Show match', member)).answer();
  expect(textOf(shown)).toContain(stampOf(inHours(62), 'F'));
  expect(textOf(shown)).not.toContain('secret');
});

test.concurrent('unlinking keeps the matches, deleting asks first and hides them all', async ({ open }) => {
  const { stage, world, episodes } = await season(open);
  await stage.ask('setup channel', { channel: stage.here.channelId });
  const tournament = await linked(stage);
  const source = 'speedgaming';
  expect(await asked(stage, 'tournament unlink', { tournament, source })).toMatch(
    /no longer follows .* alttpr\. Its matches stay/,
  );
  expect(await asked(stage, 'tournament unlink', { tournament, source })).toContain(
    'follows nothing at SpeedGaming',
  );
  expect(await asked(stage, 'match list', { tournament })).toMatch(/no longer followed[\s\S]*2 to come/);
  const [choice] = await stage.offered('match show', 'match', 'ann_0');
  const match = String(choice?.value);
  expect(await asked(stage, 'match show', { match })).toContain('No longer followed');
  world.reschedule(episodes[0]?.id ?? 0, inHours(72));
  expect(await linked(stage, { tournament })).toBe(tournament);
  expect(await asked(stage, 'match show', { match })).toContain(stampOf(inHours(72), 'F'));
  expect((await stage.sql.query('select 1 from match')).rows).toHaveLength(2);

  const question = await (await stage.type('tournament delete', { tournament })).answer();
  await stage.shows(question, /Delete .*\?/);
  expect(buttonsOf(question)).toEqual(['Delete', 'Keep']);
  await stage.click(question, 'Keep');
  await stage.shows(question, /Nothing was deleted/);
  const again = await (await stage.type('tournament delete', { tournament })).answer();
  await stage.shows(again, /Delete .*\?/);
  await stage.click(again, 'Delete');
  await stage.shows(again, /is deleted/);
  expect(buttonsOf(again)).toEqual([]);
  expect(await stage.ask('tournament list')).toContain('no tournament here yet');
  expect(await asked(stage, 'match list')).toContain('no match to come');
  expect(await asked(stage, 'match show', { match })).toContain('no such match');
  await stage.ask('tournament create', { name: 'ALttP *Spring* @everyone' }, { until: /is there/ });
});
