import type { Random } from './random.ts';

const starts = [
  'Ka',
  'Blue',
  'Mo',
  'Zer',
  'Sho',
  'Night',
  'Pan',
  'Quick',
  'Ru',
  'Lan',
  'Ice',
  'Tor',
  'Wave',
  'Ni',
];
const ends = [
  'ro',
  'fox',
  'li',
  'storm',
  'kun',
  'byte',
  'da',
  'mantis',
  'x',
  'zen',
  'berry',
  'max',
  'shi',
  'o',
];
const prefixes = ['TT', 'NRG', 'Ω', 'Lab', 'Red Panda', '*', 'KZ'];

/** Names that break what is careless with markup, mentions, quoting, width or length. */
export const oddNames = [
  '@everyone',
  '@here come dat boi',
  '**bold** _move_',
  '<@1>',
  '<@&2> <#3>',
  '<b>Bobby</b> & "Co"',
  "Robert'); DROP TABLE startgg_set;--",
  'C:\\temp\\new',
  '``` code ```',
  '🐉 Drägön 龍 ツ',
  '||spoiler||',
  ' leading and trailing ',
  '[link](https://example.invalid)',
  '\u202eflipped',
  'a'.repeat(180),
  '0',
  'null',
  '%s %d {{x}}',
];

/** A player's tag; about 2 in 100 are odd. */
export function playerTag(random: Random): string {
  if (random.chance(0.02)) return random.pick(oddNames);
  const tag = random.pick(starts) + random.pick(ends);
  return random.chance(0.5) ? `${tag}${random.int(2, 99)}` : tag;
}

/** A sponsor's prefix: absent, empty or short. */
export function playerPrefix(random: Random): string | null {
  const draw = random.next();
  if (draw < 0.4) return null;
  return draw < 0.75 ? '' : random.pick(prefixes);
}

export function teamName(random: Random): string {
  if (random.chance(0.03)) return random.pick(oddNames);
  return `Team ${random.pick(starts)}${random.pick(ends)} ${random.int(1, 99)}`;
}

export function tournamentName(random: Random, number: number): string {
  if (random.chance(0.015)) return `${random.pick(oddNames)} ${number}`;
  const kind = random.pick(['Weekly', 'Clash', 'Open', 'Monthly', 'Invitational', 'Series', 'Locals']);
  return `${random.pick(starts)}${random.pick(ends)} ${kind} #${number}`;
}

export const places = [
  { city: 'Lyon', countryCode: 'FR', addrState: null, timezone: 'Europe/Paris' },
  { city: 'Osaka', countryCode: 'JP', addrState: 'Osaka', timezone: 'Asia/Tokyo' },
  { city: 'Austin', countryCode: 'US', addrState: 'TX', timezone: 'America/Chicago' },
  { city: 'São Paulo', countryCode: 'BR', addrState: 'SP', timezone: 'America/Sao_Paulo' },
  { city: 'Köln', countryCode: 'DE', addrState: 'NRW', timezone: 'Europe/Berlin' },
  { city: "Coeur d'Alene", countryCode: 'US', addrState: 'ID', timezone: 'America/Los_Angeles' },
] as const;

/** A, B … Z, AA, AB …: how start.gg letters the sets of a pool. */
export function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
