import type { Bus } from './bus.ts';
import type { Clock } from './clock.ts';
import type { Component } from './component-form.ts';
import type { Embed } from './embed-form.ts';
import type { Channel, User } from './entities.ts';
import type { Json } from './form.ts';
import { INTENTS } from './intents.ts';
import { INTERACTION_DEFAULT, MESSAGE_DEFAULT, type Mentions, mentionsIn, pingsOf } from './mentions.ts';
import { FLAGS, type MessageForm } from './message-form.ts';
import { iso, userJson } from './wire.ts';
import type { World } from './world.ts';

/** What a message looked like from a moment on. */
type MessageVersion = { at: number; content: string; embeds: Embed[]; components: Component[] };

/** A message as it is now. The object stays the same through edits; `history` keeps every version, the first too. */
export type Message = {
  readonly id: string;
  readonly channelId: string;
  readonly author: User;
  readonly createdAt: number;
  type: number;
  content: string;
  embeds: Embed[];
  components: Component[];
  flags: number;
  editedAt: number | undefined;
  deletedAt: number | undefined;
  /** Set on an ephemeral message: the one person who sees it. */
  visibleTo: string | undefined;
  nonce: string | number | undefined;
  mentions: Mentions;
  /** Who was notified, when it was made; edits notify nobody. */
  pinged: string[];
  history: MessageVersion[];
  /** For answers to interactions: what goes into `interaction_metadata`, and the command's name. */
  origin: MessageOrigin | undefined;
};
export type MessageOrigin = {
  metadata: Json;
  userId: string;
  commandName?: string | undefined;
  /** The message that this one stands under: the one with the button, or the first answer. */
  replyTo?: string | undefined;
};

type NewMessage = {
  channel: Channel;
  author: User;
  form: Partial<MessageForm>;
  type?: number;
  flags?: number;
  visibleTo?: string | undefined;
  origin?: MessageOrigin | undefined;
};

/** How long a nonce is remembered. The documentation says "the past few minutes". */
const NONCE_MS = 180_000;

/** Every message of the stand-in, those deleted too. */
export class Messages {
  readonly #bus: Bus;
  readonly #world: World;
  readonly #clock: Clock;
  readonly #byId = new Map<string, Message>();
  readonly #byChannel = new Map<string, Message[]>();

  constructor(bus: Bus, world: World, clock: Clock) {
    this.#bus = bus;
    this.#world = world;
    this.#clock = clock;
  }

  get(id: string): Message | undefined {
    const message = this.#byId.get(id);
    return message?.deletedAt === undefined ? message : undefined;
  }

  /** The messages of a channel, oldest first; ephemeral ones are no part of it. */
  in(channelId: string): Message[] {
    return this.all(channelId).filter((message) => message.deletedAt === undefined && !message.visibleTo);
  }

  /** Also the ephemeral and the deleted ones. */
  all(channelId: string): readonly Message[] {
    return this.#byChannel.get(channelId) ?? [];
  }

  /** What a person sees in a channel: everything public and the own ephemeral messages. */
  seenBy(userId: string, channelId: string): Message[] {
    return this.all(channelId).filter(
      (message) => message.deletedAt === undefined && (!message.visibleTo || message.visibleTo === userId),
    );
  }

  /** The message that a nonce already made, by the same author in the same channel, within the past minutes. */
  byNonce(channelId: string, authorId: string, nonce: string | number | undefined): Message | undefined {
    if (nonce === undefined) return undefined;
    const since = this.#clock.now() - NONCE_MS;
    return this.all(channelId).find(
      (message) =>
        message.author.id === authorId &&
        String(message.nonce) === String(nonce) &&
        message.createdAt > since &&
        message.deletedAt === undefined,
    );
  }

