import { stripVTControlCharacters } from 'node:util';
import { BUTTON, type Component, leaves } from './component-form.ts';
import type { Embed, EmbedField } from './embed-form.ts';
import { isJson } from './form.ts';
import { FLAGS } from './message-form.ts';
import type { Message } from './messages.ts';

const BAR = '▌ ';
const INLINE_PER_ROW = 3;

/** How markup is drawn. */
export type Drawing = {
  style: (text: string, look: 'bold' | 'dim') => string;
  /** What relative times are told from (milliseconds since 1970). */
  now: number;
};

/** Stands for an escaped character while markup is looked for; a private use character, so nobody types it. */
const ESCAPED = '\ue000';

/**
 * A message as text for a terminal, the way a person reads it; times are UTC. Without a drawing, markup stays as typed
 * and times are absolute.
 */
export function renderMessage(message: Message, drawing?: Drawing): string {
  const thinking = (message.flags & FLAGS.Loading) !== 0;
  const lines = [
    ...originLine(message),
    authorLine(message),
    ...(thinking ? [`${message.author.username} is thinking…`] : []),
    ...textLines(message.content, drawing),
    ...(message.flags & FLAGS.SuppressEmbeds
      ? []
      : message.embeds.flatMap((embed) => embedLines(embed, drawing))),
    ...message.components.map(rowLine).filter((line) => line !== ''),
    ...(message.visibleTo ? ['(Only you can see this)'] : []),
  ];
  return lines.join('\n');
}

function originLine({ origin }: Message): string[] {
  const user = isJson(origin?.metadata.user) ? origin.metadata.user : {};
  if (!origin?.commandName) return [];
  return [`╭ ${String(user.global_name ?? user.username)} used /${origin.commandName}`];
}

function authorLine({ author, createdAt, editedAt }: Message): string {
  const name = author.globalName ?? author.username;
  const edited = editedAt === undefined ? '' : ' (edited)';
  return `${name}${author.bot ? ' [APP]' : ''}  ${stamp(createdAt / 1000, 't')}${edited}`;
}

function embedLines(embed: Embed, drawing: Drawing | undefined): string[] {
  const footer = [embed.footer?.text, embed.timestamp && stamp(Date.parse(embed.timestamp) / 1000, 'f')];
  const lines = [
    ...textLines(embed.author?.name, drawing),
    ...headingLines(embed.title, drawing),
    ...textLines(embed.description, drawing),
    ...fieldLines(embed.fields ?? [], drawing),
    ...textLines(footer.filter(Boolean).join(' • '), drawing),
  ];
  return lines.map((line) => `${BAR}${line}`.trimEnd());
}

function textLines(text: string | undefined, drawing: Drawing | undefined): string[] {
  return text ? plainText(text, drawing).split('\n') : [];
}

function headingLines(text: string | undefined, drawing: Drawing | undefined): string[] {
  return textLines(text, drawing).map((line) => drawing?.style(line, 'bold') ?? line);
}

/** Fields one below the other; inline ones beside each other, three in a row. */
function fieldLines(fields: readonly EmbedField[], drawing: Drawing | undefined): string[] {
  const lines: string[] = [];
  for (let i = 0; i < fields.length; ) {
    const length = fields.slice(i, i + INLINE_PER_ROW).findIndex((field) => !field.inline);
    const run = length === -1 ? INLINE_PER_ROW : Math.max(1, length);
    lines.push(
      '',
      ...beside(
        fields
          .slice(i, i + run)
          .map((field) => [...headingLines(field.name, drawing), ...textLines(field.value, drawing)]),
      ),
    );
    i += run;
  }
  return lines;
}

function beside(columns: readonly string[][]): string[] {
  const widthOf = (line: string) => stripVTControlCharacters(line).length;
  const widths = columns.map((column) => Math.max(...column.map(widthOf)));
  const height = Math.max(...columns.map((column) => column.length));
  return Array.from({ length: height }, (_, row) =>
    columns
      .map(({ [row]: line = '' }, i) => line + ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(line))))
      .join('   '),
  );
}

/** Buttons beside each other, or a select menu with what it offers; what is disabled stands in round brackets. */
function rowLine(row: Component): string {
  const texts = leaves([row]).map((component) => {
    const text = component.type === BUTTON ? buttonText(component) : menuText(component);
    return component.disabled ? `(${text})` : `[${text}]`;
  });
  return texts.join(' ');
}

function buttonText({ emoji, label = '', url }: Component): string {
  const text = `${emoji?.name ?? ''} ${label}`.trim();
  return url ? `${text} ↗ ${url}` : text;
}

function menuText({ placeholder = 'Make a selection', options = [] }: Component): string {
  const chosen = options.filter((option) => option.default === true).map(({ label }) => label);
  const offered = options.map(({ label }) => label).join(' | ');
  return `${chosen.join(', ') || placeholder} ▾ ${offered}`.trim();
}

/** Stamps as times, escapes undone, and markup drawn if there is a drawing. */
function plainText(text: string, drawing: Drawing | undefined): string {
  const escaped: string[] = [];
  const timed = text
    .replace(/<t:(-?\d+)(?::([tTdDfFsSR]))?>/g, (_, seconds, style = 'f') =>
      drawing && style === 'R' ? relative(seconds * 1000 - drawing.now) : stamp(Number(seconds), style),
    )
    .replace(/\\([^\p{L}\p{N}\s])/gu, (_, character) => {
      escaped.push(character);
      return ESCAPED;
    });
  return (drawing ? draw(timed, drawing) : timed).replaceAll(ESCAPED, () => escaped.shift() ?? '');
}

/** The markup that Herald uses. Source: Discord support, Markdown Text 101. */
function draw(text: string, { style }: Drawing): string {
  return text
    .replace(/^> /gm, '│ ')
    .replace(/`([^`\n]+)`/g, '$1')
    .replace(/\[([^\]\n]+)\]\((https?:[^)\s]+)\)/g, '$1 ($2)')
    .replace(/\*\*(.+?)\*\*/g, (_, bold) => style(bold, 'bold'))
    .replace(/^-# (.+)$/gm, (_, small) => style(small, 'dim'));
}

/** "in 2 minutes", "5 seconds ago". */
function relative(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const units = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const;
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? (['second', 1] as const);
  return new Intl.RelativeTimeFormat('en').format(Math.round(seconds / length), unit);
}

/** A time in UTC, as much of it as the style shows. Source: Discord docs, Reference, Timestamp Styles. */
function stamp(seconds: number, style: string): string {
  const iso = new Date(seconds * 1000).toISOString();
  const [date = '', time = ''] = [iso.slice(0, 10), iso.slice(11, 19)];
  if (style === 'd' || style === 'D') return date;
  if (style === 't') return `${time.slice(0, 5)} UTC`;
  if (style === 'T') return `${time} UTC`;
  return `${date} ${style === 'S' ? time : time.slice(0, 5)} UTC`;
}
