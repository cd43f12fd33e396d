import type { FastifyInstance } from 'fastify';
import { guildOfBot, snowflakeParam } from '../access.ts';
import { refuse } from '../errors.ts';
import type { Parts } from '../sandbox.ts';
import { channelJson, countsJson, guildJson, memberJson, roleJson } from '../wire.ts';

type GuildParams = { guild_id: string };

/** Guilds, their roles, channels and members. Source: Discord docs, Guild. */
export function guildRoutes(app: FastifyInstance, parts: Parts): void {
  const { world } = parts;
  app.get('/guilds/:guild_id', (request) => {
    const guild = guildOfBot(parts, (request.params as GuildParams).guild_id);
    const { with_counts } = request.query as { with_counts?: string };
    return { ...guildJson(guild), ...(with_counts === 'true' ? countsJson(guild) : {}) };
  });
  app.get('/guilds/:guild_id/roles', (request) => {
    const guild = guildOfBot(parts, (request.params as GuildParams).guild_id);
    return [...guild.roles.values()].map(roleJson);
  });
  app.get('/guilds/:guild_id/channels', (request) => {
    const guild = guildOfBot(parts, (request.params as GuildParams).guild_id);
    return world.channelsOf(guild.id).map((channel) => channelJson(world, channel));
  });
  app.get('/guilds/:guild_id/members/:user_id', (request) => {
    const { guild_id, user_id } = request.params as GuildParams & { user_id: string };
    const guild = guildOfBot(parts, guild_id);
    snowflakeParam('user_id', user_id);
    const member = guild.members.get(user_id);
    if (member) return memberJson(world, member);
    throw world.users.has(user_id) ? refuse.unknownMember() : refuse.unknownUser();
  });
}
