const STYLES: Record<string, Intl.DateTimeFormatOptions> = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
  s: { dateStyle: 'short', timeStyle: 'short' },
  S: { dateStyle: 'short', timeStyle: 'medium' },
};

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/** A time in the viewer's zone and language, in one of Discord's timestamp styles but R. */
export function formatTime(at: number, style: string): string {
  return new Intl.DateTimeFormat(undefined, STYLES[style] ?? STYLES.f).format(at);
}

/** "in 5 minutes", "2 hours ago". */
export function formatRelative(at: number, now: number): string {
  const [unit, ms] = UNITS.find(([, size]) => Math.abs(at - now) >= size) ?? (['second', 1000] as const);
  return new Intl.RelativeTimeFormat().format(Math.round((at - now) / ms), unit);
}

/** When a message was written: the hour alone on the same day. */
export function formatSent(at: number, now: number): string {
  const day = formatTime(at, 'd');
  return day === formatTime(now, 'd') ? formatTime(at, 't') : `${day} ${formatTime(at, 't')}`;
}
