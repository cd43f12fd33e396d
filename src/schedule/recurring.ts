import { Cron } from 'croner';
import type { Log } from '../log.ts';

/** Something that is due again and again. It asks the database what is due and keeps no state of its own. */
export type RecurringTask = {
  name: string;
  /** A cron pattern in UTC; seconds allowed. */
  pattern: string;
  run(): Promise<void>;
};

/** Runs recurring tasks on time, each once at the start for what was due meanwhile, and none over itself. */
export class Schedule {
  readonly #tasks: readonly RecurringTask[];
  readonly #log: Log;
  readonly #running = new Set<Promise<void>>();
  #crons: Cron[] = [];

  constructor(tasks: readonly RecurringTask[], log: Log) {
    this.#tasks = tasks;
    this.#log = log;
  }

  start(): void {
    this.#crons = this.#tasks.map((task) => {
      const cron = new Cron(task.pattern, { protect: true, timezone: 'UTC' }, () => this.#run(task));
      void cron.trigger();
      return cron;
    });
  }

  /** Starts nothing more and waits for what runs. */
  async stop(): Promise<void> {
    for (const cron of this.#crons) cron.stop();
    await Promise.allSettled(this.#running);
  }

  async #run(task: RecurringTask): Promise<void> {
    const work = task
      .run()
      .catch((error) => this.#log.error({ err: error, task: task.name }, 'recurring task failed'))
      .finally(() => this.#running.delete(work));
    this.#running.add(work);
    await work;
  }
}
