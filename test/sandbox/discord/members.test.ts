import { Events, GatewayIntentBits, type GuildMember, type PartialGuildMember, Partials } from 'discord.js';
import { expect, test } from 'vitest';
import { clientFor, discordForTest, restFor, smallWorld } from './setup.ts';

test('a member is known by id, a stranger is not one, and who does not exist is no user', async () => {
  const discord = await discordForTest();
  const { guild, bob } = smallWorld(discord);
  const rest = restFor(discord);
  const stranger = discord.world.addUser({ username: 'stranger' });
  const get = (id: string) => rest.get(`/guilds/${guild.id}/members/${id}`);
  expect(await get(bob.id)).toMatchObject({ user: { id: bob.id, username: 'bob' }, roles: [] });
  await expect(get(stranger.id)).rejects.toMatchObject({ status: 404, code: 10007 });
  await expect(get('1')).rejects.toMatchObject({ status: 404, code: 10013 });
  await expect(get('bob')).rejects.toMatchObject({ status: 400, code: 50035 });
  expect(await rest.get(`/users/${stranger.id}`)).toMatchObject({ id: stranger.id, username: 'stranger' });
  await expect(rest.get('/users/1')).rejects.toMatchObject({ status: 404, code: 10013 });
});

test('who leaves is gone, and who may know is told', async () => {
  const privilegedIntents = GatewayIntentBits.GuildMembers;
  const discord = await discordForTest({ privilegedIntents });
  const { guild, channel, ada, bob } = smallWorld(discord);
  const client = await clientFor(discord, {
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers],
    partials: [Partials.GuildMember, Partials.User],
  });
  const left = new Promise<GuildMember | PartialGuildMember>((resolve) =>
    client.once(Events.GuildMemberRemove, resolve),
  );
  discord.world.removeMember(guild, bob.id);
  expect((await left).id).toBe(bob.id);
  await expect(restFor(discord).get(`/guilds/${guild.id}/members/${bob.id}`)).rejects.toMatchObject({
    code: 10007,
  });
  expect(() => bob.sees(channel.id)).toThrow('do not have access');
  expect(() => discord.world.removeMember(guild, bob.id)).toThrow('no member');
  expect(() => discord.world.removeMember(guild, ada.id)).toThrow('owner');
});
