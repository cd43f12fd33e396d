import { type FaultMatch, FaultQueue } from '../faults.ts';

/** A request as a fault's `match` sees it. */
export interface StartggRequest {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | null;
}

/** Where it strikes in a request that asks for several events: only in this one, by id. Default: in all of it. */
interface OfEvent {
  event?: number;
}

interface OfList extends OfEvent {
  /** The field whose pages it strikes: `sets`, say. Default: all. */
  list?: string;
}

/** What can go wrong, in the forms in which clients of start.gg have met it. */
export type Fault = FaultMatch<StartggRequest> &
  (
    | { kind: 'rate-limit'; retryAfter?: number }
    | { kind: 'rate-limit-200' }
    | { kind: 'rate-limit-errors' }
    | { kind: 'complexity'; actual?: number }
    | { kind: 'complexity-200'; actual?: number }
    | { kind: 'http'; status: 500 | 502 | 503 | 504 }
    | { kind: 'html' }
    | { kind: 'html-502' }
    | { kind: 'cut-off' }
    | { kind: 'hang'; ms?: number }
    | { kind: 'lost-connection' }
    | { kind: 'unknown-error' }
    | { kind: 'invalid-token' }
    | { kind: 'expired-token' }
    /** Top-level fields come back null, without an error: deleted, or private. */
    | ({ kind: 'null-field' } & OfEvent)
    /** Every third node of each page is null. */
    | ({ kind: 'null-nodes' } & OfList)
    /** Each page holds fewer nodes than its total says. */
    | ({ kind: 'short-page'; drop?: number } & OfList)
    /** One field fails and is null, the rest of the answer is good. Default: the first object inside a node. */
    | ({ kind: 'partial'; field?: string } & OfEvent)
  );

/** The faults that are waiting to strike. */
export class Faults extends FaultQueue<StartggRequest, Fault> {
  /** Events that always fail, by id, alone or in a request with others. */
  readonly failingEvents = new Set<number>();

  /** Makes everything that is asked about an event fail; the function returned ends that. */
  failEvent(id: number): () => void {
    this.failingEvents.add(id);
    return () => this.failingEvents.delete(id);
  }

  override clear(): void {
    super.clear();
    this.failingEvents.clear();
  }
}
