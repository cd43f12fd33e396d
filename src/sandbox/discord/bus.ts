/** What changed, for whoever watches the stand-in: a test that waits, the page that draws. */
export type Change = { kind: ChangeKind; id?: string };
type ChangeKind =
  | 'guild'
  | 'channel'
  | 'member'
  | 'message'
  | 'event'
  | 'command'
  | 'interaction'
  | 'gateway'
  | 'request'
  | 'clock';

/** An event on its way to the gateway sessions that may have it. */
export type Dispatch = {
  t: string;
  /** The payload, or a function of the session's intents where they decide what it holds. */
  d: unknown | ((intents: number) => unknown);
  /** Decides the shard; events without a guild go to shard 0. */
  guildId?: string | undefined;
  /** The intent bits of which a session needs one; 0: everybody gets it. */
  intent: number;
};

/** The nerve of the stand-in: parts announce here, parts and tests listen here. */
export class Bus {
  readonly #changes = new Set<(change: Change) => void>();
  readonly #dispatches = new Set<(dispatch: Dispatch) => void>();

  changed(kind: ChangeKind, id?: string): void {
    for (const listener of [...this.#changes]) listener({ kind, ...(id ? { id } : {}) });
  }

  dispatch(dispatch: Dispatch): void {
    for (const listener of [...this.#dispatches]) listener(dispatch);
  }

  /** Listens to changes; the returned function ends it. */
  onChange(listener: (change: Change) => void): () => void {
    this.#changes.add(listener);
    return () => this.#changes.delete(listener);
  }

  onDispatch(listener: (dispatch: Dispatch) => void): void {
    this.#dispatches.add(listener);
  }

  /**
   * Resolves with the first truthy value of `predicate`, asked now and after every change.
   * @throws when `timeoutMs` (60 s) passed before
   */
  waitFor<T>(
    predicate: () => T,
    options: { timeoutMs?: number; what?: string } = {},
  ): Promise<Exclude<T, undefined | null | false | 0 | ''>> {
    type Found = Exclude<T, undefined | null | false | 0 | ''>;
    const { timeoutMs = 60_000, what = 'the awaited state' } = options;
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => {
        clearTimeout(timer);
        stop();
        act();
      };
      const look = () => {
        try {
          const value = predicate();
          if (value) end(() => resolve(value as Found));
        } catch (error) {
          end(() => reject(error));
        }
      };
      const timer = setTimeout(
        () => end(() => reject(new Error(`waited ${timeoutMs} ms in vain for ${what}`))),
        timeoutMs,
      );
      const stop = this.onChange(look);
      look();
    });
  }
}
