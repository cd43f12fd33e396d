import {
  Events,
  GatewayIntentBits,
  type GuildScheduledEvent,
  GuildScheduledEventEntityType,
  GuildScheduledEventPrivacyLevel,
  GuildScheduledEventStatus,
} from 'discord.js';
import { describe, expect, test } from 'vitest';
import { movableClock } from '../../../src/sandbox/discord/clock.ts';
import { ClientRefusal } from '../../../src/sandbox/discord/person-options.ts';
import { clientFor, discordForTest, restFor, smallWorld } from './setup.ts';

const HOUR = 3_600_000;

async function setup() {
  const clock = movableClock();
  const discord = await discordForTest({ clock, limits: { scale: 1_000 } });
  const world = smallWorld(discord);
  const { guild } = world;
  discord.world.setBotPermissions(guild, ['ViewChannel', 'CreateEvents']);
  const rest = restFor(discord);
  const path = `/guilds/${guild.id}/scheduled-events` as const;
  const inHours = (hours: number) => new Date(clock.now() + hours * HOUR).toISOString();
  const valid = (more: object = {}) => ({
    name: 'A vs B',
    description: 'Round 1',
    entity_type: 3,
    privacy_level: 2,
    channel_id: null,
    entity_metadata: { location: 'https://example.org/1' },
    scheduled_start_time: inHours(1),
    scheduled_end_time: inHours(2),
    ...more,
  });
  const create = async (more: object = {}) =>
    (await rest.post(path, { body: valid(more) })) as { id: string; [key: string]: unknown };
  const edit = (id: string, body: object) => rest.patch(`${path}/${id}`, { body });
  const remove = (id: string) => rest.delete(`${path}/${id}`);
  const get = (id: string) => rest.get(`${path}/${id}`);
  const list = (query = '') =>
    rest.get(path, { query: new URLSearchParams(query) }) as Promise<{ id: string; user_count?: number }[]>;
  const typed = () => ({
    name: 'Party',
    location: 'Here',
    startsAt: clock.now() + HOUR,
    endsAt: clock.now() + 2 * HOUR,
  });
  const all = () => discord.events(guild);
  return {
    clock,
    discord,
    ...world,
    rest,
    path,
    inHours,
    valid,
    create,
    edit,
    remove,
    get,
    list,
    typed,
    all,
  };
}

