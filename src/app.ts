import { readFileSync } from 'node:fs';
import { ANNOUNCEMENTS, makeCommands } from './app-commands.ts';
import { makeSources, type Sources } from './app-sources.ts';
import { upkeep } from './app-upkeep.ts';
import type { Config } from './config.ts';
import { Database } from './database/database.ts';
import { attachEmbedded, stopEmbedded } from './database/embedded.ts';
import { Listener } from './database/listener.ts';
import { isHeld, LOCKS } from './database/locks.ts';
import { migrate } from './database/migrations.ts';
import { explainDatabase } from './database/unusable.ts';
import { DeliveryLoop } from './discord/delivery-loop.ts';
import { Gateway } from './discord/gateway.ts';
import { importRenderer } from './discord/import-message.ts';
import { Interactions } from './discord/interactions.ts';
import { LiveMessages } from './discord/live-messages.ts';
import { MatchEvents } from './discord/match-events.ts';
import { matchRenderer } from './discord/match-message.ts';
import { newChannelPace } from './discord/new-channels.ts';
import { Notifications } from './discord/notifications.ts';
import { createRest } from './discord/rest.ts';
import { startggEventRenderer } from './discord/startgg-event-message.ts';
import { BudgetExhaustedError } from './errors.ts';
import { AuditLog, Guild } from './guilds/entities.ts';
import { Guilds } from './guilds/guilds.ts';
import { Budget, ImportItem, ImportJob } from './jobs/entities.ts';
import { Imports } from './jobs/imports.ts';
import { Queue } from './jobs/queue.ts';
import { Runner } from './jobs/runner.ts';
import { IMPORT_MESSAGE } from './jobs/store.ts';
import type { Log } from './log.ts';
import { moveAnnouncements } from './matches/announcements.ts';
import { closeChannel } from './matches/closed-channel.ts';
import { matchEntities } from './matches/entities.ts';
import { leaveGuild } from './matches/leaving.ts';
import { followedSlugs } from './matches/links.ts';
import { passTime } from './notifications/reminders.ts';
import { MATCH_MESSAGE } from './notifications/tell.ts';
import { LiveMessage } from './outbox/entities.ts';
import { notificationEntities } from './outbox/notification-entities.ts';
import { RaceRooms } from './racetime/rooms.ts';
import { type RecurringTask, Schedule } from './schedule/recurring.ts';
import { SpeedgamingEpisode } from './speedgaming/entities.ts';
import { COUNTED_PER_MINUTE } from './startgg/client.ts';
import { startggEntities } from './startgg/entities.ts';
import { Games } from './startgg/games.ts';
import { startggImport } from './startgg/import.ts';
import { STARTGG_EVENT_MESSAGE } from './startgg/schedule/event-announcement.ts';
import { activeSlugs, dueSlugs } from './startgg/schedule/rhythm.ts';
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
/** Slugs that one worker reads at once. */
const SYNCS_AT_ONCE = 6;
/** How long running slices may take to hand themselves back. */
const STOP_QUEUE_MS = 6_000;
/** An embedded server that was stopped comes back elsewhere or not at all; one that crashed is back sooner than this. */
const EMBEDDED_GONE_MS = 15_000;

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
  readonly #runner: Runner;
  readonly #startedAt = new Date();
  readonly #stopping = new AbortController();
  #gateway: Gateway | undefined;
  #deliveries: { start(): void; stop(): Promise<void> }[] = [];
  #schedule: Schedule | undefined;

  private constructor(config: Config, log: Log, db: Database, onDatabaseGone?: () => void) {
    this.config = config;
    this.log = log;
    this.db = db;
    this.queue = new Queue(db.url, log);
    const gone = onDatabaseGone && { afterMs: EMBEDDED_GONE_MS, call: onDatabaseGone };
    this.listener = new Listener(db.url, log, config.databaseUrl ? undefined : gone);
    this.#sources = makeSources(config, db, log);
    const { startgg } = this.#sources;
    this.#startggSchedule = new StartggSchedule(db, startgg, log);
    this.games = new Games(db, startgg);
    const kinds = [startggImport(startgg)];
    this.imports = new Imports(db, this.queue, kinds);
    this.#runner = new Runner(db, this.queue, this.listener, kinds, log);
    this.guilds = new Guilds(db, {
      left: async (guildId) => {
        await this.imports.cancelAll(guildId);
        await leaveGuild(db, guildId);
      },
      channelSet: (em, guildId, channelId) => moveAnnouncements(em, ANNOUNCEMENTS, { guildId }, channelId),
    });
  }

  /**
   * Connects to the database (starting the embedded one if none is configured) and brings its schema up to date.
   *
   * @param onDatabaseGone called when the embedded server is not where it was any more: only a new start finds it again
   */
  static async open(config: Config, log: Log, onDatabaseGone?: () => void): Promise<App> {
    const url = config.databaseUrl ?? (await attachEmbedded(config.dataDir, log));
    const db = await Database.connect(url, entities);
    const ran = await migrate(db, [() => Queue.install(url)]).catch(async (error) => {
      await db.close();
      await leaveEmbedded(config);
      throw explainDatabase(error);
    });
    if (ran.length > 0) log.info({ migrations: ran }, 'schema brought up to date');
    const app = new App(config, log, db, onDatabaseGone);
    try {
      await app.listener.start();
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
      this.#deliveries = this.#makeDeliveries();
      for (const delivery of this.#deliveries) delivery.start();
    }
    if (roles.includes('gateway')) {
      this.#gateway = this.#makeGateway();
      await this.#gateway.start();
    }
    if (roles.includes('scheduler') && !this.#stopping.signal.aborted) {
      this.#schedule = new Schedule(this.#recurring(), this.log);
      this.#schedule.start();
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
    await this.#schedule?.stop();
    await Promise.all([this.#gateway?.stop(), this.queue.stop(STOP_QUEUE_MS)]);
    await Promise.all(this.#deliveries.map((delivery) => delivery.stop()));
    await this.listener.close();
    await this.db.close();
    await leaveEmbedded(this.config);
  }

  /** Begins to work on syncs, as they come from the schedule, from links and from people. */
  async workSyncs(): Promise<void> {
    const run: Record<string, (slug: string, signal: AbortSignal) => Promise<void>> = {
      speedgaming: (slug, signal) => this.#sources.speedgaming.sync.run(slug, signal),
      startgg: (slug, signal) => this.#startggSchedule.run(slug, signal),
    };
    await this.queue.workSyncs(SYNCS_AT_ONCE, async (sync, handedOn) => {
      const signal = AbortSignal.any([handedOn, this.#stopping.signal]);
      try {
        await run[sync.source]?.(sync.slug, signal);
      } catch (error) {
        if (!signal.aborted && !(error instanceof BudgetExhaustedError)) throw error;
        // Too early, or this process is about to end: it is done later, here or elsewhere.
        const afterMs = error instanceof BudgetExhaustedError ? error.waitMs : 0;
        if (!handedOn.aborted) await this.queue.sendSync(sync, { afterMs });
      }
    });
  }

  /** What is due again and again; each tick asks the database. */
  #recurring(): RecurringTask[] {
    const { db, log } = this;
    const { racetime } = this.#sources;
    const rooms = racetime && new RaceRooms({ db, client: racetime, log });
    return [
      {
        name: 'sync of schedules',
        pattern: this.config.syncSchedule,
        run: async () => {
          for (const slug of await followedSlugs(this.db.em(), 'speedgaming'))
            await this.queue.sendSync({ source: 'speedgaming', slug });
          for (const slug of await dueSlugs(this.db.em()))
            await this.queue.sendSync({ source: 'startgg', slug });
        },
      },
      {
        name: 'sync of running tournaments',
        pattern: '*/15 * * * * *',
        run: async () => {
          for (const slug of await activeSlugs(this.db.em()))
            await this.queue.sendSync({ source: 'startgg', slug });
        },
      },
      { name: 'reminders', pattern: '*/15 * * * * *', run: () => passTime(this.db) },
      ...(rooms
        ? [{ name: 'race rooms', pattern: '*/15 * * * * *', run: () => rooms.run(this.#stopping.signal) }]
        : []),
      ...upkeep(db),
    ];
  }

  /** What sends what the database wants shown in Discord. */
  #makeDeliveries() {
    const { db, listener, log, imports, config } = this;
    const rest = createRest(config.discord);
    const renderers = {
      [IMPORT_MESSAGE]: importRenderer({ imports, requestsLeft: () => this.requestsLeft() }),
      [MATCH_MESSAGE]: matchRenderer(db),
      [STARTGG_EVENT_MESSAGE]: startggEventRenderer(db),
    };
    const pace = newChannelPace(db, config.directMessages);
    // Nothing tells Discord that two requests for an event are one, so none is repeated unseen.
    const unrepeated = createRest(config.discord, { retries: 0 });
    return [
      new DeliveryLoop(new LiveMessages({ db, rest, renderers, log }), listener, log),
      new DeliveryLoop(new Notifications({ db, rest, pace, log }), listener, log),
      new DeliveryLoop(new MatchEvents({ db, rest: unrepeated, log }), listener, log),
    ];
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
      interactions: new Interactions(commands, log),
      guilds,
      channelGone: (guildId, channelId) => db.transaction((em) => closeChannel(em, guildId, channelId)),
      log,
    });
  }

  /** Requests that start.gg would take in this minute; undefined where so many are allowed that nobody has to wait. */
  async requestsLeft(): Promise<number | undefined> {
    const { token, requestsPerMinute } = this.config.startgg;
    const isTold = token && requestsPerMinute <= COUNTED_PER_MINUTE;
    return isTold ? await this.#sources.startgg.requestsLeft() : undefined;
  }
}

async function leaveEmbedded(config: Config): Promise<void> {
  if (!config.databaseUrl) await stopEmbedded(config.dataDir, { onlyWhenUnused: true });
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}
