import { describe, expect, test } from 'vitest';
import type { DiscordOptions } from '../../../src/sandbox/discord/start.ts';
import { discordForTest, restFor, smallWorld, stillClock } from './setup.ts';

async function channelOf(options: Partial<DiscordOptions> = {}) {
  const discord = await discordForTest({ limits: { scale: 1_000 }, ...options });
  const world = smallWorld(discord);
  const rest = restFor(discord);
  const path = `/channels/${world.channel.id}/messages` as const;
  const send = (body: unknown) =>
    rest.post(path, { body }) as Promise<{ id: string; [key: string]: unknown }>;
  const edit = (id: string, body: unknown) => rest.patch(`${path}/${id}`, { body });
  const remove = (id: string) => rest.delete(`${path}/${id}`);
  const get = (id: string) => rest.get(`${path}/${id}`);
  const list = (query: Record<string, string> = {}) =>
    rest.get(path, { query: new URLSearchParams(query) }) as Promise<{ content: string }[]>;
  const view = discord.channel(world.channel);
  return { discord, ...world, rest, send, edit, remove, get, list, view };
}

const button = (more = {}) => ({ type: 2, style: 2, label: 'Go', custom_id: 'go', ...more });
const row = (...components: unknown[]) => ({ type: 1, components });

describe('a message', () => {
  test('is kept with every version of it', async () => {
    const { send, edit, view } = await channelOf();
    const { id } = await send({ content: 'one', embeds: [{ title: 'T' }] });
    await edit(id, { content: 'two' });
    await edit(id, { embeds: [] });
    const [message] = view.messages;
    expect(message).toMatchObject({ content: 'two', embeds: [] });
    expect(message?.history.map(({ content, embeds }) => [content, embeds.length])).toEqual([
      ['one', 1],
      ['two', 1],
      ['two', 0],
    ]);
  });

  test('can be waited for', async () => {
    const { discord, send, view } = await channelOf();
    const found = discord.waitFor(() => view.messages.find(({ embeds }) => embeds[0]?.title === 'COMPLETED'));
    await send({ embeds: [{ title: 'RUNNING' }] });
    await send({ embeds: [{ title: 'COMPLETED' }] });
    expect((await found).id).toBe(view.messages[1]?.id);
    await expect(discord.waitFor(() => false, { timeoutMs: 10 })).rejects.toThrow('in vain');
  });

  test('that was deleted by a person is unknown afterwards', async () => {
    const { ada, bob, channel, send, edit, get, view } = await channelOf();
    const { id } = await send({ content: 'x' });
    expect(() => bob.deleteMessage(channel.id, id)).toThrow('may not');
    ada.deleteMessage(channel.id, id);
    await expect(edit(id, { content: 'y' })).rejects.toMatchObject({ status: 404, code: 10008 });
    await expect(get(id)).rejects.toMatchObject({ code: 10008 });
    expect(view.messages).toEqual([]);
    expect(view.deleted.map((message) => message.id)).toEqual([id]);
  });

  test('of somebody else can be neither edited nor, without the permission, deleted', async () => {
    const { ada, channel, edit, remove } = await channelOf();
    const { id } = ada.say(channel.id, 'mine');
    await expect(edit(id, { content: 'yours' })).rejects.toMatchObject({ status: 403, code: 50005 });
    await expect(remove(id)).rejects.toMatchObject({ status: 403, code: 50013 });
  });

  test('is listed newest first, by page', async () => {
    const { ada, channel, list } = await channelOf();
    const ids = Array.from({ length: 5 }, (_, i) => ada.say(channel.id, `${i}`).id);
    const texts = async (query: Record<string, string>) =>
      (await list(query)).map(({ content }) => content).join('');
    expect(await texts({})).toBe('43210');
    expect(await texts({ limit: '2' })).toBe('43');
    expect(await texts({ limit: '2', before: ids[3] ?? '' })).toBe('21');
    expect(await texts({ limit: '2', after: ids[1] ?? '' })).toBe('32');
    expect(await texts({ limit: '3', around: ids[2] ?? '' })).toBe('321');
    expect(await texts({ limit: '1', around: ids[2] ?? '' })).toBe('2');
    await expect(texts({ limit: '101' })).rejects.toMatchObject({ code: 50035 });
  });
});

