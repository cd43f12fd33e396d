import { readFileSync } from 'node:fs';
import { ANNOUNCEMENTS, makeCommands } from './app-commands.ts';
import { type Loop, makeDeliveries } from './app-deliveries.ts';
import type { Monitoring } from './app-metrics.ts';
import { recurringTasks } from './app-recurring.ts';
import { makeSources, type Sources } from './app-sources.ts';
import { type Reader, workSyncs } from './app-syncs.ts';
import type { Config } from './config.ts';
import { Database } from './database/database.ts';
import { attachEmbedded, stopEmbedded } from './database/embedded.ts';
import { Leadership } from './database/leadership.ts';
import { Listener } from './database/listener.ts';
import { isHeld, LOCKS } from './database/locks.ts';
import { migrate } from './database/migrations.ts';
import { explainDatabase } from './database/unusable.ts';
import { Gateway } from './discord/gateway.ts';
import { identifyPace } from './discord/identify-pace.ts';
import { Interactions } from './discord/interactions.ts';
import { AuditLog, Guild } from './guilds/entities.ts';
import { Guilds } from './guilds/guilds.ts';
import { Budget, ImportItem, ImportJob } from './jobs/entities.ts';
import { Imports } from './jobs/imports.ts';
import { Queue } from './jobs/queue.ts';
import { Runner } from './jobs/runner.ts';
import type { Log } from './log.ts';
import { moveAnnouncements } from './matches/announcements.ts';
import { closeChannel } from './matches/closed-channel.ts';
import { matchEntities } from './matches/entities.ts';
import { leaveGuild } from './matches/leaving.ts';
import type { Readings } from './metrics/metrics.ts';
import { type Observer, UNOBSERVED } from './metrics/observer.ts';
import { LiveMessage } from './outbox/entities.ts';
import { notificationEntities } from './outbox/notification-entities.ts';
import { type RecurringTask, Schedule } from './schedule/recurring.ts';
import { SpeedgamingEpisode } from './speedgaming/entities.ts';
import { COUNTED_PER_MINUTE } from './startgg/client.ts';
import { startggEntities } from './startgg/entities.ts';
import { FollowSync } from './startgg/follow/follow-sync.ts';
import { GAMES_SOURCE, unfollowAll } from './startgg/follow/follows.ts';
import { Games } from './startgg/games.ts';
import { startggFollow, startggImport } from './startgg/import.ts';
import { StartggSchedule } from './startgg/schedule/schedule-sync.ts';

/** Every table that Herald keeps. */
export const entities = [
  Guild,
  AuditLog,
  LiveMessage,
  ...notificationEntities,
  ImportJob,
  ImportItem,
  Budget,
  ...matchEntities,
  ...startggEntities,
  SpeedgamingEpisode,
];

/** Jobs that one worker runs at once; they share the budget of their source. */
const JOBS_AT_ONCE = 4;
/** How long running slices may take to hand themselves back. */
const STOP_QUEUE_MS = 6_000;
/** An embedded server that was stopped comes back elsewhere or not at all; one that crashed is back sooner than this. */
const EMBEDDED_GONE_MS = 15_000;

/** Something that this process cannot get back by itself: only a new start helps. */
export type Gone = 'database' | 'discord';

/** How a process is watched over. */
export type AppOptions = {
  /** Called when the embedded server is not where it was any more, or Discord closed the connection for good. */
  onGone?: (what: Gone) => void;
  monitoring?: Monitoring | undefined;
  /** Once it is aborted, nothing more is opened. */
  signal?: AbortSignal;
};

/** One process of Herald: its services, and the parts that its roles need. */
export class App {
  readonly config: Config;
  readonly log: Log;
  readonly db: Database;
  readonly queue: Queue;
  readonly listener: Listener;
  readonly games: Games;
  readonly imports: Imports;
  readonly guilds: Guilds;
  readonly #sources: Sources;
  readonly #startggSchedule: StartggSchedule;
  readonly #followSync: FollowSync;
  readonly #runner: Runner;
  readonly #monitoring: Monitoring | undefined;
  readonly #observer: Observer;
  readonly #startedAt = new Date();
  readonly #stopping = new AbortController();
  readonly #onGone: ((what: Gone) => void) | undefined;
  #gateway: Gateway | undefined;
  #deliveries: Loop[] = [];
  #leadership: Leadership | undefined;

  private constructor(config: Config, log: Log, db: Database, { onGone, monitoring }: AppOptions) {
    this.config = config;
    this.log = log;
    this.db = db;
    this.#monitoring = monitoring;
    this.#observer = monitoring?.metrics ?? UNOBSERVED;
    this.queue = new Queue(db.url, log);
    this.#onGone = onGone;
    const gone = onGone && { afterMs: EMBEDDED_GONE_MS, call: () => onGone('database') };
    this.listener = new Listener(db.url, log, config.databaseUrl ? undefined : gone);
    this.#sources = makeSources(config, db, log, this.#observer);
    const { startgg } = this.#sources;
    this.#startggSchedule = new StartggSchedule(db, startgg, log);
    this.games = new Games(db, startgg);
    const kinds = [startggImport(startgg), startggFollow(startgg)];
    this.imports = new Imports(db, this.queue, kinds);
    this.#followSync = new FollowSync(db, startgg, this.imports, log);
    this.#runner = new Runner(db, this.queue, this.listener, kinds, log, { observer: this.#observer });
    this.guilds = new Guilds(db, {
      left: async (guildId) => {
        await this.imports.cancelAll(guildId);
        await leaveGuild(db, guildId);
        await unfollowAll(db.em(), guildId);
      },
      channelSet: (em, guildId, channelId) => moveAnnouncements(em, ANNOUNCEMENTS, { guildId }, channelId),
    });
    const phases = kinds.flatMap((kind) => kind.phases.map(({ name }) => name));
    monitoring?.watch({
      version: version(),
      phases,
      readDatabase: () => this.#readings(),
      askDatabase: () => this.listener.ask(),
      isConnected: () => this.#gateway?.isConnected === true,
      holdsWorkerLock: () => this.listener.isHolding(LOCKS.worker),
    });
  }

