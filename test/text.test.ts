import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration, escapeText, shorten, stamp, withoutControls } from '../src/text.ts';

/** How Discord shows escaped text: a backslash before a punctuation mark is taken away. */
const shown = (text: string) => text.replace(/\\([^0-9A-Za-z\s])/g, '$1');

describe('text from outside', () => {
  it('appears as it was typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(shown(escapeText(text))).toBe(withoutControls(text).replace(/\s+/g, ' '));
      }),
    );
  });

  it.each([
    '@everyone',
    '**x**',
    '<@1>',
    '<#1>',
    '<t:1:R>',
    '[a](https://b.c)',
    ':smile:',
    '`code`',
    '> quote',
    '1. list',
  ])('has no bare mark left in %s', (text) => {
    expect(escapeText(text)).not.toMatch(/(?<!\\)[*_~`|<>@#:[\]()]/);
  });

  it('is cut to length and never through a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, length) => {
        const cut = shorten(text, length);
        expect(cut.length).toBeLessThanOrEqual(Math.max(length, 1));
        expect(cut.isWellFormed()).toBe(text.isWellFormed());
      }),
    );
  });

  it('loses control characters, which no database stores', () => {
    expect(withoutControls('a\u0000b\u0007c')).toBe('abc');
  });
});

describe('times', () => {
  it('are stamps of whole seconds', () => {
    expect(stamp(new Date('2026-01-01T00:00:00.900Z'), 'F')).toBe('<t:1767225600:F>');
  });

  it.each([
    [0, '0 s'],
    [41_000, '41 s'],
    [125_000, '2 min 5 s'],
    [7_500_000, '2 h 5 min'],
    [-5, '0 s'],
  ])('%d ms last %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });
});
