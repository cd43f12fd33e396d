import type { Command } from './commands.ts';
import { type Component, leaves } from './component-form.ts';
import type { Channel, Guild, User } from './entities.ts';
import type { Json } from './form.ts';
import { InteractionHandle } from './interaction-handle.ts';
import { INTERACTION, type Interaction } from './interactions.ts';
import { type Message, messageJson } from './messages.ts';
import { ALL_PERMISSIONS, has, permissionsOf } from './permissions.ts';
import { PersonEvents } from './person-events.ts';
import { ClientRefusal, fillCommand, optionOf, pickOptions, type Typed } from './person-options.ts';
import type { Parts } from './sandbox.ts';
import { channelJson, memberJson, userJson } from './wire.ts';

/** Where a person is: in a channel of a guild, or in the direct messages with the bot. */
type Place = { guildId?: string; channelId?: string };
type CommandInput = Place & Typed & { name: string };

/** A person with the client in hand: types commands, clicks, reads. */
export class Person {
  readonly user: User;
  readonly events: PersonEvents;
  readonly #parts: Parts;

  constructor(parts: Parts, userId: string) {
    this.#parts = parts;
    this.user = parts.world.user(userId);
    this.events = new PersonEvents(parts.world, this.user);
  }

  get id(): string {
    return this.user.id;
  }

