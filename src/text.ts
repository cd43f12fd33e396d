/** Every character that Discord's markdown, mentions, links or emoji may start with. A backslash before any
 *  punctuation mark is taken away again when Discord shows the text (Discord support, Markdown Text 101). */
const MARKDOWN = /[\\*_~`|>#\-+[\]()<@:!.]/g;
// Not a control character that a person could read; NUL is refused by PostgreSQL and by Discord alike.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Text from outside, made to appear in a Discord message exactly as it was typed: no markdown, no mention, no link. */
export function escapeText(text: string): string {
  return withoutControls(text).replace(MARKDOWN, '\\$&').replace(/\s+/g, ' ');
}

/** The same text without control characters (PostgreSQL's text type refuses NUL). */
export function withoutControls(text: string): string {
  return text.replace(CONTROL, '');
}

/** Text from outside in a form that PostgreSQL takes: no control characters, no half surrogate pair (of names cut too short). */
export function storable(text: string): string {
  return withoutControls(text).toWellFormed();
}

/** Cuts a text to at most `length` UTF-16 units, the last one an ellipsis, never through a surrogate pair. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** A time as Discord shows it in each reader's own zone. Styles: t T d D f F R (Discord docs, Reference, Timestamp styles). */
export function stamp(time: Date, style: 't' | 'T' | 'd' | 'D' | 'f' | 'F' | 'R' = 'f'): string {
  return `<t:${Math.floor(time.getTime() / 1000)}:${style}>`;
}

/** 1234567 → "1,234,567". */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A length of time in its two largest units: "2 h 5 min", "41 s". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  if (h > 0) return `${h} h ${m} min`;
  return m > 0 ? `${m} min ${s} s` : `${s} s`;
}
