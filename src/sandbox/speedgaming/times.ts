const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/;

const eastern = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
});

/** A time as the feed writes it: UTC with a written offset, whole seconds. @throws RangeError for no time at all */
export function writeTime(when: Date | string): string {
  return `${new Date(when).toISOString().slice(0, 19)}+00:00`;
}

/**
 * Reads `from` and `to`: without an offset they are US/Eastern. Stricter than PHP in what it takes: a `+` that was
 * not encoded arrives as a space, and what then stands there (two times) is unreadable for PHP too.
 *
 * @returns milliseconds, or undefined for what cannot be read
 */
export function readTime(text: string): number | undefined {
  const [whole, year, month, day, hour = '0', minute = '0', second = '0', offset] = FORM.exec(text) ?? [];
  if (!whole) return undefined;
  const parts = [year, month, day, hour, minute, second].map(Number) as [number, number, number, ...number[]];
  const [y, m, d, h = 0, min = 0, s = 0] = parts;
  const naive = Date.UTC(y, m - 1, d, h, min, s);
  if (new Date(naive).getUTCDate() !== d || h > 23 || min > 59 || s > 59) return undefined;
  if (offset === 'Z') return naive;
  if (offset) return naive - offsetMs(offset);
  return fromEastern(naive);
}

function offsetMs(offset: string): number {
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(-2))];
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** The moment at which clocks in New York show this; the second round settles hours beside a change of clocks. */
function fromEastern(naive: number): number {
  const first = naive - shift(naive);
  return naive - shift(first);
}

/** How far New York's clocks are ahead of UTC at a moment, in milliseconds. */
function shift(at: number): number {
  const part = Object.fromEntries(eastern.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day, hour, minute, second } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
