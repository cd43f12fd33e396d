import { type Answer, type PackedAnswer, StartggClient } from '../../src/startgg/client.ts';
import { countObjects } from '../../src/startgg/packing/prices.ts';

type Part = { id: unknown; value: unknown; cost: number };

/** What start.gg answered before: whole answers, and of packed ones each field, since they are packed otherwise each time. */
export class Memory {
  readonly answers = new Map<string, Promise<Answer<unknown>>>();
  readonly parts = new Map<string, Part>();
}

/** One line of a packed document: a field of an object. */
type Line = { alias: string; name: string; key: string };

/** A root and its body, as `documentOf` writes them: a field per line. */
const ROOT = /^ {2}(\w+): (.+) \{\n {4}id\n([^]*?)\n {2}\}$/gm;

/** Remembers every answer, and gives it again at once. */
export class RememberingClient extends StartggClient {
  readonly #memory: Memory;

  constructor(options: ConstructorParameters<typeof StartggClient>[0], memory: Memory) {
    super(options);
    this.#memory = memory;
  }

  override async query<T>(...args: Parameters<StartggClient['query']>): Promise<Answer<T>> {
    const key = JSON.stringify(args.slice(0, 2));
    const answer = this.#memory.answers.get(key) ?? super.query(...args);
    this.#memory.answers.set(key, answer);
    return (await answer) as Answer<T>;
  }

  override async queryPacked(...args: Parameters<StartggClient['queryPacked']>): Promise<PackedAnswer> {
    const lines = linesOf(args[0]);
    const known = this.#recall(lines);
    if (known) return known;
    const answer = await super.queryPacked(...args);
    // What was refused is asked again, packed otherwise.
    const refused = new Set(answer.complaints.map(({ path: [alias] }) => alias));
    for (const { alias, name, key } of lines) {
      if (refused.has(alias)) continue;
      const { id, [name]: value } = answer.data[alias] as Record<string, unknown>;
      this.#memory.parts.set(key, { id, value, cost: countObjects({ [name]: value }) });
    }
    return answer;
  }

  #recall(lines: readonly Line[]): PackedAnswer | undefined {
    const data: Record<string, Record<string, unknown>> = {};
    let cost = 0;
    for (const { alias, name, key } of lines) {
      const part = this.#memory.parts.get(key);
      if (!part) return undefined;
      data[alias] ??= { id: part.id };
      data[alias][name] = part.value;
      cost += part.cost;
    }
    return { data, complaints: [], cost: cost + Object.keys(data).length };
  }
}

function linesOf(document: string): Line[] {
  return [...document.matchAll(ROOT)].flatMap(([, alias = '', field, body = '']) =>
    body.split('\n').map((line) => ({ alias, name: /\w+/.exec(line)?.[0] ?? '', key: `${field} ${line}` })),
  );
}
