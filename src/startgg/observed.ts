import { RetryLaterError } from '../errors.ts';
import type { Observer, StartggOutcome } from '../metrics/observer.ts';
import { TooComplexError } from './errors.ts';

/** Tells the observer how a request ends that was sent; gives and throws what the request does. */
export async function observed<T extends { cost: number | undefined }>(
  request: Promise<T>,
  observer: Observer,
  signal?: AbortSignal,
): Promise<T> {
  try {
    const answer = await request;
    observer.startggRequest('answered', answer.cost);
    return answer;
  } catch (error) {
    observer.startggRequest(signal?.aborted ? 'aborted' : outcomeOf(error));
    throw error;
  }
}

function outcomeOf(error: unknown): StartggOutcome {
  if (error instanceof TooComplexError) return 'too_large';
  // Only a rate limit says when to come back.
  if (error instanceof RetryLaterError && error.retryAfterMs !== undefined) return 'rate_limited';
  return 'failed';
}
