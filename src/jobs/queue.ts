import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { fromKysely, PgBoss, type Queue as QueueSettings } from 'pg-boss';
import { rows } from '../database/database.ts';
import { type Log, sparsely } from '../log.ts';

const SLICE = 'import-slice';
const BACKGROUND_SLICE = 'background-slice';
const SYNC = 'sync';

/** A slice of a job's work to be done by whichever worker is free. */
type SliceData = { jobId: number };

/** One source's slug to be read and brought up to date. */
export type SyncData = { source: string; slug: string };

const syncKey = ({ source, slug }: SyncData) => `${source}:${slug}`;

/**
 * pg-boss, set up so that a slice survives any number of crashes: a worker that does not beat for 10 s loses its slice,
 * and the retry limit (2 by default) is out of reach.
 */
const SLICES: Omit<QueueSettings, 'name'> = {
  // One waiting slice per job. That one at most is at work is what the job's lease says, at once and for certain;
  // the stately policy would say it too, but from a cache that is up to a minute old.
  policy: 'short',
  heartbeatSeconds: 10,
  retryLimit: 1_000_000,
  retryDelay: 1,
  retryBackoff: true,
  // Crashes in a row must not make the next worker wait: it shall go on within 30 s, and 10 of them are the heartbeat's.
  retryDelayMax: 5,
  expireInSeconds: 3600,
  deleteAfterSeconds: 3600,
  notify: true,
};

const QUEUES: QueueSettings[] = [
  { name: SLICE, ...SLICES },
  { name: BACKGROUND_SLICE, ...SLICES },
  {
    name: SYNC,
    // One waits while one is at work: whoever asks during a run gets another one after it.
    policy: 'short',
    heartbeatSeconds: 10,
    retryLimit: 3,
    retryDelay: 1,
    expireInSeconds: 900,
    deleteAfterSeconds: 600,
    notify: true,
  },
];

/** What is ready in one queue and waits for a worker; `oldestSeconds` is how long the oldest does, 0 where nothing waits. */
export type Waiting = { ready: number; oldestSeconds: number };

export class Queue {
  readonly #boss: PgBoss;
  #started: Promise<unknown> | undefined;

  constructor(url: string, log: Log) {
    this.#boss = new PgBoss({
      connectionString: url,
      max: 4,
      migrate: false,
      schedule: false,
      superviseIntervalSeconds: 2,
      monitorIntervalSeconds: 2,
      useListenNotify: true,
    });
    // Each of its loops tells of a database that is away, every second.
    this.#boss.on(
      'error',
      sparsely((about) => log.error(about, 'job queue error')),
    );
    this.#boss.on('warning', (warning) => log.debug({ warning }, 'job queue warning'));
  }

  /** Creates or updates the queue's own tables. To be called under the migrations lock. */
  static async install(url: string): Promise<void> {
    const boss = new PgBoss({ connectionString: url, max: 2, supervise: false, schedule: false });
    boss.on('error', () => {});
    await boss.start();
    for (const { name, ...settings } of QUEUES) {
      if (await boss.getQueue(name)) {
        const { policy: _, ...changeable } = settings;
        await boss.updateQueue(name, changeable);
      } else await boss.createQueue(name, settings);
    }
    await boss.stop({ graceful: false });
  }

  async start(): Promise<void> {
    this.#started ??= this.#boss.start();
    await this.#started;
  }

  /**
   * Puts the next slice of a job on the queue, in the caller's transaction. A job has at most one waiting slice: a waiting
   * one is brought forward.
   *
   * @param afterMs not before this long from now
   */
  async sendSlice(
    em: EntityManager,
    { id, isBackground = false }: { id: number; isBackground?: boolean | undefined },
    afterMs = 0,
  ): Promise<void> {
    await this.#boss.upsert(isBackground ? BACKGROUND_SLICE : SLICE, { jobId: id } satisfies SliceData, {
      singletonKey: String(id),
      startAfter: Math.ceil(afterMs) / 1000,
      db: fromKysely(em.getKysely() as unknown as Parameters<typeof fromKysely>[0]),
    });
  }

  /** Works slices until `stop`. `run` gets the job's id and a signal that ends when the slice was handed to another worker. */
  async work(
    { concurrency, background }: { concurrency: number; background: number },
    run: (jobId: number, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const places = { [SLICE]: concurrency, [BACKGROUND_SLICE]: background };
    for (const [name, localConcurrency] of Object.entries(places))
      await this.#boss.work<SliceData>(
        name,
        {
          localConcurrency,
          pollingIntervalSeconds: 0.5,
          notifyPollingIntervalSeconds: 0.5,
          heartbeatRefreshSeconds: 2,
        },
        async (jobs) => {
          for (const job of jobs) await run(job.data.jobId, job.signal);
        },
      );
  }

  /**
   * Asks for a sync of a slug, in the caller's transaction if it gives one. At most one waits: a waiting one is brought
   * forward, and one that is at work is followed by another.
   */
  async sendSync(sync: SyncData, options: { em?: EntityManager; afterMs?: number } = {}): Promise<void> {
    const { em, afterMs = 0 } = options;
    await this.#boss.upsert(SYNC, sync, {
      singletonKey: syncKey(sync),
      startAfter: Math.ceil(afterMs) / 1000,
      group: { id: syncKey(sync) },
      ...(em ? { db: fromKysely(em.getKysely() as unknown as Parameters<typeof fromKysely>[0]) } : {}),
    });
  }

  /** Works syncs until `stop`, several slugs at once, but never one slug twice. */
  async workSyncs(
    concurrency: number,
    run: (sync: SyncData, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    await this.#boss.work<SyncData>(
      SYNC,
      {
        localConcurrency: concurrency,
        groupConcurrency: 1,
        pollingIntervalSeconds: 1,
        notifyPollingIntervalSeconds: 1,
        heartbeatRefreshSeconds: 2,
      },
      async (jobs) => {
        for (const job of jobs) await run(job.data, job.signal);
      },
    );
  }

  /** What waits for a worker: slices of imports and syncs. */
  async length(): Promise<number> {
    const counts = await Promise.all(
      QUEUES.map(async ({ name }) => (await this.#boss.getQueueStats(name, { force: true }))[0]?.readyCount),
    );
    return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  }

  /** What waits for a worker at this moment, by queue: pg-boss's own numbers are up to a minute old. */
  async waiting(em: EntityManager): Promise<Record<string, Waiting>> {
    const names = QUEUES.map(({ name }) => name);
    const found = await rows(
      em,
      sql<Waiting & { name: string }>`select name, count(*)::int as ready,
          extract(epoch from clock_timestamp() - min(start_after))::float8 as "oldestSeconds"
        from pgboss.job
        where name = any(${names}::text[]) and state < 'active' and not blocked and start_after <= clock_timestamp()
        group by name`,
    );
    const none = { ready: 0, oldestSeconds: 0 };
    return Object.fromEntries(
      names.map((name) => {
        const { ready, oldestSeconds } = found.find((queue) => queue.name === name) ?? none;
        return [name, { ready, oldestSeconds }];
      }),
    );
  }

  /** Waits for running slices to hand themselves back, at most `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    if (this.#started) await this.#boss.stop({ graceful: true, timeout: timeoutMs });
  }
}
