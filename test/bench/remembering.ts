import type { WorkItem } from '../../src/jobs/item.ts';
import type { ImportKind, JobContext, Outcome } from '../../src/jobs/kind.ts';
import { type Answer, StartggClient } from '../../src/startgg/client.ts';
import { startggImport } from '../../src/startgg/import.ts';
import { PackedReading } from '../../src/startgg/packing/packed.ts';

/** The import from start.gg, reading from memory what it has read before. */
export function rememberingImport(client: StartggClient): ImportKind {
  const kind = startggImport(client);
  const packed = new RememberingReading(client, 'import');
  const isPacked = ([first]: readonly WorkItem[]) => first !== undefined && packed.reads(first.kind);
  return {
    ...kind,
    bundle: (items) => [
      ...kind.bundle(items.filter((item) => !isPacked([item]))),
      ...packed.bundle(items.filter((item) => isPacked([item]))),
    ],
    read: (items, context) => (isPacked(items) ? packed : kind).read(items, context),
    unite: (outcomes) => packed.unite(outcomes),
    divide: (outcome, parts) => packed.divide(outcome, parts),
  };
}

/** Remembers the pages that were read, as they were understood. They come together otherwise each time. */
class RememberingReading extends PackedReading {
  readonly #pages = new Map<string, unknown>();

  override async read(items: readonly WorkItem[], context: JobContext): Promise<Outcome> {
    const nameOf = ({ kind, key, page }: WorkItem) => `${kind} ${key} ${page}`;
    if (items.every((item) => this.#pages.has(nameOf(item))))
      return this.outcome(new Map(items.map((item) => [item, this.#pages.get(nameOf(item))])), []);
    const outcome = await super.read(items, context);
    for (const [item, read] of this.readsOf(outcome) ?? []) this.#pages.set(nameOf(item), read);
    return outcome;
  }
}

/** Remembers the answers to everything that has a request for itself, and gives them again at once. */
export class RememberingClient extends StartggClient {
  readonly #answers = new Map<string, Promise<Answer<unknown>>>();

  override async query<T>(...args: Parameters<StartggClient['query']>): Promise<Answer<T>> {
    const key = JSON.stringify(args.slice(0, 2));
    const answer = this.#answers.get(key) ?? super.query(...args);
    this.#answers.set(key, answer);
    return (await answer) as Answer<T>;
  }
}
