import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, removeEmbedded } from '../../database/embedded.ts';
import { messageOf, UserError } from '../../errors.ts';

/** What a sandbox keeps in its folder: whoever begins anew loses these and nothing else. */
const OWN = { bot: 'bot', worlds: 'worlds.bin', clock: 'clock', owner: 'sandbox.pid' };

export type Folder = {
  /** The bot's own DATA_DIR. */
  bot: string;
  worlds: string;
  clock: string;
  release(): Promise<void>;
};

/**
 * Takes a folder for one running sandbox.
 *
 * @param isFresh what an earlier sandbox left there goes
 * @throws UserError when it cannot be used, or another sandbox uses it
 */
export async function takeFolder(path: string, { isFresh }: { isFresh: boolean }): Promise<Folder> {
  const at = (name: string) => join(path, name);
  try {
    await mkdir(path, { recursive: true });
    const strange = (await readdir(path)).filter(
      (name) => !Object.values(OWN).some((own) => name.startsWith(own)),
    );
    if (strange.length > 0)
      throw new UserError(
        `it holds something else (${strange[0]}). Name a folder of the sandbox's own with --data.`,
      );
    await own(at(OWN.owner));
    if (isFresh) {
      await removeEmbedded(at(OWN.bot));
      for (const name of [OWN.bot, OWN.worlds, OWN.clock])
        await rm(at(name), { recursive: true, force: true });
    }
    await mkdir(at(OWN.bot), { recursive: true });
  } catch (error) {
    throw new UserError(`The data folder ${path} cannot be used: ${messageOf(error)}`);
  }
  return {
    bot: at(OWN.bot),
    worlds: at(OWN.worlds),
    clock: at(OWN.clock),
    release: () => rm(at(OWN.owner), { force: true }),
  };
}

/** The file names the process that uses the folder, so that one that was killed does not hold it. */
async function own(path: string): Promise<void> {
  const owner = Number(await readFile(path, 'utf8').catch(() => '0'));
  if (owner > 0 && owner !== process.pid && isAlive(owner))
    throw new UserError(
      `another sandbox (process ${owner}) uses it. End that one, or name another with --data.`,
    );
  await writeFile(path, String(process.pid));
}
