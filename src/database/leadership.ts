import { uptime } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type Log, sparsely } from '../log.ts';

/** How often who leads proves that it still does, and who waits asks whether the lead is free. */
const BEAT_MS = 1_000;
/** An answer that takes longer counts as lost. */
const ANSWER_WITHIN_MS = 3_000;
/**
 * A leader that was not heard of for so long leads no more: it takes itself for deposed, and PostgreSQL ends its session
 * (`idle_session_timeout`), whose lock is free with that. So a machine that vanished or hangs keeps nobody waiting.
 */
const SILENT_AT_MOST_MS = 6_000;

/** Time that nobody sets, and that goes on while the machine sleeps. */
const sinceBootMs = () => uptime() * 1_000;

/** What only one process at a time does. */
export type Led = {
  start(): void;
  /** Starts nothing more and waits for what is under way. */
  stop(): Promise<void>;
};

/**
 * Lets one of several processes lead: the one that holds an advisory lock, on a connection of its own. The others wait,
 * and one of them takes over as soon as the lock is free.
 */
export class Leadership {
  readonly #url: string;
  readonly #lock: number;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  /** When this process last asked for what then turned out to be its own. */
  #provenAt: number | undefined;

  /** @param lock the key of the advisory lock */
  constructor(url: string, lock: number, log: Log) {
    this.#url = url;
    this.#lock = lock;
    this.#log = log;
  }

  /** Whether this process leads, for certain. */
  get leads(): boolean {
    return this.#provenAt !== undefined && sinceBootMs() - this.#provenAt < SILENT_AT_MOST_MS;
  }

  /** Starts `led` whenever this process leads and stops it when it does no more. Resolves after the first attempt. */
  async start(led: Led): Promise<void> {
    const tried = Promise.withResolvers<void>();
    this.#running = this.#run(led, tried.resolve);
    await tried.promise;
  }

  /** Gives the lead up, for good. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(led: Led, tried: () => void): Promise<void> {
    const failed = sparsely((about) => this.#log.warn(about, 'connection for the lead lost or refused'));
    while (!this.#stopping.signal.aborted) {
      await this.#compete(led, tried).catch(failed);
      tried();
      await this.#pause();
    }
  }

  /** The life of one connection: waits for the lead, then leads, until one of them ends. */
  async #compete(led: Led, tried: () => void): Promise<void> {
    const client = new Client({
      connectionString: this.#url,
      keepAlive: true,
      connectionTimeoutMillis: ANSWER_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
    });
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => {});
    client.on('error', ended.reject);
    client.on('end', () => ended.reject(new Error('the connection has ended')));
    try {
      await client.connect();
      await client.query(`set idle_session_timeout = ${SILENT_AT_MOST_MS}`);
      while (!this.#stopping.signal.aborted) {
        await this.#ask(client, led);
        tried();
        await Promise.race([this.#pause(), ended.promise]);
      }
    } finally {
      const hasLed = this.#provenAt !== undefined;
      this.#provenAt = undefined;
      if (hasLed) {
        await led.stop();
        this.#log.info('leads no more');
      }
      await client.end().catch(() => {});
    }
  }

  async #ask(client: Client, led: Led): Promise<void> {
    const askedAt = sinceBootMs();
    if (this.#provenAt !== undefined) {
      await client.query('select 1');
      this.#provenAt = askedAt;
      return;
    }
    const { rows } = await client.query('select pg_try_advisory_lock($1) as leads', [this.#lock]);
    if (!rows[0]?.leads) return;
    this.#provenAt = askedAt;
    this.#log.info('takes the lead');
    led.start();
  }

  async #pause(): Promise<void> {
    await delay(BEAT_MS, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}
