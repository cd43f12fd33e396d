import type { WebSocket } from 'ws';
import { isJson, type Json } from './form.ts';
import type { Gateway, Session } from './gateway.ts';
import { KNOWN_INTENTS, PRIVILEGED_INTENTS } from './intents.ts';

type Refusal = readonly [code: number, reason: string];

/** Close codes. Source: Discord docs, Opcodes and Status Codes, Gateway Close Event Codes. */
const CLOSE = {
  unknownOpcode: [4001, 'Unknown opcode.'],
  decodeError: [4002, 'Error while decoding payload.'],
  notAuthenticated: [4003, 'Not authenticated.'],
  authenticationFailed: [4004, 'Authentication failed.'],
  alreadyAuthenticated: [4005, 'Already authenticated.'],
  invalidSeq: [4007, 'Invalid seq.'],
  rateLimited: [4008, 'Rate limited.'],
  timedOut: [4009, 'Session timed out.'],
  invalidShard: [4010, 'Invalid shard.'],
  shardingRequired: [4011, 'Sharding required.'],
  invalidIntents: [4013, 'Invalid intent(s).'],
  disallowedIntents: [4014, 'Disallowed intent(s).'],
} as const satisfies Record<string, Refusal>;

/** The largest payload that a client may send, in bytes. */
const MAX_PAYLOAD = 4_096;

/** One websocket of a client: hello, identify or resume, heartbeats. */
export class Connection {
  session: Session | undefined;
  readonly #gateway: Gateway;
  readonly #socket: WebSocket;
  readonly #timer: NodeJS.Timeout;
  #beats = 1;
  #sends: number[] = [];

  constructor(gateway: Gateway, socket: WebSocket) {
    this.#gateway = gateway;
    this.#socket = socket;
    socket.on('message', (data) => {
      const refusal = this.#receive(String(data));
      if (refusal) this.#end(refusal);
    });
    socket.on('close', (code) => this.#closed(code));
    socket.on('error', () => {});
    const { heartbeatIntervalMs } = gateway.options;
    this.#timer = setInterval(() => this.#checkPulse(), heartbeatIntervalMs * 1.5);
    this.#timer.unref();
    this.send(10, { heartbeat_interval: heartbeatIntervalMs, _trace: [] });
  }

  send(op: number, d: unknown, event?: { s: number; t: string }): void {
    this.#socket.send(JSON.stringify({ op, d, s: event?.s ?? null, t: event?.t ?? null }));
  }

  /** Closes with a code, or without one as if the network had gone. */
  close(code?: number, reason?: string): void {
    if (code === undefined) this.#socket.terminate();
    else this.#socket.close(code, reason);
  }

  #end([code, reason]: Refusal): void {
    this.#socket.close(code, reason);
  }

  #closed(code: number): void {
    clearInterval(this.#timer);
    // A client that closes with 1000 or 1001 gives its session up. Source: Discord docs, Gateway, Resuming.
    if (this.session && (code === 1000 || code === 1001)) this.#gateway.end(this.session);
    this.#gateway.closed(this);
  }

  /** Closes a connection that missed its heartbeats. */
  #checkPulse(): void {
    if (this.#beats === 0) this.#end(CLOSE.timedOut);
    this.#beats = 0;
  }

  /** Takes a payload; gives the reason to close where it is out of order. */
  #receive(text: string): Refusal | undefined {
    const { limits, clock } = this.#gateway;
    const { count, perMs } = limits.limit('gatewaySend');
    const now = clock.now();
    this.#sends = [...this.#sends.filter((at) => at > now - perMs), now];
    if (this.#sends.length > count) return CLOSE.rateLimited;
    const payload = Buffer.byteLength(text) > MAX_PAYLOAD ? undefined : parse(text);
    if (!payload) return CLOSE.decodeError;

    if (payload.op === 2) return this.#identify(isJson(payload.d) ? payload.d : {});
    if (payload.op === 6) return this.#resume(isJson(payload.d) ? payload.d : {});
    if (payload.op === 1) {
      this.#heartbeat();
      return undefined;
    }
    if (!this.session) return CLOSE.notAuthenticated;
    // Presence, voice state and member requests are taken and lead to nothing here.
    return [3, 4, 8, 31].includes(payload.op as number) ? undefined : CLOSE.unknownOpcode;
  }

  #heartbeat(): void {
    this.#beats++;
    if (this.#gateway.acks) this.send(11, null);
  }

  #identify(d: Json): Refusal | undefined {
    const { options, limits } = this.#gateway;
    if (this.session) return CLOSE.alreadyAuthenticated;
    if (d.token !== options.token) return CLOSE.authenticationFailed;
    const shard = d.shard === undefined ? ([0, 1] as [number, number]) : shardFrom(d.shard);
    if (!shard) return CLOSE.invalidShard;
    const intents = d.intents;
    if (typeof intents !== 'number' || !Number.isInteger(intents) || intents & ~KNOWN_INTENTS)
      return CLOSE.invalidIntents;
    if (intents & PRIVILEGED_INTENTS & ~options.privilegedIntents) return CLOSE.disallowedIntents;
    if (this.#gateway.guildsOf(shard).length > options.guildsPerShard) return CLOSE.shardingRequired;
    // Source: Discord docs, Gateway, Sharding, Max Concurrency.
    const key = String(shard[0] % options.maxConcurrency);
    const tooFast = limits.take('identify', key).exceeded || limits.take('identifyPerDay').exceeded;
    this.#gateway.identifies.push({ at: this.#gateway.clock.now(), shard, tooFast });
    if (tooFast) this.send(9, false);
    else this.session = this.#gateway.begin(this, intents, shard);
    return undefined;
  }

  #resume(d: Json): Refusal | undefined {
    if (this.session) return CLOSE.alreadyAuthenticated;
    if (d.token !== this.#gateway.options.token) return CLOSE.authenticationFailed;
    if (typeof d.seq !== 'number') return CLOSE.invalidSeq;
    this.session = this.#gateway.resume(this, String(d.session_id), d.seq);
    if (!this.session) this.send(9, false);
    return undefined;
  }
}

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function shardFrom(value: unknown): [number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [id, count] = value;
  if (!Number.isInteger(id) || !Number.isInteger(count) || count < 1 || id < 0 || id >= count)
    return undefined;
  return [id, count];
}
