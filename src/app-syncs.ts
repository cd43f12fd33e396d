import { BudgetExhaustedError } from './errors.ts';
import type { Queue, SyncData } from './jobs/queue.ts';
import type { Observer, SyncOutcome } from './metrics/observer.ts';

/** Slugs that one worker reads at once. */
const SYNCS_AT_ONCE = 6;

/** Reads a slug at its source; tells how it ended, unless there was nothing to do. */
export type Reader = (slug: string, signal: AbortSignal) => Promise<SyncOutcome | undefined>;

type Parts = {
  queue: Queue;
  /** By source. */
  readers: Record<string, Reader>;
  observer: Observer;
  /** Ends when the process is about to. */
  stopping: AbortSignal;
};

/** Begins to work on syncs, as they come from the schedule, from links and from people. */
export async function workSyncs(parts: Parts): Promise<void> {
  await parts.queue.workSyncs(SYNCS_AT_ONCE, async (sync, handedOn) => {
    const startedAt = performance.now();
    const ended = (outcome: SyncOutcome | undefined) => {
      if (outcome) parts.observer.synced(sync.source, outcome, (performance.now() - startedAt) / 1000);
    };
    try {
      ended(await read(parts, sync, handedOn));
    } catch (error) {
      ended('failed');
      throw error;
    }
  });
}

async function read(
  { queue, readers, stopping }: Parts,
  sync: SyncData,
  handedOn: AbortSignal,
): Promise<SyncOutcome | undefined> {
  const signal = AbortSignal.any([handedOn, stopping]);
  try {
    return await readers[sync.source]?.(sync.slug, signal);
  } catch (error) {
    const isTooEarly = error instanceof BudgetExhaustedError;
    if (!signal.aborted && !isTooEarly) throw error;
    // Too early, or this process is about to end: it is done later, here or elsewhere.
    if (!handedOn.aborted) await queue.sendSync(sync, { afterMs: isTooEarly ? error.waitMs : 0 });
    return isTooEarly ? 'postponed' : 'aborted';
  }
}
