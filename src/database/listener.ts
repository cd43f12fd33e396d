import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Log } from '../log.ts';

/** What processes tell each other through PostgreSQL's NOTIFY. */
export type Channel = 'herald_job' | 'herald_live';

type Handler = (payload: string) => void;

/**
 * One connection of its own that listens for notifications and holds this process's advisory lock. It comes back by
 * itself; after each reconnect every handler is called once with an empty payload, since something may have been missed.
 */
export class Listener {
  readonly #url: string;
  readonly #log: Log;
  readonly #handlers = new Map<Channel, Set<Handler>>();
  readonly #sharedLock: number | undefined;
  #client: Client | undefined;
  #closed = false;

  /** @param sharedLock an advisory lock to hold, shared, as long as this process lives */
  constructor(url: string, log: Log, options: { sharedLock?: number } = {}) {
    this.#url = url;
    this.#log = log;
    this.#sharedLock = options.sharedLock;
  }

  async start(): Promise<void> {
    await this.#connect();
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
    client.on('end', () => void this.#reconnect());
    await client.connect();
    if (this.#sharedLock !== undefined)
      await client.query('select pg_advisory_lock_shared($1)', [this.#sharedLock]);
    for (const channel of ['herald_job', 'herald_live'] satisfies Channel[])
      await client.query(`listen ${channel}`);
    this.#client = client;
  }

  async #reconnect(): Promise<void> {
    this.#client = undefined;
    while (!this.#closed && !this.#client) {
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
