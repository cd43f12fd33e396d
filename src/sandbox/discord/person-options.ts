import { type CommandOption, SUB_COMMAND, SUB_COMMAND_GROUP } from './command-form.ts';
import type { Command } from './commands.ts';
import type { Component } from './component-form.ts';
import type { Guild } from './entities.ts';
import type { Json } from './form.ts';
import { permissionsOf } from './permissions.ts';
import { bareMemberJson, channelJson, roleJson, userJson } from './wire.ts';
import type { World } from './world.ts';

/** What the client does not let a person do: the request never reaches the bot. */
export class ClientRefusal extends Error {}

type OptionValue = string | number | boolean;
export type Typed = {
  group?: string | undefined;
  subcommand?: string | undefined;
  options?: Record<string, OptionValue> | undefined;
  /** The option that the cursor is in, while autocomplete is asked. */
  focused?: string | undefined;
};

/** What the interaction carries: the options as typed, and the things that they point at. */
type FilledCommand = { options: Json[]; resolved: Json };

const TYPES = {
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
} as const;

/**
 * Fills a registered command with what a person typed, as the client does.
 * @throws ClientRefusal for unknown, missing and wrong options
 */
export function fillCommand(
  world: World,
  command: Command,
  guild: Guild | undefined,
  typed: Typed,
): FilledCommand {
  const path: CommandOption[] = [];
  let level = command.options ?? [];
  if (typed.group !== undefined) level = step(path, level, SUB_COMMAND_GROUP, typed.group);
  if (typed.subcommand !== undefined) level = step(path, level, SUB_COMMAND, typed.subcommand);
  if (level.some((option) => option.type === SUB_COMMAND || option.type === SUB_COMMAND_GROUP))
    throw new ClientRefusal(
      `/${command.name} needs one of: ${level.map((option) => option.name).join(', ')}`,
    );
  const resolved = new Resolved(world, guild);
  const given = Object.entries(typed.options ?? {});
  for (const [name] of given)
    if (!level.some((option) => option.name === name))
      throw new ClientRefusal(`there is no option "${name}"`);
  for (const option of level)
    if (option.required && typed.focused === undefined && typed.options?.[option.name] === undefined)
      throw new ClientRefusal(`the option "${option.name}" is required`);
  const filled = given.map(([name, value]) => {
    const option = level.find((each) => each.name === name) as CommandOption;
    if (name === typed.focused) return { name, type: option.type, value: String(value), focused: true };
    return { name, type: option.type, value: resolved.check(option, value) };
  });
  const options = path.reduceRight<Json[]>(
    (inner, { name, type }) => [{ name, type, options: inner }],
    filled,
  );
  return { options, resolved: resolved.json() };
}

/** The option of a command at the place that a person has reached. */
export function optionOf(command: Command, typed: Typed, name: string): CommandOption | undefined {
  const within = (level: CommandOption[] | undefined, key: string | undefined) =>
    key === undefined ? level : level?.find((option) => option.name === key)?.options;
  return within(within(command.options, typed.group), typed.subcommand)?.find(
    (option) => option.name === name,
  );
}

function step(path: CommandOption[], level: CommandOption[], type: number, name: string): CommandOption[] {
  const next = level.find((option) => option.type === type && option.name === name);
  if (!next) throw new ClientRefusal(`there is no subcommand "${name}"`);
  path.push(next);
  return next.options ?? [];
}

