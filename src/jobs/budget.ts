import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Database, firstRow, rows } from '../database/database.ts';
import { BudgetExhaustedError } from '../errors.ts';

/** The one thing that a provider allows per credential: so many requests in any window. */
export type Allowance = {
  provider: string;
  /** The token; only its hash is stored. */
  credential: string;
  requests: number;
  windowMs: number;
  /** How long one request may take before it is given up. */
  timeoutMs: number;
};

/** A request that may be sent now. */
export type Slot = { id: string; remaining: number };

/** A kind of work that may have only a part of the allowance at once, above 0 and below 1, however long it goes on. */
export type Share = { of: string; part: number };

/** How a slot is asked for. */
type Ask = { keepFree: number; share?: Share | undefined };

type Grant = { id: string | null; remaining: number; wait_ms: number };

/**
 * The request allowance of one credential, shared by all processes through its row in `budget`. A slot is taken from the
 * moment it is granted until one window after its answer came (after its time-out, when none comes), so that the provider
 * never counts more requests in a window than it allows, wherever it starts counting.
 *
 * While more than a quarter is free, requests go out at once; below that they are spread, at three times the pace that can be
 * kept up: at that pace itself no request could make up for one that came late.
 */
export class SharedBudget {
  readonly #db: Database;
  readonly #allowance: Allowance;
  readonly #credential: string;

  constructor(db: Database, allowance: Allowance) {
    this.#db = db;
    this.#allowance = allowance;
    this.#credential = createHash('sha256').update(allowance.credential).digest('hex').slice(0, 32);
  }

  /**
   * Takes a slot, waiting for one if need be.
   *
   * @param keepFree slots to leave for more urgent work: 0 for what a person waits for
   * @param share what the slot is for, where that has only a part of all slots
   * @throws BudgetExhaustedError when nobody gets a slot for longer than `patienceMs`
   */
  async acquire(options: Ask & { patienceMs: number; signal?: AbortSignal | undefined }): Promise<Slot> {
    for (;;) {
      options.signal?.throwIfAborted();
      const grant = await this.#tryAcquire(options);
      if (grant.id) return { id: grant.id, remaining: grant.remaining };
      if (grant.wait_ms > options.patienceMs) throw new BudgetExhaustedError(grant.wait_ms);
      await delay(grant.wait_ms, undefined, { signal: options.signal });
    }
  }

  /** Says that the answer came (or will not come any more): one window from now the slot is free again. */
  async release(slot: Slot): Promise<void> {
    const { provider, windowMs } = this.#allowance;
    await rows(
      this.#db.em(),
      sql`update budget set windows = (
            select coalesce(jsonb_agg(case when w->>'id' = ${slot.id}
              then jsonb_set(w, '{until}', to_jsonb(${NOW} + ${windowMs}::bigint)) else w end), '[]')
            from jsonb_array_elements(windows) w)
          where provider = ${provider} and credential = ${this.#credential} returning ${NO_DISK}`,
    );
  }

  /** The provider refused for now: nobody asks again before this long has passed. */
  async block(ms: number): Promise<void> {
    const { provider } = this.#allowance;
    await rows(
      this.#db.em(),
      sql`insert into budget as old (provider, credential, blocked_until)
          values (${provider}, ${this.#credential}, clock_timestamp() + make_interval(secs => ${ms / 1000}))
          on conflict (provider, credential) do update set blocked_until = greatest(old.blocked_until, excluded.blocked_until)`,
    );
  }

  /** Milliseconds until the provider's refusal is over; 0 when there is none. */
  async blockedMs(): Promise<number> {
    const { provider } = this.#allowance;
    const row = await firstRow(
      this.#db.em(),
      sql<{
        ms: number | null;
      }>`select (extract(epoch from blocked_until - clock_timestamp()) * 1000)::float8 as ms from budget
        where provider = ${provider} and credential = ${this.#credential}`,
    );
    return Math.max(0, row?.ms ?? 0);
  }

