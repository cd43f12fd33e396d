import { setTimeout as delay } from 'node:timers/promises';

/**
 * Something that is read when somebody asks, once for all who ask at the same time, and kept for a moment after that. A
 * reading that failed is not kept. One that hangs stays the only one: asking again would only add to what hangs.
 */
export class SharedReading<T> {
  readonly #read: () => Promise<T>;
  readonly #keepMs: number;
  readonly #patienceMs: number;
  #latest: { value: Promise<T>; endedAt: number | undefined } | undefined;

  /** @param options.patienceMs how long anybody waits for it */
  constructor(read: () => Promise<T>, options: { keepMs: number; patienceMs: number }) {
    this.#read = read;
    this.#keepMs = options.keepMs;
    this.#patienceMs = options.patienceMs;
  }

  /** @throws Error when it cannot be read, or not in time */
  async get(): Promise<T> {
    const ended = this.#latest?.endedAt;
    const isOld = ended !== undefined && performance.now() - ended >= this.#keepMs;
    if (!this.#latest || isOld) this.#latest = this.#begin();
    const giveUp = new AbortController();
    const { signal } = giveUp;
    const late = delay(this.#patienceMs, undefined, { signal, ref: false }).then(() => {
      throw new Error(`no answer within ${this.#patienceMs} ms`);
    });
    try {
      return await Promise.race([this.#latest.value, late]);
    } finally {
      late.catch(() => {});
      giveUp.abort();
    }
  }

  #begin() {
    const latest: { value: Promise<T>; endedAt: number | undefined } = {
      value: this.#read(),
      endedAt: undefined,
    };
    latest.value.then(
      () => {
        latest.endedAt = performance.now();
      },
      () => {
        if (this.#latest === latest) this.#latest = undefined;
      },
    );
    return latest;
  }
}
