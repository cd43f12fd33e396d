/** One request as it was answered. Times are milliseconds of the machine's clock. */
export interface LoggedRequest {
  at: number;
  /** When the answer was sent or the connection closed; undefined while it is under way. */
  answeredAt: number | undefined;
  token: string | undefined;
  /** What the address says after `?from=`: so processes that share a token can be told apart. */
  from: string | undefined;
  operationName: string | null;
  query: string;
  variables: Record<string, unknown>;
  /** Objects in the answer, as start.gg counts them. */
  cost: number;
  /** Whether the request, or a part of it, asked for too many objects. */
  refused: boolean;
  /** The HTTP status; 0 where the connection was cut without an answer. */
  status: number;
}

/**
 * The most requests in any stretch of `ms` milliseconds: by their arrival, or by the strictest reading, in which
 * the server may count a request at any moment from its arrival to its answer.
 */
export function maxInAnyWindow(
  requests: readonly Pick<LoggedRequest, 'at' | 'answeredAt'>[],
  ms: number,
  by: 'arrival' | 'answer' = 'arrival',
): number {
  const arrivals = requests.map((one) => one.at).sort((a, b) => a - b);
  const ends = requests
    .map((one) => (by === 'arrival' ? one.at : (one.answeredAt ?? Infinity)))
    .sort((a, b) => a - b);
  let most = 0;
  let ended = 0;
  arrivals.forEach((at, i) => {
    while ((ends[ended] as number) <= at - ms) ended += 1;
    most = Math.max(most, i + 1 - ended);
  });
  return most;
}

/** Refuses what comes after `requests` requests of one token within `windowMs`. Refused requests do not count. */
export class RateLimit {
  readonly #limit: { requests: number; windowMs: number };
  readonly #arrivals = new Map<string, number[]>();

  constructor(limit: { requests: number; windowMs: number }) {
    this.#limit = limit;
  }

  allows(token: string, at: number): boolean {
    const recent = (this.#arrivals.get(token) ?? []).filter((one) => one > at - this.#limit.windowMs);
    this.#arrivals.set(token, recent);
    if (recent.length >= this.#limit.requests) return false;
    recent.push(at);
    return true;
  }
}
