import { expect, it } from 'vitest';
import type { MatchView } from '../../src/matches/change.ts';
import type { CrewRole } from '../../src/matches/source.ts';
import { crewWanted } from '../../src/speedgaming/crew-wanted.ts';

const seat = (name: string) => ({ name, discordId: null, stream: null });
const view = (options: { languages: string[]; crew?: CrewRole[]; players?: number }) => ({
  players: Array.from({ length: options.players ?? 2 }, (_, i) => ({ ...seat(`P${i}`), pairing: 1 })),
  crew: (options.crew ?? []).map((role, i): MatchView['crew'][number] => ({ ...seat(`C${i}`), role })),
  channels: options.languages.map((language) => ({ name: `tv ${language}`, language, url: null })),
});
/** Who is wanted, in words. */
const wanted = (options: Parameters<typeof view>[0], broadcasters: (string | null)[] = []) =>
  crewWanted('77', view(options), broadcasters).map(({ role, missing, languages }) =>
    [missing, role, ...languages].join(' '),
  );

it('asks for two commentators, a tracker and a broadcaster for each language', () => {
  expect(wanted({ languages: ['en'] })).toEqual(['2 commentator', '1 tracker', '1 broadcaster en']);
  expect(wanted({ languages: ['en', 'fr', 'en'] })).toContain('2 broadcaster en fr');
  expect(wanted({ languages: ['en'], players: 4 })).toContain('2 tracker');
});

it('counts those who are there, and never asks for less than nobody', () => {
  const crew: CrewRole[] = ['commentator', 'tracker', 'tracker', 'helper', 'broadcaster'];
  expect(wanted({ languages: ['en', 'fr'], crew }, ['fr'])).toEqual(['1 commentator', '1 broadcaster en']);
  expect(wanted({ languages: ['en', 'fr'], crew }, [null])).toEqual(['1 commentator', '1 broadcaster fr']);
  expect(wanted({ languages: [''], crew: [...crew, 'commentator'] }, ['en'])).toEqual([]);
});

it('asks for nobody where there is no broadcast, and says where people sign up', () => {
  expect(wanted({ languages: [] })).toEqual([]);
  expect(crewWanted('77', view({ languages: ['en'] }), []).map(({ url }) => url)).toEqual([
    'https://speedgaming.org/commentator/signup/77/',
    'https://speedgaming.org/tracker/signup/77/',
    'https://speedgaming.org/broadcaster/signup/77/',
  ]);
});
