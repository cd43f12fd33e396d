import { styleText } from 'node:util';
import type { Bot, Env } from './bot.ts';
import type { Message } from './discord/messages.ts';
import { renderMessage } from './discord/render.ts';
import type { Place } from './place.ts';

/** Where the demo plays. */
export type Scene = {
  place: Place;
  env: Env;
  /** Without start.gg's limits. */
  isFast: boolean;
  /** The running one. */
  bot: Bot | undefined;
  /** Ends when the demo is interrupted. */
  signal: AbortSignal;
};

export const say = (text: string) => void process.stdout.write(`${text}\n`);
export const step = (text: string) => say(`\n━━ ${text}`);

/** Shows a message as a person sees it at this moment. */
export function show({ place }: Scene, message: Message): void {
  const style = (text: string, look: 'bold' | 'dim') => styleText(look, text);
  const lines = renderMessage(message, { style, now: Date.now() }).split('\n');
  const named = (line: string) =>
    line.replace(/<@(\d+)>/g, (mention, id) => {
      const user = place.discord.world.users.get(id);
      return user ? `@${user.globalName ?? user.username}` : mention;
    });
  say(lines.map((line) => `   ${named(line)}`).join('\n'));
}

/** Types a command as the organiser, and gives the answer once it says what came of it. */
export async function answerTo(
  { place }: Scene,
  command: { name: string; group?: string; subcommand: string; options: Record<string, string> },
  pattern = /discord\.com|already/,
): Promise<Message> {
  const { guild, channel, organiser, discord } = place;
  const typed = Object.entries(command.options).map(([name, value]) => `${name}:${value}`);
  const words = [command.name, command.group, command.subcommand, ...typed].filter(Boolean);
  say(`   Organiser types /${words.join(' ')}`);
  const handle = await organiser.command({ guildId: guild.id, channelId: channel.id, ...command });
  const answer = await handle.answer();
  const said = () => [answer.content, answer.embeds[0]?.title, textOf(answer)].join('\n');
  await discord.waitFor(() => pattern.test(said()), { what: `the answer to /${words.join(' ')}` });
  return answer;
}

/** Waits until the newest message in the channel that reads like this. */
export async function until({ place }: Scene, pattern: RegExp, timeoutMs = 300_000): Promise<Message> {
  const { discord, channel } = place;
  const found = () => discord.channel(channel).messages.findLast((message) => pattern.test(textOf(message)));
  return (await discord.waitFor(found, { timeoutMs, what: `a message with ${pattern}` })) as Message;
}

/** What a message says in its main part. */
export const textOf = (message: Message) => message.embeds[0]?.description ?? message.content;
