import { Client } from 'pg';

/** One node of a plan, as `EXPLAIN (ANALYZE, FORMAT JSON)` gives it. */
type PlanNode = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Loops'?: number;
  Plans?: PlanNode[];
};

/** A statement as PostgreSQL ran it. */
export type Ran = {
  statement: string;
  ms: number;
  /** Tables that were read from one end to the other. */
  scanned: string[];
  /** The other ways into tables. */
  indexes: string[];
  plan: string;
};

const MESSAGE = /^duration: ([\d.]+) ms {2}plan:\n(.*)$/s;

/**
 * Listens to what PostgreSQL says of every statement that this process sends: `auto_explain` tells how it was really run,
 * with its real parameters, on whichever connection.
 */
export class Plans {
  #ran: Ran[] = [];
  readonly #undo: () => void;

  constructor() {
    const note = this.#note.bind(this);
    const { connect } = Client.prototype;
    Client.prototype.connect = function (this: Client, ...given: unknown[]) {
      this.on('notice', note);
      return Reflect.apply(connect, this, given);
    } as typeof connect;
    this.#undo = () => {
      Client.prototype.connect = connect;
    };
  }

  /** Makes PostgreSQL tell of every statement in a database, from the next connection on. */
  static async ask(url: string): Promise<void> {
    const database = new URL(url).pathname.slice(1);
    const settings = {
      session_preload_libraries: 'auto_explain',
      'auto_explain.log_min_duration': 0,
      'auto_explain.log_analyze': 'on',
      // Times of single nodes cost more than the statements.
      'auto_explain.log_timing': 'off',
      'auto_explain.log_format': 'json',
      'auto_explain.log_level': 'notice',
    };
    const client = new Client({ connectionString: url });
    await client.connect();
    for (const [name, value] of Object.entries(settings))
      await client.query(`alter database ${database} set ${name} = '${value}'`);
    await client.end();
  }

  /** What was run since the last call. */
  take(): Ran[] {
    const taken = this.#ran;
    this.#ran = [];
    return taken;
  }

  stop(): void {
    this.#undo();
  }

  #note({ message = '' }: { message?: string | undefined }): void {
    const [, ms, json] = MESSAGE.exec(message) ?? [];
    if (!json) return;
    const { 'Query Text': statement, Plan: plan } = JSON.parse(json) as {
      'Query Text': string;
      Plan: PlanNode;
    };
    const nodes = [...all(plan)].filter((node) => (node['Actual Loops'] ?? 1) > 0);
    this.#ran.push({
      statement: statement.replace(/\s+/g, ' ').trim(),
      ms: Number(ms),
      scanned: nodes
        .filter((node) => node['Node Type'] === 'Seq Scan')
        .map((node) => node['Relation Name'] ?? ''),
      indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
      plan: json,
    });
  }
}

function* all(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* all(child);
}
