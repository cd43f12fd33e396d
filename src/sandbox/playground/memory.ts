import { readFile, rename, writeFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { UserError } from '../../errors.ts';
import type { Services } from '../place.ts';
import type { PersonIds } from './people.ts';

const VERSION = 1;

/** What a sandbox that goes on later has to know of its worlds; the bot keeps its own in its database. */
export type Kept = ReturnType<typeof remember>;

/** All that is to be kept, as plain data: what belongs together stays one graph. */
export function remember({ discord, startgg, speedgaming }: Services, people: PersonIds, aheadMs: number) {
  const { users, guilds, channels, application } = discord.world;
  return {
    version: VERSION,
    aheadMs,
    people,
    startgg: { today: startgg.world.now * 1_000, world: startgg.world.snapshot() },
    speedgaming: speedgaming.world.snapshot(),
    discord: {
      users,
      guilds,
      channels,
      application,
      // A progress message has hundreds of versions, of which nobody asks for the old ones.
      messages: discord.messages
        .every()
        .map((message) => ({ ...message, history: message.history.slice(-1) })),
      events: [...guilds.keys()].flatMap((id) => discord.events(id)),
      commands: discord.commands.scopes,
    },
  };
}

/** Makes empty worlds what they were. start.gg's is an empty one of the same seed and day. */
export function recall({ discord, startgg, speedgaming }: Services, kept: Kept): void {
  const { world } = discord;
  const { users, guilds, channels, application, messages, events, commands } = kept.discord;
  world.users.clear();
  for (const [id, user] of users) world.users.set(id, user);
  for (const [id, guild] of guilds) world.guilds.set(id, guild);
  for (const [id, channel] of channels) world.channels.set(id, channel);
  Object.assign(world.application, application);
  discord.messages.restore(messages);
  world.events.restore(events);
  discord.commands.restore(commands);
  startgg.world.restore(kept.startgg.world);
  speedgaming.world.restore(kept.speedgaming);
}

/** Writes what is kept beside its place and moves it there whole, so that a crash leaves the one before. */
export async function save(path: string, kept: Kept): Promise<void> {
  await writeFile(`${path}.new`, serialize(kept));
  await rename(`${path}.new`, path);
}

/** @returns undefined when nothing was kept yet @throws UserError when it cannot be read */
export async function load(path: string): Promise<Kept | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UserError(`${path} cannot be read: ${error.message}`);
  });
  if (!bytes) return undefined;
  try {
    const kept = deserialize(bytes) as Kept;
    if (kept.version === VERSION) return kept;
  } catch {
    // Told below.
  }
  throw new UserError(
    `${path} is damaged, or of another version: it holds what the sandbox's people and services were. Begin anew with --fresh.`,
  );
}
