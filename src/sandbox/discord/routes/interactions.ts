import type { FastifyInstance } from 'fastify';
import { isJson, type Json } from '../form.ts';
import type { Interaction } from '../interactions.ts';
import { FLAGS } from '../message-form.ts';
import { messageJson } from '../messages.ts';
import type { Parts } from '../sandbox.ts';

type WebhookParams = { application_id: string; token: string; message_id: string };

/**
 * First answers to interactions, and everything after them. The address holds the secret, so none of these asks for
 * the bot's token. Source: Discord docs, Receiving and Responding.
 */
export function interactionRoutes(app: FastifyInstance, { world, interactions }: Parts): void {
  const callback = { config: { open: true, unbound: true, per: 'token' } as const };
  app.post('/interactions/:id/:token/callback', callback, (request, reply) => {
    const { id, token } = request.params as { id: string; token: string };
    const interaction = interactions.answer(id, token, request.body);
    const { with_response } = request.query as { with_response?: string };
    if (with_response !== 'true') return reply.code(204).send();
    return callbackJson(interaction);
  });

  const webhook = { config: { open: true, unbound: true, bucket: 'webhook', per: 'token' } as const };
  app.post('/webhooks/:application_id/:token', webhook, (request) => {
    const message = interactions.followUp(open(request.params), body(request.body));
    return messageJson(world, message);
  });
  app.get('/webhooks/:application_id/:token/messages/:message_id', webhook, (request) => {
    const { message_id } = request.params as WebhookParams;
    return messageJson(world, interactions.message(open(request.params), message_id));
  });
  app.patch('/webhooks/:application_id/:token/messages/:message_id', webhook, (request) => {
    const { message_id } = request.params as WebhookParams;
    const message = interactions.message(open(request.params), message_id);
    interactions.edit(message, body(request.body));
    return messageJson(world, message);
  });
  app.delete('/webhooks/:application_id/:token/messages/:message_id', webhook, (request, reply) => {
    const { message_id } = request.params as WebhookParams;
    interactions.delete(interactions.message(open(request.params), message_id));
    return reply.code(204).send();
  });

  function open(params: unknown): Interaction {
    const { application_id, token } = params as WebhookParams;
    return interactions.byToken(application_id, token);
  }

  function callbackJson(interaction: Interaction): Json {
    const { original, answerType } = interaction;
    return {
      interaction: {
        id: interaction.id,
        type: interaction.type,
        channel_id: interaction.channel.id,
        ...(interaction.channel.guildId ? { guild_id: interaction.channel.guildId } : {}),
        ...(original
          ? {
              response_message_id: original.id,
              response_message_loading: (original.flags & FLAGS.Loading) !== 0,
              response_message_ephemeral: original.visibleTo !== undefined,
            }
          : {}),
      },
      resource: { type: answerType, ...(original ? { message: messageJson(world, original) } : {}) },
    };
  }
}

function body(value: unknown): Json {
  return isJson(value) ? value : {};
}
