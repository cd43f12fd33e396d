import type { FastifyInstance } from 'fastify';
import { snowflakeParam } from '../access.ts';
import { refuse } from '../errors.ts';
import { Form, isJson } from '../form.ts';
import type { Parts } from '../sandbox.ts';
import { channelJson, myGuildJson, userJson } from '../wire.ts';

/** The bot, its guilds, other users, direct message channels. Source: Discord docs, User. */
export function userRoutes(app: FastifyInstance, { world, limits }: Parts): void {
  app.get('/users/@me', () => ({
    ...userJson(world.bot),
    mfa_enabled: true,
    locale: 'en-US',
    premium_type: 0,
    verified: true,
    email: null,
  }));

  app.get('/users/@me/guilds', (request) => {
    const query = request.query as { limit?: string; before?: string; after?: string; with_counts?: string };
    const { before, after, limit = '200' } = query;
    return world
      .botGuilds()
      .filter((guild) => !before || BigInt(guild.id) < BigInt(before))
      .filter((guild) => !after || BigInt(guild.id) > BigInt(after))
      .slice(0, Number(limit))
      .map((guild) => myGuildJson(world, guild, query.with_counts === 'true'));
  });

  app.post('/users/@me/channels', (request) => {
    const form = new Form();
    const recipient = isJson(request.body) ? request.body.recipient_id : undefined;
    if (recipient === undefined || recipient === null) form.required(['recipient_id']);
    else form.snowflake(['recipient_id'], recipient);
    form.done();
    const user = world.users.get(String(recipient));
    if (!user) throw refuse.invalidRecipient();
    if (user.bot) throw refuse.cannotOpenDm();
    if (!world.findDm(user.id) && limits.take('newDm').exceeded) throw refuse.dmsTooFast();
    return channelJson(world, world.openDm(user.id));
  });

  app.get('/users/:user_id', (request) => {
    const { user_id } = request.params as { user_id: string };
    snowflakeParam('user_id', user_id);
    const user = world.users.get(user_id);
    if (!user) throw refuse.unknownUser();
    return userJson(user);
  });
}
