import {
  ApplicationCommandOptionType,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type Client,
  Events,
  type Interaction,
  MessageFlags,
} from 'discord.js';
import { describe, expect, test } from 'vitest';
import { ClientRefusal } from '../../../src/sandbox/discord/person-options.ts';
import type { Discord } from '../../../src/sandbox/discord/start.ts';
import { clientFor, discordForTest, smallWorld, stillClock } from './setup.ts';

const IMPORT = {
  name: 'import',
  description: 'Bring data in',
  options: [
    {
      type: ApplicationCommandOptionType.Subcommand,
      name: 'startgg',
      description: 'From start.gg',
      options: [
        {
          type: ApplicationCommandOptionType.String,
          name: 'game',
          description: 'Game',
          required: true,
          autocomplete: true,
        },
        { type: ApplicationCommandOptionType.String, name: 'since', description: 'From', required: true },
        { type: ApplicationCommandOptionType.Boolean, name: 'follow', description: 'Go on' },
      ],
    },
  ],
} as const;
const TYPED = { name: 'import', subcommand: 'startgg', options: { game: '2XKO', since: '2026-01-01' } };
const BUTTONS = [{ type: 1, components: [{ type: 2, style: 2, label: 'Pause', custom_id: 'pause:1' }] }];

/** A world, a client with the command registered, and what it does with interactions. */
async function bot(discord: Discord, onInteraction: (interaction: Interaction) => Promise<unknown>) {
  const world = smallWorld(discord);
  const client = await clientFor(discord);
  await client.application.commands.set([IMPORT]);
  client.on(Events.InteractionCreate, onInteraction);
  return { ...world, client };
}

/** Resolves with the next interaction, to be answered by the test itself. */
function next<T extends Interaction>(client: Client): Promise<T> {
  return new Promise((resolve) => client.once(Events.InteractionCreate, (each) => resolve(each as T)));
}

async function silentBot(options = {}) {
  const discord = await discordForTest(options);
  return { discord, ...(await bot(discord, async () => {})) };
}

describe('a slash command', () => {
  test('is deferred and then filled, as the person sees it', async () => {
    const clock = stillClock();
    const discord = await discordForTest({ clock });
    const { ada, here } = await bot(discord, async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      clock.advance(700);
      await interaction.deferReply();
      await interaction.editReply(`Importing ${interaction.options.getString('game')}`);
    });
    const interaction = await ada.command({ ...here, ...TYPED });
    const message = await interaction.answer();
    expect(message.content).toBe('Importing 2XKO');
    expect(message.editedAt).toBeUndefined();
    expect(interaction.acknowledgedAfterMs).toBe(700);
    expect(discord.channel(here.channelId).messages).toEqual([message]);
  });

  test('arrives with its options, the member and the permissions', async () => {
    const { client, ada, here, guild } = await silentBot();
    const arrived = next<ChatInputCommandInteraction<'cached'>>(client);
    await ada.command({ ...here, ...TYPED, options: { ...TYPED.options, follow: true } });
    const interaction = await arrived;
    expect(interaction.options.getSubcommand()).toBe('startgg');
    expect(interaction.options.getBoolean('follow')).toBe(true);
    expect(interaction.guildId).toBe(guild.id);
    expect(interaction.memberPermissions.has('ManageGuild')).toBe(true);
    expect(interaction.appPermissions.has('EmbedLinks')).toBe(true);
    expect(interaction.appPermissions.has('ManageGuild')).toBe(false);
    expect(interaction.inCachedGuild()).toBe(true);
  });

  test.each([
    ['an unknown command', { name: 'export' }],
    ['a command without its subcommand', { name: 'import' }],
    ['an unknown subcommand', { ...TYPED, subcommand: 'challonge' }],
    ['an unknown option', { ...TYPED, options: { ...TYPED.options, when: 'now' } }],
    ['a missing required option', { ...TYPED, options: { game: '2XKO' } }],
    ['a value of the wrong type', { ...TYPED, options: { ...TYPED.options, follow: 'yes' } }],
  ])('%s is refused by the client', async (_, typed) => {
    const { ada, here } = await silentBot();
    await expect(ada.command({ ...here, ...typed })).rejects.toThrow(ClientRefusal);
  });

  test('with default permissions is open to those who have them, administrators and the owner', async () => {
    const discord = await discordForTest();
    const { ada, bob, here, guild } = smallWorld(discord);
    discord.commands.replace([
      { name: 'setup', description: 'Set up', default_member_permissions: '32' },
      { name: 'admin', description: 'Admin', default_member_permissions: '0' },
    ]);
    await expect(bob.command({ ...here, name: 'setup' })).rejects.toThrow(ClientRefusal);
    const managers = discord.world.addRole(guild, { name: 'Managers', permissions: ['ManageGuild'] });
    discord.world.setMemberRoles(guild, bob, [managers]);
    await expect(bob.command({ ...here, name: 'setup' })).resolves.toBeDefined();
    await expect(bob.command({ ...here, name: 'admin' })).rejects.toThrow(ClientRefusal);
    await expect(ada.command({ ...here, name: 'admin' })).resolves.toBeDefined();
  });
});

