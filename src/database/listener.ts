import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Log } from '../log.ts';

/** What processes tell each other through PostgreSQL's NOTIFY. */
const CHANNELS = ['herald_job', 'herald_live', 'herald_notify', 'herald_event'] as const;
export type Channel = (typeof CHANNELS)[number];

const LOCK = 'select pg_advisory_lock_shared($1)';

type Handler = (payload: string) => void;

/** What a listener calls when the database has not answered for `afterMs` since the connection was lost. */
export type Gone = { afterMs: number; call: () => void };

/**
 * One connection of its own that listens for notifications and holds this process's advisory locks. It comes back by
 * itself; after each reconnect every handler is called once with an empty payload, since something may have been missed.
 */
export class Listener {
  readonly #url: string;
  readonly #log: Log;
  readonly #gone: Gone | undefined;
  readonly #handlers = new Map<Channel, Set<Handler>>();
  readonly #sharedLocks = new Set<number>();
  #client: Client | undefined;
  /** Of these locks, those that the present connection holds. */
  #held: ReadonlySet<number> = new Set();
  #closed = false;

  constructor(url: string, log: Log, gone?: Gone) {
    this.#url = url;
    this.#log = log;
    this.#gone = gone;
  }

  async start(): Promise<void> {
    await this.#connect();
  }

  /** Holds an advisory lock, shared, from now on as long as this process lives. */
  async hold(lock: number): Promise<void> {
    this.#sharedLocks.add(lock);
    const client = this.#client;
    await client?.query(LOCK, [lock]);
    // A connection that was made meanwhile has taken it by itself.
    if (client && client === this.#client) this.#held = new Set([...this.#held, lock]);
  }

  /** Whether this process's connection stands and holds a lock. */
  isHolding(lock: number): boolean {
    return this.#client !== undefined && this.#held.has(lock);
  }

  /**
   * Asks the database for something that it always has, past the queries that wait for a connection of the pool.
   *
   * @throws Error when it does not answer, or the connection is not there
   */
  async ask(): Promise<void> {
    if (!this.#client) throw new Error('the connection to the database is lost');
    await this.#client.query('select 1');
  }

  /** Calls `handler` with each payload sent to a channel. Returns the way to stop that. */
  on(channel: Channel, handler: Handler): () => void {
    const handlers = this.#handlers.get(channel) ?? new Set();
    this.#handlers.set(channel, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end().catch(() => {});
  }

  async #connect(): Promise<void> {
    const client = new Client({ connectionString: this.#url, keepAlive: true });
    client.on('error', (error) => this.#log.warn({ err: error }, 'listening connection lost'));
    client.on('notification', ({ channel, payload }) => this.#emit(channel as Channel, payload ?? ''));
    await client.connect();
    try {
      for (const lock of this.#sharedLocks) await client.query(LOCK, [lock]);
      for (const channel of CHANNELS) await client.query(`listen ${channel}`);
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    if (this.#closed) return await client.end();
    // Not before it stands: an attempt that fails is repeated by whoever made it, and ends too.
    client.on('end', () => void this.#reconnect());
    this.#client = client;
    this.#held = new Set(this.#sharedLocks);
  }

  async #reconnect(): Promise<void> {
    this.#client = undefined;
    const lostAt = Date.now();
    while (!this.#closed && !this.#client) {
      if (this.#gone && Date.now() - lostAt > this.#gone.afterMs) return this.#gone.call();
      await delay(500, undefined, { ref: false });
      if (!this.#closed)
        await this.#connect().catch((error) => this.#log.debug({ err: error }, 'listening again failed'));
    }
    for (const channel of this.#handlers.keys()) this.#emit(channel, '');
  }

  #emit(channel: Channel, payload: string): void {
    for (const handler of this.#handlers.get(channel) ?? []) handler(payload);
  }
}