/** Checks values against their options and gathers what they point at. */
class Resolved {
  readonly #world: World;
  readonly #guild: Guild | undefined;
  readonly #found: Record<'users' | 'members' | 'roles' | 'channels', Json> = {
    users: {},
    members: {},
    roles: {},
    channels: {},
  };

  constructor(world: World, guild: Guild | undefined) {
    this.#world = world;
    this.#guild = guild;
  }

  json(): Json {
    return Object.fromEntries(Object.entries(this.#found).filter(([, map]) => Object.keys(map).length > 0));
  }

  check(option: CommandOption, value: OptionValue): OptionValue {
    const wrong = (need: string) => new ClientRefusal(`the option "${option.name}" must be ${need}`);
    if (option.choices) return choiceOf(option, value);
    if (option.type === TYPES.string) return checkText(option, value);
    if (option.type === TYPES.boolean) {
      if (typeof value !== 'boolean') throw wrong('true or false');
      return value;
    }
    if (option.type === TYPES.integer || option.type === TYPES.number) {
      if (typeof value !== 'number' || (option.type === TYPES.integer && !Number.isInteger(value)))
        throw wrong(option.type === TYPES.integer ? 'a whole number' : 'a number');
      if (value < (option.min_value ?? -Infinity)) throw wrong(`at least ${option.min_value}`);
      if (value > (option.max_value ?? Infinity)) throw wrong(`at most ${option.max_value}`);
      return value;
    }
    const id = String(value);
    if (option.type === TYPES.user && this.#user(id)) return id;
    if (option.type === TYPES.role && this.#role(id)) return id;
    if (option.type === TYPES.channel && this.#channel(id, option.channel_types)) return id;
    if (option.type === TYPES.mentionable && (this.#user(id) || this.#role(id))) return id;
    throw wrong('something that exists here');
  }

  #user(id: string): boolean {
    const user = this.#world.users.get(id);
    if (!user) return false;
    this.#found.users[id] = userJson(user);
    const member = this.#guild?.members.get(id);
    if (this.#guild && member) {
      const permissions = String(permissionsOf(this.#guild, id));
      const { mute: _, deaf: __, ...shown } = bareMemberJson(member);
      this.#found.members[id] = { ...shown, permissions };
    }
    return true;
  }

  #role(id: string): boolean {
    const role = this.#guild?.roles.get(id);
    if (role) this.#found.roles[id] = roleJson(role);
    return role !== undefined;
  }

  #channel(id: string, types: number[] | undefined): boolean {
    const channel = this.#world.channels.get(id);
    if (!channel || channel.guildId !== this.#guild?.id || (types && !types.includes(channel.type)))
      return false;
    const permissions = this.#guild ? permissionsOf(this.#guild, this.#world.application.botId, channel) : 0n;
    this.#found.channels[id] = { ...channelJson(this.#world, channel), permissions: String(permissions) };
    return true;
  }
}

/**
 * The values of the options that a person picks in a string select menu.
 * @param picked each an option's value or its label
 * @throws ClientRefusal for what the menu does not offer, or too few or too many of it
 */
export function pickOptions(menu: Component, picked: string[]): string[] {
  const { custom_id, options, min_values = 1, max_values = 1 } = menu;
  if (!options) throw new ClientRefusal(`"${custom_id}" is no string select menu`);
  const values = picked.map((each) => {
    const option = options.find(({ value }) => value === each) ?? options.find(({ label }) => label === each);
    if (!option) throw new ClientRefusal(`"${each}" is no option of "${custom_id}"`);
    return option.value;
  });
  if (new Set(values).size !== values.length || values.length < min_values || values.length > max_values)
    throw new ClientRefusal(`"${custom_id}" takes ${min_values} to ${max_values} of its options, each once`);
  return values;
}

/** A choice may be given by what the person reads or by its value. */
function choiceOf(option: CommandOption, value: OptionValue): OptionValue {
  const choice = option.choices?.find((each) => each.value === value || each.name === value);
  if (!choice) throw new ClientRefusal(`"${value}" is no choice of the option "${option.name}"`);
  return choice.value;
}

function checkText(option: CommandOption, value: OptionValue): string {
  if (typeof value !== 'string' || value === '')
    throw new ClientRefusal(`the option "${option.name}" must be text`);
  const { min_length = 1, max_length = 6000 } = option;
  if (value.length < min_length || value.length > max_length)
    throw new ClientRefusal(
      `the option "${option.name}" must have ${min_length} to ${max_length} characters`,
    );
  return value;
}