describe('a message is refused', () => {
  const embed = (more: object) => ({ embeds: [{ title: 'T', ...more }] });
  const fields = (count: number, value = 'v') => Array.from({ length: count }, () => ({ name: 'n', value }));
  test.each([
    ['empty', {}, 50006, undefined],
    ['blank', { content: ' \n ' }, 50006, undefined],
    ['too long', { content: 'x'.repeat(2001) }, 50035, 'content[BASE_TYPE_MAX_LENGTH]'],
    ['with a long title', embed({ title: 'x'.repeat(257) }), 50035, 'embeds[0].title[BASE_TYPE_MAX_LENGTH]'],
    ['with a long description', embed({ description: 'x'.repeat(4097) }), 50035, 'embeds[0].description'],
    ['with 26 fields', embed({ fields: fields(26) }), 50035, 'embeds[0].fields[BASE_TYPE_MAX_LENGTH]'],
    [
      'with an empty field',
      embed({ fields: fields(1, ' ') }),
      50035,
      'embeds[0].fields[0].value[BASE_TYPE_REQUIRED]',
    ],
    ['with a long field', embed({ fields: fields(1, 'x'.repeat(1025)) }), 50035, 'embeds[0].fields[0].value'],
    ['with a long footer', embed({ footer: { text: 'x'.repeat(2049) } }), 50035, 'embeds[0].footer.text'],
    ['with a bad url', embed({ url: 'nowhere' }), 50035, 'embeds[0].url[URL_TYPE_INVALID_URL]'],
    ['with an empty embed', { embeds: [{ color: 1 }] }, 50035, 'embeds[0].description[BASE_TYPE_REQUIRED]'],
    ['with 11 embeds', { embeds: Array(11).fill({ title: 'T' }) }, 50035, 'embeds[BASE_TYPE_MAX_LENGTH]'],
    [
      'with more than 6000 characters in all embeds',
      { embeds: [{ description: 'x'.repeat(3001) }, { description: 'x'.repeat(3000) }] },
      50035,
      'embeds[MAX_EMBED_SIZE_EXCEEDED]',
    ],
    [
      'with 6 rows',
      { components: Array.from({ length: 6 }, (_, i) => row(button({ custom_id: `${i}` }))) },
      50035,
      'components[BASE',
    ],
    [
      'with 6 buttons in a row',
      { components: [row(...Array.from({ length: 6 }, (_, i) => button({ custom_id: `${i}` })))] },
      50035,
      'components[0].components[BASE',
    ],
    ['with a bare button', { components: [button()] }, 50035, 'components[0].type'],
    [
      'with a button without label',
      { components: [row(button({ label: undefined }))] },
      50035,
      'LABEL_OR_EMOJI',
    ],
    [
      'with a long label',
      { components: [row(button({ label: 'x'.repeat(81) }))] },
      50035,
      'components[0].components[0].label',
    ],
    [
      'with a long custom id',
      { components: [row(button({ custom_id: 'x'.repeat(101) }))] },
      50035,
      'custom_id[BASE_TYPE_BAD_LENGTH]',
    ],
    [
      'with one custom id twice',
      { components: [row(button(), button())] },
      50035,
      'components[0].components[1].custom_id[COMPONENT_CUSTOM_ID_DUPLICATED]',
    ],
    [
      'with a link button without link',
      { components: [row({ type: 2, style: 5, label: 'Go' })] },
      50035,
      'URL_REQUIRED',
    ],
    ['with a long nonce', { content: 'x', nonce: 'x'.repeat(26) }, 50035, 'nonce[BASE_TYPE_MAX_LENGTH]'],
    [
      'with contradictory mentions',
      { content: 'x', allowed_mentions: { parse: ['users'], users: ['1'] } },
      50035,
      'EXCLUSIVE',
    ],
  ])('%s', async (_, body, code, place) => {
    const { send, view } = await channelOf();
    const error = await send(body).then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toMatchObject({ status: 400, code });
    if (place) expect(error.message).toContain(place);
    expect(view.messages).toEqual([]);
  });

  test('when an edit would leave it empty', async () => {
    const { send, edit } = await channelOf();
    const { id } = await send({ content: 'x' });
    await expect(edit(id, { content: '' })).rejects.toMatchObject({ code: 50006 });
  });
});

describe('a nonce', () => {
  test('gives the earlier message back for some minutes, where it is enforced', async () => {
    const clock = stillClock();
    const { send, view } = await channelOf({ clock });
    const body = { content: 'once', nonce: 'job-1', enforce_nonce: true };
    const { id } = await send(body);
    expect((await send({ ...body, content: 'other' })).id).toBe(id);
    expect((await send({ ...body, enforce_nonce: false })).id).not.toBe(id);
    clock.advance(10 * 60_000);
    expect((await send(body)).id).not.toBe(id);
    expect(view.messages).toHaveLength(3);
  });
});

