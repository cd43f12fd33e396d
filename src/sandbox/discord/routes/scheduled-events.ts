import type { FastifyInstance } from 'fastify';
import { guildOfBot, snowflakeParam } from '../access.ts';
import type { ScheduledEvent } from '../entities.ts';
import type { Parts } from '../sandbox.ts';
import { eventJson } from '../wire.ts';

type GuildParams = { guild_id: string };
type EventParams = GuildParams & { event_id: string };

/** Scheduled events of guilds. Source: Discord docs, Guild Scheduled Event. */
export function scheduledEventRoutes(app: FastifyInstance, parts: Parts): void {
  const { world } = parts;
  const { events } = world;
  const list = '/guilds/:guild_id/scheduled-events';

  app.get(list, (request) => {
    const guild = guildOfBot(parts, (request.params as GuildParams).guild_id);
    return events.open(guild.id).map((event) => eventJson(world, event, withCount(request.query)));
  });
  app.post(list, (request) => {
    const guild = guildOfBot(parts, (request.params as GuildParams).guild_id);
    return eventJson(world, events.create(guild, world.bot.id, request.body));
  });
  app.get(`${list}/:event_id`, (request) =>
    eventJson(world, eventOf(request.params), withCount(request.query)),
  );
  app.patch(`${list}/:event_id`, (request) => {
    const event = eventOf(request.params);
    events.edit(event, world.bot.id, request.body);
    return eventJson(world, event);
  });
  app.delete(`${list}/:event_id`, (request, reply) => {
    events.delete(eventOf(request.params), world.bot.id);
    return reply.code(204).send();
  });

  function eventOf(params: unknown): ScheduledEvent {
    const { guild_id, event_id } = params as EventParams;
    const guild = guildOfBot(parts, guild_id);
    snowflakeParam('guild_scheduled_event_id', event_id);
    return events.get(guild.id, event_id);
  }
}

function withCount(query: unknown): boolean {
  return (query as { with_user_count?: string }).with_user_count === 'true';
}
