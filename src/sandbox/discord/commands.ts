import { isDeepStrictEqual } from 'node:util';
import type { Bus } from './bus.ts';
import { type CommandForm, readCommand } from './command-form.ts';
import { refuse } from './errors.ts';
import { Form, isJson, type Json } from './form.ts';
import type { Limits } from './limits.ts';
import type { World } from './world.ts';

export type Command = CommandForm & { id: string; version: string; guildId: string | undefined };

/** How many commands of a type a scope may hold. Source: Discord docs, Application Commands. */
const MAX_BY_TYPE: Record<number, number> = { 1: 100, 2: 15, 3: 15, 4: 1 };

/** The registered commands: the global ones and those of single guilds. */
export class Commands {
  readonly #bus: Bus;
  readonly #world: World;
  readonly #limits: Limits;
  readonly #scopes = new Map<string, Command[]>();

  constructor(bus: Bus, world: World, limits: Limits) {
    this.#bus = bus;
    this.#world = world;
    this.#limits = limits;
  }

  list(guildId?: string): Command[] {
    return this.#scopes.get(guildId ?? '') ?? [];
  }

  get(id: string, guildId?: string): Command {
    const command = this.list(guildId).find((each) => each.id === id);
    if (!command) throw refuse.unknownCommand();
    return command;
  }

  /** The command that a person reaches by name: the guild's own one goes before the global one. */
  find(name: string, guildId: string | undefined, type = 1): Command | undefined {
    const match = (command: Command) => command.name === name && command.type === type;
    return (guildId ? this.list(guildId).find(match) : undefined) ?? this.list().find(match);
  }

  /** All commands by scope (the empty one is global): what is kept of a sandbox that goes on later. */
  get scopes(): ReadonlyMap<string, Command[]> {
    return this.#scopes;
  }

  /** Puts commands back, as `scopes` gave them. */
  restore(scopes: ReadonlyMap<string, Command[]>): void {
    for (const [scope, commands] of scopes) this.#scopes.set(scope, commands);
  }

  /** Replaces all commands of a scope; those whose name and type stay keep their id. */
  replace(body: unknown, guildId?: string): Command[] {
    const form = new Form();
    const list = form.list([], body, { max: 131 }) ?? [];
    const read = list.map((each, i) => readCommand(form, [i], form.model([i], each) ?? {}, scopeOf(guildId)));
    const names = new Set<string>();
    read.forEach(({ name, type }, i) => {
      if (names.has(`${type}:${name}`))
        form.fail(
          [i, 'name'],
          'APPLICATION_COMMANDS_DUPLICATE_NAME',
          'Application command names must be unique',
        );
      names.add(`${type}:${name}`);
    });
    form.done();
    this.#refuseTooMany(read);
    const commands = read.map((each) => this.#stored(each, guildId));
    this.#set(guildId, commands);
    return commands;
  }

  /** Makes a command, or updates the one that has its name and type. */
  create(body: unknown, guildId?: string): { command: Command; isNew: boolean } {
    const form = new Form();
    const read = readCommand(form, [], form.model([], body) ?? {}, scopeOf(guildId));
    form.done();
    const others = this.list(guildId).filter((each) => each.name !== read.name || each.type !== read.type);
    this.#refuseTooMany([...others, read]);
    const isNew = others.length === this.list(guildId).length;
    const command = this.#stored(read, guildId);
    this.#set(guildId, [...others, command]);
    return { command, isNew };
  }

  update(id: string, body: unknown, guildId?: string): Command {
    const old = this.get(id, guildId);
    const form = new Form();
    const { contexts, integration_types, ...rest } = old;
    const reach = guildId ? {} : { contexts, integration_types };
    const read = readCommand(
      form,
      [],
      { ...rest, ...reach, ...(isJson(body) ? body : {}) },
      scopeOf(guildId),
    );
    form.done();
    const command = { ...read, id, guildId, version: this.#world.newId() };
    this.#set(guildId, [...this.list(guildId).filter((each) => each.id !== id), command]);
    return command;
  }

  delete(id: string, guildId?: string): void {
    this.get(id, guildId);
    this.#set(
      guildId,
      this.list(guildId).filter((each) => each.id !== id),
    );
  }

  json(command: Command, options: { withLocalizations?: boolean } = {}): Json {
    const { guildId, name_localizations, description_localizations, ...rest } = command;
    return {
      ...rest,
      application_id: this.#world.application.id,
      ...(options.withLocalizations === false ? {} : { name_localizations, description_localizations }),
      ...(guildId ? { guild_id: guildId } : { dm_permission: command.contexts?.includes(1) ?? true }),
    };
  }

  #stored(read: CommandForm, guildId: string | undefined): Command {
    const old = this.list(guildId).find((each) => each.name === read.name && each.type === read.type);
    if (!old) {
      const { exceeded, limit } = this.#limits.take('commandCreate', guildId ?? '');
      if (exceeded) throw refuse.tooManyCommandCreates(limit);
      return { ...read, id: this.#world.newId(), version: this.#world.newId(), guildId };
    }
    const { id, version, guildId: _, ...before } = old;
    return { ...read, id, guildId, version: isDeepStrictEqual(before, read) ? version : this.#world.newId() };
  }

  #refuseTooMany(commands: CommandForm[]): void {
    for (const [type, max] of Object.entries(MAX_BY_TYPE))
      if (commands.filter((each) => each.type === Number(type)).length > max)
        throw refuse.tooManyCommands(max);
  }

  #set(guildId: string | undefined, commands: Command[]): void {
    this.#scopes.set(guildId ?? '', commands);
    this.#bus.changed('command', guildId);
  }
}

function scopeOf(guildId: string | undefined): 'global' | 'guild' {
  return guildId ? 'guild' : 'global';
}