  /** Every message there ever was, oldest first: what is kept of a sandbox that goes on later. */
  every(): Message[] {
    return [...this.#byId.values()];
  }

  /** Puts messages back, as `every` gave them. Nobody is told. */
  restore(messages: readonly Message[]): void {
    for (const message of messages) this.#keep(message);
  }

  create(input: NewMessage): Message {
    const { channel, author, form } = input;
    const now = this.#clock.now();
    const content = form.content ?? '';
    const allowed = form.allowedMentions ?? (input.origin ? INTERACTION_DEFAULT : MESSAGE_DEFAULT);
    const mentions = mentionsIn(this.#world, channel, author.id, content, allowed);
    const flags = input.flags ?? (form.flags ?? 0) & (FLAGS.SuppressEmbeds | FLAGS.SuppressNotifications);
    const message: Message = {
      id: this.#world.newId(),
      channelId: channel.id,
      author,
      createdAt: now,
      type: input.type ?? 0,
      content,
      embeds: form.embeds ?? [],
      components: form.components ?? [],
      flags,
      editedAt: undefined,
      deletedAt: undefined,
      visibleTo: input.visibleTo,
      nonce: form.nonce,
      mentions,
      pinged: flags & FLAGS.SuppressNotifications ? [] : pingsOf(mentions),
      history: [],
      origin: input.origin,
    };
    if (!(flags & FLAGS.Loading)) this.#remember(message, now);
    this.#keep(message);
    if (!message.visibleTo) channel.lastMessageId = message.id;
    this.#tell('MESSAGE_CREATE', message);
    return message;
  }

  /** Changes what the form names. Filling a "thinking…" message is no edit that people see as such. */
  edit(message: Message, form: Partial<MessageForm>): void {
    const now = this.#clock.now();
    const channel = this.#world.channel(message.channelId);
    const allowed = form.allowedMentions ?? (message.origin ? INTERACTION_DEFAULT : MESSAGE_DEFAULT);
    if (form.content !== undefined) message.content = form.content;
    if (form.embeds !== undefined) message.embeds = form.embeds;
    if (form.components !== undefined) message.components = form.components;
    if (form.flags !== undefined)
      message.flags = (message.flags & ~FLAGS.SuppressEmbeds) | (form.flags & FLAGS.SuppressEmbeds);
    message.mentions = mentionsIn(this.#world, channel, message.author.id, message.content, allowed);
    if (message.flags & FLAGS.Loading) message.flags &= ~FLAGS.Loading;
    else message.editedAt = now;
    this.#remember(message, now);
    this.#tell('MESSAGE_UPDATE', message);
  }

  delete(message: Message): void {
    message.deletedAt = this.#clock.now();
    const channel = this.#world.channel(message.channelId);
    const d = {
      id: message.id,
      channel_id: channel.id,
      ...(channel.guildId ? { guild_id: channel.guildId } : {}),
    };
    if (!message.visibleTo) this.#dispatch('MESSAGE_DELETE', channel, d);
    this.#bus.changed('message', message.id);
  }

  #keep(message: Message): void {
    this.#byId.set(message.id, message);
    const siblings = this.#byChannel.get(message.channelId);
    if (siblings) siblings.push(message);
    else this.#byChannel.set(message.channelId, [message]);
  }

  #remember(message: Message, at: number): void {
    const { content, embeds, components } = message;
    message.history.push({ at, content, embeds, components });
  }

  #tell(t: string, message: Message): void {
    const channel = this.#world.channel(message.channelId);
    const { botId } = this.#world.application;
    // The documentation leaves `channel_type` out; discord.js knows a direct message from a person by nothing else.
    const place = { channel_type: channel.type, ...(channel.guildId ? { guild_id: channel.guildId } : {}) };
    if (!message.visibleTo)
      this.#dispatch(t, channel, (intents: number) => {
        const d = { ...messageJson(this.#world, message), ...place };
        // Without the intent only own messages, direct messages and mentions of the bot have their content.
        const open =
          intents & INTENTS.MessageContent ||
          message.author.id === botId ||
          !channel.guildId ||
          message.mentions.users.includes(botId);
        return open ? d : { ...d, content: '', embeds: [], components: [] };
      });
    this.#bus.changed('message', message.id);
  }

  #dispatch(t: string, channel: Channel, d: unknown): void {
    const intent = channel.guildId ? INTENTS.GuildMessages : INTENTS.DirectMessages;
    this.#bus.dispatch({ t, d, guildId: channel.guildId, intent });
  }
}

/** A message as it travels. */
export function messageJson(world: World, message: Message): Json {
  const { application } = world;
  const { origin } = message;
  return {
    id: message.id,
    channel_id: message.channelId,
    type: message.type,
    author: userJson(message.author),
    content: message.content,
    embeds: message.embeds,
    components: message.components,
    attachments: [],
    mentions: message.mentions.users.map((id) => userJson(world.user(id))),
    mention_roles: message.mentions.roles,
    mention_everyone: message.mentions.everyone,
    timestamp: iso(message.createdAt),
    edited_timestamp: message.editedAt === undefined ? null : iso(message.editedAt),
    flags: message.flags,
    pinned: false,
    tts: false,
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(origin
      ? {
          application_id: application.id,
          webhook_id: application.id,
          interaction_metadata: origin.metadata,
          ...(origin.replyTo
            ? { message_reference: { type: 0, channel_id: message.channelId, message_id: origin.replyTo } }
            : {}),
          ...(origin.commandName
            ? {
                interaction: {
                  id: origin.metadata.id,
                  type: 2,
                  name: origin.commandName,
                  user: userJson(world.user(origin.userId)),
                },
              }
            : {}),
        }
      : {}),
  };
}
