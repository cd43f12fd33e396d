import type { MatchView } from '../matches/change.ts';
import type { CrewRole } from '../matches/source.ts';

/** Those who sign up at SpeedGaming, in the order in which they are asked for. */
const SIGN_UP = ['commentator', 'tracker', 'broadcaster'] as const satisfies CrewRole[];
const COMMENTATORS = 2;

/** Crew that a match still lacks, and the page where they sign up. `languages`: those that nobody broadcasts in. */
export type Wanted = { role: (typeof SIGN_UP)[number]; missing: number; languages: string[]; url: string };

/**
 * Who is still wanted for an episode that is broadcast: two commentators, a tracker (two with more than two players), and
 * a broadcaster for each language. Nobody where it is shown on no channel.
 *
 * @param broadcasters the languages in which those who broadcast signed up; null for one who gave none
 */
export function crewWanted(
  episodeId: string,
  { players, channels, crew }: Pick<MatchView, 'players' | 'channels' | 'crew'>,
  broadcasters: readonly (string | null)[],
): Wanted[] {
  if (channels.length === 0) return [];
  const has = (role: CrewRole) => crew.filter((member) => member.role === role).length;
  const languages = languagesLeft(
    channels.map(({ language }) => language),
    broadcasters,
  );
  const missing = {
    commentator: COMMENTATORS - has('commentator'),
    tracker: (players.length > 2 ? 2 : 1) - has('tracker'),
    broadcaster: languages.length,
  };
  return SIGN_UP.filter((role) => missing[role] > 0).map((role) => ({
    role,
    missing: missing[role],
    languages: role === 'broadcaster' ? languages.filter(Boolean) : [],
    url: `https://speedgaming.org/${role}/signup/${encodeURIComponent(episodeId)}/`,
  }));
}

/** Who gave no language, or another one, takes the first that is left. */
function languagesLeft(spoken: readonly string[], broadcasters: readonly (string | null)[]): string[] {
  const left = [...new Set(spoken)].filter((language) => !broadcasters.includes(language));
  const others = broadcasters.filter((language) => language === null || !spoken.includes(language));
  return left.slice(others.length);
}
