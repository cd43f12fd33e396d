import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import type { NewItem, WorkItem } from './item.ts';

const COLUMNS = sql`id::text as id, kind, key, page, label, data`;

/** An item as a page of its walk. */
export type WalkPage = WorkItem & { state: 'pending' | 'done' | 'failed' };

/** The work list of one job: what is still to do, what failed, and what the items keep. */
export class WorkList {
  readonly #em: EntityManager;
  readonly #jobId: number;
  readonly #phases: readonly string[];
  /** Whether items failed, or failed ones were taken off: the job's own number of them is to be counted anew. */
  hasErrorsChanged = false;
  /** Whether what `#alone` keeps is yet to be written. */
  #isUnwritten = false;
  /** The item that was settled, when it is the only page of its walk: most walks have just one. */
  #alone: WalkPage | undefined;

  /** @param phases the names of the kind's phases, in order */
  constructor(em: EntityManager, jobId: number, phases: readonly string[]) {
    this.#em = em;
    this.#jobId = jobId;
    this.#phases = phases;
  }

  /** Adds items that are not on the list yet. Returns how many were added. */
  async add(items: readonly NewItem[]): Promise<number> {
    if (items.length === 0) return 0;
    await this.#writeAlone();
    const given = items.map((item) => ({
      ...item,
      phase: this.#phases.indexOf(item.phase),
      page: item.page ?? 1,
      data: item.data ?? {},
    }));
    const added = await rows(
      this.#em,
      sql`insert into import_item (job_id, phase_order, kind, key, page, label, data)
          select ${this.#jobId}, phase, kind, key, page, label, data
          from json_to_recordset(${JSON.stringify(given)}::json)
            as given(phase smallint, kind text, key text, page int, label text, data jsonb)
          on conflict (job_id, kind, key, page) do nothing returning id`,
    );
    return added.length;
  }

  /** Items that may be worked on now, the earliest phase first, without those already at work. */
  async due(limit: number, atWork: readonly string[]): Promise<WorkItem[]> {
    return await rows(
      this.#em,
      sql<WorkItem>`select ${COLUMNS} from import_item
        where job_id = ${this.#jobId} and state = 'pending' and (not_before is null or not_before <= now())
          and id <> all(${[...atWork]}::bigint[])
        order by phase_order, id limit ${limit}`,
    );
  }

  /** Milliseconds until the next item that waits may be worked on, or undefined when nothing is left to do. */
  async untilNext(): Promise<number | undefined> {
    const row = await firstRow(
      this.#em,
      sql<{ ms: number | null }>`
        select ceil(extract(epoch from min(coalesce(not_before, now())) - now()) * 1000)::float8 as ms
        from import_item where job_id = ${this.#jobId} and state = 'pending'`,
    );
    return row?.ms == null ? undefined : Math.max(0, row.ms);
  }

  /**
   * Marks an item done, if it is still to do (a restarted walk takes its pages off the list). From here to the end of the
   * transaction no other page of the same walk is settled: its first page's row stands for the walk. Its commit does not
   * wait for the disk: what a crash of the database itself takes back of the last moment is on the list again.
   */
  async settle(item: WorkItem): Promise<boolean> {
    await this.#writeAlone();
    if (item.page > 1)
      await rows(
        this.#em,
        sql`select 1 from import_item where job_id = ${this.#jobId} and kind = ${item.kind} and key = ${item.key} and page = 1 for update`,
      );
    const settled = await firstRow(
      this.#em,
      sql<{ others: number }>`update import_item settled set state = 'done', error = null
        where id = ${item.id} and state = 'pending'
        returning (select count(*)::int from import_item o
          where o.job_id = settled.job_id and o.kind = settled.kind and o.key = settled.key and o.id <> settled.id) as others,
          set_config('synchronous_commit', 'off', true)`,
    );
    this.#alone = settled?.others === 0 ? { ...item, state: 'done' } : undefined;
    return settled !== undefined;
  }