describe('a scheduled event', () => {
  test('is kept with every version of it', async () => {
    const { discord, create, edit, remove, get, all } = await setup();
    const { id } = await create();
    await edit(id, { name: 'A vs C', entity_metadata: { location: 'Elsewhere' } });
    await edit(id, { description: null });
    const [event] = all();
    expect(event).toMatchObject({ id, name: 'A vs C', location: 'Elsewhere', description: null });
    expect(event).toMatchObject({ creatorId: discord.world.bot.id, status: 'SCHEDULED' });
    expect(event?.history.map(({ name, description }) => [name, description])).toEqual([
      ['A vs B', 'Round 1'],
      ['A vs C', 'Round 1'],
      ['A vs C', null],
    ]);
    await remove(id);
    await expect(get(id)).rejects.toMatchObject({ status: 404, code: 10070 });
    await expect(remove(id)).rejects.toMatchObject({ code: 10070 });
    expect(all()[0]?.deletedAt).toBeDefined();
  });

  test('is listed while it is open, the earliest first, with those interested', async () => {
    const { discord, ada, inHours, create, edit, get, list } = await setup();
    const late = await create({ scheduled_start_time: inHours(3), scheduled_end_time: inHours(4) });
    const early = await create();
    const cancelled = await create();
    await edit(cancelled.id, { status: 4 });
    expect((await list()).map(({ id }) => id)).toEqual([early.id, late.id]);
    expect((await list())[0]).not.toHaveProperty('user_count');
    discord.world.interest(early.id, ada.id);
    expect((await list('with_user_count=true')).map((each) => each.user_count)).toEqual([1, 0]);
    discord.world.interest(early.id, ada.id, false);
    expect((await list('with_user_count=true'))[0]?.user_count).toBe(0);
    expect(await get(cancelled.id)).toMatchObject({ status: 4 });
  });

  test('starts and ends by the clock', async () => {
    const { clock, create, edit, get, list } = await setup();
    const { id } = await create();
    clock.advance(HOUR);
    expect(await get(id)).toMatchObject({ status: 2 });
    clock.advance(HOUR);
    expect(await get(id)).toMatchObject({ status: 3 });
    expect(await list()).toEqual([]);
    await expect(edit(id, { name: 'x' })).rejects.toMatchObject({ status: 400, code: 180000 });
  });

  test('goes from scheduled to active to completed, or to cancelled, and no other way', async () => {
    const { create, edit, remove, inHours } = await setup();
    const { id } = await create();
    await expect(edit(id, { status: 3 })).rejects.toMatchObject({ code: 50035 });
    await edit(id, { status: 2 });
    await expect(edit(id, { status: 4 })).rejects.toMatchObject({ code: 50035 });
    await expect(edit(id, { scheduled_start_time: inHours(1.5) })).rejects.toThrow('INVALID_START_BY_STATUS');
    await edit(id, { scheduled_end_time: inHours(3), name: 'Longer' });
    await edit(id, { status: 3 });
    await expect(edit(id, { status: 2 })).rejects.toMatchObject({ code: 180000 });
    const other = await create();
    await edit(other.id, { status: 4 });
    await expect(edit(other.id, { status: 1 })).rejects.toMatchObject({ code: 180000 });
    await remove(other.id);
  });

  test('is one of at most 100 open ones in a guild', async () => {
    const { create, edit } = await setup();
    const { id } = await create();
    for (let i = 1; i < 100; i++) await create();
    await expect(create()).rejects.toMatchObject({ status: 400, code: 30038 });
    await edit(id, { status: 4 });
    await create();
  });
});

describe('a scheduled event is refused', () => {
  const past = new Date(0).toISOString();
  test.each([
    ['without a name', { name: undefined }, 'name[BASE_TYPE_REQUIRED]'],
    ['with a long name', { name: 'x'.repeat(101) }, 'name[BASE_TYPE_BAD_LENGTH]'],
    ['with a long description', { description: 'x'.repeat(1001) }, 'description[BASE_TYPE_BAD_LENGTH]'],
    ['without a place', { entity_metadata: undefined }, 'entity_metadata[BASE_TYPE_REQUIRED]'],
    ['with an empty place', { entity_metadata: { location: '' } }, 'entity_metadata.location[BASE'],
    [
      'with a long place',
      { entity_metadata: { location: 'x'.repeat(101) } },
      'entity_metadata.location[BASE',
    ],
    ['without an end', { scheduled_end_time: undefined }, 'scheduled_end_time[BASE_TYPE_REQUIRED]'],
    ['without a start', { scheduled_start_time: undefined }, 'scheduled_start_time[BASE_TYPE_REQUIRED]'],
    [
      'in the past',
      { scheduled_start_time: past },
      'scheduled_start_time[GUILD_SCHEDULED_EVENT_SCHEDULE_PAST]',
    ],
    [
      'that ends before it starts',
      { scheduled_start_time: '2999-01-01T00:00:00Z' },
      'scheduled_end_time[GUILD',
    ],
    [
      'with a time that is none',
      { scheduled_start_time: 'soon' },
      'scheduled_start_time[DATE_TIME_TYPE_PARSE]',
    ],
    ['with a channel', { channel_id: '1' }, 'channel_id['],
    ['for everybody', { privacy_level: 1 }, 'privacy_level[BASE_TYPE_CHOICES]'],
    ['of no kind', { entity_type: undefined }, 'entity_type[BASE_TYPE_REQUIRED]'],
  ])('%s', async (_, more, place) => {
    const { create, all } = await setup();
    const error = await create(more).catch((reason) => reason);
    expect(error).toMatchObject({ status: 400, code: 50035 });
    expect(error.message).toContain(place);
    expect(all()).toEqual([]);
  });

  test('when an edit makes it so, and stays as it was', async () => {
    const { create, edit, inHours, all } = await setup();
    const { id } = await create();
    for (const body of [{ name: null }, { scheduled_end_time: null }, { scheduled_start_time: inHours(2) }])
      await expect(edit(id, body)).rejects.toMatchObject({ code: 50035 });
    expect(all()[0]?.history).toHaveLength(1);
  });
});

