import {
  ButtonBuilder,
  ButtonStyle,
  type ChatInputCommandInteraction,
  type Client,
  Events,
  GatewayIntentBits,
  type Interaction,
  MessageFlags,
  Partials,
} from 'discord.js';
import { describe, expect, test } from 'vitest';
import { ClientRefusal } from '../../../src/sandbox/discord/person-options.ts';
import type { DiscordOptions } from '../../../src/sandbox/discord/start.ts';
import { clientFor, discordForTest, restFor, smallWorld, stillClock } from './setup.ts';

async function setup(options: Partial<DiscordOptions> = {}) {
  const discord = await discordForTest({ limits: { scale: 1_000 }, ...options });
  const world = smallWorld(discord);
  const rest = restFor(discord);
  const open = async (id: string) =>
    (await rest.post('/users/@me/channels', { body: { recipient_id: id } })) as { id: string; type: number };
  const send = async (channelId: string, body: object | string) =>
    (await rest.post(`/channels/${channelId}/messages`, {
      body: typeof body === 'string' ? { content: body } : body,
    })) as { id: string };
  return { discord, ...world, rest, open, send };
}

/** Resolves with the next interaction. */
function next<T extends Interaction>(client: Client): Promise<T> {
  return new Promise((resolve) => client.once(Events.InteractionCreate, (each) => resolve(each as T)));
}

const PREFERENCES = { name: 'notify', description: 'Choose', contexts: [0, 1], integration_types: [0] };
const button = (more: object) => ({ type: 1, components: [{ type: 2, style: 2, label: 'Stop', ...more }] });

describe('a direct message channel', () => {
  test('is one per person, also when the person opened it', async () => {
    const { discord, ada, bob, open } = await setup();
    const first = await open(bob.id);
    expect(first.type).toBe(1);
    expect(await open(bob.id)).toEqual(first);
    expect((await open(ada.id)).id).not.toBe(first.id);
    discord.commands.replace([PREFERENCES]);
    const outsider = discord.world.addUser({ username: 'cy' });
    discord.world.addMember(discord.world.botGuilds()[0] ?? '', outsider);
    const { interaction } = await discord.person(outsider.id).command({ name: 'notify' });
    expect((await open(outsider.id)).id).toBe(interaction.channel.id);
  });

  test('cannot be opened with nobody, with the bot itself, or with an id that is none', async () => {
    const { discord, open } = await setup();
    await expect(open('123456789')).rejects.toMatchObject({ status: 400, code: 50033 });
    await expect(open(discord.world.bot.id)).rejects.toMatchObject({ status: 400, code: 50007 });
    await expect(open('bob')).rejects.toMatchObject({ status: 400, code: 50035 });
  });

  test('is refused when many are opened too fast; the known ones are not counted', async () => {
    const clock = stillClock();
    const limits = { newDm: { count: 2, perMs: 60_000 } };
    const { discord, ada, bob, open } = await setup({ clock, limits });
    const third = discord.world.addUser({ username: 'third' });
    await open(ada.id);
    await open(bob.id);
    await expect(open(third.id)).rejects.toMatchObject({ status: 403, code: 40003 });
    await open(ada.id);
    clock.advance(60_000);
    await open(third.id);
  });
});

