import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Bus, Dispatch } from './bus.ts';
import type { Clock } from './clock.ts';
import type { Guild } from './entities.ts';
import { Connection } from './gateway-connection.ts';
import { INTENTS } from './intents.ts';
import type { Limits } from './limits.ts';
import { shardOf } from './snowflake.ts';
import { applicationJson, guildCreateJson, userJson } from './wire.ts';
import type { World } from './world.ts';

/** How many events a session keeps for a resume, and how long it waits for one. Assumed: Discord does not tell. */
const REPLAY_EVENTS = 1_000;
const RESUME_WITHIN_MS = 300_000;

/** A gateway session: it outlives its connection until it is ended or nobody resumes it. */
export type Session = {
  id: string;
  intents: number;
  shard: [number, number];
  seq: number;
  sent: { s: number; t: string; d: unknown }[];
  connection: Connection | undefined;
  lostAt: number | undefined;
};

type GatewayOptions = {
  token: string;
  /** Privileged intents switched on for the application. */
  privilegedIntents: number;
  heartbeatIntervalMs: number;
  /** What `GET /gateway/bot` recommends; by default as many as the guilds need. */
  recommendedShards: number | undefined;
  /** Guilds that a shard may have. */
  guildsPerShard: number;
  /** Sessions that may begin at once: shards whose number has the same rest when divided by this count together. */
  maxConcurrency: number;
};

/** The websocket side: sessions, what they are sent, and what can go wrong with them. */
export class Gateway {
  readonly world: World;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly options: GatewayOptions;
  /** Where to connect; known once the server listens. */
  url = '';
  acks = true;
  /** Every attempt to begin a session with a good token, and whether it was refused for coming too early. */
  readonly identifies: { at: number; shard: [number, number]; tooFast: boolean }[] = [];
  readonly #bus: Bus;
  readonly #sessions = new Map<string, Session>();
  readonly #connections = new Set<Connection>();
  readonly #server = new WebSocketServer({ noServer: true });

  constructor(bus: Bus, world: World, clock: Clock, limits: Limits, options: GatewayOptions) {
    this.#bus = bus;
    this.world = world;
    this.clock = clock;
    this.limits = limits;
    this.options = options;
    bus.onDispatch((dispatch) => this.#publish(dispatch));
  }

  /** Sessions that are connected or may still be resumed. */
  get sessions(): Session[] {
    const deadline = this.clock.now() - RESUME_WITHIN_MS;
    for (const session of this.#sessions.values())
      if (session.lostAt !== undefined && session.lostAt < deadline) this.#sessions.delete(session.id);
    return [...this.#sessions.values()];
  }

  /** How many sessions hold an open connection. */
  get connected(): number {
    return this.sessions.filter((session) => session.connection).length;
  }

  /** Discord recommends a shard for each 1,000 guilds, long before it demands one (at 2,500). */
  get recommendedShards(): number {
    const { recommendedShards, guildsPerShard } = this.options;
    return (
      recommendedShards ?? Math.max(1, Math.ceil(this.world.botGuilds().length / (guildsPerShard * 0.4)))
    );
  }

  /** The guilds of a shard that the bot is in. */
  guildsOf([id, count]: [number, number]): Guild[] {
    return this.world.botGuilds().filter((guild) => shardOf(guild.id, count) === id);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (websocket) => this.#accept(websocket));
  }

  /** Breaks every connection: without a code as a dead network does, with one as a close frame. Sessions stay. */
  cut(code?: number): void {
    for (const connection of [...this.#connections]) connection.close(code);
  }

  /** Asks every client to reconnect and resume (op 7). */
  reconnect(): void {
    for (const connection of this.#connections) connection.send(7, null);
  }

  /** Tells every client that its session is invalid (op 9); unless `resumable`, the sessions are gone. */
  invalidateSessions(resumable = false): void {
    for (const connection of this.#connections) {
      if (!resumable && connection.session) this.end(connection.session);
      connection.send(9, resumable);
    }
  }

  /** From now on heartbeats are not acknowledged, as on a connection that died silently. */
  stopAcks(): void {
    this.acks = false;
  }

  startAcks(): void {
    this.acks = true;
  }

  /** Sends an event to the sessions that may have it, as the rest of the stand-in does. */
  dispatch(t: string, d: unknown, to: { guildId?: string; intent?: number } = {}): void {
    this.#bus.dispatch({ t, d, guildId: to.guildId, intent: to.intent ?? 0 });
  }

  begin(connection: Connection, intents: number, shard: [number, number]): Session {
    const id = randomBytes(16).toString('hex');
    const session: Session = { id, intents, shard, seq: 0, sent: [], connection, lostAt: undefined };
    this.#sessions.set(id, session);
    const { world } = this;
    const guilds = this.guildsOf(shard);
    this.#push(session, 'READY', {
      v: 10,
      user: { ...userJson(world.bot), verified: true, mfa_enabled: false, email: null },
      application: { id: applicationJson(world).id, flags: 0 },
      guilds: guilds.map((guild) => ({ id: guild.id, unavailable: true })),
      private_channels: [],
      session_id: id,
      session_type: 'normal',
      resume_gateway_url: this.url,
      shard,
    });
    if (intents & INTENTS.Guilds)
      for (const guild of guilds.filter((each) => each.available))
        this.#push(session, 'GUILD_CREATE', guildCreateJson(world, guild));
    this.#bus.changed('gateway', id);
    return session;
  }

  /** Gives a session its new connection and everything after `seq`; undefined where that is not possible any more. */
  resume(connection: Connection, id: string, seq: number): Session | undefined {
    const session = this.sessions.find((each) => each.id === id);
    if (!session || seq > session.seq) return undefined;
    const oldest = session.sent[0]?.s ?? session.seq + 1;
    if (seq + 1 < oldest) return undefined;
    session.connection?.close(4000);
    session.connection = connection;
    session.lostAt = undefined;
    for (const event of session.sent.filter((each) => each.s > seq)) connection.send(0, event.d, event);
    this.#push(session, 'RESUMED', { _trace: [] });
    this.#bus.changed('gateway', id);
    return session;
  }

  end(session: Session): void {
    this.#sessions.delete(session.id);
    // The client may identify anew on the same connection.
    if (session.connection) session.connection.session = undefined;
    session.connection = undefined;
    this.#bus.changed('gateway', session.id);
  }

  closed(connection: Connection): void {
    this.#connections.delete(connection);
    const { session } = connection;
    if (session?.connection !== connection) return;
    session.connection = undefined;
    session.lostAt = this.clock.now();
    this.#bus.changed('gateway', session.id);
  }

  close(): void {
    for (const connection of [...this.#connections]) connection.close();
    this.#sessions.clear();
    this.#server.close();
  }

  #accept(websocket: WebSocket): void {
    this.#connections.add(new Connection(this, websocket));
  }

  #publish({ t, d, guildId, intent }: Dispatch): void {
    for (const session of this.sessions) {
      if (intent !== 0 && !(session.intents & intent)) continue;
      const shard = guildId ? shardOf(guildId, session.shard[1]) : 0;
      if (shard !== session.shard[0]) continue;
      this.#push(session, t, typeof d === 'function' ? d(session.intents) : d);
    }
  }

  #push(session: Session, t: string, d: unknown): void {
    // A copy: the payload must stay what it was when it was sent.
    const event = { s: ++session.seq, t, d: structuredClone(d) };
    session.sent.push(event);
    if (session.sent.length > REPLAY_EVENTS) session.sent.shift();
    session.connection?.send(0, event.d, event);
  }
}
