import { UserError } from '../errors.ts';
import type { SharedBudget } from '../jobs/budget.ts';
import { NotFoundError, type SpeedgamingClient } from './client.ts';
import { parseSlug } from './slug.ts';

/** SpeedGaming's events as people ask for them. */
export class SpeedgamingEvents {
  readonly #client: Pick<SpeedgamingClient, 'event'>;
  readonly #budgetOf: (slug: string) => SharedBudget;

  /** @param budgetOf how often one slug may be read */
  constructor(client: Pick<SpeedgamingClient, 'event'>, budgetOf: (slug: string) => SharedBudget) {
    this.#client = client;
    this.#budgetOf = budgetOf;
  }

  /**
   * The event that a person means by a slug or an address.
   *
   * @throws UserError with SpeedGaming's own words when there is none; RetryLaterError when there is no usable answer
   */
  async find(typed: string, signal: AbortSignal): Promise<{ slug: string; name: string }> {
    const slug = parseSlug(typed);
    try {
      return await this.#client.event(slug, signal);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      throw new UserError(`SpeedGaming has no event "${slug}". It says: ${error.message}`);
    }
  }

  /** In how many milliseconds the schedule of an event may be read (again); 0: now. */
  async readableInMs(slug: string): Promise<number> {
    return await this.#budgetOf(slug).waitMs();
  }
}
