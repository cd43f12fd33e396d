import { Migration } from '@mikro-orm/migrations';

export class Migration20261121113951_schedules extends Migration {
  override name = 'Migration20261121113951_schedules';

  override up(): void | Promise<void> {
    this.addSql(`alter table "guild" add "events_refused_at" timestamptz null;`);

    this.addSql(`alter table "startgg_event" add "standings" jsonb null;`);
    this.addSql(`alter table "startgg_phase_group" add "state" int null;`);
    this.addSql(`alter table "startgg_sync" add "totals" jsonb null;`);
    this.addSql(`alter table "startgg_user" add "discord_id" text null;`);

    this.addSql(
      `create table "discord_user" ("discord_id" text not null, "preference" text null, "reminder_minutes" int null, "dm_channel_id" text null, "first_told_at" timestamptz null, "blocked_at" timestamptz null, primary key ("discord_id"));`,
    );

    this.addSql(
      `create table "erased" ("hash" text not null, "at" timestamptz not null default now(), primary key ("hash"));`,
    );
    this.addSql(`create table "erased_salt" ("id" int not null, "salt" text not null, primary key ("id"));`);

    this.addSql(
      `create table "guild_member" ("guild_id" text not null, "discord_id" text not null, "is_member" boolean not null, "checked_at" timestamptz not null default now(), primary key ("guild_id", "discord_id"));`,
    );

    this.addSql(
      `create table "notification" ("id" bigserial primary key, "guild_id" text not null, "discord_user_id" text null, "channel_id" text null, "class" text not null, "source" text not null default '', "outside_id" text not null default '', "revision" text not null default '', "subject" text not null default '', "payload" jsonb not null default '{}', "state" text not null default 'pending', "attempts" int not null default 0, "not_before" timestamptz not null default now(), "claimed_until" timestamptz null, "sending_at" timestamptz null, "sent_at" timestamptz null, "message_id" text null, "error" text null, "created_at" timestamptz not null default now());`,
    );
    this.addSql(
      `create index notification_pending_index on notification (not_before, id) where state = 'pending';`,
    );
    this.addSql(`create index "notification_guild_id_state_index" on "notification" ("guild_id", "state");`);
    this.addSql(
      `alter table "notification" add constraint "notification_once_unique" unique ("discord_user_id", "source", "outside_id", "class", "revision");`,
    );

    this.addSql(
      `create table "person" ("id" serial primary key, "guild_id" text not null, "discord_id" text null, "is_placeholder" boolean not null, "handle" text null, "name" text not null, "tag" text null, "stream" text null, "is_erased" boolean not null default false, "merged_into_id" int null, "created_at" timestamptz not null default now());`,
    );
    this.addSql(`create index "person_merged_into_id_index" on "person" ("merged_into_id");`);
    this.addSql(
      `create index person_placeholder_index on person (guild_id, lower(name)) where is_placeholder and merged_into_id is null;`,
    );
    this.addSql(
      `alter table "person" add constraint "person_guild_id_discord_id_unique" unique ("guild_id", "discord_id");`,
    );

    this.addSql(
      `create table "person_claim" ("id" serial primary key, "placeholder_id" int not null, "claimant_id" text not null, "claimant_name" text not null, "state" text not null default 'pending', "decided_by" text null, "at" timestamptz not null default now());`,
    );
    this.addSql(
      `create unique index person_claim_pending_unique on person_claim (placeholder_id, claimant_id) where state = 'pending';`,
    );

    this.addSql(
      `create table "person_identity" ("id" serial primary key, "guild_id" text not null, "person_id" int not null, "source" text not null, "kind" text not null, "key" text not null, "is_decided" boolean not null default false);`,
    );
    this.addSql(`create index "person_identity_person_id_index" on "person_identity" ("person_id");`);
    this.addSql(
      `alter table "person_identity" add constraint "person_identity_guild_id_source_kind_key_unique" unique ("guild_id", "source", "kind", "key");`,
    );

    this.addSql(
      `create table "person_merge" ("id" serial primary key, "placeholder_id" int not null, "person_id" int not null, "cause" text not null, "decided_by" text null, "moved" jsonb not null, "at" timestamptz not null default now(), "undone_at" timestamptz null);`,
    );
    this.addSql(`create index "person_merge_placeholder_id_index" on "person_merge" ("placeholder_id");`);
    this.addSql(`create index "person_merge_person_id_index" on "person_merge" ("person_id");`);

    this.addSql(
      `create table "speedgaming_episode" ("slug" text not null, "id" int not null, "episode" jsonb not null, "fingerprint" text not null, "revision" int not null default 1, "lasts_at" timestamptz not null, "gone_answers" smallint not null default 0, "is_gone" boolean not null default false, "asked_at" timestamptz null, primary key ("slug", "id"));`,
    );
    this.addSql(`create index "speedgaming_episode_id_index" on "speedgaming_episode" ("id");`);

    this.addSql(
      `create table "tournament" ("id" serial primary key, "guild_id" text not null, "name" text not null, "announce_channel_id" text null, "dm" text not null default 'opted-in', "discord_events" text not null default 'all', "reminder_minutes" int not null default 30, "race_rooms" text null, "created_by" text null, "created_at" timestamptz not null default now(), "deleted_at" timestamptz null);`,
    );
    this.addSql(
      `create unique index tournament_name_unique on tournament (guild_id, lower(name)) where deleted_at is null;`,
    );

    this.addSql(
      `create table "tournament_link" ("id" serial primary key, "tournament_id" int not null, "source" text not null, "slug" text not null, "name" text not null, "ready_at" timestamptz null, "sync_started_at" timestamptz null, "last_synced_at" timestamptz null, "last_error" text null, "last_failed_at" timestamptz null, "failing_since" timestamptz null, "failure_told_at" timestamptz null, "disabled_at" timestamptz null, "skipped" jsonb not null default '[]', "linked_by" text null, "created_at" timestamptz not null default now());`,
    );
    this.addSql(`create index "tournament_link_source_slug_index" on "tournament_link" ("source", "slug");`);
    this.addSql(
      `alter table "tournament_link" add constraint "tournament_link_tournament_id_source_unique" unique ("tournament_id", "source");`,
    );

    this.addSql(
      `create table "match" ("id" serial primary key, "tournament_id" int not null, "link_id" int null, "source" text not null, "slug" text not null default '', "outside_id" text not null, "url" text null, "title" text not null, "state" text not null, "starts_at" timestamptz null, "airs_at" timestamptz null, "length_minutes" int null, "time_note" text null, "is_approved" boolean not null, "has_restream" boolean not null, "note" text null, "channels" jsonb not null, "score" text null, "station" int null, "revision" int not null, "is_quiet" boolean not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now());`,
    );
    this.addSql(`create index "match_link_id_index" on "match" ("link_id");`);
    this.addSql(
      `create index "match_tournament_id_starts_at_index" on "match" ("tournament_id", "starts_at");`,
    );
    this.addSql(`create index "match_source_outside_id_index" on "match" ("source", "outside_id");`);
    this.addSql(
      `create index match_upcoming_index on "match" (starts_at) where state in ('scheduled', 'live');`,
    );
    this.addSql(
      `alter table "match" add constraint "match_tournament_id_source_outside_id_unique" unique ("tournament_id", "source", "outside_id");`,
    );

    this.addSql(
      `create table "match_player" ("id" serial primary key, "match_id" int not null, "identity_id" int null, "pairing" smallint not null, "side" smallint null, "position" smallint not null, "name" text not null, "stream" text null, "finish_rank" smallint null, "finish_time" text null);`,
    );
    this.addSql(`create index "match_player_identity_id_index" on "match_player" ("identity_id");`);
    this.addSql(
      `alter table "match_player" add constraint "match_player_match_id_pairing_position_unique" unique ("match_id", "pairing", "position");`,
    );

    this.addSql(
      `create table "match_change" ("id" bigserial primary key, "match_id" int not null, "revision" int not null, "changes" jsonb not null, "at" timestamptz not null default now());`,
    );
    this.addSql(`create index "match_change_match_id_index" on "match_change" ("match_id");`);

    this.addSql(
      `create table "discord_event" ("match_id" int not null, "guild_id" text not null, "event_id" text null, "created_at" timestamptz null, "ended_at" timestamptz null, "dirty_at" timestamptz null, "rendered_hash" text null, "claimed_until" timestamptz null, "retry_at" timestamptz null, "attempts" int not null default 0, "error" text null, primary key ("match_id"));`,
    );
    this.addSql(
      `create index discord_event_dirty_index on discord_event (dirty_at) where dirty_at is not null;`,
    );

    this.addSql(
      `create table "race_room" ("match_id" int not null, "state" text not null default 'wanted', "setting" text not null, "for_start" timestamptz not null, "url" text null, "opened_at" timestamptz null, "started_at" timestamptz null, "ended_at" timestamptz null, "attempts" int not null default 0, "claimed_until" timestamptz null, "error" text null, "entrants" jsonb null, "unmatched" jsonb null, "score" text null, primary key ("match_id"));`,
    );

    this.addSql(
      `create table "crew_member" ("id" serial primary key, "match_id" int not null, "identity_id" int not null, "role" text not null, "outside_id" text not null, "name" text not null, "stream" text null, "language" text null);`,
    );
    this.addSql(`create index "crew_member_identity_id_index" on "crew_member" ("identity_id");`);
    this.addSql(
      `alter table "crew_member" add constraint "crew_member_match_id_role_outside_id_unique" unique ("match_id", "role", "outside_id");`,
    );

    this.addSql(
      `alter table "person" add constraint "person_guild_id_foreign" foreign key ("guild_id") references "guild" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "person" add constraint "person_merged_into_id_foreign" foreign key ("merged_into_id") references "person" ("id") on delete set null;`,
    );

    this.addSql(
      `alter table "person_claim" add constraint "person_claim_placeholder_id_foreign" foreign key ("placeholder_id") references "person" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "person_identity" add constraint "person_identity_guild_id_foreign" foreign key ("guild_id") references "guild" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "person_identity" add constraint "person_identity_person_id_foreign" foreign key ("person_id") references "person" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "person_merge" add constraint "person_merge_placeholder_id_foreign" foreign key ("placeholder_id") references "person" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "person_merge" add constraint "person_merge_person_id_foreign" foreign key ("person_id") references "person" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "tournament" add constraint "tournament_guild_id_foreign" foreign key ("guild_id") references "guild" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "tournament_link" add constraint "tournament_link_tournament_id_foreign" foreign key ("tournament_id") references "tournament" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "match" add constraint "match_tournament_id_foreign" foreign key ("tournament_id") references "tournament" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "match" add constraint "match_link_id_foreign" foreign key ("link_id") references "tournament_link" ("id") on delete set null;`,
    );

    this.addSql(
      `alter table "match_player" add constraint "match_player_match_id_foreign" foreign key ("match_id") references "match" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "match_player" add constraint "match_player_identity_id_foreign" foreign key ("identity_id") references "person_identity" ("id") on delete set null;`,
    );

    this.addSql(
      `alter table "match_change" add constraint "match_change_match_id_foreign" foreign key ("match_id") references "match" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "discord_event" add constraint "discord_event_match_id_foreign" foreign key ("match_id") references "match" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `alter table "race_room" add constraint "race_room_match_id_foreign" foreign key ("match_id") references "match" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `alter table "crew_member" add constraint "crew_member_match_id_foreign" foreign key ("match_id") references "match" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "crew_member" add constraint "crew_member_identity_id_foreign" foreign key ("identity_id") references "person_identity" ("id") on delete cascade;`,
    );
  }
}