describe('mentions', () => {
  test('ping by default whom the content names, and everyone only with the permission', async () => {
    const { discord, guild, bob, send, view } = await channelOf();
    const role = discord.world.addRole(guild, { name: 'Crew', mentionable: true });
    const quiet = discord.world.addRole(guild, { name: 'Quiet' });
    const content = `<@${bob.id}> <@&${role.id}> <@&${quiet.id}> @everyone`;
    const answer = await send({ content });
    expect(view.messages[0]?.pinged).toEqual([`<@${bob.id}>`, `<@&${role.id}>`]);
    expect(answer).toMatchObject({
      mentions: [{ id: bob.id }],
      mention_roles: [role.id],
      mention_everyone: false,
    });
    discord.world.setBotPermissions(guild, ['ViewChannel', 'SendMessages', 'MentionEveryone']);
    await send({ content });
    expect(view.messages[1]?.pinged).toContain('@everyone');
  });

  test('ping nobody when none are allowed, and only those who are named', async () => {
    const { ada, bob, send, view } = await channelOf();
    const content = `<@${ada.id}> <@${bob.id}> @everyone`;
    await send({ content, allowed_mentions: { parse: [] } });
    await send({ content, allowed_mentions: { parse: [], users: [bob.id] } });
    expect(view.messages.map(({ pinged }) => pinged)).toEqual([[], [`<@${bob.id}>`]]);
  });

  test('in an embed, or added by an edit, ping nobody', async () => {
    const { bob, send, edit, view } = await channelOf();
    const { id } = await send({ embeds: [{ title: `<@${bob.id}> @everyone` }] });
    await edit(id, { content: `<@${bob.id}>` });
    expect(view.messages[0]?.pinged).toEqual([]);
  });
});

describe('permissions', () => {
  test.each([
    ['who cannot see the channel has no access', ['ViewChannel'], 50001],
    ['who cannot write there lacks permission', ['SendMessages'], 50013],
  ] as const)('%s', async (_, deny, code) => {
    const { discord, guild, channel, send } = await channelOf();
    const { botId } = discord.world.application;
    discord.world.setOverwrites(channel, [{ id: botId, deny }]);
    await expect(send({ content: 'x' })).rejects.toMatchObject({ status: 403, code });
    discord.world.setOverwrites(channel, [
      { id: guild.id, deny },
      { id: botId, allow: deny },
    ]);
    await expect(send({ content: 'x' })).resolves.toBeDefined();
  });

  test('without Embed Links, embeds beside a text are left out and embeds alone are refused', async () => {
    const { discord, channel, send, view } = await channelOf();
    discord.world.setOverwrites(channel, [{ id: discord.world.application.botId, deny: ['EmbedLinks'] }]);
    await send({ content: 'x', embeds: [{ title: 'T' }] });
    expect(view.messages[0]?.embeds).toEqual([]);
    await expect(send({ embeds: [{ title: 'T' }] })).rejects.toMatchObject({ status: 403, code: 50013 });
  });

  test('without Read Message History nothing can be read', async () => {
    const { discord, channel, send, get, list } = await channelOf();
    const { id } = await send({ content: 'x' });
    discord.world.setOverwrites(channel, [
      { id: discord.world.application.botId, deny: ['ReadMessageHistory'] },
    ]);
    expect(await list()).toEqual([]);
    await expect(get(id)).rejects.toMatchObject({ status: 403, code: 50013 });
  });

  test('what does not exist, or is out of reach, is named', async () => {
    const { discord, rest, guild } = await channelOf();
    const elsewhere = discord.world.addGuild({ name: 'Elsewhere' });
    await expect(rest.get('/channels/1')).rejects.toMatchObject({ status: 404, code: 10003 });
    await expect(rest.get('/guilds/1')).rejects.toMatchObject({ status: 404, code: 10004 });
    await expect(rest.get(`/guilds/${elsewhere.id}`)).rejects.toMatchObject({ status: 403, code: 50001 });
    await expect(rest.get(`/guilds/${guild.id}/members/1`)).rejects.toMatchObject({
      status: 404,
      code: 10013,
    });
    await expect(rest.get('/nothing')).rejects.toMatchObject({ status: 404, code: 0 });
    await expect(restFor(discord, 'wrong').get('/users/@me')).rejects.toMatchObject({ status: 401, code: 0 });
  });
});
