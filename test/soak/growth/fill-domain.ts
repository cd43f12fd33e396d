import type { Client } from 'pg';

/** How much there is of everything that guilds have. */
export type DomainSize = {
  guilds: number;
  tournaments: number;
  matches: number;
  people: number;
  notifications: number;
  jobs: number;
  items: number;
};

/** Of every table, guild 1 has about a tenth, guild 2 a twentieth, and so on: a few large guilds and many small ones. */
const rank = (row: string, rows: number) => `floor(power(guilds, (${row} - 1)::float8 / ${rows}))::int`;
const ranges = (table: string) => `create temp table of_${table} as
  select (guild_id::bigint - 100000000000000000) / 1000003 as rank, min(id) as first, count(*)::int as n from ${table} group by guild_id`;

/** Fills what guilds have. The first two guilds, tournaments and people of each are the ones with the most of everything. */
export async function fillDomain(sql: Client, size: DomainSize): Promise<void> {
  const { guilds, tournaments, matches, people, notifications, jobs, items } = size;
  const scaled = (row: string, rows: number) => rank(row, rows).replace('guilds', String(guilds));
  const statements = [
    `insert into guild (id, name, channel_id, left_at) select guild_of(i), 'Guild ' || i, '5' || i, case when i % 50 = 0 then now() - interval '3 days' end
      from generate_series(1, ${guilds}) i`,
    `insert into tournament (guild_id, name, announce_channel_id, dm, race_rooms, created_by, deleted_at)
      select guild_of(${scaled('i', tournaments)}), 'Tournament ' || i || ' Cup', case when i % 2 = 0 then '6' || i end,
        case when i % 3 = 0 then 'everyone' else 'opted-in' end, case when i % 10 = 1 then 'alttpr/Beat the game' end, account(i),
        case when i % 100 = 99 then now() - interval '1 hour' end
      from generate_series(1, ${tournaments}) i`,
    // Of ten tournaments five follow SpeedGaming, three start.gg, one followed SpeedGaming, and one nothing.
    `insert into tournament_link (tournament_id, source, slug, name, ready_at, last_synced_at, sync_started_at, linked_by, last_error, failing_since)
      select id, case when id % 10 < 5 then 'speedgaming' else 'startgg' end, case when id % 10 < 5 then 'slug' || id % 400 when id = 5 then 'weekly-' || (select tournament from size order by sets desc limit 1) else 'weekly-' || id end,
        'Schedule ' || id, now(), now() - interval '10 minutes', now() - interval '10 minutes', account(id), case when id % 40 = 0 then 'It failed' end, case when id % 40 = 0 then now() end
      from tournament where id % 10 < 8`,
    `insert into person (guild_id, discord_id, is_placeholder, handle, name, tag, merged_into_id)
      select guild_of(${scaled('i', people)}), case when i % 5 < 2 then account(i) end, i % 5 >= 2, case when i % 5 >= 2 then 'sg_' || i end,
        'Player ' || md5(i::text), case when i % 5 = 3 then 'tag' || i end, case when i % 20 = 19 then i - 4 end
      from generate_series(1, ${people}) i`,
    `insert into person_identity (guild_id, person_id, source, kind, key)
      select guild_id, id, case when id % 2 = 0 then 'speedgaming' else 'startgg' end, 'player', id::text from person`,
    `insert into person_merge (placeholder_id, person_id, cause, decided_by, moved)
      select id, merged_into_id, 'organiser', account(7), jsonb_build_object('identities', jsonb_build_array(merged_into_id)) from person where merged_into_id is not null`,
    `insert into person_claim (placeholder_id, claimant_id, claimant_name, state, decided_by)
      select id, account(id), 'Somebody', case when id % 500 = 2 then 'pending' else 'approved' end, case when id % 500 = 2 then null else account(7) end from person where id % 20 = 2`,
    ranges('tournament'),
    ranges('person'),
    // In a guild, too, one tournament has more matches than the next.
    `create temp table chosen as
      select m, r.rank, r.first + floor(power(r.n, part(m, 0.754877)))::int - 1 as tournament, row_number() over (order by m) as dense
      from generate_series(1, ${matches}) m, lateral (select floor(power(${guilds}, part(m, 0.618034)))::int as rank) g join of_tournament r using (rank)`,
    `create temp table numbered as
      select m, rank, tournament, row_number() over (partition by tournament order by m) as n from chosen`,
    'analyze numbered',
    `insert into match (id, tournament_id, link_id, source, slug, outside_id, title, state, starts_at, length_minutes, is_approved, has_restream, channels, revision, is_quiet, updated_at)
      select m, tournament, l.id, coalesce(l.source, 'speedgaming'), coalesce(l.slug, 'gone'),
        case when l.source = 'startgg' then coalesce(s.id, 'x' || m) else m::text end, 'Round ' || n || ' of ' || tournament,
        case when m % 100 < 90 then 'finished' when m % 100 < 92 then 'cancelled' when l.source = 'startgg' then case when m % 100 < 93 then 'live' when m % 100 < 94 then 'called' else 'scheduled' end
          when m % 100 < 99 then 'scheduled' else 'unconfirmed' end,
        case when l.source = 'startgg' then null when m % 100 < 92 then now() - interval '400 days' * part(m, 0.324718) - interval '6 hours'
          else now() + interval '40 days' * part(m, 0.324718) end,
        60, true, m % 2 = 0, '[]', 3, m % 3 = 0, now() - case when m % 100 < 92 then interval '400 days' else interval '30 days' end * part(m, 0.324718)
      from numbered left join tournament_link l on l.tournament_id = tournament
        left join startgg_event e on l.source = 'startgg' and 'weekly-' || e.tournament_id = l.slug and n <= e.num_entrants * 2 - 2
          and e.id = (select min(x.id) from startgg_event x where x.tournament_id = e.tournament_id)
        left join lateral (select set_base from size where size.event = e.id) b on true
        left join startgg_set s on s.id = (90000000 + b.set_base + n)::text`,
    'drop table size',
    `insert into match_player (match_id, identity_id, pairing, position, name)
      select m, p.first + floor(p.n * part(m * 2 + side, 0.569840))::int, 1, side + 1, 'Player ' || md5((p.first + floor(p.n * part(m * 2 + side, 0.569840))::int)::text)
      from numbered join of_person p using (rank), generate_series(0, 1) side`,
    `insert into crew_member (match_id, identity_id, role, outside_id, name, language)
      select m, p.first + floor(p.n * part(m, 0.143))::int, case when m % 3 = 0 then 'commentator' else 'broadcaster' end, m::text, 'Crew ' || m, 'en'
      from numbered join of_person p using (rank) join match on match.id = m where match.source = 'speedgaming'`,
    `insert into match_change (match_id, revision, changes, at) select m, n, '[{"what": "startsAt", "from": "2026-01-01T10:00:00Z", "to": "2026-01-01T11:00:00Z"}]', now() - interval '10 days'
      from numbered, generate_series(1, 1 + m % 2)`,
    `insert into discord_event (match_id, guild_id, event_id, created_at, ended_at, dirty_at, error)
      select id, guild_of(rank), case when state = 'scheduled' then '7' || id end, now(), case when state <> 'scheduled' then now() end,
        case when id % 2000 = 0 then now() end, null from match join numbered on m = id where source = 'speedgaming' and id % 2 = 0`,
    `insert into race_room (match_id, setting, for_start, state, url, ended_at) select id, 'alttpr/Beat the game', starts_at, 'finished', 'https://racetime.example/alttpr/' || id, starts_at + interval '1 hour'
      from match where source = 'speedgaming' and tournament_id % 10 = 1 and state = 'finished'`,
    `insert into live_message (kind, subject, guild_id, channel_id, message_id, posted_at, dirty_at, error)
      select 'match', id::text, guild_of(rank), '6' || tournament_id, '8' || id, now() - interval '1 day', case when id % 5000 = 0 then now() end,
        case when id % 300 = 0 then 'Herald may not write there' end
      from match join numbered on m = id where source = 'speedgaming' and id % 3 > 0`,
    `insert into live_message (kind, subject, guild_id, channel_id, message_id, posted_at)
      select 'startgg-event', t.id || '-' || e.id, t.guild_id, '6' || t.id, '8' || e.id, now() from tournament t join tournament_link l on l.tournament_id = t.id and l.source = 'startgg'
        join startgg_event e on 'weekly-' || e.tournament_id = l.slug`,
    `insert into speedgaming_episode (slug, id, episode, fingerprint, lasts_at)
      select slug, id, jsonb_build_object('title', title, 'state', state, 'note', repeat('words ', 30), 'players', (
          select jsonb_agg(jsonb_build_object('pairing', 1, 'name', s.name, 'person', jsonb_build_object('kind', 'player', 'key', slug || ':' || p.id, 'name', s.name, 'discordId', p.discord_id, 'tag', p.tag, 'stream', null, 'handle', p.handle)))
          from match_player s join person p on p.id = s.identity_id where s.match_id = match.id), 'crew', '[]'::jsonb), md5(id::text), starts_at
      from match where source = 'speedgaming' and slug <> 'gone'`,
    `insert into startgg_sync (scope, key, walk, walked_at)
      select scope, e.id::text, 3, now() - interval '10 minutes' from tournament_link l join startgg_event e on 'weekly-' || e.tournament_id = l.slug,
        unnest(array['whole', 'changes', 'people']) scope where l.source = 'startgg'`,
    `insert into discord_user (discord_id, preference, reminder_minutes, dm_channel_id, first_told_at)
      select distinct on (discord_id) discord_id, case id % 4 when 0 then 'on' when 1 then 'off' end, case when id % 7 = 0 then 60 end, '9' || id, now() from person where discord_id is not null and id % 2 = 0`,
    `insert into guild_member (guild_id, discord_id, is_member) select guild_id, discord_id, true from person where discord_id is not null and not is_placeholder`,
    `insert into notification (guild_id, discord_user_id, class, source, outside_id, revision, subject, payload, state, not_before, sent_at, message_id, error, created_at)
      select guild_of(rank), p.discord_id, case when k % 5 = 0 then 'reminder' else 'change' end, match.source, outside_id, 'r' || k, m::text,
        jsonb_build_object('after', jsonb_build_object('title', title, 'state', match.state, 'channels', '[]'::jsonb, 'crew', '[]'::jsonb, 'players', jsonb_build_array(jsonb_build_object('name', s.name, 'discordId', p.discord_id)))),
        case when k % 300 = 7 then 'failed' when k % 300 = 8 then 'pending' when k % 30 = 9 then 'void' else 'sent' end,
        case when k % 600 = 8 then now() - interval '1 minute' else now() + interval '1 hour' end, now() - interval '300 days' * part(k, 0.3),
        '8' || k, case when k % 300 = 7 then 'Discord takes no direct messages for this person' end, now() - interval '300 days' * part(k, 0.3)
      from generate_series(1, ${notifications}) k join numbered on m = 1 + k % ${matches} join match on match.id = m
        join match_player s on s.match_id = m and s.position = 1 + k % 2 join person p on p.id = s.identity_id + (5 - s.identity_id % 5) on conflict do nothing`,
    `insert into audit_log (guild_id, actor_id, action, detail, at)
      select guild_of(${scaled('i', notifications / 2)}), account(i % 5000), case when i % 3 = 0 then 'person.link' else 'tournament.settings' end,
        case when i % 3 = 0 then jsonb_build_object('user', account(i % 5000 + 3), 'handle', 'sg_1') else '{"tournament": 1}' end, now() - interval '300 days' * part(i, 0.3)
      from generate_series(1, ${notifications / 2}) i`,
    `insert into import_job (kind, params, title, state, guild_id, requested_by, counters, error_count, finished_at, created_at)
      select 'startgg', jsonb_build_object('videogameId', 1, 'since', '2026-01-01', 'n', i), 'Game · 2026-01-01 to now', case when i % 500 = 3 then 'RUNNING' when i % 500 = 5 then 'FAILED' else 'COMPLETED' end,
        guild_of(${scaled('i', jobs)}), account(i % 5000), '{}', case when i % 10 = 0 then 1 else 0 end, now() - interval '300 days' * part(i, 0.3), now() - interval '300 days' * part(i, 0.3)
      from generate_series(1, ${jobs}) i`,
    `insert into live_message (kind, subject, guild_id, channel_id, message_id, posted_at)
      select 'import', id::text, guild_id, '5', '8' || id, created_at from import_job`,
    // One job has half of all items, as that of a whole game does.
    `insert into import_item (job_id, phase_order, kind, key, page, label, data, state, error)
      select case when i % 2 = 0 then 3 else 1 + i % ${jobs} end, i % 4, 'event', i::text, 1, 'Item ' || i, '{"perPage": 40, "ids": [1, 2, 3, 4]}',
        case when i % 400 = 0 then 'pending' when i % 100 = 19 then 'failed' else 'done' end, case when i % 100 = 19 then 'It could not be read' end
      from generate_series(1, ${items}) i`,
    `insert into erased (hash) select md5(i::text) from generate_series(1, 500) i`,
    `insert into erased_salt (id, salt) values (1, 'salt')`,
    `drop table numbered, chosen, of_tournament, of_person`,
    `select setval(pg_get_serial_sequence('match', 'id'), ${matches})`,
  ];
  for (const statement of statements)
    await sql.query(statement).catch((error) => {
      throw new Error(`${error.message}\nin ${statement}`);
    });
}
