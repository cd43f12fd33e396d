import { setTimeout as delay } from 'node:timers/promises';
import type { Channel, Listener } from '../database/listener.ts';
import { type Log, sparsely } from '../log.ts';

const AT_ONCE = 8;
const LOOK_EVERY_MS = 1_000;
/** Notifications can come with every page of every import; one look serves all of this time. */
const LOOK_AT_MOST_EVERY_MS = 200;
const STOP_WITHIN_MS = 2_000;

export type Delivery<T> = {
  /** What is logged when something goes wrong: "live message", say. */
  what: string;
  /** Says that there may be something to deliver. */
  channel: Channel;
  /** Takes up to `limit` rows that no other process has. */
  claim(limit: number): Promise<T[]>;
  /** Sends one and notes what came of it; what it throws is a fault of Herald's own. */
  deliver(claimed: T): Promise<void>;
};

/** Takes rows that wait to be sent, some at once, as soon as they are told of and every second in any case. */
export class DeliveryLoop<T> {
  readonly #delivery: Delivery<T>;
  readonly #listener: Listener;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  readonly #atWork = new Set<Promise<void>>();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(delivery: Delivery<T>, listener: Listener, log: Log) {
    this.#delivery = delivery;
    this.#listener = listener;
    this.#log = log;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Takes up nothing more and waits for what is under way, at most 2 s. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const giveUp = new AbortController();
    const limit = delay(STOP_WITHIN_MS, undefined, { signal: giveUp.signal }).catch(() => {});
    await Promise.race([this.#loop?.then(() => Promise.allSettled(this.#atWork)), limit]);
    giveUp.abort();
  }

  async #run(): Promise<void> {
    const off = this.#listener.on(this.#delivery.channel, () => this.#wake.abort());
    const pause = (ms: number, signal: AbortSignal) =>
      delay(ms, undefined, { signal: AbortSignal.any([signal, this.#stopping.signal]) }).catch(() => {});
    const { what } = this.#delivery;
    const failed = sparsely((about) => this.#log.error({ ...about, what }, 'looking for deliveries failed'));
    while (!this.#stopping.signal.aborted) {
      this.#wake = new AbortController();
      await this.#look().catch(failed);
      await pause(LOOK_AT_MOST_EVERY_MS, this.#stopping.signal);
      await pause(LOOK_EVERY_MS, this.#wake.signal);
    }
    off();
  }

  async #look(): Promise<void> {
    const free = AT_ONCE - this.#atWork.size;
    if (free <= 0) return;
    const { what } = this.#delivery;
    for (const claimed of await this.#delivery.claim(free)) {
      const work = this.#delivery
        .deliver(claimed)
        .catch((error) => this.#log.error({ err: error, what, claimed }, 'delivery could not be settled'))
        .finally(() => {
          this.#atWork.delete(work);
          this.#wake.abort();
        });
      this.#atWork.add(work);
    }
  }
}