  /** Requests that could be sent at this moment. */
  async remaining(): Promise<number> {
    const { provider, requests } = this.#allowance;
    const row = await firstRow(
      this.#db.em(),
      sql<{ used: number }>`select count(*)::int as used from budget, jsonb_array_elements(windows) w
        where provider = ${provider} and credential = ${this.#credential} and (w->>'until')::bigint > ${NOW}`,
    );
    return Math.max(0, requests - (row?.used ?? 0));
  }

  /** In how many milliseconds a slot will be free, as far as is known now; 0: at once. Takes none. */
  async waitMs(): Promise<number> {
    const row = await firstRow(
      this.#db.em(),
      sql<{ wait: number }>`with ${this.#verdict({ keepFree: 0 })} select wait::float8 as wait from verdict`,
    );
    return row?.wait ?? 0;
  }

  async #tryAcquire(ask: Ask): Promise<Grant> {
    const row = await this.#take({ ...ask, keepFree: Math.min(ask.keepFree, this.#allowance.requests - 1) });
    if (row) return { ...row, wait_ms: Math.max(10, row.wait_ms) };
    await rows(
      this.#db.em(),
      sql`insert into budget (provider, credential) values (${this.#allowance.provider}, ${this.#credential}) on conflict do nothing`,
    );
    return await this.#tryAcquire(ask);
  }

  /** One statement, so that the row that all requests of all processes need is held as shortly as can be. */
  async #take(ask: Ask): Promise<Grant | undefined> {
    const { requests, windowMs, timeoutMs } = this.#allowance;
    const id = randomUUID();
    return await firstRow(
      this.#db.em(),
      sql<Grant>`
      with ${this.#verdict(ask, sql`for update`)}, taken as (
        update budget set last_start = case when wait = 0 then now else budget.last_start end,
          windows = case when wait = 0 then slots || jsonb_build_object('id', ${id}::text, 'of', ${ask.share?.of ?? null}::text, 'until', now + ${timeoutMs + windowMs}::bigint) else slots end
        from verdict where budget.provider = verdict.provider and budget.credential = verdict.credential
      )
      select case when wait = 0 then ${id}::text end as id, wait::float8 as wait_ms,
            (${requests}::int - n - 1)::int as remaining, ${NO_DISK} from verdict`,
    );
  }

  /**
   * Common table expressions; the last, `verdict`, tells how long a request has to wait: for a slot whose answer is still
   * awaited, as if it came now, since it comes long before its time-out as a rule.
   */
  #verdict({ keepFree, share }: Ask, lock = sql``) {
    const { provider, requests, windowMs } = this.#allowance;
    const most = Math.max(1, Math.floor(requests * (share?.part ?? 1)));
    return sql`mine as (
        select *, ${NOW} as now from budget where provider = ${provider} and credential = ${this.#credential} ${lock}
      ), used as (
        select coalesce(jsonb_agg(w order by (w->>'until')::bigint), '[]') as slots, count(*)::int as n,
          array_agg((w->>'until')::bigint order by (w->>'until')::bigint) filter (where w->>'of' = ${share?.of ?? null}::text) as alike
        from mine, jsonb_array_elements(windows) w where (w->>'until')::bigint > now
      ), verdict as (
        select mine.*, slots, n, greatest(
          ceil(extract(epoch from blocked_until) * 1000)::bigint - now,
          case when n + ${keepFree}::int >= ${requests}::int
            then least((slots->(n + ${keepFree}::int - ${requests}::int)->>'until')::bigint - now, ${windowMs}::bigint) end,
          case when cardinality(alike) >= ${most}::int
            then least(alike[cardinality(alike) - ${most}::int + 1] - now, ${windowMs}::bigint) end,
          case when n >= ${Math.ceil(requests * 0.75)}::int then last_start + ${Math.floor(windowMs / requests / 3)}::int - now end,
          0) as wait
        from mine, used
      )`;
  }
}

/** Milliseconds since 1970 by the database's clock, which all processes share. */
const NOW = sql`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** Nothing is lost with a slot that a crash of the database forgets, so its disk is not waited for. */
const NO_DISK = sql`set_config('synchronous_commit', 'off', true)`;
