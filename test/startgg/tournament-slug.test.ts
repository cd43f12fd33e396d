import { describe, expect, it } from 'vitest';
import { parseTournamentSlug } from '../../src/startgg/schedule/tournament-slug.ts';

describe('the slug of a tournament', () => {
  it.each([
    ['evo-2026', 'evo-2026'],
    ['  Evo-2026 ', 'evo-2026'],
    ['tournament/evo-2026', 'evo-2026'],
    ['/tournament/evo-2026/event/singles', 'evo-2026'],
    ['https://www.start.gg/tournament/evo-2026', 'evo-2026'],
    ['https://start.gg/tournament/evo-2026/event/singles/brackets/1/2?x=1#top', 'evo-2026'],
    ['www.start.gg/tournament/evo-2026/', 'evo-2026'],
  ])('in %j is %j', (typed, slug) => {
    expect(parseTournamentSlug(typed)).toBe(slug);
  });

  it.each([
    '',
    '   ',
    'https://start.gg/evo',
    'https://example.com/tournament/evo',
    'start.gg',
    'a b',
    '<@1>',
  ])('is not in %j', (typed) => {
    expect(() => parseTournamentSlug(typed)).toThrow('names no tournament of start.gg');
  });
});
