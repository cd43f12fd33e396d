import type { FastifyInstance } from 'fastify';
import { botMay, channelOfBot, messageIn } from '../access.ts';
import type { Channel } from '../entities.ts';
import { refuse } from '../errors.ts';
import { Form, isJson, type Json } from '../form.ts';
import { defined } from '../interactions.ts';
import { rateLimited } from '../limits.ts';
import { type MessageForm, readMessage, refuseEmpty } from '../message-form.ts';
import { type Message, messageJson } from '../messages.ts';
import type { Parts } from '../sandbox.ts';
import { channelJson } from '../wire.ts';

type ChannelParams = { channel_id: string };
type MessageParams = ChannelParams & { message_id: string };
type ListQuery = { limit?: string; before?: string; after?: string; around?: string };

/** From this age on a message counts as old when it is edited (error 30046). */
const OLD_AFTER_MS = 3_600_000;

/** Channels and their messages. Source: Discord docs, Channel, Message. */
export function channelRoutes(app: FastifyInstance, parts: Parts): void {
  const { world, messages } = parts;

  app.get('/channels/:channel_id', (request) => {
    const { channel_id } = request.params as ChannelParams;
    return channelJson(world, channelOfBot(parts, channel_id));
  });

  app.get('/channels/:channel_id/messages', (request) => {
    const channel = channelOfBot(parts, (request.params as ChannelParams).channel_id);
    // Without Read Message History the list is empty, not refused. Source: Discord docs, Get Channel Messages.
    const all = botMay(parts, channel, 'ReadMessageHistory') ? messages.in(channel.id) : [];
    return page(all, request.query as ListQuery).map((message) => messageJson(world, message));
  });

  app.post(
    '/channels/:channel_id/messages',
    { config: { bucket: 'messageCreate', per: 'channel_id' } },
    (request) => {
      const channel = channelOfBot(parts, (request.params as ChannelParams).channel_id, ['SendMessages']);
      refuseClosedDm(parts, channel);
      const form = withoutForbiddenEmbeds(parts, channel, readMessage(asBody(request.body)), undefined);
      refuseEmpty(form);
      const earlier = form.enforceNonce ? messages.byNonce(channel.id, world.bot.id, form.nonce) : undefined;
      return messageJson(world, earlier ?? messages.create({ channel, author: world.bot, form }));
    },
  );

  app.get('/channels/:channel_id/messages/:message_id', (request) => {
    const { channel_id, message_id } = request.params as MessageParams;
    const channel = channelOfBot(parts, channel_id, ['ReadMessageHistory']);
    return messageJson(world, messageIn(parts, channel, message_id));
  });

  app.patch(
    '/channels/:channel_id/messages/:message_id',
    { config: { bucket: 'messageEdit', per: 'channel_id' } },
    (request) => {
      const { channel_id, message_id } = request.params as MessageParams;
      const channel = channelOfBot(parts, channel_id);
      const message = messageIn(parts, channel, message_id);
      if (message.author.id !== world.bot.id) throw refuse.notTheAuthor();
      const form = withoutForbiddenEmbeds(parts, channel, readMessage(asBody(request.body)), message);
      refuseEmpty({ ...message, ...defined(form) });
      if (parts.clock.now() - message.createdAt > OLD_AFTER_MS) countOldEdit(parts, channel);
      messages.edit(message, form);
      return messageJson(world, message);
    },
  );

  app.delete(
    '/channels/:channel_id/messages/:message_id',
    { config: { bucket: 'messageDelete', per: 'channel_id' } },
    (request, reply) => {
      const { channel_id, message_id } = request.params as MessageParams;
      const channel = channelOfBot(parts, channel_id);
      const message = messageIn(parts, channel, message_id);
      if (message.author.id !== world.bot.id && !botMay(parts, channel, 'ManageMessages'))
        throw refuse.missingPermissions();
      messages.delete(message);
      return reply.code(204).send();
    },
  );
}

/** Newest first. Source: Discord docs, Get Channel Messages: before, after and around exclude each other. */
function page(all: readonly Message[], query: ListQuery): Message[] {
  const form = new Form();
  const limit = Number(query.limit ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    form.fail(['limit'], 'NUMBER_TYPE_RANGE', 'int value should be between 1 and 100.');
  for (const key of ['before', 'after', 'around'] as const)
    if (query[key] !== undefined) form.snowflake([key], query[key]);
  form.done();
  const newestFirst = all.toReversed();
  const { before, after, around } = query;
  if (around) {
    const half = Math.floor(limit / 2);
    const newer = newestFirst.filter((each) => BigInt(each.id) > BigInt(around));
    const rest = newestFirst.filter((each) => BigInt(each.id) <= BigInt(around));
    return [...newer.slice(Math.max(0, newer.length - half)), ...rest].slice(0, limit);
  }
  // The oldest of those that come after.
  if (after) return newestFirst.filter((each) => BigInt(each.id) > BigInt(after)).slice(-limit);
  if (before) return newestFirst.filter((each) => BigInt(each.id) < BigInt(before)).slice(0, limit);
  return newestFirst.slice(0, limit);
}

/**
 * Without Embed Links, embeds beside a text are left out; a new message of embeds alone is refused, and an edit that
 * would leave nothing is an empty message. Source: discord/discord-api-docs issue 2601.
 */
function withoutForbiddenEmbeds(
  parts: Parts,
  channel: Channel,
  form: MessageForm,
  edited: Message | undefined,
): MessageForm {
  if (!form.embeds?.length || botMay(parts, channel, 'EmbedLinks')) return form;
  if (!edited && !form.content && !form.components?.length) throw refuse.missingPermissions();
  return { ...form, embeds: [] };
}

function refuseClosedDm({ world }: Parts, channel: Channel): void {
  if (!channel.recipientId) return;
  const { recipientId } = channel;
  if (!world.sharesGuild(recipientId)) throw refuse.noMutualGuilds();
  const { acceptsDms, blocksBot } = world.user(recipientId);
  if (!acceptsDms || blocksBot) throw refuse.cannotMessageUser();
}

function countOldEdit({ limits }: Parts, channel: Channel): void {
  const state = limits.take('oldMessageEdit', channel.id);
  const text = 'Maximum number of edits to messages older than 1 hour reached. Try again later.';
  if (state.exceeded) throw rateLimited(state, 30046, text);
}

function asBody(body: unknown): Json {
  return isJson(body) ? body : {};
}
