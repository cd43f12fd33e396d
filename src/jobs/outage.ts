/** An outage of one source, as this process meets it: the waits grow for as long as it lasts, over jobs and slices. */
export class Outage {
  readonly #waitsMs: readonly number[];
  #count = 0;
  #countedAt = 0;

  constructor(waitsMs: readonly number[]) {
    this.#waitsMs = waitsMs;
  }

  /**
   * How long to leave the source alone.
   *
   * @param started when the failed request was made: requests that were under way together fail together, and count once
   */
  wait(started: number): number {
    if (started > this.#countedAt) {
      this.#count++;
      this.#countedAt = Date.now();
    }
    return this.#waitsMs[Math.min(this.#count, this.#waitsMs.length) - 1] ?? 0;
  }

  /** The source answered again. */
  over(): void {
    this.#count = 0;
  }
}

/** Between 100 and 150 % of the given time, so that workers that failed together do not return together. */
export function jitter(ms: number): number {
  return ms * (1 + Math.random() / 2);
}
