import type { Config } from './config.ts';
import type { Database } from './database/database.ts';
import type { Listener } from './database/listener.ts';
import { DeliveryLoop } from './discord/delivery-loop.ts';
import { followRenderer } from './discord/follow-message.ts';
import { importRenderer } from './discord/import-message.ts';
import { LiveMessages } from './discord/live-messages.ts';
import { MatchEvents } from './discord/match-events.ts';
import { matchRenderer } from './discord/match-message.ts';
import { newChannelPace } from './discord/new-channels.ts';
import { Notifications } from './discord/notifications.ts';
import { createRest } from './discord/rest.ts';
import { startggEventRenderer } from './discord/startgg-event-message.ts';
import type { Imports } from './jobs/imports.ts';
import { IMPORT_MESSAGE } from './jobs/store.ts';
import type { Log } from './log.ts';
import type { Observer } from './metrics/observer.ts';
import { MATCH_MESSAGE } from './notifications/tell.ts';
import { FOLLOW_MESSAGE } from './startgg/follow/follows.ts';
import { STARTGG_EVENT_MESSAGE } from './startgg/schedule/event-announcement.ts';

/** Something that works until it is stopped. */
export type Loop = { start(): void; stop(): Promise<void> };

/** What sends what the database wants shown in Discord: live messages, direct messages and Discord events. */
export function makeDeliveries(parts: {
  db: Database;
  listener: Listener;
  imports: Imports;
  requestsLeft: () => Promise<number | undefined>;
  config: Config;
  observer: Observer;
  log: Log;
}): Loop[] {
  const { db, listener, imports, requestsLeft, config, observer, log } = parts;
  const rest = createRest(config.discord);
  const renderers = {
    [IMPORT_MESSAGE]: importRenderer({ imports, requestsLeft }),
    [MATCH_MESSAGE]: matchRenderer(db),
    [STARTGG_EVENT_MESSAGE]: startggEventRenderer(db),
    [FOLLOW_MESSAGE]: followRenderer(db),
  };
  const pace = newChannelPace(db, config.directMessages);
  // Nothing tells Discord that two requests for an event are one, so none is repeated unseen.
  const unrepeated = createRest(config.discord, { retries: 0 });
  return [
    new DeliveryLoop(new LiveMessages({ db, rest, renderers, log, observer }), listener, log),
    new DeliveryLoop(new Notifications({ db, rest, pace, log, observer }), listener, log),
    new DeliveryLoop(new MatchEvents({ db, rest: unrepeated, log }), listener, log),
  ];
}
