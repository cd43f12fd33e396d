import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type {
  Deed,
  Done,
  MessageView,
  PersonKey,
  Place,
  Update,
  View,
  Watch,
} from '../playground/protocol.ts';
import { writeAddress } from './address.ts';
import { Connection, post, Refusal } from './connection.ts';

/** What the page knows at a moment. */
export type Sight = {
  /** Nothing until the sandbox answered for the first time. */
  view: View | undefined;
  isConnected: boolean;
  /** When the sandbox's clock was last read, by the browser's own. */
  clockReadAt: number;
  /** What came of the last deed, and why it was refused. */
  said: string;
  refusal: string;
};

type Waiting = { isSo: (view: View) => boolean; resolve: (view: View) => void };

/** All that the page sees of the sandbox, and does there. */
export class Sandbox {
  #sight: Sight = { view: undefined, isConnected: true, clockReadAt: Date.now(), said: '', refusal: '' };
  #listeners = new Set<(sight: Sight) => void>();
  #waiting = new Set<Waiting>();
  #connection: Connection;

  constructor(watch: Watch) {
    this.#connection = new Connection(watch, {
      onUpdate: (update) => this.#merge(update),
      onState: (isConnected) => this.#change({ isConnected }),
    });
  }

  get sight(): Sight {
    return this.#sight;
  }

  /** The latest view. Only to be asked for by what is drawn from one. */
  get view(): View {
    if (!this.#sight.view) throw new Error('nothing is to be seen yet');
    return this.#sight.view;
  }

  listen(listener: (sight: Sight) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks through a person's eyes at a place; without one, at the first channel that the person sees. */
  watch(person: PersonKey, place?: Place): void {
    this.hush();
    this.#connection.watch({ person, place });
  }

  /** The same, and waits until it is in sight. Throws a `Refusal` where that takes too long. */
  async go(person: PersonKey, place?: Place): Promise<View> {
    this.watch(person, place);
    return await this.until(
      ({ me, place: at }) => me === person && (!place || at.kind === place.kind),
      `the page does not show what the ${person} sees`,
    );
  }

  /** Does a deed and shows what came of it. Gives undefined where it was refused. */
  async act(deed: Deed): Promise<Done | undefined> {
    try {
      const done = await post(deed);
      this.#change({ said: done.said ?? '', refusal: '' });
      return done;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refuse(error.message);
      return undefined;
    }
  }

  /** Does something of several steps. Where one is refused, it ends there and the page says why. */
  async attempt(steps: () => Promise<unknown>): Promise<void> {
    try {
      await steps();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refuse(error.message);
    }
  }

  refuse(refusal: string): void {
    this.#change({ said: '', refusal });
  }

  /** Takes away what was said or refused. */
  hush(): void {
    if (this.#sight.said || this.#sight.refusal) this.#change({ said: '', refusal: '' });
  }

  /** Waits until the view is so. Throws a `Refusal` where it is not within the time. */
  async until(isSo: (view: View) => boolean, what: string, ms = 60_000): Promise<View> {
    if (this.#sight.view && isSo(this.#sight.view)) return this.#sight.view;
    const { promise, resolve, reject } = Promise.withResolvers<View>();
    const waiting = { isSo, resolve };
    this.#waiting.add(waiting);
    const timer = setTimeout(
      () => reject(new Refusal(`Waited for ${Math.round(ms / 1000)} seconds, and still ${what}.`)),
      ms,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    }
  }

  #merge(update: Update): void {
    // The first update after a connection is a whole view.
    const view = { ...this.#sight.view, ...update } as View;
    if (update.messages) view.messages = withKnown(this.#sight.view?.messages ?? [], update.messages);
    this.#change({ view, ...(update.clock ? { clockReadAt: Date.now() } : {}) });
    history.replaceState(null, '', writeAddress(view.me, view.place));
    for (const { isSo, resolve } of this.#waiting) if (isSo(view)) resolve(view);
  }

  #change(change: Partial<Sight>): void {
    this.#sight = { ...this.#sight, ...change };
    for (const listener of this.#listeners) listener(this.#sight);
  }
}

/** Messages that are as before stay the same objects, so that only the others are drawn anew. */
function withKnown(before: MessageView[], after: MessageView[]): MessageView[] {
  const known = new Map(before.map((message) => [message.id, message]));
  return after.map((message) => {
    const was = known.get(message.id);
    return was && JSON.stringify(was) === JSON.stringify(message) ? was : message;
  });
}

/** What the page sees, drawn anew whenever it changes. */
export function useSight(sandbox: Sandbox): Sight {
  const [sight, setSight] = useState(sandbox.sight);
  useEffect(() => {
    setSight(sandbox.sight);
    return sandbox.listen(setSight);
  }, [sandbox]);
  return sight;
}

export const SandboxContext = createContext<Sandbox | undefined>(undefined);

/** The sandbox, for whatever does something there. */
export function useSandbox(): Sandbox {
  const sandbox = useContext(SandboxContext);
  if (!sandbox) throw new Error('drawn outside the page');
  return sandbox;
}
