import type { APIEmbed } from 'discord-api-types/v10';
import { shorten } from '../text.ts';

/** What Discord takes in one embed (Discord docs, Message, Embed Limits). */
export const EMBED = {
  title: 256,
  description: 4096,
  fields: 25,
  fieldName: 256,
  fieldValue: 1024,
  footer: 2048,
};

/** Joins lines up to a length; what does not fit is left out, and `rest` says how many lines that were. */
export function packLines(
  lines: readonly string[],
  length: number,
  rest: (left: number) => string = (left) => `… and ${left} more`,
): string {
  const packed: string[] = [];
  let used = 0;
  for (const [i, line] of lines.entries()) {
    const left = lines.length - i;
    const reserve = left > 1 ? rest(left - 1).length + 1 : 0;
    if (used + line.length + 1 + reserve > length) {
      const end = rest(left);
      return [...packed, end].join('\n').slice(0, length);
    }
    packed.push(line);
    used += line.length + 1;
  }
  return packed.join('\n');
}

/** Characters of an embed that count towards the 6000 that one message may have. */
export function embedLength(embed: APIEmbed): number {
  const fields = (embed.fields ?? []).reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  return (
    (embed.title?.length ?? 0) + (embed.description?.length ?? 0) + (embed.footer?.text.length ?? 0) + fields
  );
}

/** Escaped text that was cut may end in half an escape: a lone backslash, which would eat what follows. */
export function shortenEscaped(escaped: string, length: number): string {
  const cut = shorten(escaped, length);
  if (cut === escaped) return cut;
  const body = cut.slice(0, -1);
  const backslashes = /\\*$/.exec(body)?.[0].length ?? 0;
  return `${backslashes % 2 === 1 ? body.slice(0, -1) : body}…`;
}
