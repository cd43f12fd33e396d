import { randomUUID } from 'node:crypto';
import type { Database } from '../database/database.ts';
import type { Listener } from '../database/listener.ts';
import type { Log } from '../log.ts';
import { type Observer, UNOBSERVED } from '../metrics/observer.ts';
import type { ImportKind } from './kind.ts';
import { LeasedJob } from './leased-job.ts';
import { Outage } from './outage.ts';
import type { Queue } from './queue.ts';
import { Slice } from './slice.ts';
import { takeLease } from './store.ts';

/** How long to wait after one failure and the next. */
export type Waits = { retryMs: readonly number[]; outageMs: readonly number[] };

const WAITS: Waits = {
  retryMs: [1_000, 2_000, 4_000, 8_000],
  outageMs: [5_000, 15_000, 30_000, 60_000, 120_000, 300_000],
};

/** Runs slices of import jobs: takes items off the work list, several at once, and commits each with all it causes. */
export class Runner {
  readonly #db: Database;
  readonly #queue: Queue;
  readonly #listener: Listener;
  readonly #kinds: ReadonlyMap<string, ImportKind>;
  readonly #log: Log;
  readonly #waits: Waits;
  readonly #observer: Observer;
  /** By kind: what a kind reads is down for all its jobs. */
  readonly #outages = new Map<string, Outage>();
  readonly #stopping = new AbortController();

  constructor(
    db: Database,
    queue: Queue,
    listener: Listener,
    kinds: readonly ImportKind[],
    log: Log,
    options: { waits?: Waits | undefined; observer?: Observer } = {},
  ) {
    this.#db = db;
    this.#queue = queue;
    this.#listener = listener;
    this.#kinds = new Map(kinds.map((kind) => [kind.name, kind]));
    this.#log = log;
    this.#waits = options.waits ?? WAITS;
    this.#observer = options.observer ?? UNOBSERVED;
  }

  /** Begins to take slices from the queue, so many jobs at once; those that nobody waits for have places of their own. */
  async start(concurrency: number, background = 1): Promise<void> {
    const run = (jobId: number, signal: AbortSignal) => this.runSlice(jobId, signal);
    await this.#queue.work({ concurrency, background }, run);
  }

  /** Ends all running slices: pages under way are rolled back or finished, and the slices handed back. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Works on a job for some minutes, or until it is done, interrupted or out of budget. */
  async runSlice(jobId: number, handedOn: AbortSignal): Promise<void> {
    const lease = randomUUID();
    const job = await takeLease(this.#db, jobId, lease);
    if (!job) return;
    const kind = this.#kinds.get(job.kind);
    if (!kind) throw new Error(`no import kind ${job.kind}`);
    const parts = { db: this.#db, queue: this.#queue, kind, observer: this.#observer };
    const slice = new Slice(new LeasedJob(parts, job, lease), {
      log: this.#log.child({ job: jobId }),
      outage: this.#outageOf(kind),
      retryWaitsMs: this.#waits.retryMs,
    });
    const offNotify = this.#listener.on('herald_job', (payload) => {
      if (payload === '' || payload === String(jobId)) void slice.checkLease();
    });
    const end = () => slice.lose();
    const handBack = () => slice.handBack();
    handedOn.addEventListener('abort', end);
    this.#stopping.signal.addEventListener('abort', handBack);
    if (this.#stopping.signal.aborted) handBack();
    try {
      await slice.run();
    } finally {
      offNotify();
      handedOn.removeEventListener('abort', end);
      this.#stopping.signal.removeEventListener('abort', handBack);
    }
  }

  #outageOf({ name }: ImportKind): Outage {
    const outage = this.#outages.get(name) ?? new Outage(this.#waits.outageMs);
    this.#outages.set(name, outage);
    return outage;
  }
}
