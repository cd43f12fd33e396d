import { expect, test } from 'vitest';
import { renderMessage } from '../../../src/sandbox/discord/render.ts';
import { discordForTest, restFor, smallWorld } from './setup.ts';

test('a message is drawn the way a person reads it', async () => {
  const discord = await discordForTest();
  const { channel } = smallWorld(discord);
  await restFor(discord).post(`/channels/${channel.id}/messages`, {
    body: {
      content: 'Starts <t:1767225600:f>',
      embeds: [
        {
          title: '2XKO\\_2026',
          description: 'RUNNING\n\\*\\*not bold\\*\\* **bold**',
          fields: [
            { name: 'Done', value: '1,200', inline: true },
            { name: 'Total', value: '4,000', inline: true },
            { name: 'Errors', value: 'none' },
          ],
          footer: { text: 'Job 7' },
        },
      ],
      components: [
        {
          type: 1,
          components: [
            { type: 2, style: 2, label: 'Pause', custom_id: 'a' },
            { type: 2, style: 4, label: 'Cancel', custom_id: 'b', disabled: true },
          ],
        },
      ],
    },
  });
  const [message] = discord.channel(channel).messages;
  if (!message) throw new Error('no message');
  expect(renderMessage(message).split('\n').slice(1).join('\n')).toBe(`Starts 2026-01-01 00:00 UTC
▌ 2XKO_2026
▌ RUNNING
▌ **not bold** **bold**
▌
▌ Done    Total
▌ 1,200   4,000
▌
▌ Errors
▌ none
▌ Job 7
[Pause] (Cancel)`);
  expect(renderMessage(message)).toMatch(/^Herald \[APP\] {2}\d\d:\d\d UTC\n/);
});

test('with a drawing, markup and relative times look as they do in Discord', async () => {
  const discord = await discordForTest();
  const { channel } = smallWorld(discord);
  const field = (name: string, value: string) => ({ name, value, inline: true });
  await restFor(discord).post(`/channels/${channel.id}/messages`, {
    body: {
      content: '**bold** \\*\\*not\\*\\* `code`\n-# small \\`x\\`\n> said [so](https://example.org)',
      embeds: [{ fields: [field('Left', '<t:1767225600:R>'), field('Ended', '<t:1767221970:R>')] }],
    },
  });
  const [message] = discord.channel(channel).messages;
  if (!message) throw new Error('no message');
  const style = (text: string, look: string) => `\u001b[${look === 'bold' ? 1 : 2}m${text}\u001b[0m`;
  const drawn = renderMessage(message, { style, now: 1_767_225_570_000 });
  expect(drawn.split('\n').slice(1)).toEqual([
    `${style('bold', 'bold')} **not** code`,
    style('small `x`', 'dim'),
    '│ said so (https://example.org)',
    '▌',
    `▌ ${style('Left', 'bold')}            ${style('Ended', 'bold')}`,
    '▌ in 30 seconds   1 hour ago',
  ]);
});

test('an ephemeral and edited answer says so', async () => {
  const discord = await discordForTest();
  const { ada, here } = smallWorld(discord);
  discord.commands.replace([{ name: 'status', description: 'Status' }]);
  const { interaction } = await ada.command({ ...here, name: 'status' });
  const rest = restFor(discord);
  await rest.post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
    body: { type: 4, data: { content: 'one', flags: 64 } },
  });
  const path = `/webhooks/${discord.world.application.id}/${interaction.token}/messages/@original` as const;
  await rest.patch(path, { body: { content: 'two' } });
  const [message] = ada.sees(here.channelId);
  expect(message && renderMessage(message)).toMatch(
    /^╭ Ada used \/status\nHerald \[APP\] {2}\d\d:\d\d UTC \(edited\)\ntwo\n\(Only you can see this\)$/,
  );
});

test('a direct message is drawn with its links and menus', async () => {
  const discord = await discordForTest();
  const { bob } = smallWorld(discord);
  const rest = restFor(discord);
  const { id } = (await rest.post('/users/@me/channels', { body: { recipient_id: bob.id } })) as {
    id: string;
  };
  const option = (label: string, more = {}) => ({ label, value: label, ...more });
  const row = (...components: object[]) => ({ type: 1, components });
  const link = { type: 2, style: 5, label: 'Watch', emoji: { name: '📺' }, url: 'https://example.org/a' };
  const components = [
    row(link, { ...link, label: 'Race', emoji: undefined, disabled: true }),
    row({ type: 3, custom_id: 'a', placeholder: 'Remind me', options: [option('Off'), option('1 h')] }),
    row({ type: 3, custom_id: 'b', options: [option('On', { default: true }), option('Off')] }),
  ];
  await rest.post(`/channels/${id}/messages`, { body: { content: 'You play\n*soon*', components } });
  const [message] = bob.inbox();
  expect(message && renderMessage(message).split('\n').slice(1)).toEqual([
    'You play',
    '*soon*',
    '[📺 Watch ↗ https://example.org/a] (Race ↗ https://example.org/a)',
    '[Remind me ▾ Off | 1 h]',
    '[On ▾ On | Off]',
  ]);
});
