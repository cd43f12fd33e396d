import type { REST } from '@discordjs/rest';
import { RESTJSONErrorCodes, Routes } from 'discord-api-types/v10';
import type { Database } from '../database/database.ts';
import { knownMember, noteMember } from '../outbox/recipients.ts';
import { codeOf } from './errors.ts';

/** Codes for somebody who is not there, or does not exist (Discord docs, JSON Error Codes). */
const NOT_THERE: ReadonlySet<number> = new Set([
  RESTJSONErrorCodes.UnknownMember,
  RESTJSONErrorCodes.UnknownUser,
]);

/** Whether somebody is a member of a guild: asked once, then remembered for some time. It takes no privileged intent. */
export async function isMember(
  db: Database,
  rest: REST,
  guildId: string,
  userId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const known = await knownMember(db.em(), guildId, userId);
  if (known !== undefined) return known;
  const found = await rest.get(Routes.guildMember(guildId, userId), { signal }).then(
    () => true,
    (error) => {
      if (NOT_THERE.has(codeOf(error))) return false;
      // Herald is about to learn that it is not in this guild any more: nobody is a member for it, for now.
      if (codeOf(error) === RESTJSONErrorCodes.MissingAccess) return undefined;
      throw error;
    },
  );
  if (found !== undefined) await noteMember(db.em(), guildId, userId, found);
  return found === true;
}
