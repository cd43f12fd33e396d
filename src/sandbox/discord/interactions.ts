import { randomBytes } from 'node:crypto';
import type { Bus } from './bus.ts';
import type { Clock } from './clock.ts';
import { readChoice } from './command-form.ts';
import type { Channel } from './entities.ts';
import { refuse } from './errors.ts';
import { Form, isJson, type Json } from './form.ts';
import { FLAGS, type MessageForm, readMessage, refuseEmpty } from './message-form.ts';
import type { Message, MessageOrigin, Messages } from './messages.ts';
import { userJson } from './wire.ts';
import type { World } from './world.ts';

/** Interaction types and the types of answers. Source: Discord docs, Receiving and Responding. */
export const INTERACTION = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;
const ANSWER = { message: 4, defer: 5, deferUpdate: 6, update: 7, choices: 8, modal: 9 } as const;

/** How long Discord waits for the first answer. Source: Discord docs, Receiving and Responding. */
export const ANSWER_WITHIN_MS = 3_000;
const TOKEN_LIVES_MS = 900_000;

type InteractionType = (typeof INTERACTION)[keyof typeof INTERACTION];

/** An interaction, what it was answered with, and what became of it. */
export type Interaction = {
  readonly id: string;
  readonly token: string;
  readonly type: InteractionType;
  readonly userId: string;
  readonly channel: Channel;
  readonly createdAt: number;
  readonly commandName: string | undefined;
  /** The message whose button was clicked. */
  readonly source: Message | undefined;
  answeredAt: number | undefined;
  answerType: number | undefined;
  original: Message | undefined;
  followups: Message[];
  choices: { name: string; value: string | number }[] | undefined;
  modal: Json | undefined;
};

type NewInteraction = Pick<Interaction, 'type' | 'userId' | 'channel'> &
  Partial<Pick<Interaction, 'commandName' | 'source'>>;

/** Interactions with their rules: three seconds, fifteen minutes, one first answer. */
export class Interactions {
  readonly #bus: Bus;
  readonly #world: World;
  readonly #messages: Messages;
  readonly #clock: Clock;
  readonly #answerWithinMs: number;
  readonly #byToken = new Map<string, Interaction>();

  constructor(bus: Bus, world: World, messages: Messages, clock: Clock, answerWithinMs: number) {
    this.#bus = bus;
    this.#world = world;
    this.#messages = messages;
    this.#clock = clock;
    this.#answerWithinMs = answerWithinMs;
  }

