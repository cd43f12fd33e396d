import type { REST } from '@discordjs/rest';
import {
  type APIMessage,
  ComponentType,
  type RESTGetAPICurrentUserResult,
  Routes,
} from 'discord-api-types/v10';
import { isButtonOf, startAllButtonId } from '../outbox/custom-id.ts';
import type { ClaimedLive } from '../outbox/live-delivery.ts';

const PAGE = 100;
const PAGES = 10;
/** The database's clock and Discord's need not agree. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

/**
 * Looks for a live message whose posting was begun at `since` (milliseconds since 1970) and whose answer never came:
 * the newest message of the bot in the channel with a button that carries the row's id.
 */
export async function findPosted(
  rest: REST,
  live: ClaimedLive,
  since: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  return await findOwn(rest, live.channelId, since, (message) => carries(message, live), signal);
}

/**
 * The newest of the bot's own messages in a channel, not older than `since` (milliseconds since 1970), that is the one.
 * Without Read Message History, Discord shows no messages (Discord docs, Get Channel Messages).
 */
export async function findOwn(
  rest: REST,
  channelId: string,
  since: number,
  isIt: (message: APIMessage) => boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const me = (await rest.get(Routes.user(), { signal })) as RESTGetAPICurrentUserResult;
  let before: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(before ? { before } : {}) });
    const messages = (await rest.get(Routes.channelMessages(channelId), {
      query,
      signal,
    })) as APIMessage[];
    const found = messages.find((message) => message.author.id === me.id && isIt(message));
    if (found) return found.id;
    const oldest = messages.at(-1);
    if (messages.length < PAGE || !oldest || Date.parse(oldest.timestamp) < since - CLOCKS_DIFFER_MS)
      return undefined;
    before = oldest.id;
  }
  return undefined;
}

function carries(message: APIMessage, live: ClaimedLive): boolean {
  return hasButton(message, (id) => isButtonOf(id, live) || id === startAllButtonId(live.id));
}

/** Whether a message has a button with such a custom id. */
export function hasButton(message: APIMessage, isIt: (customId: string) => boolean): boolean {
  return (message.components ?? []).some(
    (row) =>
      row.type === ComponentType.ActionRow &&
      row.components.some((button) => 'custom_id' in button && isIt(button.custom_id)),
  );
}
