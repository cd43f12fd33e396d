import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  type InteractionType,
  type LiveOutcome,
  NOTIFICATION_OUTCOMES,
  NOTIFICATION_PLACES,
  type NotificationOutcome,
  type NotificationPlace,
  type Observer,
  ROW_CHANGES,
  type RowChange,
  STARTGG_OUTCOMES,
  type StartggOutcome,
  type SyncOutcome,
} from './observer.ts';

/** Objects that one request may return (start.gg developer documentation, Rate limits; exactly 1,000 is refused). */
const OBJECTS_PER_REQUEST = 999;
/** Discord waits 3 s (Discord docs, Receiving and Responding). */
const ACKNOWLEDGED_WITHIN_S = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];
const SYNCED_WITHIN_S = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** What the database knows of all processes together. */
export type Readings = {
  /** Requests that start.gg would take now; undefined where nobody counts them. */
  startggRequestsLeft: number | undefined;
  /** Import jobs by their state, with every state that there is. */
  jobs: Record<string, number>;
  /** What is ready and waits for a worker, by queue; `oldestSeconds` is 0 where nothing waits. */
  queues: Record<string, { ready: number; oldestSeconds: number }>;
};

/** Counts what a process does and writes it down as Prometheus reads it. Every process has its own. */
export class Metrics implements Observer {
  readonly #registry = new Registry();
  readonly #startgg = startggMetrics(this.#registry);
  readonly #imports = importMetrics(this.#registry);
  readonly #telling = tellingMetrics(this.#registry);
  readonly #people = peopleMetrics(this.#registry);
  readonly #process = processMetrics(this.#registry);

  constructor() {
    // What was never counted shows as 0, so that the first time is seen as an increase.
    for (const outcome of STARTGG_OUTCOMES) this.#startgg.requests.inc({ outcome }, 0);
    for (const place of NOTIFICATION_PLACES)
      for (const outcome of NOTIFICATION_OUTCOMES) this.#telling.notifications.inc({ place, outcome }, 0);
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Says which process this is. */
  describe(about: { version: string; roles: readonly string[] }): void {
    this.#process.info.set({ version: about.version, roles: about.roles.join(',') }, 1);
  }

  /** Names the phases that imports have, so that their counters begin at 0. */
  expectPhases(phases: readonly string[]): void {
    for (const phase of phases)
      for (const change of ROW_CHANGES) this.#imports.rows.inc({ phase, change }, 0);
  }

  startggRequest(outcome: StartggOutcome, objects?: number): void {
    this.#startgg.requests.inc({ outcome });
    if (outcome !== 'answered' || objects === undefined) return;
    this.#startgg.used.inc(objects);
    this.#startgg.wasted.inc(Math.max(0, OBJECTS_PER_REQUEST - objects));
  }

  rowsWritten(changes: Record<string, Partial<Record<RowChange, number>>>): void {
    for (const [phase, counts] of Object.entries(changes))
      for (const change of ROW_CHANGES) this.#imports.rows.inc({ phase, change }, counts[change] ?? 0);
  }

  notification(place: NotificationPlace, outcome: NotificationOutcome): void {
    this.#telling.notifications.inc({ place, outcome });
  }

  liveMessage(kind: string, outcome: LiveOutcome): void {
    this.#telling.liveMessages.inc({ kind, outcome });
  }

  acknowledged(type: InteractionType, command: string, seconds: number): void {
    this.#people.acknowledged.observe({ type, command }, seconds);
  }

  synced(source: string, outcome: SyncOutcome, seconds: number): void {
    this.#telling.syncs.observe({ source, outcome }, seconds);
  }

  /**
   * Everything in Prometheus's text format.
   *
   * @param readings undefined when the database could not be read: what it would have told is left out then
   */
  async text(readings: Readings | undefined): Promise<string> {
    this.#process.databaseRead.set(readings ? 1 : 0);
    this.#show(readings ?? { startggRequestsLeft: undefined, jobs: {}, queues: {} });
    return await this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #show({ startggRequestsLeft, jobs, queues }: Readings): void {
    this.#startgg.left.remove();
    if (startggRequestsLeft !== undefined) this.#startgg.left.set(startggRequestsLeft);
    this.#imports.jobs.reset();
    for (const [state, count] of Object.entries(jobs)) this.#imports.jobs.set({ state }, count);
    this.#imports.queueLength.reset();
    this.#imports.queueAge.reset();
    for (const [queue, { ready, oldestSeconds }] of Object.entries(queues)) {
      this.#imports.queueLength.set({ queue }, ready);
      this.#imports.queueAge.set({ queue }, oldestSeconds);
    }
  }
}

function startggMetrics(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Counter({
      name: 'herald_startgg_requests_total',
      help: 'Requests sent to start.gg, by outcome: answered, too_large (refused for its complexity), rate_limited, failed (no answer, or one of no use), aborted (given up by Herald itself).',
      labelNames: ['outcome'],
      registers,
    }),
    used: new Counter({
      name: 'herald_startgg_objects_used_total',
      help: 'Objects that answered requests to start.gg returned, as its queryComplexity counts them.',
      registers,
    }),
    wasted: new Counter({
      name: 'herald_startgg_objects_wasted_total',
      help: 'Objects that answered requests to start.gg could have returned besides: 999 less those used, for each.',
      registers,
    }),
    left: new Gauge({
      name: 'herald_startgg_requests_left',
      help: 'Requests that start.gg would take at this moment, over all processes, as the database says. Not shown without a token, or where more than 600 a minute are allowed.',
      registers,
    }),
  };
}

