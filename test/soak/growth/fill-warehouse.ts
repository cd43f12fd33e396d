import type { Client } from 'pg';
import { entrantsAt } from '../../../src/sandbox/startgg/generate.ts';

/** Tables large enough for every index to matter, without the hour that an import of them takes. */
export type WarehouseSize = { events: number };

const GAMES = 600;

/** Sizes of events by the distribution that was measured of real ones; the same that the stand-in's worlds have. */
function eventSizes(events: number): { entrants: number; sets: number }[] {
  return Array.from({ length: events }, (_, i) => {
    const entrants = entrantsAt((0.5 + i * 0.6180339887) % 1);
    const hasSets = i % 24 !== 23;
    return { entrants, sets: hasSets && entrants > 1 ? Math.ceil(entrants * 2 - 1.5) : 0 };
  });
}

/**
 * Fills the copy of start.gg. Event `e` belongs to tournament `ceil(e * 0.866)`; entrants and sets are numbered event by
 * event, participants like the entrants.
 */
export async function fillWarehouse(sql: Client, { events }: WarehouseSize): Promise<void> {
  await sql.query(`create temp table size as
    select event, entrants, sets, (sum(entrants) over (order by event) - entrants)::int as entrant_base,
      (sum(sets) over (order by event) - sets)::int as set_base, ceil(event * 0.866)::int as tournament
    from json_to_recordset('${JSON.stringify(eventSizes(events).map((size, i) => ({ event: i + 1, ...size })))}'::json)
      as given(event int, entrants int, sets int)`);
  await sql.query('analyze size');
  const people = Math.ceil(events * 4.4);
  const statements = [
    `insert into startgg_videogame (id, name, display_name, slug)
      select i, 'Game number ' || i, 'G' || i, 'game/number-' || i from generate_series(1, ${GAMES}) i`,
    `insert into startgg_tournament (id, name, slug, start_at, end_at)
      select t, 'Weekly ' || t, 'tournament/weekly-' || t, start_at, start_at + interval '8 hours'
      from (select distinct tournament as t, now() - interval '700 days' * part(tournament, 0.754877) + interval '20 days' as start_at from size) given`,
    `insert into startgg_event (id, tournament_id, name, slug, type, videogame_id, videogame_name, start_at, num_entrants, state)
      select event, tournament, 'Singles', 'tournament/weekly-' || tournament || '/event/singles-' || event, 1,
        case when event % 10 < 9 then 1 else 1 + event % ${GAMES} end, 'Game', now() - interval '700 days' * part(tournament, 0.754877), entrants,
        case when event % 200 = 0 then 'ACTIVE' else 'COMPLETED' end from size`,
    `insert into startgg_phase (id, event_id, name, phase_order) select event, event, 'Bracket', 1 from size`,
    `insert into startgg_phase_group (id, phase_id, display_identifier, state)
      select event * 64 + pool, event, 'A' || pool, case when event % 200 = 0 then 2 else 3 end
      from size, generate_series(0, least(63, entrants / 16)) pool`,
    `insert into startgg_player (id, gamer_tag, prefix) select i, 'Player ' || i, null from generate_series(1, ${people}) i`,
    `insert into startgg_user (id, slug, discord_id)
      select i, 'user/' || to_hex(i), case when i % 20 = 0 then account(i) end from generate_series(1, ${people}) i`,
    `insert into startgg_participant (id, tournament_id, gamer_tag, player_id, user_id)
      select entrant_base + n, tournament, 'Player ' || who, who, who
      from size, generate_series(1, entrants) n, lateral (select 1 + floor(${people} * part(entrant_base + n, 0.569840))::int as who) w`,
    `insert into startgg_entrant (id, event_id, name, initial_seed_num)
      select entrant_base + n, event, 'Player ' || n, n from size, generate_series(1, entrants) n`,
    `insert into startgg_entrant_participant (entrant_id, participant_id)
      select entrant_base + n, entrant_base + n from size, generate_series(1, entrants) n`,
    `insert into startgg_set (id, event_id, phase_id, phase_group_id, full_round_text, round, identifier, state, completed_at,
        slot1_entrant_id, slot1_score, slot2_entrant_id, slot2_score, winner_id, display_score, best_of)
      select (90000000 + set_base + n)::text, event, event, event * 64 + n % (1 + least(63, entrants / 16)), 'Winners Round ' || n % 9, n % 9, 'S' || n,
        case when event % 200 = 0 and n % 5 = 0 then 2 else 3 end, now() - interval '700 days' * part(tournament, 0.754877),
        entrant_base + 1 + n % entrants, 2, entrant_base + 1 + (n + 1) % entrants, 1, entrant_base + 1 + n % entrants, 'A 2 - B 1', 3
      from size, generate_series(1, sets) n`,
    `insert into startgg_sync (scope, key, walk, walked_at)
      select scope, event::text, 3, now() - interval '1 day' from size, unnest(array['pools', 'entrants', 'sets']) scope`,
  ];
  for (const statement of statements) await sql.query(statement);
}
