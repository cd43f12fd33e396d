import type { Config, Role } from './config.ts';
import { type Log, sparsely } from './log.ts';
import { Metrics, type Readings } from './metrics/metrics.ts';
import { MetricsServer } from './metrics/server.ts';
import { SharedReading } from './metrics/shared-reading.ts';

/** Scrapers come every 10 s or more seldom; of two that come together, one asks the database. */
const KEEP_READINGS_MS = 2_000;
/** Prometheus waits 10 s for a scrape, and a container's probe often 1 s to 5 s. */
const READINGS_WITHIN_MS = 4_000;
const ANSWERS_WITHIN_MS = 900;

/** The parts of a process that are looked at from outside. */
export type Watched = {
  version: string;
  /** The names of the phases that imports have. */
  phases: readonly string[];
  readDatabase(): Promise<Readings>;
  /** Throws when the database does not answer. */
  askDatabase(): Promise<unknown>;
  isConnected(): boolean;
  holdsWorkerLock(): boolean;
};

/**
 * Lets others see a process run: what it counted, and whether it works. It stands before there is a database to look at,
 * and learns of the parts when they are made.
 */
export class Monitoring {
  readonly metrics = new Metrics();
  readonly #roles: readonly Role[];
  readonly #failed: (error: unknown) => void;
  #server: MetricsServer | undefined;
  #watched: Watched | undefined;
  readonly #readings = new SharedReading(() => this.#parts().readDatabase(), {
    keepMs: KEEP_READINGS_MS,
    patienceMs: READINGS_WITHIN_MS,
  });
  readonly #answer = new SharedReading(() => this.#parts().askDatabase(), {
    keepMs: 0,
    patienceMs: ANSWERS_WITHIN_MS,
  });
  /** Written down by one scrape at a time: what the database said is in there with the rest. */
  readonly #text = new SharedReading(() => this.#write(), { keepMs: 0, patienceMs: 2 * READINGS_WITHIN_MS });

  private constructor(roles: readonly Role[], log: Log) {
    this.#roles = roles;
    this.#failed = sparsely((about) => log.warn(about, 'the database could not be read for a scrape'));
  }

  /**
   * Begins to serve, if there is a port for it.
   *
   * @throws ConfigError when the port cannot be had
   */
  static async open({ metricsPort, roles }: Config, log: Log): Promise<Monitoring | undefined> {
    if (metricsPort === undefined) return undefined;
    const monitoring = new Monitoring(roles, log);
    monitoring.#server = await MetricsServer.listen(metricsPort, {
      metrics: async () => ({
        type: monitoring.metrics.contentType,
        text: await monitoring.#text.get(),
      }),
      missing: () => monitoring.missing(),
    });
    log.info({ port: monitoring.#server.port }, 'metrics are served');
    return monitoring;
  }

  /** From now on these are the parts that are looked at. */
  watch(parts: Watched): void {
    this.metrics.describe({ version: parts.version, roles: this.#roles });
    this.metrics.expectPhases(parts.phases);
    this.#watched = parts;
  }

  /** What this process needs for its roles and does not have at this moment. */
  async missing(): Promise<string[]> {
    const answers = await this.#answer.get().then(
      () => true,
      () => false,
    );
    const needs: [string, boolean, boolean | undefined][] = [
      ['database', true, answers],
      ['gateway', this.#roles.includes('gateway'), this.#watched?.isConnected()],
      ['worker lock', this.#roles.includes('worker'), this.#watched?.holdsWorkerLock()],
    ];
    return needs.filter(([, isNeeded, isThere]) => isNeeded && !isThere).map(([name]) => name);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  #parts(): Watched {
    if (!this.#watched) throw new Error('the database is not open yet');
    return this.#watched;
  }

  async #write(): Promise<string> {
    const readings = await this.#readings.get().catch((error) => {
      if (this.#watched) this.#failed(error);
      return undefined;
    });
    return await this.metrics.text(readings);
  }
}
