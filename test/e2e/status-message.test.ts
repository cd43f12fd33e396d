import { expect } from 'vitest';
import type { Fault } from '../../src/sandbox/discord/faults.ts';
import { smallWorld } from '../../src/sandbox/place.ts';
import { until } from '../support/until.ts';
import { GAME, type Stage, test } from './stage.ts';

const slow = { latency: { minMs: 200, maxMs: 500 } };

/** Takes permissions away from everyone, the bot too. */
function deny(
  { discord, place }: Stage,
  channelId: string,
  permissions: ('SendMessages' | 'EmbedLinks' | 'ViewChannel')[],
) {
  discord.world.setOverwrites(channelId, [{ id: place.guild.id, deny: permissions }]);
}

test.concurrent('deleted by hand, the status message is posted anew, once', async ({ open }) => {
  const stage = await open({ startgg: slow });
  await stage.bot();
  const goOn = stage.hold();
  const { message } = await stage.begin();
  stage.place.organiser.deleteMessage(message.channelId, message.id);
  goOn();
  const anew = await stage.discord.waitFor(() => stage.posted()[0], { what: 'a new message' });
  expect(anew.id).not.toBe(message.id);
  await stage.shows(anew, /Done/);
  expect(stage.posted()).toEqual([anew]);
  expect(stage.discord.channel(stage.here.channelId).deleted).toEqual([message]);
});

test.concurrent('where Herald may not post, it says what is missing; the channel of /setup serves', async ({
  open,
}) => {
  const stage = await open({ world: smallWorld(18) });
  const { world } = stage.discord;
  const other = world.addChannel(stage.place.guild, { name: 'herald' });
  await stage.bot();
  deny(stage, stage.here.channelId, ['SendMessages', 'EmbedLinks']);
  const refusal = await stage.ask('import startgg', GAME);
  expect(refusal).toMatch(
    new RegExp(`<#${stage.here.channelId}>.*\\*\\*Send Messages\\*\\*, \\*\\*Embed Links\\*\\*`),
  );
  expect((await stage.sql.query('select 1 from import_job')).rows).toEqual([]);

  deny(stage, other.id, ['EmbedLinks']);
  expect(await stage.ask('setup channel', { channel: other.id })).toMatch(/\*\*Embed Links\*\*/);
  deny(stage, other.id, []);
  expect(await stage.ask('setup channel', { channel: other.id })).toContain(`<#${other.id}>`);
  const { message, handle } = await stage.begin();
  expect(message.channelId).toBe(other.id);
  expect(handle.original()?.content).toContain(`Watch it in <#${other.id}>: https://`);
  await stage.shows(message, /Done/);
  expect(stage.posted()).toEqual([]);
});

test.concurrent('its channel deleted, the message moves to the channel of /setup', async ({ open }) => {
  const stage = await open({ startgg: slow });
  const { world } = stage.discord;
  const other = world.addChannel(stage.place.guild, { name: 'herald' });
  await stage.bot();
  await stage.ask('setup channel', { channel: other.id });
  const goOn = stage.hold();
  const { message } = await stage.begin();
  world.deleteChannel(message.channelId);
  goOn();
  const moved = await stage.discord.waitFor(() => stage.posted(other.id)[0], {
    what: 'the message in #herald',
  });
  await stage.shows(moved, /Done/);
  expect(stage.posted(other.id)).toEqual([moved]);
});

test.concurrent('its channel deleted and no other set, the import goes on, and /import show says what is wrong', async ({
  open,
}) => {
  const stage = await open({ startgg: slow });
  const { world } = stage.discord;
  const at = { ...stage.here, channelId: world.addChannel(stage.place.guild, { name: 'talk' }).id };
  await stage.bot();
  const goOn = stage.hold();
  const { id, message } = await stage.begin();
  world.deleteChannel(message.channelId);
  goOn();
  await stage.reaches(id, 'COMPLETED');
  await until('an edit was refused', async () => {
    const { rows } = await stage.sql.query('select 1 from live_message where error is not null');
    return rows.length > 0;
  });
  const shown = await stage.ask('import show', { job: String(id) }, { at });
  expect(shown).toMatch(/Done/);
  expect(shown).toMatch(/may not post.*View Channel/);
  expect(await stage.differences()).toEqual([]);
});

/** What goes wrong with the posts and edits in one channel. */
const TROUBLES: Record<string, (posts: Match, edits: Match) => Fault[]> = {
  errors: (posts, edits) => [
    { ...posts, kind: 'status', status: 500 },
    { ...edits, kind: 'status', status: 502, times: 3 },
  ],
  limits: (posts, edits) => [
    { ...posts, kind: 'status', status: 429, ...limited },
    { ...edits, kind: 'status', status: 429, ...limited, times: 2 },
  ],
  'no-answers': (posts, edits) => [
    { ...posts, kind: 'hang', ms: 8_000 },
    { ...edits, kind: 'hang', ms: 8_000 },
  ],
  'lost-answers': (posts, edits) => [
    { ...posts, kind: 'lost-answer', times: 3 },
    { ...edits, kind: 'lost-answer', times: 3 },
  ],
  'late-answers': (posts, edits) => [
    { ...posts, kind: 'delay', ms: 7_000 },
    { ...edits, kind: 'delay', ms: 7_000 },
  ],
};
type Match = Pick<Fault, 'method' | 'path'>;

const limited = {
  headers: { 'retry-after': '1', 'x-ratelimit-scope': 'shared' },
  body: { message: 'The resource is being rate limited.', retry_after: 1, global: false },
};

test.concurrent('whatever Discord answers, there is one message, and it ends with the final state', async ({
  open,
}) => {
  const stage = await open({ startgg: slow });
  await stage.bot();
  const stories = Object.entries(TROUBLES).map(([name, faults], i) => {
    const { id } = stage.discord.world.addChannel(stage.place.guild, { name });
    const posts = { method: 'POST', path: new RegExp(`^/channels/${id}/messages$`) };
    const edits = { method: 'PATCH', path: new RegExp(`^/channels/${id}/messages/`) };
    for (const fault of faults(posts, edits)) stage.discord.faults.add(fault);
    return { name, since: `2026-01-0${i + 1}`, at: { ...stage.here, channelId: id } };
  });
  for (const { since, at } of stories) await stage.ask('import startgg', { ...GAME, since }, { at });
  for (const { name, at } of stories) {
    const posted = () => stage.posted(at.channelId);
    const message = await stage.discord.waitFor(() => posted()[0], {
      what: `${name}: a message`,
    });
    await stage.shows(message, /Done/, 120_000);
  }
  for (const { name, at } of stories)
    expect({ name, messages: stage.posted(at.channelId).length }).toEqual({ name, messages: 1 });
});
