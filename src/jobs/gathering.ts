type Waiting<T> = { value: T; written: PromiseWithResolvers<void> };

/**
 * Writes what comes in, one thing after the other. What comes meanwhile is gathered and written together: many small
 * writes side by side would wait for each other's rows, and cost more than a large one.
 */
export class Gathering<T> {
  readonly #write: (values: readonly T[]) => Promise<void>;
  #waiting: Waiting<T>[] = [];
  #isBusy = false;

  /** @param write should it fail, it is called again with each value alone, also with those that it had written by then */
  constructor(write: (values: readonly T[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves once it is written, and throws why it could not be written alone. */
  async add(value: T): Promise<void> {
    const written = Promise.withResolvers<void>();
    this.#waiting.push({ value, written });
    if (!this.#isBusy) void this.#work();
    await written.promise;
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) await this.#together(this.#waiting.splice(0));
    this.#isBusy = false;
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
