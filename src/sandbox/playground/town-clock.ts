import { writeFile } from 'node:fs/promises';
import { Client } from 'pg';
import { type MovableClock, movableClock } from '../discord/clock.ts';
import type { Speed } from './protocol.ts';

const TICK_MS = 1_000;
/** How long people wait for the bot before time may jump after all. */
const PATIENCE_MS = 3_500;

/**
 * The sandbox's time, which can be pushed ahead and run faster: for the stand-ins, for the bot, and for its database,
 * where functions of the same names stand before PostgreSQL's own `now()` and `clock_timestamp()`.
 */
export class TownClock {
  readonly clock: MovableClock;
  speed: Speed = 1;
  readonly #file: string;
  readonly #isBusy: () => boolean;
  #database: Client | undefined;
  #busySince: number | undefined;
  #jumping: Promise<void> = Promise.resolve();
  #isTicking = false;
  readonly #timer: NodeJS.Timeout;

  /**
   * @param file where the bot reads how far time is ahead
   * @param isBusy whether somebody waits for the bot: a jump would have it answer too late
   */
  constructor(ahead: number, file: string, isBusy: () => boolean) {
    this.clock = movableClock(ahead);
    this.#file = file;
    this.#isBusy = isBusy;
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  get aheadMs(): number {
    return Math.round(this.clock.now() - Date.now());
  }

  /** Gives a database this clock. The bot's connections have it once they are opened anew. */
  async rule(url: string): Promise<void> {
    this.#database = new Client({ connectionString: url });
    this.#database.on('error', () => {});
    await this.#database.connect();
    await this.#database.query(`
      create schema if not exists sandbox;
      create table if not exists sandbox.clock (ahead interval not null);
      insert into sandbox.clock select '0' where not exists (select 1 from sandbox.clock);
      create or replace function sandbox.now() returns timestamptz language sql stable
        as 'select pg_catalog.now() + ahead from sandbox.clock';
      create or replace function sandbox.clock_timestamp() returns timestamptz language sql volatile
        as 'select pg_catalog.clock_timestamp() + ahead from sandbox.clock';
      do $$ begin
        execute format('alter database %I set search_path = public, sandbox, pg_catalog', current_database());
      end $$`);
    await this.#tell();
  }

  /** Pushes time ahead. */
  async skip(ms: number): Promise<void> {
    const before = this.#jumping.catch(() => {});
    this.#jumping = before.then(async () => {
      this.clock.advance(ms);
      await this.#tell();
    });
    await this.#jumping;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#jumping.catch(() => {});
    await this.#database?.end();
  }

  #tick(): void {
    if (this.speed === 1 || this.#isTicking) return;
    this.#busySince = this.#isBusy() ? (this.#busySince ?? Date.now()) : undefined;
    if (this.#busySince !== undefined && Date.now() - this.#busySince < PATIENCE_MS) return;
    this.#isTicking = true;
    void this.skip((this.speed - 1) * TICK_MS)
      .catch(() => {})
      .finally(() => {
        this.#isTicking = false;
      });
  }

  async #tell(): Promise<void> {
    await writeFile(this.#file, String(this.aheadMs));
    await this.#database?.query('update sandbox.clock set ahead = make_interval(secs => $1)', [
      this.aheadMs / 1_000,
    ]);
  }
}
