import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { parseSlug } from '../../src/speedgaming/slug.ts';

const slugs = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{2,30}$/).filter((slug) => !slug.startsWith('api'));
const languages = fc.constantFrom('', 'fr/', 'de/', 'es/', 'pt-br/');
const pages = fc.constantFrom('', '/', '/submit/', '/crew', '/schedule/?page=2', '/#top');
const sites = fc.constantFrom('https://speedgaming.org/', 'http://www.speedgaming.org/', 'speedgaming.org/');

describe('the slug of an event', () => {
  it('is taken as it was typed, or out of the address of any page of the event', () => {
    fc.assert(
      fc.property(slugs, languages, pages, sites, (slug, language, page, site) => {
        fc.pre(
          !['commentator', 'tracker', 'broadcaster', 'helper', 'accounts', 'admin', 'login'].includes(slug),
        );
        expect(parseSlug(`  ${slug} `)).toBe(slug);
        expect(parseSlug(`${site}${language}${slug}${page}`)).toBe(slug);
      }),
    );
  });

  it.each([
    ['https://speedgaming.org/fr/alttpr/submit/', 'alttpr'],
    ['https://speedgaming.org/ff/submit/', 'ff'],
    ['https://speedgaming.org/ff/', 'ff'],
    ['https://speedgaming.org/api/schedule/?event=alttpr&from=2026-01-01', 'alttpr'],
    ['SpeedGaming.org/ALTTPR', 'ALTTPR'],
  ])('of %s is %s', (typed, slug) => {
    expect(parseSlug(typed)).toBe(slug);
  });

  it.each([
    '',
    'two words',
    'https://speedgaming.org/',
    'speedgaming.org',
    'https://speedgaming.org/commentator/signup/80001/',
    'https://onsite.speedgaming.org/api/matches?tournament_id=3',
    'https://example.org/alttpr/',
    'https://speedgaming.org.example.org/alttpr/',
    '../../etc',
    'a?event=b',
  ])('is not in "%s", and the answer says what is wanted', (typed) => {
    expect(() => parseSlug(typed)).toThrow(UserError);
    expect(() => parseSlug(typed)).toThrow(/names no event of SpeedGaming.*such as alttpr/);
  });

  it('is found or refused in whatever people type', () => {
    fc.assert(
      fc.property(fc.string(), (typed) => {
        try {
          expect(parseSlug(typed)).toMatch(/^[\w.-]{1,60}$/);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});
