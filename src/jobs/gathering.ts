type Waiting<T> = { value: T; written: PromiseWithResolvers<void> };

/**
 * Writes what comes in, a few writers side by side. What comes while all of them are busy is gathered, and written
 * together: many small writes at once would wait for each other's rows, and cost more than a large one.
 */
export class Gathering<T> {
  readonly #writers: number;
  readonly #write: (values: readonly T[]) => Promise<void>;
  #waiting: Waiting<T>[] = [];
  #busy = 0;

  /** @param write may be called again with what it failed to write, and with what it has written before that */
  constructor(writers: number, write: (values: readonly T[]) => Promise<void>) {
    this.#writers = writers;
    this.#write = write;
  }

  /** Resolves once it is written. What fails together is tried alone, so that each fails for its own reasons. */
  async add(value: T): Promise<void> {
    const written = Promise.withResolvers<void>();
    this.#waiting.push({ value, written });
    if (this.#busy < this.#writers) void this.#work();
    await written.promise;
  }

  async #work(): Promise<void> {
    this.#busy++;
    while (this.#waiting.length > 0) await this.#together(this.#waiting.splice(0));
    this.#busy--;
  }

  async #together(all: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.#write(all.map(({ value }) => value));
      for (const { written } of all) written.resolve();
    } catch (error) {
      if (all.length === 1) all[0]?.written.reject(error);
      else for (const one of all) await this.#together([one]);
    }
  }
}