describe('a direct message', () => {
  test('arrives in the inbox, with pings, and can be edited, read and listed', async () => {
    const { bob, rest, open, send } = await setup();
    const { id } = await open(bob.id);
    expect(bob.inbox()).toEqual([]);
    const one = await send(id, `Hello <@${bob.id}>`);
    const two = await send(id, 'again');
    await rest.patch(`/channels/${id}/messages/${two.id}`, { body: { content: 'changed' } });
    expect(bob.inbox().map(({ content }) => content)).toEqual([`Hello <@${bob.id}>`, 'changed']);
    expect(bob.inbox()[0]?.pinged).toEqual([`<@${bob.id}>`]);
    const list = async (query: Record<string, string> = {}) => {
      const answer = await rest.get(`/channels/${id}/messages`, { query: new URLSearchParams(query) });
      return (answer as { id: string }[]).map((message) => message.id);
    };
    expect(await list()).toEqual([two.id, one.id]);
    expect(await list({ limit: '1' })).toEqual([two.id]);
    expect(await list({ before: two.id })).toEqual([one.id]);
    expect(await list({ after: one.id })).toEqual([two.id]);
    expect(await rest.get(`/channels/${id}/messages/${one.id}`)).toMatchObject({ id: one.id });
  });

  test('is refused by who closed them or blocked the bot, until that changes', async () => {
    const { discord, bob, open, send } = await setup();
    const { world } = discord;
    const { id } = await open(bob.id);
    world.setAcceptsDms(bob.id, false);
    await expect(send(id, 'x')).rejects.toMatchObject({ status: 403, code: 50007 });
    world.setAcceptsDms(bob.id, true);
    world.setBlocksBot(bob.id, true);
    await expect(send(id, 'x')).rejects.toMatchObject({ status: 403, code: 50007 });
    world.setBlocksBot(bob.id, false);
    await send(id, 'x');
    expect(bob.inbox()).toHaveLength(1);
  });

  test('is refused once there is no guild in common', async () => {
    const { discord, guild, bob, open, send } = await setup();
    const { id } = await open(bob.id);
    discord.world.removeMember(guild, bob.id);
    await expect(send(id, 'x')).rejects.toMatchObject({ status: 403, code: 50278 });
  });

  test('with an enforced nonce is made once in three minutes, and per channel', async () => {
    const clock = stillClock();
    const { ada, bob, open, send } = await setup({ clock });
    const [toBob, toAda] = [await open(bob.id), await open(ada.id)];
    const body = { content: 'once', nonce: 'n-1', enforce_nonce: true };
    const { id } = await send(toBob.id, body);
    expect((await send(toAda.id, body)).id).not.toBe(id);
    clock.advance(170_000);
    expect((await send(toBob.id, body)).id).toBe(id);
    clock.advance(15_000);
    expect((await send(toBob.id, body)).id).not.toBe(id);
    expect(bob.inbox()).toHaveLength(2);
  });

  test('whose answer is lost is there all the same; the nonce finds it', async () => {
    const { discord, bob, open, send } = await setup();
    const { id } = await open(bob.id);
    discord.faults.add({
      method: 'POST',
      path: new RegExp(`^/channels/${id}/messages$`),
      kind: 'lost-answer',
    });
    const body = { content: 'once', nonce: 'n-2', enforce_nonce: true };
    await expect(send(id, body)).rejects.toThrow();
    expect((await send(id, body)).id).toBe(bob.inbox()[0]?.id);
    expect(bob.inbox()).toHaveLength(1);
  });

  test('reaches the real client, which answers it', async () => {
    const { discord, bob, open } = await setup();
    const client = await clientFor(discord, {
      intents: [GatewayIntentBits.Guilds, GatewayIntentBits.DirectMessages],
      partials: [Partials.Channel],
    });
    client.on(Events.MessageCreate, async (message) => {
      if (!message.author.bot) await message.author.send(`you said ${message.content}`);
    });
    bob.say((await open(bob.id)).id, 'hi');
    const answer = await discord.waitFor(() => bob.inbox()[1]);
    expect(answer.content).toBe('you said hi');
  });
});