function importMetrics(registry: Registry) {
  const registers = [registry];
  return {
    rows: new Counter({
      name: 'herald_import_rows_total',
      help: 'Rows that imports read, committed by this process, by phase and by what became of them: new, changed, unchanged (never touched), gone (vanished at the source).',
      labelNames: ['phase', 'change'],
      registers,
    }),
    jobs: new Gauge({
      name: 'herald_import_jobs',
      help: 'Import jobs by state, in all servers, as the database says.',
      labelNames: ['state'],
      registers,
    }),
    queueLength: new Gauge({
      name: 'herald_queue_length',
      help: 'What is ready and waits for a worker, by queue (import-slice, background-slice of followed games, sync), as the database says.',
      labelNames: ['queue'],
      registers,
    }),
    queueAge: new Gauge({
      name: 'herald_queue_age_seconds',
      help: 'For how long the oldest of what is ready has waited for a worker, by queue, in seconds; 0 where nothing waits. As the database says.',
      labelNames: ['queue'],
      registers,
    }),
  };
}

function tellingMetrics(registry: Registry) {
  const registers = [registry];
  return {
    notifications: new Counter({
      name: 'herald_notifications_total',
      help: 'Notifications that this process dealt with, by place (direct_message, mention: to a person in a channel, channel) and outcome: sent, closed (no messages are taken there; it may be said elsewhere), failed (given up), void (nothing to say any more).',
      labelNames: ['place', 'outcome'],
      registers,
    }),
    liveMessages: new Counter({
      name: 'herald_live_messages_total',
      help: 'Attempts to show a live message, by kind and outcome: posted, edited, gone (was deleted), closed (Herald may not write there), refused, wait (Discord asked for patience), unreachable.',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    syncs: new Histogram({
      name: 'herald_sync_duration_seconds',
      help: 'Syncs of followed schedules, by source and outcome: done, unreadable (the source gave no answer), failed (a fault of Herald), postponed (may not be read again yet), aborted (the process ends). In seconds.',
      labelNames: ['source', 'outcome'],
      buckets: SYNCED_WITHIN_S,
      registers,
    }),
  };
}

function peopleMetrics(registry: Registry) {
  return {
    acknowledged: new Histogram({
      name: 'herald_interaction_acknowledgement_seconds',
      help: 'From the receipt of an interaction until Discord took its acknowledgement, in seconds, by type (command, button, autocomplete, other) and command. Discord waits 3 s.',
      labelNames: ['type', 'command'],
      buckets: ACKNOWLEDGED_WITHIN_S,
      registers: [registry],
    }),
  };
}

function processMetrics(registry: Registry) {
  const registers = [registry];
  return {
    info: new Gauge({
      name: 'herald_process_info',
      help: 'Always 1; the labels say which version this process is and which roles it has.',
      labelNames: ['version', 'roles'],
      registers,
    }),
    databaseRead: new Gauge({
      name: 'herald_database_scrape_success',
      help: '1 when the database could be read for this scrape; 0 when it could not, and what it would have told is left out.',
      registers,
    }),
  };
}
