import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import { unnested } from '../database/unnested.ts';
import type { NewItem, WorkItem } from './item.ts';

const COLUMNS = sql`i.id::text as id, i.kind, i.key, i.page, i.label, i.data, i.attempts`;

const GIVEN = {
  place: 'int',
  phase: 'smallint',
  kind: 'text',
  key: 'text',
  page: 'int',
  label: 'text',
  data: 'jsonb',
};

/** An item as a page of its walk. */
export type WalkPage = WorkItem & { state: 'pending' | 'done' | 'failed' };

type WalkName = Pick<WorkItem, 'kind' | 'key'>;
const nameOf = ({ kind, key }: WalkName) => `${kind} ${key}`;

/** Other items have no pages beside them that would count with theirs. */
const isPage = ({ page, data }: WorkItem) => page > 1 || 'walk' in data;

/** The work list of one job: what is still to do, what failed, and what the items keep. */
export class WorkList {
  readonly #em: EntityManager;
  readonly #jobId: number;
  readonly #phases: readonly string[];
  /** Whether items failed, or failed ones were taken off: the job's own number of them is to be counted anew. */
  hasErrorsChanged = false;
  /** Walks whose pages nobody else changes until the transaction ends, as they are on the list. */
  readonly #walks = new Map<string, WalkPage[]>();
  /** Walks whose later pages are to be taken off the list and are still on it. */
  readonly #dropped = new Map<string, WalkName>();
  /** What is to be kept with items and is not written yet. */
  readonly #unwritten = new Map<string, Record<string, unknown>>();

  /** @param phases the names of the kind's phases, in order */
  constructor(em: EntityManager, jobId: number, phases: readonly string[]) {
    this.#em = em;
    this.#jobId = jobId;
    this.#phases = phases;
  }

