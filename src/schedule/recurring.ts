import { Cron } from 'croner';
import type { Log } from '../log.ts';

/** Something that is due again and again. It asks the database what is due and keeps no state of its own. */
export type RecurringTask = {
  name: string;
  /** A cron pattern in UTC; seconds allowed. */
  pattern: string;
  /** @param stopping ends when the schedule does: what takes long shall end early then */
  run(stopping: AbortSignal): Promise<void>;
};

/**
 * Runs recurring tasks on time, each once at the start for what was due meanwhile, and none over itself. May be started
 * again after it was stopped.
 */
export class Schedule {
  readonly #tasks: readonly RecurringTask[];
  readonly #log: Log;
  readonly #mayTick: () => boolean;
  readonly #running = new Set<Promise<void>>();
  #crons: Cron[] = [];
  #stopping = new AbortController();

  /** @param mayTick asked before each tick, whether this process is still the one whose turn it is */
  constructor(tasks: readonly RecurringTask[], log: Log, mayTick: () => boolean = () => true) {
    this.#tasks = tasks;
    this.#log = log;
    this.#mayTick = mayTick;
  }

  start(): void {
    this.#stopping = new AbortController();
    this.#crons = this.#tasks.map((task) => {
      const cron = new Cron(task.pattern, { protect: true, timezone: 'UTC' }, () => this.#run(task));
      void cron.trigger();
      return cron;
    });
  }

  /** Starts nothing more and waits for what runs. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const cron of this.#crons) cron.stop();
    await Promise.allSettled(this.#running);
  }

  async #run(task: RecurringTask): Promise<void> {
    // A process that was frozen finds its clocks ringing before it learns that another one leads.
    if (!this.#mayTick()) return;
    const work = task
      .run(this.#stopping.signal)
      .catch((error) => this.#log.error({ err: error, task: task.name }, 'recurring task failed'))
      .finally(() => this.#running.delete(work));
    this.#running.add(work);
    await work;
  }
}