  /** All pages of a walk that are on the list, by page. */
  async pages(kind: string, key: string): Promise<WalkPage[]> {
    if (this.#alone?.kind === kind && this.#alone.key === key) return [this.#alone];
    return await rows(
      this.#em,
      sql<WalkPage>`select ${COLUMNS}, state from import_item
        where job_id = ${this.#jobId} and kind = ${kind} and key = ${key} order by page`,
    );
  }

  /** Keys of all items of a kind, whatever became of them. */
  async keys(kind: string): Promise<Set<string>> {
    const found = await rows(
      this.#em,
      sql<{
        key: string;
      }>`select key from import_item where job_id = ${this.#jobId} and kind = ${kind} and page = 1`,
    );
    return new Set(found.map((row) => row.key));
  }

  /** Keeps data with an item, in place of what was kept. */
  async keep(id: string, data: Record<string, unknown>): Promise<void> {
    if (this.#alone?.id === id) {
      this.#alone = { ...this.#alone, data };
      this.#isUnwritten = true;
      return;
    }
    await rows(this.#em, sql`update import_item set data = ${JSON.stringify(data)}::jsonb where id = ${id}`);
  }

  /** Takes the later pages of a walk off the list. */
  async dropPages(kind: string, key: string): Promise<void> {
    await rows(
      this.#em,
      sql`delete from import_item where job_id = ${this.#jobId} and kind = ${kind} and key = ${key} and page > 1`,
    );
    this.hasErrorsChanged = true;
  }

  /** What was kept last, as a statement to be run as a part of another one at the end of the transaction. */
  keeping() {
    const { id, data } = (this.#isUnwritten && this.#alone) || {};
    return sql`update import_item set data = ${JSON.stringify(data ?? {})}::jsonb where id = ${id ?? null}`;
  }

  /** From here on the database is asked: what was kept so far goes there first. */
  async #writeAlone(): Promise<void> {
    if (this.#isUnwritten) await rows(this.#em, this.keeping());
    this.#isUnwritten = false;
    this.#alone = undefined;
  }

  /** Puts the first page of an item back on the list. */
  async reopen(
    kind: string,
    key: string,
    options: { data?: Record<string, unknown>; afterMs?: number } = {},
  ): Promise<void> {
    await this.#writeAlone();
    await rows(
      this.#em,
      sql`update import_item set state = 'pending', attempts = 0, error = null,
            data = coalesce(${options.data ? JSON.stringify(options.data) : null}::jsonb, data),
            not_before = now() + make_interval(secs => ${(options.afterMs ?? 0) / 1000})
          where job_id = ${this.#jobId} and kind = ${kind} and key = ${key} and page = 1`,
    );
  }

  /** Leaves an item as failed, with the reason that people are shown. */
  async fail(id: string, reason: string): Promise<void> {
    await this.#writeAlone();
    await rows(this.#em, sql`update import_item set state = 'failed', error = ${reason} where id = ${id}`);
    this.hasErrorsChanged = true;
  }

  /** Puts all failed items back on the list. Returns how many there were. */
  async reopenFailed(): Promise<number> {
    const reopened = await rows(
      this.#em,
      sql`update import_item set state = 'pending', attempts = 0, not_before = null
          where job_id = ${this.#jobId} and state = 'failed' returning id`,
    );
    this.hasErrorsChanged = true;
    return reopened.length;
  }

  /** Counts one more failed attempt at an item. Returns how many there were. */
  async countAttempt(id: string): Promise<number> {
    const row = await firstRow(
      this.#em,
      sql<{
        attempts: number;
      }>`update import_item set attempts = attempts + 1 where id = ${id} returning attempts`,
    );
    return row?.attempts ?? 0;
  }

  /** Leaves an item alone for some time. */
  async postpone(id: string, reason: string, delayMs: number): Promise<void> {
    await rows(
      this.#em,
      sql`update import_item set error = ${reason}, not_before = now() + make_interval(secs => ${delayMs / 1000}) where id = ${id}`,
    );
  }

  /** Counts the failed items anew. The caller holds the job's row, so that two do not count past each other. */
  async countErrors(): Promise<void> {
    await rows(
      this.#em,
      sql`update import_job set error_count = (select count(*) from import_item where job_id = ${this.#jobId} and state = 'failed')
          where id = ${this.#jobId}`,
    );
  }
}
