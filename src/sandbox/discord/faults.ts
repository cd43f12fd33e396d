/** Something that goes wrong on demand. */
export type Fault = {
  /** Which requests it hits; without them every one. */
  method?: string;
  path?: RegExp;
  /** How many times; default once. */
  times?: number;
} & (
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string> }
  /** The work is done, then the connection breaks before the answer. */
  | { kind: 'lost-answer' }
  /** Nothing is done; the connection breaks after so many ms. */
  | { kind: 'hang'; ms: number }
  /** The work is done after so many ms. */
  | { kind: 'delay'; ms: number }
);

/** The faults that wait for their request. */
export class Faults {
  #pending: { fault: Fault; left: number }[] = [];

  /** Arms a fault; the returned function disarms it. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? 1 };
    this.#pending.push(entry);
    return () => {
      this.#pending = this.#pending.filter((each) => each !== entry);
    };
  }

  clear(): void {
    this.#pending = [];
  }

  /** The first armed fault for a request, used up by one. Paths are without `/api/v10` and query. */
  take(method: string, path: string): Fault | undefined {
    const entry = this.#pending.find(
      ({ fault }) => (fault.method ?? method) === method && (fault.path?.test(path) ?? true),
    );
    if (!entry) return undefined;
    entry.left--;
    if (entry.left <= 0) this.#pending = this.#pending.filter((each) => each !== entry);
    return entry.fault;
  }
}