  all(): Interaction[] {
    return [...this.#byToken.values()];
  }

  open(input: NewInteraction): Interaction {
    const id = this.#world.newId();
    const token = Buffer.from(`interaction:${id}:${randomBytes(48).toString('hex')}`).toString('base64url');
    const interaction: Interaction = {
      commandName: undefined,
      source: undefined,
      ...input,
      id,
      token,
      createdAt: this.#clock.now(),
      answeredAt: undefined,
      answerType: undefined,
      original: undefined,
      followups: [],
      choices: undefined,
      modal: undefined,
    };
    this.#byToken.set(token, interaction);
    // Those who wait for "The application did not respond" learn of it when the time is over.
    setTimeout(() => this.#bus.changed('interaction', id), this.#answerWithinMs + 1).unref();
    return interaction;
  }

  /** Whether the person was told that the application did not respond. */
  hasFailed(interaction: Interaction): boolean {
    if (interaction.answeredAt !== undefined) return false;
    return this.#clock.now() - interaction.createdAt > this.#answerWithinMs;
  }

  /** Takes the first answer. */
  answer(id: string, token: string, body: unknown): Interaction {
    const interaction = this.#byToken.get(token);
    if (!interaction || interaction.id !== id || this.hasFailed(interaction))
      throw refuse.unknownInteraction();
    if (interaction.answeredAt !== undefined) throw refuse.alreadyAcknowledged();
    const form = new Form();
    const { type, data } = this.#readAnswer(form, interaction, body);
    form.done();
    this.#apply(interaction, type, data);
    interaction.answerType = type;
    interaction.answeredAt = this.#clock.now();
    this.#bus.changed('interaction', id);
    return interaction;
  }

  /**
   * The interaction behind a webhook address.
   * @throws 50027 when the token is wrong or over, 10015 before the first answer
   */
  byToken(applicationId: string, token: string): Interaction {
    if (applicationId !== this.#world.application.id) throw refuse.unknownWebhook();
    const interaction = this.#byToken.get(token);
    if (!interaction || this.#clock.now() - interaction.createdAt > TOKEN_LIVES_MS)
      throw refuse.invalidWebhookToken();
    if (interaction.answeredAt === undefined || interaction.type === INTERACTION.autocomplete)
      throw refuse.unknownWebhook();
    return interaction;
  }

  /** A message of the interaction: `@original`, the original by its id, a follow-up. */
  message(interaction: Interaction, id: string): Message {
    const { original, followups } = interaction;
    const message = id === '@original' ? original : [original, ...followups].find((each) => each?.id === id);
    if (!message || message.deletedAt !== undefined) throw refuse.unknownMessage();
    return message;
  }

  edit(message: Message, body: Json): void {
    const form = readMessage(body);
    refuseEmpty({ ...message, ...defined(form) });
    this.#messages.edit(message, form);
  }

  /** A further message. The first one after a deferral takes the place of the "thinking…" message. */
  followUp(interaction: Interaction, body: Json): Message {
    const form = readMessage(body);
    refuseEmpty(form);
    const { original } = interaction;
    if (original && original.deletedAt === undefined && original.flags & FLAGS.Loading) {
      this.#messages.edit(original, form);
      return original;
    }
    const message = this.#post(interaction, form, form.flags ?? 0);
    interaction.followups.push(message);
    return message;
  }

  delete(message: Message): void {
    this.#messages.delete(message);
  }

  #readAnswer(form: Form, interaction: Interaction, body: unknown): { type: number; data: Json } {
    const answer = form.model([], body) ?? {};
    const allowed: number[] = [...ALLOWED[interaction.type]];
    const type = form.oneOf(['type'], answer.type as number, allowed) ?? 0;
    const data = isJson(answer.data) ? answer.data : {};
    if ((type === ANSWER.message || type === ANSWER.choices || type === ANSWER.modal) && !isJson(answer.data))
      form.required(['data']);
    return { type, data };
  }

  #apply(interaction: Interaction, type: number, data: Json): void {
    const { source } = interaction;
    if (type === ANSWER.message) {
      const form = readMessage(data, ['data']);
      refuseEmpty(form);
      interaction.original = this.#post(interaction, form, form.flags ?? 0);
    } else if (type === ANSWER.defer) {
      const { flags = 0 } = readMessage(data, ['data']);
      interaction.original = this.#post(interaction, {}, flags | FLAGS.Loading);
    } else if (type === ANSWER.deferUpdate) {
      interaction.original = source;
    } else if (type === ANSWER.update && source) {
      const form = readMessage(data, ['data']);
      refuseEmpty({ ...source, ...defined(form) });
      this.#messages.edit(source, form);
      interaction.original = source;
    } else if (type === ANSWER.choices) interaction.choices = readChoices(data);
    else interaction.modal = readModal(data);
  }

  #post(interaction: Interaction, form: Partial<MessageForm>, flags: number): Message {
    const kept = FLAGS.Ephemeral | FLAGS.Loading | FLAGS.SuppressEmbeds | FLAGS.SuppressNotifications;
    return this.#messages.create({
      channel: interaction.channel,
      author: this.#world.bot,
      form,
      type: interaction.type === INTERACTION.command && !interaction.original ? 20 : 19,
      flags: flags & kept,
      visibleTo: flags & FLAGS.Ephemeral ? interaction.userId : undefined,
      origin: this.#origin(interaction),
    });
  }

  #origin(interaction: Interaction): MessageOrigin {
    const { channel, source, original, userId } = interaction;
    const metadata: Json = {
      id: interaction.id,
      type: interaction.type,
      user: userJson(this.#world.user(userId)),
      authorizing_integration_owners: { 0: channel.guildId ?? '0' },
      ...(original ? { original_response_message_id: original.id } : {}),
      ...(source ? { interacted_message_id: source.id } : {}),
    };
    return { metadata, userId, commandName: interaction.commandName, replyTo: original?.id ?? source?.id };
  }
}

/** Which first answers each type of interaction takes. */
const ALLOWED: Record<InteractionType, readonly number[]> = {
  [INTERACTION.command]: [ANSWER.message, ANSWER.defer, ANSWER.modal],
  [INTERACTION.component]: [ANSWER.message, ANSWER.defer, ANSWER.deferUpdate, ANSWER.update, ANSWER.modal],
  [INTERACTION.autocomplete]: [ANSWER.choices],
  [INTERACTION.modal]: [ANSWER.message, ANSWER.defer, ANSWER.deferUpdate, ANSWER.update],
};

function readChoices(data: Json): { name: string; value: string | number }[] {
  const form = new Form();
  const path = ['data', 'choices'];
  if (data.choices === undefined) form.required(path);
  const list = form.list(path, data.choices, { max: 25 }) ?? [];
  const choices = list.map((each, i) => readChoice(form, [...path, i], each));
  form.done();
  return choices;
}

/** Source: Discord docs, Receiving and Responding, Modal. */
function readModal(data: Json): Json {
  const form = new Form();
  form.text(['data', 'custom_id'], data.custom_id, { min: 1, max: 100, required: true });
  form.text(['data', 'title'], data.title, { min: 1, max: 45, required: true });
  if (data.components === undefined) form.required(['data', 'components']);
  form.list(['data', 'components'], data.components, { min: 1, max: 5 });
  form.done();
  return data;
}

/** Without the fields that the form did not name. */
export function defined(form: MessageForm): Partial<Pick<Message, 'content' | 'embeds' | 'components'>> {
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined));
}
