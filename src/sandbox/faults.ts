/** Which requests a fault strikes, and how often. */
export interface FaultMatch<Request> {
  /** Default: every request. */
  match?: (request: Request) => boolean;
  /** How many matching requests it strikes. Default 1; `Infinity` for always. */
  times?: number;
}

/** The faults that are waiting to strike. */
export class FaultQueue<Request, Fault extends FaultMatch<Request>> {
  #waiting: { fault: Fault; left: number }[] = [];

  /** Adds a fault; the function returned takes it away again. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? 1 };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((one) => one !== entry);
    };
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The fault that strikes this request, oldest first. */
  take(request: Request): Fault | undefined {
    const entry = this.#waiting.find(({ fault }) => fault.match?.(request) ?? true);
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#waiting = this.#waiting.filter((one) => one !== entry);
    return entry.fault;
  }
}
