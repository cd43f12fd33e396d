import type { WorkItem } from '../../jobs/item.ts';
import type { Batch, CountChanges, JobContext, Outcome } from '../../jobs/kind.ts';
import type { StartggClient, Urgency } from '../client.ts';
import { merge } from '../counting.ts';
import { TooComplexError } from '../errors.ts';
import { changesReader } from './changes.ts';
import { detailsReader } from './details.ts';
import { entrantsReader } from './entrants.ts';
import { pack } from './plan.ts';
import { type Asked, Prices } from './prices.ts';
import type { PackedReader } from './reader.ts';
import { answersTo, documentOf } from './request.ts';
import { eventOf } from './set-rules.ts';
import { setsReader } from './sets.ts';
import { structureReader } from './structure.ts';

/** In the order in which what they read is written, so that rows stand before those that refer to them. */
const READERS: Record<string, PackedReader<unknown>> = {
  event: structureReader as PackedReader<unknown>,
  entrants: entrantsReader as PackedReader<unknown>,
  sets: setsReader as PackedReader<unknown>,
  changes: changesReader as PackedReader<unknown>,
  details: detailsReader as PackedReader<unknown>,
};

/** A request that is filled to this part may go; below it, it waits for more. */
const FULL = 0.94;

/** Reads work items of many events in common requests. */
export class PackedReading {
  readonly #client: StartggClient;
  readonly #urgency: Urgency;
  readonly #prices = new Prices();
  /** How often items were too large together with others. */
  readonly #refusals = new Map<string, number>();

  /** What was read, by what came of it. */
  readonly #reads = new WeakMap<Outcome, ReadonlyMap<WorkItem, unknown>>();

  constructor(client: StartggClient, urgency: Urgency) {
    this.#client = client;
    this.#urgency = urgency;
  }

  /** Whether items of a kind are read here. */
  reads(kind: string): boolean {
    return kind in READERS;
  }

  /** Divides items into requests. What failed before, or is too large for company, has a request for itself. */
  bundle(items: readonly WorkItem[]): Batch[] {
    const { room } = this.#prices;
    const all = items.map((item) => {
      const { cost, root } = readerOf(item).load(item, this.#prices);
      return { item, root, cost: cost * (1 + (this.#refusals.get(item.id) ?? 0)) };
    });
    const isAlone = ({ item, cost }: (typeof all)[number]) => item.attempts > 0 || cost > room;
    const loads = all.filter((load) => !isAlone(load));
    const plans = pack(loads, room).map(({ loads, cost }) => ({
      items: loads.map((load) => load.item),
      isFull: cost >= room * FULL,
    }));
    return [...all.filter(isAlone).map(({ item }) => ({ items: [item], isFull: true })), ...plans];
  }

  /** Reads items in one request. @throws as `StartggClient.queryPacked`, for what concerns all of them */
  async read(items: readonly WorkItem[], { signal }: JobContext): Promise<Outcome> {
    const asking = items.map((item) => ({ item, asks: readerOf(item).ask(item) }));
    const document = documentOf(asking.flatMap(({ asks }) => asks));
    const answer = await this.#client
      .queryPacked(document, { urgency: this.#urgency, signal })
      .catch((error) => {
        if (!(error instanceof TooComplexError) || items.length > 1) throw error;
      });
    const [only] = items;
    if (!answer) return shrunk(only as WorkItem);
    this.#prices.learn(answer.data, askedBy(items), answer.cost);
    const read = new Map<WorkItem, unknown>();
    const failed: { item: WorkItem; error: unknown }[] = [];
    for (const { item, asks } of asking)
      try {
        read.set(item, readerOf(item).parse(item, answersTo(asks, answer), this.#prices));
        this.#refusals.delete(item.id);
      } catch (error) {
        if (!(error instanceof TooComplexError)) failed.push({ item, error });
        else if (items.length === 1) return shrunk(item);
        else this.#refusals.set(item.id, (this.#refusals.get(item.id) ?? 0) + 1);
      }
    return this.outcome(read, failed);
  }

  /** Makes one outcome of those that were read here. */
  unite(outcomes: readonly Outcome[]): Outcome[] {
    const own = outcomes.flatMap((outcome) => this.readsOf(outcome) ?? []);
    const others = outcomes.filter((outcome) => !this.readsOf(outcome));
    return own.length > 0 ? [...others, this.outcome(new Map(own.flatMap((read) => [...read])), [])] : others;
  }

  /** Divides an outcome, so that what is of one event stays together. */
  divide(outcome: Outcome, parts: number): Outcome[] {
    const read = this.readsOf(outcome);
    if (!read) return [outcome];
    const byPart = Map.groupBy(read, ([item]) => eventOf(item) % parts);
    return Array.from({ length: parts }, (_, part) => this.outcome(new Map(byPart.get(part)), []));
  }

  /** What was read of items here. */
  protected readsOf(outcome: Outcome): ReadonlyMap<WorkItem, unknown> | undefined {
    return this.#reads.get(outcome);
  }

  /** What comes of items that were read. */
  protected outcome(read: ReadonlyMap<WorkItem, unknown>, failed: Outcome['failed']): Outcome {
    const outcome: Outcome = {
      read: [...read.keys()],
      failed,
      commit: (em, list, wanted) => this.#commit(em, list, wanted, read),
    };
    this.#reads.set(outcome, read);
    return outcome;
  }

  async #commit(
    em: Parameters<Outcome['commit']>[0],
    list: Parameters<Outcome['commit']>[1],
    wanted: readonly WorkItem[],
    read: ReadonlyMap<WorkItem, unknown>,
  ): Promise<CountChanges> {
    const counts: CountChanges[] = [];
    const last: (() => Promise<CountChanges>)[] = [];
    for (const [kind, reader] of Object.entries(READERS)) {
      const reads = wanted
        .filter((item) => item.kind === kind)
        .map((item) => ({ item, read: read.get(item) }));
      if (reads.length === 0) continue;
      const written = await reader.commit(em, list, reads, this.#prices);
      if (typeof written === 'function') last.push(written);
      else counts.push(written);
    }
    for (const write of last) counts.push(await write());
    // Pools are counted in their walks only; what people are shown are events.
    const { pools: _, ...told } = merge(...counts);
    return told;
  }
}

function shrunk(item: WorkItem): Outcome {
  const shrink = readerOf(item).shrink(item);
  return {
    read: [item],
    failed: [],
    async commit(_, list) {
      await shrink(list);
      return {};
    },
  };
}

function readerOf(item: WorkItem): PackedReader<unknown> {
  const reader = READERS[item.kind];
  if (!reader) throw new Error(`no reader for ${item.kind}`);
  return reader;
}

function askedBy(items: readonly WorkItem[]): Asked {
  const sum: Asked = { sets: 0, details: 0, entrants: 0 };
  for (const item of items)
    for (const [part, count] of Object.entries(readerOf(item).asked(item))) sum[part as keyof Asked] += count;
  return sum;
}