test('a command works in direct messages where its contexts allow it', async () => {
  const { client, ada, discord } = await silentBot();
  discord.commands.replace([
    { name: 'privacy', description: 'Privacy', contexts: [0, 1] },
    { name: 'setup', description: 'Set up', contexts: [0] },
  ]);
  const arrived = next<ChatInputCommandInteraction>(client);
  await ada.command({ name: 'privacy' });
  const interaction = await arrived;
  expect([interaction.inGuild(), interaction.user.id]).toEqual([false, ada.id]);
  await interaction.reply('nothing stored');
  expect(ada.inbox().map((message) => message.content)).toEqual(['nothing stored']);
  await expect(ada.command({ name: 'setup' })).rejects.toThrow(ClientRefusal);
});

describe('the rules of answering', () => {
  test('the first answer is due within 3 seconds', async () => {
    const clock = stillClock();
    const { client, ada, here } = await silentBot({ clock });
    const arrived = next<ChatInputCommandInteraction>(client);
    const seen = await ada.command({ ...here, ...TYPED });
    const interaction = await arrived;
    expect(seen.failed).toBe(false);
    clock.advance(3_001);
    expect(seen.failed).toBe(true);
    await expect(interaction.reply('late')).rejects.toMatchObject({ status: 404, code: 10062 });
  });

  test('the token lives for 15 minutes', async () => {
    const clock = stillClock();
    const { client, ada, here, discord } = await silentBot({ clock });
    const arrived = next<ChatInputCommandInteraction>(client);
    await ada.command({ ...here, ...TYPED });
    const interaction = await arrived;
    await interaction.deferReply();
    clock.advance(890_000);
    await interaction.editReply('still there');
    clock.advance(11_000);
    await expect(interaction.editReply('too late')).rejects.toMatchObject({ status: 401, code: 50027 });
    expect(discord.limits.invalidRequests).toBe(1);
  });

  test('a second first answer is refused', async () => {
    const { client, ada, here } = await silentBot();
    const arrived = next<ChatInputCommandInteraction>(client);
    await ada.command({ ...here, ...TYPED });
    const interaction = await arrived;
    await interaction.reply('once');
    interaction.replied = false;
    await expect(interaction.reply('twice')).rejects.toMatchObject({ status: 400, code: 40060 });
  });

  test('the first follow-up of a deferred answer takes its place, further ones stand beside it', async () => {
    const { client, ada, here } = await silentBot();
    const arrived = next<ChatInputCommandInteraction>(client);
    const seen = await ada.command({ ...here, ...TYPED });
    const interaction = await arrived;
    await interaction.deferReply();
    await interaction.followUp('first');
    await interaction.followUp('second');
    expect(seen.original()?.content).toBe('first');
    expect(seen.followups.map((message) => message.content)).toEqual(['second']);
  });

  test('an empty answer is refused and does not count as one', async () => {
    const { client, ada, here } = await silentBot();
    const arrived = next<ChatInputCommandInteraction>(client);
    await ada.command({ ...here, ...TYPED });
    const interaction = await arrived;
    await expect(interaction.reply({ content: '' })).rejects.toMatchObject({ code: 50006 });
    await expect(interaction.reply({ content: 'better' })).resolves.toBeDefined();
  });

  test('nothing else can be sent before it', async () => {
    const { client, ada, here } = await silentBot();
    const arrived = next<ChatInputCommandInteraction>(client);
    await ada.command({ ...here, ...TYPED });
    const interaction = await arrived;
    await expect(interaction.webhook.send('early')).rejects.toMatchObject({ status: 404, code: 10015 });
    await expect(interaction.webhook.editMessage('@original', 'early')).rejects.toMatchObject({
      code: 10015,
    });
  });

  test('only users are pinged unless the answer says otherwise', async () => {
    const { client, ada, bob, here } = await silentBot();
    const arrived = next<ChatInputCommandInteraction>(client);
    const seen = await ada.command({ ...here, ...TYPED });
    await (await arrived).reply(`<@${bob.id}> @everyone`);
    expect(seen.original()?.pinged).toEqual([`<@${bob.id}>`]);
  });

  test('with_response gives the message back', async () => {
    const { client, ada, here } = await silentBot();
    const arrived = next<ChatInputCommandInteraction>(client);
    await ada.command({ ...here, ...TYPED });
    const response = await (await arrived).reply({ content: 'hello', withResponse: true });
    expect(response.resource?.message?.content).toBe('hello');
  });
});

