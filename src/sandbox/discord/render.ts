import { BUTTON, type Component, leaves } from './component-form.ts';
import type { Embed, EmbedField } from './embed-form.ts';
import { isJson } from './form.ts';
import { FLAGS } from './message-form.ts';
import type { Message } from './messages.ts';

const BAR = '▌ ';
const INLINE_PER_ROW = 3;

/** A message as plain text for a terminal, the way a person reads it; times are UTC. */
export function renderMessage(message: Message): string {
  const thinking = (message.flags & FLAGS.Loading) !== 0;
  const lines = [
    ...originLine(message),
    authorLine(message),
    ...(thinking ? [`${message.author.username} is thinking…`] : []),
    ...(message.content ? plainText(message.content).split('\n') : []),
    ...(message.flags & FLAGS.SuppressEmbeds ? [] : message.embeds.flatMap(embedLines)),
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

function embedLines(embed: Embed): string[] {
  const footer = [embed.footer?.text, embed.timestamp && stamp(Date.parse(embed.timestamp) / 1000, 'f')];
  const lines = [
    ...textLines(embed.author?.name),
    ...textLines(embed.title),
    ...textLines(embed.description),
    ...fieldLines(embed.fields ?? []),
    ...textLines(footer.filter(Boolean).join(' • ')),
  ];
  return lines.map((line) => `${BAR}${line}`.trimEnd());
}

function textLines(text: string | undefined): string[] {
  return text ? plainText(text).split('\n') : [];
}

/** Fields one below the other; inline ones beside each other, three in a row. */
function fieldLines(fields: readonly EmbedField[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < fields.length; ) {
    const length = fields.slice(i, i + INLINE_PER_ROW).findIndex((field) => !field.inline);
    const run = length === -1 ? INLINE_PER_ROW : Math.max(1, length);
    lines.push(
      '',
      ...beside(
        fields.slice(i, i + run).map((field) => [...textLines(field.name), ...textLines(field.value)]),
      ),
    );
    i += run;
  }
  return lines;
}

function beside(columns: readonly string[][]): string[] {
  const widths = columns.map((column) => Math.max(...column.map((line) => line.length)));
  const height = Math.max(...columns.map((column) => column.length));
  return Array.from({ length: height }, (_, row) =>
    columns.map((column, i) => (column[row] ?? '').padEnd(widths[i] ?? 0)).join('   '),
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

/** Stamps as times, escapes undone; other markup stays as typed. */
function plainText(text: string): string {
  return text
    .replace(/<t:(-?\d+)(?::([tTdDfFsSR]))?>/g, (_, seconds, style) => stamp(Number(seconds), style ?? 'f'))
    .replace(/\\([^\p{L}\p{N}\s])/gu, '$1');
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
