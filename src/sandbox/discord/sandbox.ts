import type { Bus } from './bus.ts';
import type { Clock } from './clock.ts';
import type { Commands } from './commands.ts';
import type { Faults } from './faults.ts';
import type { Gateway } from './gateway.ts';
import type { Interactions } from './interactions.ts';
import type { LimitName, Limits } from './limits.ts';
import type { Messages } from './messages.ts';
import type { World } from './world.ts';

/** The parts of the stand-in, as the routes and the people get them. */
export type Parts = {
  bus: Bus;
  clock: Clock;
  token: string;
  world: World;
  messages: Messages;
  commands: Commands;
  interactions: Interactions;
  gateway: Gateway;
  limits: Limits;
  faults: Faults;
};

/** What a route says of itself, beside its handler. */
type RouteConfig = {
  /** Answers without the bot's token; the address carries its own secret, or is public. */
  open?: boolean;
  /** Outside the global limit. Source: Discord docs, Rate Limits: interaction endpoints. */
  unbound?: boolean;
  /** The bucket that it counts in, and the path parameter that the bucket is kept per. */
  bucket?: LimitName;
  per?: string;
};

/** A request as the stand-in saw it. */
export type LoggedRequest = {
  at: number;
  method: string;
  /** Without `/api/v10`, with the query; interaction tokens in it are as sent. */
  path: string;
  body: unknown;
  status: number;
};

declare module 'fastify' {
  interface FastifyContextConfig extends RouteConfig {}
}