describe('permissions for events', () => {
  test('Create Events makes and changes own ones, Manage Events those of others', async () => {
    const { discord, guild, ada, create, edit, remove, typed } = await setup();
    const { world } = discord;
    const own = await create();
    const hers = ada.events.create(guild, typed());
    await expect(edit(hers.id, { name: 'x' })).rejects.toMatchObject({ status: 403, code: 50013 });
    await expect(remove(hers.id)).rejects.toMatchObject({ status: 403, code: 50013 });
    world.setBotPermissions(guild, ['ManageEvents']);
    await edit(hers.id, { name: 'x' });
    await edit(own.id, { name: 'y' });
    await expect(create()).rejects.toMatchObject({ status: 403, code: 50013 });
    world.setBotPermissions(guild, []);
    await expect(edit(own.id, { name: 'z' })).rejects.toMatchObject({ code: 50013 });
  });

  test('a person needs them too', async () => {
    const { guild, ada, bob, create, typed, all } = await setup();
    await create();
    const [event] = all();
    if (!event) throw new Error('no event');
    expect(() => bob.events.create(guild, typed())).toThrow(ClientRefusal);
    expect(() => bob.events.cancel(event)).toThrow(ClientRefusal);
    ada.events.edit(event, { location: 'Her place' });
    ada.events.cancel(event);
    expect(event).toMatchObject({ location: 'Her place', status: 'CANCELED' });
    expect(() => ada.events.start(event)).toThrow('finished event');
    const hers = ada.events.create(guild, typed());
    ada.events.start(hers);
    ada.events.end(hers);
    ada.events.delete(hers);
    expect(hers).toMatchObject({ status: 'COMPLETED', deletedAt: expect.any(Number) });
  });
});

test('the real client makes, changes and deletes events, and hears of them', async () => {
  const { discord, guild, ada, inHours, typed, all } = await setup();
  const before = ada.events.create(guild, typed());
  const client = await clientFor(discord, {
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildScheduledEvents],
  });
  const { scheduledEvents } = await client.guilds.fetch(guild.id);
  expect(scheduledEvents.cache.has(before.id)).toBe(true);

  const heard: unknown[] = [];
  const hear = (what: string) => (event: Pick<GuildScheduledEvent, 'id'> | null) =>
    heard.push([what, event?.id]);
  client.on(Events.GuildScheduledEventCreate, hear('create'));
  client.on(Events.GuildScheduledEventUpdate, (_, event) => hear('update')(event));
  client.on(Events.GuildScheduledEventDelete, hear('delete'));
  client.on(Events.GuildScheduledEventUserAdd, hear('interest'));

  const event = await scheduledEvents.create({
    name: 'A vs B',
    entityType: GuildScheduledEventEntityType.External,
    privacyLevel: GuildScheduledEventPrivacyLevel.GuildOnly,
    scheduledStartTime: inHours(1),
    scheduledEndTime: inHours(2),
    entityMetadata: { location: 'Online' },
  });
  await client.users.fetch(ada.id);
  discord.world.interest(event.id, ada.id);
  await event.setStatus(GuildScheduledEventStatus.Active);
  await event.delete();
  await expect
    .poll(() => heard)
    .toEqual(['create', 'interest', 'update', 'delete'].map((what) => [what, event.id]));
  expect(all().map(({ name, status }) => [name, status])).toEqual([
    ['Party', 'SCHEDULED'],
    ['A vs B', 'ACTIVE'],
  ]);
});
