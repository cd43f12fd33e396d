import type { FastifyInstance, FastifyRequest } from 'fastify';
import { guildOfBot } from '../access.ts';
import { refuse } from '../errors.ts';
import type { Parts } from '../sandbox.ts';
import { applicationJson } from '../wire.ts';

type Params = { application_id: string; guild_id?: string; command_id: string };

/** The application and its commands. Source: Discord docs, Application, Application Commands. */
export function applicationRoutes(app: FastifyInstance, parts: Parts): void {
  const { world, commands } = parts;
  app.get('/applications/@me', () => applicationJson(world));

  for (const scope of ['', '/guilds/:guild_id']) {
    const path = `/applications/:application_id${scope}/commands`;
    app.get(path, (request) => {
      const { guild_id } = check(request);
      const { with_localizations } = request.query as { with_localizations?: string };
      const withLocalizations = with_localizations === 'true';
      return commands.list(guild_id).map((command) => commands.json(command, { withLocalizations }));
    });
    app.put(path, (request) => {
      const { guild_id } = check(request);
      return commands.replace(request.body, guild_id).map((command) => commands.json(command));
    });
    app.post(path, (request, reply) => {
      const { guild_id } = check(request);
      const { command, isNew } = commands.create(request.body, guild_id);
      return reply.code(isNew ? 201 : 200).send(commands.json(command));
    });
    app.get(`${path}/:command_id`, (request) => {
      const { guild_id, command_id } = check(request);
      return commands.json(commands.get(command_id, guild_id));
    });
    app.patch(`${path}/:command_id`, (request) => {
      const { guild_id, command_id } = check(request);
      return commands.json(commands.update(command_id, request.body, guild_id));
    });
    app.delete(`${path}/:command_id`, (request, reply) => {
      const { guild_id, command_id } = check(request);
      commands.delete(command_id, guild_id);
      return reply.code(204).send();
    });
  }

  function check(request: FastifyRequest): Params {
    const params = request.params as Params;
    if (params.application_id !== world.application.id) throw refuse.notThisApplication();
    if (params.guild_id !== undefined) guildOfBot(parts, params.guild_id);
    return params;
  }
}
