import { GiveUpError, RetryLaterError } from '../errors.ts';

/** More objects were asked for than one request may return. Ask for fewer. */
export class TooComplexError extends Error {
  override name = 'TooComplexError';
  /** How many objects start.gg counted, if it said so. */
  readonly actual: number | undefined;

  constructor(message: string) {
    super(message);
    const actual = /actual: (\d+)/.exec(message)?.[1];
    this.actual = actual ? Number(actual) : undefined;
  }
}

/** The page lies beyond the 10,000th entry, which start.gg does not serve. */
export class TooDeepError extends Error {
  override name = 'TooDeepError';
}

/** Whether start.gg could not give the one thing that it was asked for; others may come all the same. */
export function isOfItem(error: unknown): boolean {
  return [RetryLaterError, GiveUpError, TooComplexError, TooDeepError].some((kind) => error instanceof kind);
}