  /** Adds items that are not on the list yet. Returns those that were added. */
  async add(items: readonly NewItem[]): Promise<NewItem[]> {
    if (items.length === 0) return [];
    await this.drop();
    const given = items.map(({ phase, kind, key, page = 1, label, data = {} }, place) => {
      return { place, phase: this.#phases.indexOf(phase), kind, key, page, label, data };
    });
    const added = await rows(
      this.#em,
      sql<{ kind: string; key: string; page: number }>`
        insert into import_item (job_id, phase_order, kind, key, page, label, data)
        select ${this.#jobId}, phase, kind, key, page, label, data
        from ${unnested(given, GIVEN, 'given')}
        order by place on conflict (job_id, kind, key, page) do nothing returning kind, key, page`,
    );
    const names = new Set(added.map((item) => `${item.page} ${nameOf(item)}`));
    for (const item of added) this.#walks.delete(nameOf(item));
    return items.filter((item) => names.has(`${item.page ?? 1} ${nameOf(item)}`));
  }

  /** Items that may be worked on now, the earliest phase first, without those already at work. */
  async due(limit: number, atWork: readonly string[]): Promise<WorkItem[]> {
    return await rows(
      this.#em,
      sql<WorkItem>`select ${COLUMNS} from import_item i
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
   * Marks items done, and gives those that were still to do (a restarted walk takes its pages off the list). From here to
   * the end of the transaction no other page of the same walks is settled: a walk's first page's row stands for it. The
   * commit does not wait for the disk: what a crash of the database itself takes back of the last moment is on the list
   * again.
   */
  async settle(items: readonly WorkItem[]): Promise<WorkItem[]> {
    await this.#flush();
    const ids = sql`${items.map(({ id }) => id)}::bigint[]`;
    const names = new Map(items.filter(isPage).map((item) => [nameOf(item), item]));
    const walks = unnested([...names.values()], { kind: 'text', key: 'text' }, 'walk');
    // The list of a large job is long, and grows: `lateral` and `limit` have its rows looked up, each for itself.
    const settled = await rows(
      this.#em,
      sql<{ id: string }>`
        with first as (
          select page.id from ${walks} cross join lateral (
            select id from import_item where job_id = ${this.#jobId} and kind = walk.kind and key = walk.key and page = 1 limit 1
          ) page
        ), held as (
          select id from import_item where job_id = ${this.#jobId}
            and id = any(array(select unnest(${ids}) union select id from first)) order by id for update
        )
        update import_item i set state = 'done', error = null
        where i.id = any(${ids}) and i.job_id = ${this.#jobId} and i.state = 'pending' and (select count(*) from held) > 0
        returning i.id::text as id, set_config('synchronous_commit', 'off', true)`,
    );
    const found = await rows(
      this.#em,
      sql<WalkPage>`select ${COLUMNS}, i.state from ${walks} cross join lateral (
          select * from import_item where job_id = ${this.#jobId} and kind = walk.kind and key = walk.key order by page offset 0
        ) i order by i.kind, i.key, i.page`,
    );
    for (const [name, pages] of Map.groupBy(found, nameOf)) this.#walks.set(name, pages);
    const done = new Set(settled.map(({ id }) => id));
    return items.filter(({ id }) => done.has(id));
  }

  /** All pages of a walk that are on the list, by page. */
  async pages(kind: string, key: string): Promise<WalkPage[]> {
    const known = this.#walks.get(nameOf({ kind, key }));
    if (known) return known;
    await this.#flush();
    return await rows(
      this.#em,
      sql<WalkPage>`select ${COLUMNS}, i.state from import_item i
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
  keep({ id, kind, key }: WorkItem, data: Record<string, unknown>): void {
    this.#unwritten.set(id, data);
    const name = nameOf({ kind, key });
    const pages = this.#walks.get(name);
    if (pages)
      this.#walks.set(
        name,
        pages.map((page) => (page.id === id ? { ...page, data } : page)),
      );
  }

  /** Takes the later pages of a walk off the list. */
  async dropPages(kind: string, key: string): Promise<void> {
    const name = nameOf({ kind, key });
    const pages = this.#walks.get(name);
    const [first, ...others] = pages ?? [];
    if (first && others.length === 0) return;
    for (const { id } of others) this.#unwritten.delete(id);
    if (first) this.#walks.set(name, [first]);
    if (!first || others.some(({ state }) => state === 'failed')) this.hasErrorsChanged = true;
    this.#dropped.set(name, { kind, key });
    if (!first) await this.drop();
  }

  /** Takes off the list what was dropped; to be called before the end of the transaction. */
  async drop(): Promise<void> {
    if (this.#dropped.size === 0) return;
    const walks = [...this.#dropped.values()];
    this.#dropped.clear();
    await rows(
      this.#em,
      sql`delete from import_item i using ${unnested(walks, { kind: 'text', key: 'text' }, 'walk')}
        where i.job_id = ${this.#jobId} and i.kind = walk.kind and i.key = walk.key and i.page > 1`,
    );
  }

  /** What was kept last, as a statement to be run as a part of another one at the end of the transaction. */
  keeping() {
    const kept = [...this.#unwritten].map(([id, data]) => ({ id, data }));
    return sql`update import_item i set data = kept.data
      from ${unnested(kept, { id: 'bigint', data: 'jsonb' }, 'kept')} where i.id = kept.id`;
  }

  async #flush(): Promise<void> {
    await this.drop();
    if (this.#unwritten.size > 0) await rows(this.#em, this.keeping());
    this.#unwritten.clear();
  }

  /** Puts the first page of an item back on the list. */
  async reopen(
    kind: string,
    key: string,
    options: { data?: Record<string, unknown>; afterMs?: number } = {},
  ): Promise<void> {
    await this.#flush();
    this.#walks.delete(nameOf({ kind, key }));
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

  /** Leaves items alone for some time. */
  async postpone(ids: readonly string[], reason: string, delayMs: number): Promise<void> {
    await rows(
      this.#em,
      sql`update import_item set error = ${reason}, not_before = now() + make_interval(secs => ${delayMs / 1000})
        where id = any(${[...ids]}::bigint[])`,
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
