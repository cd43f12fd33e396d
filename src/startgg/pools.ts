import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { z } from 'zod';
import { firstRow, rows } from '../database/database.ts';
import { upsert, type Written } from '../database/upsert.ts';
import { type eventAnswer, type PoolState, type phaseGroup, readNodes } from './answers.ts';
import { Phase, PhaseGroup } from './entities.ts';

type PhaseNode = NonNullable<z.infer<typeof eventAnswer>['event']>['phases'][number];

type PoolNode = z.infer<typeof phaseGroup>;

/** A phase with those of its pools that a page shows. */
type PhaseWithPools = Pick<PhaseNode, 'id' | 'name' | 'phaseOrder'> & { entries: PoolNode[] };

/** Reads one page of the pools of every phase of an event; the pages of the longest phase are the pages of all. */
export function readPools<T extends PoolNode>(
  given: readonly PhaseNode[],
  perPage: number,
  pool: z.ZodType<T>,
) {
  const phases = given.map((phase) => ({ ...phase, ...readNodes(phase.phaseGroups.nodes, pool) }));
  const totals = given.map((phase) => phase.phaseGroups.pageInfo.total);
  return {
    phases,
    keys: phases.flatMap((phase) => phase.keys),
    empty: phases.reduce((sum, phase) => sum + phase.empty, 0),
    complaint: phases.find((phase) => phase.complaint)?.complaint,
    total: totals.reduce((sum, total) => sum + total, 0),
    pages: Math.max(1, ...totals.map((total) => Math.ceil(total / perPage))),
  };
}

/** Writes events' phases with their pools. Gives what was written of the pools. */
export async function storePools(
  em: EntityManager,
  events: readonly { eventId: number; phases: readonly PhaseWithPools[] }[],
): Promise<Written> {
  await upsert(
    em,
    Phase,
    events.flatMap(({ eventId, phases }) =>
      phases.map(({ id, name, phaseOrder }) => ({ id, event: eventId, name, phaseOrder })),
    ),
  );
  const phases = events.flatMap((event) => event.phases);
  const pools = phases.flatMap((phase) => phase.entries.map((pool) => ({ ...pool, phase: phase.id })));
  return await upsert(
    em,
    PhaseGroup,
    pools.map(({ id, phase, displayIdentifier, state, rounds }) => ({
      id,
      phase,
      displayIdentifier,
      state,
      rounds: Object.fromEntries(rounds.map((round) => [String(round.number), round.bestOf])),
    })),
  );
}

/** Sets follow their pool: a pool that was not known when a set was read tells its phase later. */
export async function fillSets(em: EntityManager, eventIds: readonly number[]): Promise<void> {
  await rows(
    em,
    sql`update startgg_set s set phase_id = g.phase_id, best_of = (g.rounds->>s.round::text)::int,
          updated_at = now(), seq = nextval('startgg_set_seq')
        from startgg_phase_group g
        where s.event_id = any(${[...eventIds]}::int[]) and g.id = s.phase_group_id and s.deleted_at is null
          and (s.phase_id, s.best_of) is distinct from (g.phase_id, (g.rounds->>s.round::text)::int)`,
  );
}

/** What became of pools: how many changed, began or were reset, and how many of them are not known. */
type PoolChanges = { changed: number; begun: number; unknown: number };

/** Writes how far pools are. */
export async function storePoolStates(em: EntityManager, pools: readonly PoolState[]): Promise<PoolChanges> {
  const row = await firstRow(
    em,
    sql<PoolChanges>`
      with given as (
        select given.*, g.id is not null as is_known, g.state as before
        from json_to_recordset(${JSON.stringify(pools)}::json) as given(id int, state int)
          left join startgg_phase_group g on g.id = given.id and g.phase_id is not null and g.deleted_at is null
      ), written as (
        update startgg_phase_group g set state = given.state, updated_at = now() from given
        where g.id = given.id and given.state is distinct from given.before returning 1
      )
      select (select count(*)::int from written) as changed,
        (count(*) filter (where state is distinct from before and (state = 1 or coalesce(before, 1) = 1)))::int as begun,
        (count(*) filter (where not is_known))::int as unknown from given`,
  );
  return row ?? { changed: 0, begun: 0, unknown: 0 };
}