describe('an ephemeral answer', () => {
  test('is seen by the person alone and is no part of the channel', async () => {
    const { client, ada, bob, here, discord } = await silentBot();
    const arrived = next<ChatInputCommandInteraction>(client);
    const seen = await ada.command({ ...here, ...TYPED });
    await (await arrived).reply({ content: 'psst', flags: MessageFlags.Ephemeral });
    const id = seen.original()?.id ?? '';
    expect(ada.sees(here.channelId).map((message) => message.content)).toEqual(['psst']);
    expect(bob.sees(here.channelId)).toEqual([]);
    expect(discord.channel(here.channelId).messages).toEqual([]);
    const channel = await client.channels.fetch(here.channelId);
    if (!channel?.isTextBased()) throw new Error('no text channel');
    expect((await channel.messages.fetch()).size).toBe(0);
    await expect(channel.messages.fetch(id)).rejects.toMatchObject({ code: 10008 });
  });

  test('stays ephemeral, or public, as the deferral said', async () => {
    const { client, ada, bob, here } = await silentBot();
    const arrived = next<ChatInputCommandInteraction>(client);
    await ada.command({ ...here, ...TYPED });
    const interaction = await arrived;
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await interaction.editReply('hidden');
    expect(bob.sees(here.channelId)).toEqual([]);
  });
});

describe('autocomplete', () => {
  test('offers what the bot answers to the typed part', async () => {
    const discord = await discordForTest();
    const { ada, here } = await bot(discord, async (interaction) => {
      if (!interaction.isAutocomplete()) return;
      const typed = interaction.options.getFocused();
      await interaction.respond([{ name: `${typed}: 2XKO`, value: '64423' }]);
    });
    const choices = await ada.autocomplete({
      ...here,
      name: 'import',
      subcommand: 'startgg',
      focused: 'game',
      value: '2x',
    });
    expect(choices).toEqual([{ name: '2x: 2XKO', value: '64423' }]);
  });

  test('takes no more than 25 choices and no message', async () => {
    const discord = await discordForTest();
    const refusals: unknown[] = [];
    const { ada, here } = await bot(discord, async (interaction) => {
      if (!interaction.isAutocomplete()) return;
      const choices = Array.from({ length: 26 }, (_, i) => ({ name: `${i}`, value: `${i}` }));
      await interaction.respond(choices).catch((error) => refusals.push(error.code));
      const path = `/interactions/${interaction.id}/${interaction.token}/callback` as const;
      await interaction.client.rest
        .post(path, { body: { type: 5 } })
        .catch((error) => refusals.push(error.code));
      interaction.responded = false;
      await interaction.respond([]);
    });
    await ada.autocomplete({ ...here, name: 'import', subcommand: 'startgg', focused: 'game', value: '' });
    expect(refusals).toEqual([50035, 50035]);
  });
});

describe('a button', () => {
  async function withButton() {
    const set = await silentBot();
    const arrived = next<ChatInputCommandInteraction>(set.client);
    const seen = await set.ada.command({ ...set.here, ...TYPED });
    await (await arrived).reply({ content: 'running', components: BUTTONS });
    const message = seen.original();
    if (!message) throw new Error('no message');
    return { ...set, message };
  }

  test('updates its own message', async () => {
    const { client, ada, message } = await withButton();
    const arrived = next<ButtonInteraction>(client);
    await ada.click(message, 'Pause');
    const interaction = await arrived;
    expect(interaction.customId).toBe('pause:1');
    expect(interaction.message.id).toBe(message.id);
    await interaction.update({ content: 'paused', components: [] });
    expect(message.content).toBe('paused');
    expect(message.history.map((version) => version.content)).toEqual(['running', 'paused']);
    await expect(ada.click(message, 'Pause')).rejects.toThrow(ClientRefusal);
  });

  test('can be acknowledged first and its message edited later', async () => {
    const { client, ada, message } = await withButton();
    const arrived = next<ButtonInteraction>(client);
    await ada.click(message, 'pause:1');
    const interaction = await arrived;
    await interaction.deferUpdate();
    await interaction.editReply('paused');
    expect(message.content).toBe('paused');
  });

  test('can be answered with an ephemeral message of its own', async () => {
    const { client, bob, message, here } = await withButton();
    const arrived = next<ButtonInteraction>(client);
    const seen = await bob.click(message, 'Pause');
    await (await arrived).reply({ content: 'not for you', flags: MessageFlags.Ephemeral });
    expect(seen.original()?.content).toBe('not for you');
    expect(message.content).toBe('running');
    expect(bob.sees(here.channelId)).toHaveLength(2);
  });
});
