import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { ApplicationCommandOptionType } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { type Discord, startDiscord } from '../../../src/sandbox/discord/start.ts';
import { smallWorld, stillClock, TOKEN } from './setup.ts';

const CONTRACT = new URL('../../../../shared/contracts/discord/', import.meta.url);
const DESCRIPTION = new URL('openapi.json', CONTRACT);

type Description = {
  paths: Record<string, Record<string, { responses: Record<string, { content?: object }> }>>;
};
type Validate = (method: string, path: string, body: unknown) => string[];

/** Gives the offences of an answer against the description of its operation. */
function responseCheck(description: Description) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  // @ts-expect-error The types of ajv-formats do not know its default export under this module resolution.
  addFormats(ajv);
  for (const format of ['snowflake', 'nonce']) ajv.addFormat(format, true);
  ajv.addSchema(description, 'discord');
  return (operation: string, status: number, body: unknown): string[] => {
    const [method = '', path = ''] = operation.toLowerCase().split(' ');
    const content = description.paths[path]?.[method]?.responses[status]?.content;
    if (!content) return status === 204 ? [] : [`${operation} has no answer ${status}`];
    const pointer = [
      'paths',
      path,
      method,
      'responses',
      String(status),
      'content',
      'application/json',
      'schema',
    ];
    const escaped = pointer.map((part) => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1')));
    const validate = ajv.compile({ $ref: `discord#/${escaped.join('/')}` });
    if (validate(body)) return [];
    return (validate.errors ?? []).map((error) => `${operation} ${error.instancePath} ${error.message}`);
  };
}

const RICH = {
  content: 'Hello <@1> @everyone',
  embeds: [
    {
      title: 'T',
      description: 'D',
      url: 'https://example.org/',
      color: 255,
      timestamp: '2026-01-01T00:00:00Z',
      footer: { text: 'F' },
      author: { name: 'A' },
      fields: [{ name: 'n', value: 'v', inline: true }],
    },
  ],
  components: [
    {
      type: 1,
      components: [
        { type: 2, style: 2, label: 'Go', custom_id: 'go' },
        { type: 2, style: 5, label: 'Open', url: 'https://example.org/' },
      ],
    },
    { type: 1, components: [{ type: 3, custom_id: 'pick', options: [{ label: 'One', value: '1' }] }] },
  ],
  nonce: 'one',
  enforce_nonce: true,
};

const COMMANDS = [
  {
    name: 'find',
    description: 'Find',
    default_member_permissions: '32',
    options: [
      {
        type: ApplicationCommandOptionType.String,
        name: 'name',
        description: 'Name',
        required: true,
        autocomplete: true,
      },
      { type: ApplicationCommandOptionType.Integer, name: 'count', description: 'Count', min_value: 1 },
      { type: ApplicationCommandOptionType.User, name: 'user', description: 'User' },
    ],
  },
];

describe.skipIf(!existsSync(DESCRIPTION))('held to the published description', () => {
  test('every answer has the form that its operation promises', async () => {
    const { createValidator } = (await import(new URL('validate.mjs', CONTRACT).href)) as {
      createValidator: (description: unknown, tools: unknown) => Validate;
    };
    const read = () => JSON.parse(readFileSync(DESCRIPTION, 'utf8'));
    const clock = stillClock();
    const discord = await startDiscord({
      token: TOKEN,
      clock,
      validate: createValidator(read(), { Ajv2020, addFormats }),
      limits: { scale: 1_000 },
    });
    const check = responseCheck(read());
    const offences: string[] = [];
    const call = async (operation: string, params: Record<string, string>, body?: unknown, query = '') => {
      const [method, template = ''] = operation.split(' ');
      // However long a call takes: enough for the limits, and little enough for the first answer to an interaction.
      clock.advance(20);
      const path = template.replace(/\{(\w+)\}/g, (_, name) => params[name] ?? '');
      const answer = await request(discord, method ?? '', path + query, body);
      offences.push(...check(operation, answer.status, answer.body));
      return answer.body as { id: string };
    };
    await everyOperation(discord, call);
    await discord.close();
    expect(offences).toEqual([]);
    expect(discord.violations).toEqual([]);
  });
});