describe('in direct messages', () => {
  test('a command whose contexts allow it can be typed; its ephemeral answer is in the inbox', async () => {
    const { discord, bob } = await setup();
    discord.commands.replace([PREFERENCES]);
    const client = await clientFor(discord);
    const arrived = next<ChatInputCommandInteraction>(client);
    const handle = await bob.command({ name: 'notify' });
    const interaction = await arrived;
    expect(interaction.inGuild()).toBe(false);
    expect(interaction.context).toBe(1);
    expect(interaction.member).toBeNull();
    expect(interaction.user.id).toBe(bob.id);
    expect(interaction.authorizingIntegrationOwners.toJSON()).toEqual({ 0: '0' });
    await interaction.reply({ content: 'On', flags: MessageFlags.Ephemeral });
    expect(await handle.answer()).toBe(bob.inbox()[0]);
  });

  test('other commands are not there, nor any without a guild in common', async () => {
    const { discord, guild, bob } = await setup();
    discord.commands.replace([{ ...PREFERENCES, contexts: [0] }]);
    discord.commands.replace([{ name: 'here', description: 'Here' }], guild.id);
    await expect(bob.command({ name: 'notify' })).rejects.toThrow(ClientRefusal);
    await expect(bob.command({ name: 'here' })).rejects.toThrow(ClientRefusal);
    discord.commands.replace([PREFERENCES]);
    await bob.command({ name: 'notify' });
    discord.world.removeMember(guild, bob.id);
    await expect(bob.command({ name: 'notify' })).rejects.toThrow('no command /notify here');
  });

  test('a button can be clicked, and the message changed by it', async () => {
    const { discord, bob } = await setup();
    const client = await clientFor(discord);
    const stop = new ButtonBuilder().setCustomId('stop:7').setLabel('Stop').setStyle(ButtonStyle.Secondary);
    const user = await client.users.fetch(bob.id);
    await user.send({ content: 'Called', components: [{ type: 1, components: [stop] }] });
    client.on(Events.InteractionCreate, async (interaction) => {
      if (interaction.isButton())
        await interaction.update({ content: `${interaction.customId} in ${interaction.context}` });
    });
    const [message] = bob.inbox();
    if (!message) throw new Error('no message');
    const click = await bob.click(message, 'Stop');
    await click.answer();
    expect(message.content).toBe('stop:7 in 1');
  });

  test('a disabled button and a link do nothing, and nobody else can click', async () => {
    const { ada, bob, open, send } = await setup();
    const components = [
      button({ custom_id: 'a', disabled: true }),
      button({ style: 5, label: 'Open', url: 'https://example.org/' }),
      button({ custom_id: 'c' }),
      button({ custom_id: 'd' }),
      button({ custom_id: 'e' }),
    ];
    await send((await open(bob.id)).id, { content: 'x', components });
    const [message] = bob.inbox();
    if (!message) throw new Error('no message');
    await expect(bob.click(message, 'a')).rejects.toThrow('disabled');
    await expect(bob.click(message, 'Open')).rejects.toThrow('opens a page');
    await expect(ada.click(message, 'c')).rejects.toThrow(ClientRefusal);
    await bob.click(message, 'e');
  });
});

describe('a select menu', () => {
  const menu = {
    type: 3,
    custom_id: 'kinds',
    min_values: 1,
    max_values: 2,
    options: [
      { label: 'Changes', value: 'change' },
      { label: 'Calls', value: 'called' },
      { label: 'Reminders', value: 'reminder' },
    ],
  };
  const body = (more: object = {}) => ({
    content: 'x',
    components: [{ type: 1, components: [{ ...menu, ...more }] }],
  });

  test('gives what the person picked, by value or by label', async () => {
    const { discord, bob, open, send } = await setup();
    const client = await clientFor(discord);
    await send((await open(bob.id)).id, body());
    const [message] = bob.inbox();
    if (!message) throw new Error('no message');
    const arrived = next(client);
    await bob.select(message, 'kinds', ['called', 'Reminders']);
    const interaction = await arrived;
    expect(interaction.isStringSelectMenu() && interaction.values).toEqual(['called', 'reminder']);
    await expect(bob.select(message, 'kinds', ['other'])).rejects.toThrow('no option');
    await expect(bob.select(message, 'kinds', [])).rejects.toThrow('1 to 2');
    await expect(bob.select(message, 'kinds', ['change', 'called', 'reminder'])).rejects.toThrow('1 to 2');
  });

  test('with one value twice, or bounds that no choice can keep, is refused', async () => {
    const { bob, open, send } = await setup();
    const { id } = await open(bob.id);
    const twice = { options: [menu.options[0], menu.options[0]] };
    await expect(send(id, body(twice))).rejects.toThrow('SELECT_COMPONENT_OPTION_VALUE_DUPLICATED');
    await expect(send(id, body({ min_values: 3 }))).rejects.toMatchObject({ code: 50035 });
    await expect(send(id, body({ max_values: 26 }))).rejects.toMatchObject({ code: 50035 });
  });
});
