import { test as base } from 'vitest';
import { Guilds } from '../../src/guilds/guilds.ts';
import { Persons } from '../../src/matches/people/persons.ts';
import { Privacy } from '../../src/matches/privacy/privacy.ts';
import type { RaceEntrant } from '../../src/matches/rooms/race-results.ts';
import { MATCH_MESSAGE, tell } from '../../src/notifications/tell.ts';
import { episodeCopy } from '../../src/speedgaming/copy.ts';
import { warehouseCopy } from '../../src/startgg/copy.ts';
import { inHours, League } from '../speedgaming/league.ts';

export const test = base.extend<{ league: League; privacy: Privacy }>({
  league: async ({ task: _ }, use) => {
    const league = await League.open();
    await use(league);
    await league.close();
  },
  privacy: async ({ league }, use) => {
    const copies = [episodeCopy, warehouseCopy];
    await use(new Privacy({ db: league.db, messageKind: MATCH_MESSAGE, copies }));
  },
});

export const ADA = {
  displayName: 'Adelheid',
  discordId: '100000000000000001',
  discordTag: 'adatag',
  publicStream: 'ada_tv',
};
export const BEN = {
  displayName: 'Ben',
  discordId: '100000000000000002',
  discordTag: 'ben',
  publicStream: 'ben_tv',
};
export const TAM = { displayName: 'Tam', discordTag: 'tamtag' };
/** Whatever says who she is. The cup is called after somebody else. */
const TRACES = /adelheid(?!s)|100000000000000001|adatag|ada_tv/i;

/** Where anything of somebody is still found: tables and rows, in all of the database. */
export async function traces(league: League, pattern = TRACES): Promise<string[]> {
  const tables = await league.rows<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const all = await league.rows<{ row: string }>(`select t::text as row from "${name}" t`);
    found.push(...all.filter(({ row }) => pattern.test(row)).map(({ row }) => `${name} ${row}`));
  }
  return found;
}

export const racer = (name: string, twitch: string | null): RaceEntrant => ({
  name,
  fullName: `${name}#0001`,
  twitch,
  status: 'done',
  place: name === 'Ben' ? 2 : 1,
  time: 'P0DT01H00M00S',
});

/** Adelheid plays, helps, was told things, decided things; two guilds follow it. */
export async function life(league: League) {
  await league.follow('2');
  const episode = league.world.addEpisode('demo', {
    when: inHours(48),
    players: [ADA, BEN],
    note: 'Adelheid asked for a late start',
    trackers: [{ ...TAM, approved: true }],
    commentators: [{ ...ADA, approved: true }],
  });
  await league.run();
  league.world.reschedule(episode.id, inHours(50));
  await league.run();
  await league.pending();
  league.world.reschedule(episode.id, inHours(51));
  await league.run();
  // History: another name, a match that she left again, a claim, a race.
  const [first] = episode.match1.players;
  league.world.renamePlayer(first?.id ?? 0, 'Adelheid von Hamburg');
  await league.run();
  league.world.renamePlayer(first?.id ?? 0, 'Adelheid');
  const left = league.world.addEpisode('demo', { when: inHours(55), players: [ADA, BEN] });
  await league.run();
  league.world.swapPlayer(left.id, 0, TAM);
  await league.run();
  const persons = new Persons({ db: league.db, guilds: new Guilds(league.db), tell });
  const [tam] = await league.rows<{ id: number }>(
    `select id from person where guild_id = '1' and name = 'Tam' and handle like 'sg_crew%'`,
  );
  await persons.claim('1', tam?.id ?? 0, { id: ADA.discordId, name: 'Adelheid on Discord' });
  await league.sql.query(
    `insert into race_room (match_id, setting, for_start, state, entrants, unmatched, score)
     select id, 'a/b', starts_at, 'finished', $1, '[]', '1. Adelheid 1:00:00 · 2. Ben 1:01:00' from match where outside_id = $2`,
    [JSON.stringify([racer('Somebody', 'ada_tv'), racer('Ben', null)]), String(episode.id)],
  );
  const titled = league.world.addEpisode('demo', {
    when: inHours(60),
    players: [BEN, TAM],
    matchTitle: 'Adelheids Cup, round 1',
  });
  await league.run();
  await league.sql.query(
    `insert into discord_user (discord_id, preference, dm_channel_id) values ($1, 'on', '77'), ($2, 'on', '78')`,
    [ADA.discordId, BEN.discordId],
  );
  await league.sql.query(
    `insert into guild_member (guild_id, discord_id, is_member) values ('1', $1, true)`,
    [ADA.discordId],
  );
  await league.sql.query(
    `insert into audit_log (guild_id, actor_id, action, detail) values ('1', $1, 'import.start', '{}'),
       ('1', $2, 'person.link', $3)`,
    [ADA.discordId, BEN.discordId, JSON.stringify({ user: ADA.discordId, handle: 'sg_1' })],
  );
  await league.sql.query(`insert into startgg_user (id, discord_id) values (5, $1)`, [ADA.discordId]);
  return { episode, titled };
}
