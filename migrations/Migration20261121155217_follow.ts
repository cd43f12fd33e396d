import { Migration } from '@mikro-orm/migrations';

export class Migration20261121155217_follow extends Migration {
  override name = 'Migration20261121155217_follow';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "follow" ("guild_id" text not null, "videogame_id" int not null, "since" text not null, "created_at" timestamptz not null default now(), primary key ("guild_id", "videogame_id"));`,
    );
    this.addSql(`create index "follow_videogame_id_index" on "follow" ("videogame_id");`);

    this.addSql(
      `alter table "follow" add constraint "follow_videogame_id_foreign" foreign key ("videogame_id") references "startgg_videogame" ("id");`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "follow" cascade;`);
  }
}
