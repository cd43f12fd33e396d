import { describe, expect, test } from 'vitest';
import { discordForTest, restFor, smallWorld } from './setup.ts';

type Registered = { id: string; version: string; name: string; [key: string]: unknown };

async function setup() {
  const discord = await discordForTest();
  const { guild } = smallWorld(discord);
  const rest = restFor(discord);
  const global = `/applications/${discord.world.application.id}/commands` as const;
  const local = `/applications/${discord.world.application.id}/guilds/${guild.id}/commands` as const;
  const put = (body: unknown, path: `/${string}` = global) =>
    rest.put(path, { body }) as Promise<Registered[]>;
  return { discord, rest, global, local, put };
}

const command = (more = {}) => ({ name: 'ping', description: 'Ping', ...more });
const option = (more = {}) => ({ type: 3, name: 'text', description: 'Text', ...more });

describe('registering commands', () => {
  test('replaces all, and those that keep their name keep their id', async () => {
    const { put, rest, global } = await setup();
    const [before] = await put([command(), command({ name: 'old' })]);
    const after = await put([command({ name: 'new' }), command()]);
    expect(after.map(({ name }) => name)).toEqual(['new', 'ping']);
    expect(after[1]).toMatchObject({ id: before?.id, version: before?.version });
    expect((await put([command({ description: 'Pong' })]))[0]?.version).not.toBe(before?.version);
    expect(await rest.get(global)).toHaveLength(1);
  });

  test('gives defaults back, and leaves out what says nothing', async () => {
    const { put } = await setup();
    const [made] = await put([command({ options: [option({ required: false, choices: [] })] })]);
    expect(made).toMatchObject({
      type: 1,
      default_member_permissions: null,
      contexts: null,
      integration_types: [0],
      options: [{ type: 3, name: 'text', description: 'Text' }],
    });
    expect(made?.options).toEqual([{ type: 3, name: 'text', description: 'Text' }]);
  });

  test('one by one: made, changed, deleted', async () => {
    const { rest, local } = await setup();
    const made = (await rest.post(local, { body: command() })) as Registered;
    const changed = await rest.patch(`${local}/${made.id}`, { body: { description: 'Pong' } });
    expect(changed).toMatchObject({ id: made.id, name: 'ping', description: 'Pong' });
    await rest.delete(`${local}/${made.id}`);
    await expect(rest.get(`${local}/${made.id}`)).rejects.toMatchObject({ status: 404, code: 10063 });
  });

  test.each([
    ['a name in capitals', command({ name: 'Ping' }), '0.name[APPLICATION_COMMAND_INVALID_NAME]'],
    ['a name with a blank', command({ name: 'ping me' }), '0.name[APPLICATION_COMMAND_INVALID_NAME]'],
    ['a long name', command({ name: 'x'.repeat(33) }), '0.name[BASE_TYPE_BAD_LENGTH]'],
    ['no description', command({ description: undefined }), '0.description[BASE_TYPE_REQUIRED]'],
    ['a long description', command({ description: 'x'.repeat(101) }), '0.description[BASE_TYPE_BAD_LENGTH]'],
    [
      'a required option after an optional one',
      command({ options: [option(), option({ name: 'more', required: true })] }),
      '0.options[1][APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID]',
    ],
    ['one option twice', command({ options: [option(), option()] }), '0.options[1].name'],
    [
      '26 options',
      command({ options: Array.from({ length: 26 }, (_, i) => option({ name: `o${i}` })) }),
      '0.options[BASE',
    ],
    [
      'autocomplete with choices',
      command({ options: [option({ autocomplete: true, choices: [{ name: 'a', value: 'a' }] })] }),
      'AUTOCOMPLETE',
    ],
    [
      'subcommands beside options',
      command({ options: [option(), option({ type: 1, name: 'sub' })] }),
      'mutually exclusive',
    ],
    [
      'groups within groups',
      command({ options: [option({ type: 2, options: [option({ type: 2 })] })] }),
      'Invalid nesting',
    ],
    [
      'more than 8000 characters',
      command({
        options: [1, 2, 3, 4].map((n) =>
          option({
            name: `o${n}`,
            choices: Array.from({ length: 25 }, (_, i) => ({
              name: 'x'.repeat(90),
              value: `${i}`.padEnd(50, 'y'),
            })),
          }),
        ),
      }),
      'exceeds maximum size (8000)',
    ],
    ['odd permissions', command({ default_member_permissions: 'all' }), '0.default_member_permissions'],
  ])('refuses %s', async (_, body, place) => {
    const { put } = await setup();
    const error = await put([body]).then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toMatchObject({ status: 400, code: 50035 });
    expect(error.message).toContain(place);
  });

  test('refuses a name twice, contexts in a guild, and more than 100 commands', async () => {
    const { put, local } = await setup();
    const many = Array.from({ length: 101 }, (_, i) => command({ name: `c${i}` }));
    await expect(put([command(), command()])).rejects.toMatchObject({ code: 50035 });
    await expect(put([command({ contexts: [0] })], local)).rejects.toMatchObject({ code: 50035 });
    await expect(put(many)).rejects.toMatchObject({ status: 400, code: 30032 });
  });

  test('refuses more than 200 new ones a day in a guild', async () => {
    const { put, local } = await setup();
    const names = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, i) => command({ name: `${prefix}${i}` }));
    await put(names('a', 100), local);
    await put(names('b', 100), local);
    await expect(put(names('c', 1), local)).rejects.toMatchObject({ status: 400, code: 30034 });
  });

  test('is for the own application only', async () => {
    const { rest } = await setup();
    await expect(rest.put('/applications/1/commands', { body: [] })).rejects.toMatchObject({
      status: 403,
      code: 20012,
    });
  });
});
