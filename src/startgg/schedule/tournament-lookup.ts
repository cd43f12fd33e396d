import { UserError } from '../../errors.ts';
import { tournamentNameAnswer } from '../answers.ts';
import type { StartggClient } from '../client.ts';
import { TOURNAMENT_NAME } from '../documents.ts';
import { parseTournamentSlug } from './tournament-slug.ts';

/** How long a person may wait for room in the budget. */
const PATIENCE_MS = 60_000;

/** start.gg's tournaments as people ask for them. */
export class StartggTournaments {
  readonly #client: StartggClient;

  constructor(client: StartggClient) {
    this.#client = client;
  }

  /**
   * The tournament that a person means by a slug or an address.
   *
   * @throws UserError when start.gg shows none; RetryLaterError, SourceBlockedError when there is no usable answer
   */
  async find(typed: string, signal: AbortSignal): Promise<{ slug: string; name: string }> {
    const slug = parseTournamentSlug(typed);
    const options = { urgency: 'person', patienceMs: PATIENCE_MS, signal } as const;
    const { data } = await this.#client.query(TOURNAMENT_NAME, { slug }, tournamentNameAnswer, options);
    if (!data.tournament)
      throw new UserError(
        `start.gg shows no tournament "${slug}": there is none, or it is private. The slug is the part after start.gg/tournament/ in the address of its page.`,
      );
    const known = data.tournament.slug?.replace(/^tournament\//, '') || slug;
    return { slug: known, name: data.tournament.name || known };
  }

  /** In how many milliseconds a tournament may be read (again): at once, the budget allowing. */
  async readableInMs(): Promise<number> {
    return 0;
  }
}
