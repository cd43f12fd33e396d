import type { Config } from './config.ts';
import type { Database } from './database/database.ts';
import { SharedBudget } from './jobs/budget.ts';
import type { Log } from './log.ts';
import type { Observer } from './metrics/observer.ts';
import { RacetimeClient, racetimeAllowance } from './racetime/client.ts';
import { slugAllowance, speedgamingAllowance } from './speedgaming/allowance.ts';
import { SpeedgamingClient } from './speedgaming/client.ts';
import { SpeedgamingEvents } from './speedgaming/events.ts';
import { SpeedgamingSync } from './speedgaming/sync.ts';
import { StartggClient, startggAllowance } from './startgg/client.ts';

/** The ways to the outside, each within the budget that it shares with all processes. */
export type Sources = {
  startgg: StartggClient;
  speedgaming: { sync: SpeedgamingSync; events: SpeedgamingEvents };
  /** Undefined without credentials. */
  racetime: RacetimeClient | undefined;
};

/** Makes the ways to the outside as they are configured. */
export function makeSources(config: Config, db: Database, log: Log, observer: Observer): Sources {
  return {
    startgg: makeStartgg(config, db, log, observer),
    speedgaming: makeSpeedgaming(config, db, log),
    racetime: makeRacetime(config, db),
  };
}

function makeStartgg({ startgg }: Config, db: Database, log: Log, observer: Observer): StartggClient {
  const budget = new SharedBudget(db, startggAllowance(startgg.token, startgg.requestsPerMinute));
  return new StartggClient({ url: startgg.apiUrl, token: startgg.token, budget, log, observer });
}

function makeSpeedgaming({ speedgaming }: Config, db: Database, log: Log): Sources['speedgaming'] {
  const client = new SpeedgamingClient({
    url: speedgaming.apiUrl,
    budget: new SharedBudget(db, speedgamingAllowance()),
  });
  const budgetOf = (slug: string) => new SharedBudget(db, slugAllowance(slug, speedgaming.secondsPerSlug));
  return {
    sync: new SpeedgamingSync(db, client, budgetOf, log),
    events: new SpeedgamingEvents(client, budgetOf),
  };
}

function makeRacetime({ racetime: { url, credentials } }: Config, db: Database): RacetimeClient | undefined {
  if (!credentials) return undefined;
  const budget = new SharedBudget(db, racetimeAllowance(credentials.clientId));
  return new RacetimeClient({ url, ...credentials, budget });
}
