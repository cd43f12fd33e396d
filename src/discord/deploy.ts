import { DiscordAPIError, HTTPError, type REST } from '@discordjs/rest';
import { Routes } from 'discord-api-types/v10';
import { messageOf, RetryLaterError, rootOf, UserError } from '../errors.ts';
import type { CommandData } from './command.ts';
import { tokenRefused } from './errors.ts';

export type Deployment = { result: 'unchanged' | 'deployed'; names: string[] };

type Json = Record<string, unknown>;

/** What a registered command has beyond what was sent, and what means the same as leaving it out. */
const ADDED_BY_DISCORD = new Set(['id', 'application_id', 'guild_id', 'version', 'dm_permission']);
const ONLY_GLOBAL = ['contexts', 'integration_types'] as const;

/**
 * Registers the commands with Discord, if something differs from what is registered.
 *
 * @param options.guildId registers them for this guild alone, where they show at once
 * @throws ConfigError when the token is refused, UserError when the guild is out of reach, RetryLaterError when Discord is
 */
export async function deployCommands(
  rest: REST,
  definitions: readonly CommandData[],
  options: { guildId?: string } = {},
): Promise<Deployment> {
  const { guildId } = options;
  try {
    const { id } = (await rest.get(Routes.currentApplication())) as { id: string };
    const route = guildId ? Routes.applicationGuildCommands(id, guildId) : Routes.applicationCommands(id);
    const wanted = definitions.map((definition) => (guildId ? withoutGlobalParts(definition) : definition));
    const names = wanted.map(({ name }) => name);
    const registered = (await rest.get(route, {
      query: new URLSearchParams({ with_localizations: 'true' }),
    })) as Json[];
    if (fingerprint(registered, guildId) === fingerprint(wanted, guildId))
      return { result: 'unchanged', names };
    await rest.put(route, { body: wanted });
    return { result: 'deployed', names };
  } catch (error) {
    throw explain(error, guildId, rest.options.api);
  }
}

/** Where a command may be used is something that only global commands say (Discord docs, Application Commands). */
function withoutGlobalParts(definition: CommandData): CommandData {
  const { contexts: _, integration_types: __, ...rest } = definition;
  return rest;
}

function fingerprint(commands: readonly unknown[], guildId: string | undefined): string {
  const normal = commands.map((command) => {
    const entries = Object.entries(command as Json).filter(
      ([key]) => !ADDED_BY_DISCORD.has(key) && !(guildId && (ONLY_GLOBAL as readonly string[]).includes(key)),
    );
    return JSON.stringify(normalise({ type: 1, ...Object.fromEntries(entries) }));
  });
  return normal.sort().join('\n');
}

/** Sorts keys and leaves out what is null, false or empty. The order of options and choices counts, that of numbers does not. */
function normalise(value: unknown): unknown {
  if (Array.isArray(value))
    return value.every((each) => typeof each === 'number')
      ? value.toSorted((a, b) => a - b)
      : value.map(normalise);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, each]) => [key, normalise(each)] as const)
    .filter(([, each]) => !isNothing(each))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)
  );
}

function explain(error: unknown, guildId: string | undefined, address: string): unknown {
  if (error instanceof HTTPError)
    return new RetryLaterError(`Discord at ${address} answered ${error.status}. Try again later.`);
  if (!(error instanceof DiscordAPIError))
    return new RetryLaterError(`Discord could not be reached at ${address}: ${messageOf(rootOf(error))}`, {
      cause: error,
    });
  if (error.status === 401) return tokenRefused();
  if (guildId && (error.status === 403 || error.status === 404))
    return new UserError(
      `Discord refused to register commands in guild ${guildId} (${error.message}). Check the id, and that Herald was invited there with the scope applications.commands.`,
    );
  return error;
}
