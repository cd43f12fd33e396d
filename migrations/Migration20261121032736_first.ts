import { Migration } from '@mikro-orm/migrations';

export class Migration20261121032736_first extends Migration {
  override name = 'Migration20261121032736_first';

  override up(): void | Promise<void> {
    this.addSql(`create sequence startgg_set_seq;`);
    this.addSql(
      `create table "budget" ("provider" text not null, "credential" text not null, "windows" jsonb not null default '[]', "last_start" bigint not null default '0', "blocked_until" timestamptz null, primary key ("provider", "credential"));`,
    );

    this.addSql(
      `create table "guild" ("id" text not null, "name" text not null, "organiser_role_id" text null, "channel_id" text null, "created_at" timestamptz not null default now(), "left_at" timestamptz null, primary key ("id"));`,
    );

    this.addSql(
      `create table "audit_log" ("id" bigserial primary key, "guild_id" text not null, "actor_id" text null, "action" text not null, "detail" jsonb not null, "at" timestamptz not null default now());`,
    );
    this.addSql(`create index "audit_log_guild_id_at_index" on "audit_log" ("guild_id", "at");`);

    this.addSql(
      `create table "import_job" ("id" serial primary key, "kind" text not null, "params" jsonb not null, "title" text not null, "state" text not null default 'PENDING', "phase" text null, "current_item" text null, "counters" jsonb not null default '{}', "error_count" int not null default 0, "reason" text null, "guild_id" text null, "requested_by" text null, "lease" uuid null, "created_at" timestamptz not null default now(), "started_at" timestamptz null, "finished_at" timestamptz null, "running_since" timestamptz null, "elapsed_ms" bigint not null default '0');`,
    );
    this.addSql(
      `create unique index import_job_unfinished_unique on import_job (guild_id, kind, params) nulls not distinct where state in ('PENDING', 'RUNNING', 'PAUSED');`,
    );
    this.addSql(`create index "import_job_guild_id_id_index" on "import_job" ("guild_id", "id");`);

    this.addSql(
      `create table "import_item" ("id" bigserial primary key, "job_id" int not null, "phase_order" smallint not null, "kind" text not null, "key" text not null, "page" int not null default 1, "label" text not null, "data" jsonb not null default '{}', "state" text not null default 'pending', "attempts" smallint not null default 0, "not_before" timestamptz null, "error" text null);`,
    );
    this.addSql(
      `create index import_item_pending_index on import_item (job_id, phase_order, id) where state = 'pending';`,
    );
    this.addSql(`create index import_item_failed_index on import_item (job_id, id) where state = 'failed';`);
    this.addSql(
      `alter table "import_item" add constraint "import_item_job_id_kind_key_page_unique" unique ("job_id", "kind", "key", "page");`,
    );

    this.addSql(
      `create table "live_message" ("id" bigserial primary key, "kind" text not null, "subject" text not null, "guild_id" text not null, "channel_id" text not null, "message_id" text null, "posted_at" timestamptz null, "edited_at" timestamptz null, "dirty_at" timestamptz null, "rendered_hash" text null, "claimed_until" timestamptz null, "attempts" int not null default 0, "error" text null);`,
    );
    this.addSql(
      `create index live_message_dirty_index on live_message (dirty_at) where dirty_at is not null;`,
    );
    this.addSql(
      `alter table "live_message" add constraint "live_message_kind_subject_unique" unique ("kind", "subject");`,
    );

    this.addSql(
      `create table "startgg_player" ("id" int not null, "gamer_tag" text null, "prefix" text null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, primary key ("id"));`,
    );

    this.addSql(
      `create table "startgg_sync" ("scope" text not null, "key" text not null, "walk" int not null default 0, "walked_at" timestamptz null, "missing" jsonb not null default '[]', "error" text null, "error_at" timestamptz null, primary key ("scope", "key"));`,
    );

    this.addSql(
      `create table "startgg_tournament" ("id" int not null, "name" text null, "slug" text null, "start_at" timestamptz null, "end_at" timestamptz null, "city" text null, "country_code" text null, "state" text null, "venue_address" text null, "venue_name" text null, "num_attendees" int null, "primary_contact" text null, "registration_closes_at" timestamptz null, "timezone" text null, "image_url" text null, "banner_url" text null, "hashtag" text null, "is_online" boolean not null default false, "has_offline_events" boolean not null default false, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, primary key ("id"));`,
    );
    this.addSql(`create index "startgg_tournament_start_at_index" on "startgg_tournament" ("start_at");`);
    this.addSql(`create index "startgg_tournament_slug_index" on "startgg_tournament" ("slug");`);

    this.addSql(
      `create table "startgg_user" ("id" int not null, "slug" text null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, primary key ("id"));`,
    );

    this.addSql(
      `create table "startgg_participant" ("id" int not null, "tournament_id" int not null, "gamer_tag" text null, "prefix" text null, "player_id" int null, "user_id" int null, "country" text null, "state" text null, "image_url" text null, "twitter_handle" text null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, primary key ("id"));`,
    );
    this.addSql(
      `create index "startgg_participant_tournament_id_index" on "startgg_participant" ("tournament_id");`,
    );
    this.addSql(`create index "startgg_participant_gamer_tag_index" on "startgg_participant" ("gamer_tag");`);
    this.addSql(`create index "startgg_participant_player_id_index" on "startgg_participant" ("player_id");`);

    this.addSql(
      `create table "startgg_videogame" ("id" int not null, "name" text not null, "display_name" text null, "slug" text null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, primary key ("id"));`,
    );

    this.addSql(
      `create table "startgg_event" ("id" int not null, "tournament_id" int not null, "name" text null, "slug" text null, "type" int null, "videogame_id" int not null, "videogame_name" text null, "start_at" timestamptz null, "num_entrants" int null, "state" text null, "is_online" boolean not null default false, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, primary key ("id"));`,
    );
    this.addSql(`create index "startgg_event_tournament_id_index" on "startgg_event" ("tournament_id");`);
    this.addSql(`create index "startgg_event_videogame_id_index" on "startgg_event" ("videogame_id");`);

    this.addSql(
      `create table "startgg_phase" ("id" int not null, "event_id" int not null, "name" text null, "phase_order" int null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, primary key ("id"));`,
    );
    this.addSql(`create index "startgg_phase_event_id_index" on "startgg_phase" ("event_id");`);

    this.addSql(
      `create table "startgg_phase_group" ("id" int not null, "phase_id" int null, "display_identifier" text null, "rounds" jsonb not null default '{}', "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, primary key ("id"));`,
    );
    this.addSql(`create index "startgg_phase_group_phase_id_index" on "startgg_phase_group" ("phase_id");`);

    this.addSql(
      `create table "startgg_entrant" ("id" int not null, "event_id" int not null, "name" text null, "initial_seed_num" int null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, primary key ("id"));`,
    );
    this.addSql(`create index "startgg_entrant_event_id_index" on "startgg_entrant" ("event_id");`);
    this.addSql(`create index "startgg_entrant_name_index" on "startgg_entrant" ("name");`);

    this.addSql(
      `create table "startgg_set" ("id" text not null, "event_id" int not null, "phase_id" int null, "phase_group_id" int null, "full_round_text" text null, "round" int null, "identifier" text null, "state" int null, "start_at" timestamptz null, "started_at" timestamptz null, "completed_at" timestamptz null, "slot1_entrant_id" int null, "slot1_score" double precision null, "slot1_standing" int null, "slot2_entrant_id" int null, "slot2_score" double precision null, "slot2_standing" int null, "winner_id" int null, "display_score" text null, "total_games" int null, "best_of" int null, "stream_url" text null, "station_number" int null, "seq" bigint not null default nextval('startgg_set_seq'::regclass), "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, primary key ("id"));`,
    );
    this.addSql(`create index "startgg_set_event_id_index" on "startgg_set" ("event_id");`);
    this.addSql(`create index "startgg_set_state_index" on "startgg_set" ("state");`);
    this.addSql(`create index "startgg_set_start_at_index" on "startgg_set" ("start_at");`);
    this.addSql(`create index "startgg_set_completed_at_index" on "startgg_set" ("completed_at");`);
    this.addSql(`create index "startgg_set_phase_group_id_index" on "startgg_set" ("phase_group_id");`);
    this.addSql(`create index "startgg_set_seq_index" on "startgg_set" ("seq");`);

    this.addSql(
      `create table "startgg_entrant_participant" ("entrant_id" int not null, "participant_id" int not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, primary key ("entrant_id", "participant_id"));`,
    );
    this.addSql(
      `create index "startgg_entrant_participant_participant_id_index" on "startgg_entrant_participant" ("participant_id");`,
    );

    this.addSql(
      `alter table "audit_log" add constraint "audit_log_guild_id_foreign" foreign key ("guild_id") references "guild" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "import_item" add constraint "import_item_job_id_foreign" foreign key ("job_id") references "import_job" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "startgg_participant" add constraint "startgg_participant_tournament_id_foreign" foreign key ("tournament_id") references "startgg_tournament" ("id");`,
    );
    this.addSql(
      `alter table "startgg_participant" add constraint "startgg_participant_player_id_foreign" foreign key ("player_id") references "startgg_player" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "startgg_participant" add constraint "startgg_participant_user_id_foreign" foreign key ("user_id") references "startgg_user" ("id") on delete set null;`,
    );

    this.addSql(
      `alter table "startgg_event" add constraint "startgg_event_tournament_id_foreign" foreign key ("tournament_id") references "startgg_tournament" ("id");`,
    );
    this.addSql(
      `alter table "startgg_event" add constraint "startgg_event_videogame_id_foreign" foreign key ("videogame_id") references "startgg_videogame" ("id");`,
    );

    this.addSql(
      `alter table "startgg_phase" add constraint "startgg_phase_event_id_foreign" foreign key ("event_id") references "startgg_event" ("id");`,
    );

    this.addSql(
      `alter table "startgg_phase_group" add constraint "startgg_phase_group_phase_id_foreign" foreign key ("phase_id") references "startgg_phase" ("id") on delete set null;`,
    );

    this.addSql(
      `alter table "startgg_entrant" add constraint "startgg_entrant_event_id_foreign" foreign key ("event_id") references "startgg_event" ("id");`,
    );

    this.addSql(
      `alter table "startgg_set" add constraint "startgg_set_event_id_foreign" foreign key ("event_id") references "startgg_event" ("id");`,
    );
    this.addSql(
      `alter table "startgg_set" add constraint "startgg_set_phase_id_foreign" foreign key ("phase_id") references "startgg_phase" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "startgg_set" add constraint "startgg_set_phase_group_id_foreign" foreign key ("phase_group_id") references "startgg_phase_group" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "startgg_set" add constraint "startgg_set_slot1_entrant_id_foreign" foreign key ("slot1_entrant_id") references "startgg_entrant" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "startgg_set" add constraint "startgg_set_slot2_entrant_id_foreign" foreign key ("slot2_entrant_id") references "startgg_entrant" ("id") on delete set null;`,
    );

    this.addSql(
      `alter table "startgg_entrant_participant" add constraint "startgg_entrant_participant_entrant_id_foreign" foreign key ("entrant_id") references "startgg_entrant" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "startgg_entrant_participant" add constraint "startgg_entrant_participant_participant_id_foreign" foreign key ("participant_id") references "startgg_participant" ("id") on update cascade on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "audit_log" drop constraint "audit_log_guild_id_foreign";`);
    this.addSql(`alter table "import_item" drop constraint "import_item_job_id_foreign";`);
    this.addSql(`alter table "startgg_participant" drop constraint "startgg_participant_player_id_foreign";`);
    this.addSql(
      `alter table "startgg_participant" drop constraint "startgg_participant_tournament_id_foreign";`,
    );
    this.addSql(`alter table "startgg_event" drop constraint "startgg_event_tournament_id_foreign";`);
    this.addSql(`alter table "startgg_participant" drop constraint "startgg_participant_user_id_foreign";`);
    this.addSql(
      `alter table "startgg_entrant_participant" drop constraint "startgg_entrant_participant_participant_id_foreign";`,
    );
    this.addSql(`alter table "startgg_event" drop constraint "startgg_event_videogame_id_foreign";`);
    this.addSql(`alter table "startgg_phase" drop constraint "startgg_phase_event_id_foreign";`);
    this.addSql(`alter table "startgg_entrant" drop constraint "startgg_entrant_event_id_foreign";`);
    this.addSql(`alter table "startgg_set" drop constraint "startgg_set_event_id_foreign";`);
    this.addSql(`alter table "startgg_phase_group" drop constraint "startgg_phase_group_phase_id_foreign";`);
    this.addSql(`alter table "startgg_set" drop constraint "startgg_set_phase_id_foreign";`);
    this.addSql(`alter table "startgg_set" drop constraint "startgg_set_phase_group_id_foreign";`);
    this.addSql(`alter table "startgg_set" drop constraint "startgg_set_slot1_entrant_id_foreign";`);
    this.addSql(`alter table "startgg_set" drop constraint "startgg_set_slot2_entrant_id_foreign";`);
    this.addSql(
      `alter table "startgg_entrant_participant" drop constraint "startgg_entrant_participant_entrant_id_foreign";`,
    );

    this.addSql(`drop table if exists "budget" cascade;`);
    this.addSql(`drop table if exists "guild" cascade;`);
    this.addSql(`drop table if exists "audit_log" cascade;`);
    this.addSql(`drop table if exists "import_job" cascade;`);
    this.addSql(`drop table if exists "import_item" cascade;`);
    this.addSql(`drop table if exists "live_message" cascade;`);
    this.addSql(`drop table if exists "startgg_player" cascade;`);
    this.addSql(`drop table if exists "startgg_sync" cascade;`);
    this.addSql(`drop table if exists "startgg_tournament" cascade;`);
    this.addSql(`drop table if exists "startgg_user" cascade;`);
    this.addSql(`drop table if exists "startgg_participant" cascade;`);
    this.addSql(`drop table if exists "startgg_videogame" cascade;`);
    this.addSql(`drop table if exists "startgg_event" cascade;`);
    this.addSql(`drop table if exists "startgg_phase" cascade;`);
    this.addSql(`drop table if exists "startgg_phase_group" cascade;`);
    this.addSql(`drop table if exists "startgg_entrant" cascade;`);
    this.addSql(`drop table if exists "startgg_set" cascade;`);
    this.addSql(`drop table if exists "startgg_entrant_participant" cascade;`);
    this.addSql(`drop sequence if exists startgg_set_seq;`);
  }
}