async function request(discord: Discord, method: string, path: string, body?: unknown) {
  const headers = { authorization: `Bot ${TOKEN}`, 'content-type': 'application/json' };
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  const response = await fetch(`${discord.url}/v10${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : undefined };
}

type Call = (
  operation: string,
  params: Record<string, string>,
  body?: unknown,
  query?: string,
) => Promise<{ id: string }>;

async function everyOperation(discord: Discord, call: Call): Promise<void> {
  const { guild, channel, ada, here } = smallWorld(discord);
  const application_id = discord.world.application.id;
  const ids = { application_id, guild_id: guild.id, channel_id: channel.id, user_id: ada.id };

  await call('GET /gateway', {});
  await call('GET /gateway/bot', {});
  await call('GET /applications/@me', {});
  await call('GET /users/@me', {});
  await call('GET /users/{user_id}', ids);
  await call('GET /users/@me/guilds', {}, undefined, '?with_counts=true');
  await call('GET /guilds/{guild_id}', ids, undefined, '?with_counts=true');
  await call('GET /guilds/{guild_id}/roles', ids);
  await call('GET /guilds/{guild_id}/channels', ids);
  await call('GET /guilds/{guild_id}/members/{user_id}', ids);
  const dm = await call('POST /users/@me/channels', {}, { recipient_id: ada.id });
  await call('GET /channels/{channel_id}', { channel_id: dm.id });
  await directMessages(dm.id, call);
  await scheduledEvents(discord, call);

  for (const scope of ['', '/guilds/{guild_id}']) {
    const path = `/applications/{application_id}${scope}/commands`;
    await call(`PUT ${path}`, ids, COMMANDS);
    await call(`GET ${path}`, ids);
    const made = await call(`POST ${path}`, ids, { name: 'more', description: 'More' });
    await call(`POST ${path}`, ids, { name: 'more', description: 'Even more' });
    const one = { ...ids, command_id: made.id };
    await call(`GET ${path}/{command_id}`, one);
    await call(`PATCH ${path}/{command_id}`, one, { description: 'Less' });
    await call(`DELETE ${path}/{command_id}`, one);
  }

  await call('GET /channels/{channel_id}', ids);
  const message = await call('POST /channels/{channel_id}/messages', ids, RICH);
  const one = { ...ids, message_id: message.id };
  await call('PATCH /channels/{channel_id}/messages/{message_id}', one, { content: `<@${ada.id}>` });
  await call('GET /channels/{channel_id}/messages/{message_id}', one);
  await call('GET /channels/{channel_id}/messages', ids);

  const options = { name: 'x', count: 2, user: ada.id };
  const { interaction } = await ada.command({ ...here, name: 'find', options });
  const callback = 'POST /interactions/{interaction_id}/{interaction_token}/callback';
  const address = { interaction_id: interaction.id, interaction_token: interaction.token };
  await call(callback, address, { type: 4, data: { ...RICH, nonce: undefined } }, '?with_response=true');
  const webhook = { webhook_id: application_id, webhook_token: interaction.token };
  await call('GET /webhooks/{webhook_id}/{webhook_token}/messages/@original', webhook);
  await call('PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original', webhook, { content: 'two' });
  const followUp = await call('POST /webhooks/{webhook_id}/{webhook_token}', webhook, {
    content: 'three',
    flags: 64,
  });
  const further = { ...webhook, message_id: followUp.id };
  await call('GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}', further);
  await call('PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}', further, {
    content: 'four',
  });
  await call('DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}', further);

  const original = discord.channel(channel).messages.find((each) => each.origin);
  if (!original) throw new Error('no answer');
  const click = await ada.click(original, 'go').catch(() => undefined);
  if (!click) throw new Error('no button');
  const clicked = { interaction_id: click.interaction.id, interaction_token: click.interaction.token };
  await call(callback, clicked, { type: 7, data: { content: 'five' } }, '?with_response=true');
  await call('DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original', webhook);
  await call('DELETE /channels/{channel_id}/messages/{message_id}', one);
}

async function directMessages(channel_id: string, call: Call): Promise<void> {
  const sent = await call('POST /channels/{channel_id}/messages', { channel_id }, RICH);
  const one = { channel_id, message_id: sent.id };
  await call('PATCH /channels/{channel_id}/messages/{message_id}', one, { content: 'changed' });
  await call('GET /channels/{channel_id}/messages/{message_id}', one);
  await call('GET /channels/{channel_id}/messages', one, undefined, '?limit=1');
  await call('DELETE /channels/{channel_id}/messages/{message_id}', one);
}

async function scheduledEvents(discord: Discord, call: Call): Promise<void> {
  const [guild] = discord.world.botGuilds();
  if (!guild) throw new Error('no guild');
  discord.world.setBotPermissions(guild, [
    'ViewChannel',
    'SendMessages',
    'EmbedLinks',
    'ReadMessageHistory',
    'CreateEvents',
  ]);
  const list = '/guilds/{guild_id}/scheduled-events';
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const made = await call(
    `POST ${list}`,
    { guild_id: guild.id },
    {
      name: 'A vs B',
      description: null,
      entity_type: 3,
      privacy_level: 2,
      entity_metadata: { location: 'Online' },
      scheduled_start_time: inHours(1),
      scheduled_end_time: inHours(2),
    },
  );
  const one = { guild_id: guild.id, guild_scheduled_event_id: made.id };
  discord.world.interest(made.id, guild.ownerId);
  await call(`GET ${list}`, one, undefined, '?with_user_count=true');
  await call(`PATCH ${list}/{guild_scheduled_event_id}`, one, { description: 'Round 1', status: 2 });
  await call(`GET ${list}/{guild_scheduled_event_id}`, one);
  await call(`DELETE ${list}/{guild_scheduled_event_id}`, one);
}
