import { Migration } from '@mikro-orm/migrations';

export class Migration20261121145117_growth extends Migration {
  override name = 'Migration20261121145117_growth';

  override up(): void | Promise<void> {
    this.addSql(`create index "audit_log_actor_id_index" on "audit_log" ("actor_id");`);
    this.addSql(
      `create index audit_log_user_index on audit_log ((detail->>'user')) where detail->>'user' is not null;`,
    );

    this.addSql(`create index "guild_member_discord_id_index" on "guild_member" ("discord_id");`);

    this.addSql(`create index "import_job_requested_by_index" on "import_job" ("requested_by");`);

    this.addSql(
      `create index live_message_absent_index on live_message (guild_id) where error is not null or message_id is null;`,
    );

    this.addSql(
      `create index "notification_source_outside_id_index" on "notification" ("source", "outside_id");`,
    );

    this.addSql(`create index person_merged_index on person (guild_id) where merged_into_id is not null;`);
    this.addSql(`create index person_account_index on person (discord_id) where discord_id is not null;`);

    this.addSql(`create index "person_claim_placeholder_id_index" on "person_claim" ("placeholder_id");`);

    this.addSql(
      `create index speedgaming_episode_people_index on speedgaming_episode using gin ((jsonb_path_query_array(episode, '$.**.discordId') || jsonb_path_query_array(episode, '$.**.key')));`,
    );

    this.addSql(
      `create index startgg_user_account_index on startgg_user (discord_id) where discord_id is not null;`,
    );

    this.addSql(
      `create index "match_tournament_id_updated_at_index" on "match" ("tournament_id", "updated_at");`,
    );
    this.addSql(
      `create index match_open_index on "match" (tournament_id) where state in ('unconfirmed', 'scheduled', 'called', 'live');`,
    );

    this.addSql(
      `create index race_room_open_index on race_room (claimed_until) where state in ('open', 'running');`,
    );

    this.addSql(
      `create index discord_event_there_index on discord_event (guild_id) where event_id is not null;`,
    );
  }
}
