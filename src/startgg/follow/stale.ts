import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../../database/database.ts';
import type { NewItem } from '../../jobs/item.ts';
import { type WalkState, walkItems } from '../../jobs/walk.ts';
import type { FollowedEvent, FollowedTournament } from '../answers.ts';
import type { EventData } from '../packing/event-data.ts';
import { POOLS_PER_PAGE } from '../packing/structure.ts';

/** Changed sets on one page. */
const CHANGES_PER_PAGE = 35;
/** With more changes than this an event is read as a whole. */
const MOST_CHANGES = 1_000;
/** Objects that one sync spends on events that are read anew only because that was long ago: some three requests. */
const REREAD_OBJECTS = 3_000;
const OBJECTS = { set: 8, entrant: 4 } as const;

/** What is known of an event here, and whether all of it should be read again because that was long ago. */
type Known = { id: number; isNew: boolean; isOther: boolean; overdue: number };

/**
 * Finds out which events are not as they were when they were last read: what of them has to be read, as work items.
 *
 * @param changedAfter Unix seconds: since then sets were counted as changed
 */
export async function staleItems(
  em: EntityManager,
  tournaments: readonly FollowedTournament[],
  changedAfter: number,
): Promise<NewItem[]> {
  const events = tournaments.flatMap((tournament) =>
    tournament.events.map((event) => ({ event, tournament })),
  );
  const known = new Map(
    (
      await knownOf(
        em,
        events.map(({ event }) => event),
      )
    ).map((one) => [one.id, one]),
  );
  const items: NewItem[] = [];
  const overdue: { item: NewItem; cost: number; by: number }[] = [];
  for (const { event, tournament } of events) {
    const of = known.get(event.id);
    const label = `${tournament.name ?? tournament.id}: ${event.name ?? event.id}`;
    const data: EventData = {
      tournamentId: tournament.id,
      eventState: event.state,
      eventType: event.type,
      numEntrants: event.numEntrants,
    };
    const changes = event.changed.pageInfo.total;
    if (!of || of.isNew || changes > MOST_CHANGES) {
      items.push(wholeItem(event, label, data));
      continue;
    }
    if (of.isOther) items.push(wholeItem(event, label, { ...data, only: 'changed' }));
    if (changes > 0) {
      const what = { phase: 'sets', kind: 'changes', key: `${event.id}:${changedAfter}`, label, data };
      items.push(...walkItems(what, CHANGES_PER_PAGE, changes));
    }
    if (!of.isOther && of.overdue > 1)
      overdue.push({ item: wholeItem(event, label, data), cost: costOf(event), by: of.overdue });
  }
  let room = REREAD_OBJECTS;
  for (const { item, cost } of overdue.sort((one, other) => other.by - one.by)) {
    if (room > 0) items.push(item);
    room -= cost;
  }
  return items;
}

function wholeItem(event: FollowedEvent, label: string, data: EventData): NewItem {
  const walk: WalkState = { perPage: POOLS_PER_PAGE };
  return { phase: 'events', kind: 'event', key: String(event.id), label, data: { ...data, walk } };
}

const costOf = ({ entrants, sets }: FollowedEvent) =>
  20 + OBJECTS.entrant * entrants.pageInfo.total + OBJECTS.set * sets.pageInfo.total;

/**
 * How often all of an event is read, since nothing tells that an entrant has another name or a set is gone: hourly while it
 * is running or about to, daily for two weeks after that, then monthly. An event of which the last walk missed something
 * is other than it was until another walk has missed it, too.
 */
async function knownOf(em: EntityManager, events: readonly FollowedEvent[]): Promise<Known[]> {
  const given = events.map(({ id, state, startAt, entrants, sets }) => ({
    id,
    state,
    start: startAt,
    entrants: entrants.pageInfo.total,
    sets: sets.pageInfo.total,
  }));
  return await rows(
    em,
    sql<Known>`
      with missed as (
        select distinct split_part(key, ':', 1) as key from startgg_sync
        where scope in ('pools', 'entrants', 'sets') and missing <> '[]'
      )
      select given.id, s.totals is null as "isNew",
        (s.totals->>'entrants')::int is distinct from given.entrants or (s.totals->>'sets')::int is distinct from given.sets
          or missed.key is not null as "isOther",
        coalesce(extract(epoch from now() - s.walked_at) / extract(epoch from case
          when given.state = 'ACTIVE' or given.start between now() - interval '2 days' and now() + interval '1 day' then interval '1 hour'
          when given.state = 'CREATED' or given.start > now() - interval '14 days' then interval '1 day'
          else interval '30 days' end), 2)::float8 as overdue
      from json_to_recordset(${JSON.stringify(given)}::json)
          as given(id int, state text, start timestamptz, entrants int, sets int)
        left join startgg_sync s on s.scope = 'event' and s.key = given.id::text
        left join missed on missed.key = given.id::text`,
  );
}