  /**
   * Connects to the database (starting the embedded one if none is configured) and brings its schema up to date.
   */
  static async open(config: Config, log: Log, options: AppOptions = {}): Promise<App> {
    const { signal } = options;
    const url = config.databaseUrl ?? (await attachEmbedded(config.dataDir, log, signal));
    if (signal?.aborted) {
      await leaveEmbedded(config);
      throw signal.reason;
    }
    const db = await Database.connect(url, entities);
    const ran = await migrate(db, [() => Queue.install(url)]).catch(async (error) => {
      await db.close();
      await leaveEmbedded(config);
      throw explainDatabase(error);
    });
    if (ran.length > 0) log.info({ migrations: ran }, 'schema brought up to date');
    const app = new App(config, log, db, options);
    try {
      await app.listener.start();
      await app.listener.hold(LOCKS.process);
      await app.queue.start();
      return app;
    } catch (error) {
      await app.close();
      throw error;
    }
  }

  /** Takes up the roles of this process. */
  async start(): Promise<void> {
    const { roles } = this.config;
    if (roles.includes('worker')) {
      await this.work();
      await this.workSyncs();
      if (this.#stopping.signal.aborted) return;
      const { db, listener, imports, config, log } = this;
      const requestsLeft = () => this.requestsLeft();
      const observer = this.#observer;
      this.#deliveries = makeDeliveries({ db, listener, imports, requestsLeft, config, observer, log });
      for (const delivery of this.#deliveries) delivery.start();
    }
    if (roles.includes('gateway')) {
      this.#gateway = this.#makeGateway();
      await this.#gateway.start();
    }
    if (roles.includes('scheduler') && !this.#stopping.signal.aborted) {
      const leadership = new Leadership(this.db.url, LOCKS.scheduler, this.log);
      this.#leadership = leadership;
      await leadership.start(new Schedule(this.#recurring(), this.log, () => leadership.leads));
    }
  }

  /** Whether any process is working on jobs. */
  async hasWorker(): Promise<boolean> {
    return await this.db.transaction((em) => isHeld(em, LOCKS.worker));
  }

  /** Begins to work on jobs. */
  async work(): Promise<void> {
    await this.listener.hold(LOCKS.worker);
    await this.#runner.start(JOBS_AT_ONCE);
  }

  /** Hands running slices back and closes everything. The embedded server stops with the last process that uses it. */
  async close(): Promise<void> {
    this.#runner.stop();
    this.#stopping.abort();
    await this.#leadership?.stop();
    await Promise.all([this.#gateway?.stop(), this.queue.stop(STOP_QUEUE_MS)]);
    await Promise.all(this.#deliveries.map((delivery) => delivery.stop()));
    await this.listener.close();
    await this.#monitoring?.close();
    await this.db.close();
    await leaveEmbedded(this.config);
  }

  /** Begins to work on syncs, as they come from the schedule, from links and from people. */
  async workSyncs(): Promise<void> {
    const readers: Record<string, Reader> = {
      speedgaming: (slug, signal) => this.#sources.speedgaming.sync.run(slug, signal),
      startgg: (slug, signal) => this.#startggSchedule.run(slug, signal),
      [GAMES_SOURCE]: (slug, signal) => this.#followSync.run(slug, signal),
    };
    const { queue } = this;
    await workSyncs({ queue, readers, observer: this.#observer, stopping: this.#stopping.signal });
  }

  #recurring(): RecurringTask[] {
    const { db, queue, log } = this;
    const { racetime } = this.#sources;
    const { syncSchedule } = this.config;
    return recurringTasks({ db, queue, racetime, syncSchedule, log });
  }

  #makeGateway(): Gateway {
    const { db, listener, guilds, imports, queue, log, games, config } = this;
    const commands = makeCommands({
      db,
      listener,
      guilds,
      imports,
      queue,
      games,
      sources: this.#sources,
      hasStartgg: config.startgg.token !== undefined,
      requestsLeft: () => this.requestsLeft(),
      version: version(),
      startedAt: this.#startedAt,
    });
    return new Gateway({
      discord: config.discord,
      interactions: new Interactions(commands, log, this.#observer),
      guilds,
      channelGone: (guildId, channelId) => db.transaction((em) => closeChannel(em, guildId, channelId)),
      identifyPace: identifyPace(db, config.discord, log),
      closedForGood: () => this.#onGone?.('discord'),
      log,
    });
  }

  async #readings(): Promise<Readings> {
    const [startggRequestsLeft, jobs, queues] = await Promise.all([
      this.requestsLeft(),
      this.imports.countByState(),
      this.queue.waiting(this.db.em()),
    ]);
    return { startggRequestsLeft, jobs, queues };
  }

  /** Requests that start.gg would take in this minute; undefined where so many are allowed that nobody has to wait. */
  async requestsLeft(): Promise<number | undefined> {
    const { token, requestsPerMinute } = this.config.startgg;
    const isTold = token && requestsPerMinute <= COUNTED_PER_MINUTE;
    return isTold ? await this.#sources.startgg.requestsLeft() : undefined;
  }
}

/** Stops the embedded server, where there is one and nobody else uses it. */
export async function leaveEmbedded(config: Config): Promise<void> {
  if (!config.databaseUrl) await stopEmbedded(config.dataDir, { onlyWhenUnused: true });
}

/** Herald's own version. */
export function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}