  /**
   * Types a slash command and sends it.
   * @throws ClientRefusal for what the client would not send
   */
  async command(input: CommandInput): Promise<InteractionHandle> {
    const place = this.#place(input);
    const command = this.#command(input.name, place);
    const { options, resolved } = fillCommand(this.#parts.world, command, place.guild, input);
    const commandName = [input.name, input.group, input.subcommand].filter(Boolean).join(' ');
    const interaction = this.#open(INTERACTION.command, place.channel, { commandName });
    const data = commandJson(command, options);
    this.#send(interaction, place, { ...data, ...(Object.keys(resolved).length > 0 ? { resolved } : {}) });
    return this.#handle(interaction);
  }

  /** The commands that the client offers the person at a place. */
  commands(input: Place): Command[] {
    const place = this.#place(input);
    const { commands } = this.#parts;
    const all = place.guild ? [...commands.list(place.guild.id), ...commands.list()] : commands.list();
    const names = [...new Set(all.map(({ name }) => name))];
    return names.flatMap((name) => {
      try {
        return [this.#command(name, place)];
      } catch (error) {
        if (error instanceof ClientRefusal) return [];
        throw error;
      }
    });
  }

  /** Types into an option that has autocomplete, and gives the choices offered. */
  async autocomplete(
    input: CommandInput & { focused: string; value: string },
  ): Promise<{ name: string; value: string | number }[]> {
    const place = this.#place(input);
    const command = this.#command(input.name, place);
    if (!optionOf(command, input, input.focused)?.autocomplete)
      throw new ClientRefusal(`the option "${input.focused}" has no autocomplete`);
    const typed = { ...input, options: { ...input.options, [input.focused]: input.value } };
    const { options } = fillCommand(this.#parts.world, command, place.guild, typed);
    const interaction = this.#open(INTERACTION.autocomplete, place.channel, {});
    this.#send(interaction, place, commandJson(command, options));
    const handle = this.#handle(interaction);
    await handle.waitFor(() => handle.choices !== undefined || handle.failed);
    if (!handle.choices) throw new ClientRefusal('Loading options failed');
    return handle.choices;
  }

  /** Clicks a button, found by its custom id or its label. */
  async click(message: Message, button: string): Promise<InteractionHandle> {
    const component = this.#component(
      message,
      (each) => each.custom_id === button || each.label === button,
      button,
    );
    if (component.url) throw new ClientRefusal('a link button opens a page');
    return this.#useComponent(message, component, {});
  }

  /** Picks options of a string select menu, found by its custom id; an option by its value or its label. */
  async select(message: Message, customId: string, picked: string[]): Promise<InteractionHandle> {
    const component = this.#component(message, (each) => each.custom_id === customId, customId);
    return this.#useComponent(message, component, { values: pickOptions(component, picked) });
  }

  /** Writes a plain message. */
  say(channelId: string, content: string): Message {
    const { channel, permissions } = this.#look(channelId);
    if (!has(permissions, 'SendMessages'))
      throw new ClientRefusal('You do not have permission to send messages here');
    return this.#parts.messages.create({ channel, author: this.user, form: { content } });
  }

  /** Deletes a message: the own one, or with Manage Messages any; an ephemeral one is only dismissed. */
  deleteMessage(channelId: string, messageId: string): void {
    const { permissions } = this.#look(channelId);
    const message = this.sees(channelId).find((each) => each.id === messageId);
    if (!message) throw new ClientRefusal('there is no such message');
    const own = message.author.id === this.id || message.visibleTo === this.id;
    if (!own && !has(permissions, 'ManageMessages'))
      throw new ClientRefusal('You may not delete this message');
    this.#parts.messages.delete(message);
  }

  /** What the person sees in a channel, oldest first, own ephemeral messages included. */
  sees(channelId: string): Message[] {
    this.#look(channelId);
    return this.#parts.messages.seenBy(this.id, channelId);
  }

  /** What stands in the direct messages with the bot, oldest first, own ephemeral messages included. */
  inbox(): Message[] {
    const { world, messages } = this.#parts;
    const channel = world.findDm(this.id);
    return channel ? messages.seenBy(this.id, channel.id) : [];
  }

  #component(message: Message, match: (component: Component) => boolean, what: string): Component {
    if (!this.sees(message.channelId).includes(message))
      throw new ClientRefusal('the message is not there any more');
    const component = leaves(message.components).find(match);
    if (!component) throw new ClientRefusal(`the message has no "${what}"`);
    if (component.disabled) throw new ClientRefusal(`"${what}" is disabled`);
    return component;
  }

  #useComponent(message: Message, component: Component, extra: Json): InteractionHandle {
    const channel = this.#parts.world.channel(message.channelId);
    const place = this.#place({
      channelId: channel.id,
      ...(channel.guildId ? { guildId: channel.guildId } : {}),
    });
    const interaction = this.#open(INTERACTION.component, channel, { source: message });
    const data = {
      component_type: component.type,
      custom_id: component.custom_id,
      id: component.id,
      ...extra,
    };
    this.#send(interaction, place, data, messageJson(this.#parts.world, message));
    return this.#handle(interaction);
  }

  #place(input: Place): { guild: Guild | undefined; channel: Channel } {
    const { world } = this.#parts;
    if (!input.guildId) return { guild: undefined, channel: world.openDm(this.id) };
    const guild = world.guild(input.guildId);
    if (!input.channelId) throw new ClientRefusal('in a guild, name the channel');
    const { channel } = this.#look(input.channelId);
    if (channel.guildId !== guild.id) throw new ClientRefusal('the channel is not in this guild');
    return { guild, channel };
  }

  #look(channelId: string): { channel: Channel; permissions: bigint } {
    const { world } = this.#parts;
    const channel = world.channel(channelId);
    if (channel.recipientId === this.id) return { channel, permissions: ALL_PERMISSIONS };
    const permissions = channel.guildId ? permissionsOf(world.guild(channel.guildId), this.id, channel) : 0n;
    if (!has(permissions, 'ViewChannel')) throw new ClientRefusal('You do not have access to this channel');
    return { channel, permissions };
  }

  /** The command by this name that the person may use here. */
  #command(name: string, { guild, channel }: { guild: Guild | undefined; channel: Channel }): Command {
    const { commands, world } = this.#parts;
    const command = commands.find(name, guild?.id);
    const unknown = new ClientRefusal(`there is no command /${name} here`);
    if (!command) throw unknown;
    const context = guild ? 0 : 1;
    if (!command.guildId && command.contexts && !command.contexts.includes(context)) throw unknown;
    if (!guild) {
      // Only a guild that both are in brings an application's commands into the direct messages with it.
      if (!world.sharesGuild(this.id)) throw unknown;
      return command;
    }
    if (!guild.members.has(world.application.botId)) throw unknown;
    const permissions = permissionsOf(guild, this.id, channel);
    if (!has(permissions, 'UseApplicationCommands'))
      throw new ClientRefusal('You do not have permission to use application commands here');
    const needed = command.default_member_permissions;
    if (needed === null || has(permissions, 'Administrator')) return command;
    const allowed = needed !== '0' && (permissions & BigInt(needed)) === BigInt(needed);
    if (!allowed) throw new ClientRefusal(`You do not have permission to use /${name}`);
    return command;
  }

  #open(
    type: Interaction['type'],
    channel: Channel,
    more: Partial<Pick<Interaction, 'commandName' | 'source'>>,
  ): Interaction {
    return this.#parts.interactions.open({ type, userId: this.id, channel, ...more });
  }

  #handle(interaction: Interaction): InteractionHandle {
    return new InteractionHandle(this.#parts, interaction);
  }

  /** Source: Discord docs, Receiving and Responding, Interaction Object. */
  #send(
    interaction: Interaction,
    { guild, channel }: { guild: Guild | undefined; channel: Channel },
    data: Json,
    message?: Json,
  ): void {
    const { world, bus } = this.#parts;
    const { botId } = world.application;
    const member = guild?.members.get(this.id);
    const mine = guild ? permissionsOf(guild, this.id, channel) : 0n;
    const d: Json = {
      id: interaction.id,
      application_id: world.application.id,
      type: interaction.type,
      data,
      token: interaction.token,
      version: 1,
      locale: this.user.locale,
      channel_id: channel.id,
      channel: { ...channelJson(world, channel), ...(guild ? { permissions: String(mine) } : {}) },
      app_permissions: String(guild ? permissionsOf(guild, botId, channel) : ALL_PERMISSIONS),
      entitlements: [],
      authorizing_integration_owners: { 0: guild?.id ?? '0' },
      context: guild ? 0 : 1,
      attachment_size_limit: 10 * 1024 * 1024,
      ...(message ? { message } : {}),
      ...(guild && member
        ? {
            guild_id: guild.id,
            guild_locale: guild.locale,
            guild: { id: guild.id, locale: guild.locale, features: [] },
            member: { ...memberJson(world, member), permissions: String(mine) },
          }
        : { user: userJson(this.user) }),
    };
    bus.dispatch({ t: 'INTERACTION_CREATE', d, guildId: guild?.id, intent: 0 });
    bus.changed('interaction', interaction.id);
  }
}

function commandJson(command: Command, options: Json[]): Json {
  const { id, name, type, guildId } = command;
  return {
    id,
    name,
    type,
    ...(guildId ? { guild_id: guildId } : {}),
    ...(options.length > 0 ? { options } : {}),
  };
}
