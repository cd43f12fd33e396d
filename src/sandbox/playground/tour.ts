import type { Message } from '../discord/messages.ts';
import type { Discord } from '../discord/start.ts';
import type { BotKeeper } from './bot-keeper.ts';
import { EVENT } from './matches.ts';
import type { PersonIds } from './people.ts';
import type { TourFacts } from './protocol.ts';

/** How far somebody on the tour is: read off what people see, as they would. */
export function tourFacts(discord: Discord, people: PersonIds, keeper: BotKeeper): TourFacts {
  const all = discord.messages.every().filter(({ author }) => author.bot);
  const status = all.findLast((message) => IMPORT.test(textOf(message)) && !message.visibleTo);
  const texts = status?.history.map((version) => textOf(version)) ?? [];
  const pausedAt = texts.findIndex((text) => /Paused/.test(text));
  const now = texts.at(-1) ?? '';
  const { backAt } = keeper;
  const wentOn =
    backAt !== undefined && status?.editedAt !== undefined && /Importing|Done/.test(now)
      ? /Done/.test(now) || (status.history.at(-1)?.at ?? 0) > backAt
      : false;
  return {
    // The channel is told of it once the schedule was read: what comes after that is news.
    isLinked: all.some((message) => !message.visibleTo && textOf(message).includes(EVENT.name)),
    isTold: discord.person(people.player).inbox().length > 0,
    import: !status ? 'none' : /Done/.test(now) ? 'done' : /Paused/.test(now) ? 'paused' : 'running',
    percent: Number(/(\d+) %/.exec(now)?.[1] ?? 0),
    wasPaused: pausedAt >= 0,
    wasResumed: pausedAt >= 0 && texts.slice(pausedAt).some((text) => /Importing|Done/.test(text)),
    wasKilled: keeper.kills > 0,
    wentOn,
  };
}

const IMPORT = /Importing|Paused|Done|Waiting/;

const textOf = ({ embeds, content }: Pick<Message, 'embeds' | 'content'>) =>
  embeds[0]?.description ?? content;
