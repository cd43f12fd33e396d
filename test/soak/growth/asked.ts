import { errorsPage } from '../../../commands/import-errors.ts';
import { suggestJobs } from '../../../commands/import-jobs.ts';
import { listImports, showImport } from '../../../commands/import-show.ts';
import { matchList } from '../../../commands/match-list.ts';
import { matchChoices, showMatch } from '../../../commands/match-show.ts';
import { readPlaceholder, suggestMerged, suggestPlaceholders } from '../../../commands/person-choices.ts';
import { placeholdersPage } from '../../../commands/person-list.ts';
import { listOfTournaments, showTournament } from '../../../commands/tournament-show.ts';
import type { App } from '../../../src/app.ts';
import { ANNOUNCEMENTS } from '../../../src/app-commands.ts';
import { refusedAnnouncements } from '../../../src/matches/announcements.ts';
import { linkStatuses } from '../../../src/matches/overview.ts';
import { Persons } from '../../../src/matches/people/persons.ts';
import { erasedAccounts } from '../../../src/matches/privacy/erased.ts';
import { Privacy } from '../../../src/matches/privacy/privacy.ts';
import { guildOfOwnMatch } from '../../../src/matches/schedule.ts';
import { syncedSince } from '../../../src/matches/sync-report.ts';
import { suggestTournaments } from '../../../src/matches/tournament-names.ts';
import { Tournaments } from '../../../src/matches/tournaments.ts';
import { MATCH_MESSAGE, tell } from '../../../src/notifications/tell.ts';
import { givenUpMessages } from '../../../src/outbox/given-up.ts';
import { preferencesOf, stopMessages } from '../../../src/outbox/preferences.ts';
import { episodeCopy } from '../../../src/speedgaming/copy.ts';
import { warehouseCopy } from '../../../src/startgg/copy.ts';
import { accountId, guildId } from './grown-database.ts';

/** Something that is asked of the database; `round` counts the times that it is. */
export type Action = {
  what: string;
  run(round: number): Promise<unknown>;
  /** Nobody waits for it, and it has to go through all of something: so many milliseconds it may take. */
  mayTakeMs?: number;
};

/** What people wait for, in the guild that has most of everything, and in one that has little. */
export async function askedByPeople(app: App): Promise<Action[]> {
  return [
    ...(await askedIn(app, guildId(1), 'the largest guild')),
    ...(await askedIn(app, guildId(40), 'a small guild')),
  ];
}

async function askedIn(app: App, guild: string, where: string): Promise<Action[]> {
  const { db, imports, guilds, games, queue } = app;
  const tournaments = new Tournaments({ db, guilds, queue, announcements: ANNOUNCEMENTS });
  const persons = new Persons({ db, guilds, tell });
  const privacy = new Privacy({ db, messageKind: MATCH_MESSAGE, copies: [episodeCopy, warehouseCopy] });
  const [one] = await suggestTournaments(db, guild, '', { linked: true });
  const tournament = await tournaments.find(guild, one?.value ?? '');
  const busiest = await tournaments.get(guild, await busiestTournament(app, guild));
  const [match] = await matchChoices(db, { guildId: guild, isOrganiser: true }, '');
  const matchId = Number(match?.value);
  const job = (await imports.list({ guildId: guild }, 1))[0];
  const { discord_id: account, placeholder, name } = await somebody(app, guild);
  const viewers = [
    { guildId: guild, isOrganiser: true },
    { guildId: guild, isOrganiser: false },
  ] as const;
  const actions: Record<string, () => Promise<unknown>> = {
    'who may organise': () => guilds.isOrganiser(guild, 0n, ['1']),
    '/import game: nothing typed': () => games.suggest(''),
    '/import game: typed': () => games.suggest('number 59'),
    '/import job: nothing typed': () => suggestJobs(imports, guild, 'show', ''),
    '/import job: typed': () => suggestJobs(imports, guild, 'retry', 'game 2026'),
    '/import list': () => listImports(db, imports, guild),
    '/import show': async () => job && (await showImport(db, imports, job, undefined)),
    '/import errors': async () => job && (await errorsPage(imports, job, '1', 1)),
    '/tournament tournament: nothing typed': () => suggestTournaments(db, guild, ''),
    '/tournament tournament: typed': () => suggestTournaments(db, guild, '77 cu', { linked: true }),
    '/tournament tournament: nothing like it': () => suggestTournaments(db, guild, 'no such thing'),
    '/tournament list': () => listOfTournaments(db, guild),
    '/tournament show': () =>
      showTournament({ db, guilds, announcements: ANNOUNCEMENTS } as never, tournament),
    '/tournament show, the busiest': () =>
      showTournament({ db, guilds, announcements: ANNOUNCEMENTS } as never, busiest),
    '/tournament by its name': () => tournaments.find(guild, busiest.name),
    '/tournament sync report': () => syncedSince(db, busiest.id, new Date(Date.now() - 60_000).toISOString()),
    '/match match: nothing typed': () => matchChoices(db, viewers[1], ''),
    '/match match: typed': () => matchChoices(db, viewers[0], 'round 1'),
    '/match match: two words': () => matchChoices(db, viewers[0], `${name.slice(7, 14)} cup`),
    '/match match: nothing like it': () => matchChoices(db, viewers[0], 'no such thing'),
    '/match list': () => matchList(db, viewers[0], { tournament: undefined, userId: undefined }, 1),
    '/match list for everyone': () =>
      matchList(db, viewers[1], { tournament: undefined, userId: undefined }, 1),
    '/match list, the last page': () =>
      matchList(db, viewers[0], { tournament: undefined, userId: undefined }, 1e6),
    '/match list tournament': () => matchList(db, viewers[0], { tournament: busiest, userId: undefined }, 1),
    '/match list user': () => matchList(db, viewers[0], { tournament: undefined, userId: account }, 1),
    '/match show': () => showMatch(db, viewers[0], matchId),
    '/match show in direct messages': () => guildOfOwnMatch(db, matchId, account),
    '/person placeholders': () => placeholdersPage(db, { guildId: guild, tournamentId: null }, 1),
    '/person placeholders, a late page': () =>
      placeholdersPage(db, { guildId: guild, tournamentId: null }, 200),
    '/person placeholders tournament': () =>
      placeholdersPage(db, { guildId: guild, tournamentId: busiest.id }, 1),
    '/person placeholder: nothing typed': () => suggestPlaceholders(db, guild, ''),
    '/person placeholder: typed': () => suggestPlaceholders(db, guild, 'player a'),
    '/person placeholder: nothing like it': () => suggestPlaceholders(db, guild, 'no such thing'),
    '/person placeholder by the name': () => readPlaceholder(db, guild, name),
    '/person person: nothing typed': () => suggestMerged(db, guild, ''),
    '/person person: nothing like it': () => suggestMerged(db, guild, 'no such thing'),
    '/person claim': () => persons.claim(guild, placeholder, { id: account, name: 'Me' }),
    '/status': async () => [
      await imports.list({ guildId: guild }, 100),
      await linkStatuses(db, guild),
      await givenUpMessages(db, guild),
      await refusedAnnouncements(db, ANNOUNCEMENTS, { guildId: guild }),
      await queue.length(),
    ],
    '/notifications show': () => preferencesOf(db.em(), account),
    '/notifications off': () => stopMessages(db, accountId(3)),
    'had themselves erased?': () => erasedAccounts(db.em(), [account]),
    '/privacy show': () => privacy.stored(account),
    '/privacy show, a stranger': () => privacy.stored('1'),
  };
  return Object.entries(actions).map(([what, run]) => ({ what: `${what} (${where})`, run }));
}

async function busiestTournament({ db }: App, guild: string): Promise<number> {
  const [row] = await db.orm.em.getConnection().execute<{ id: number }[]>(
    `select tournament_id as id from match m join tournament t on t.id = m.tournament_id where guild_id = '${guild}' and deleted_at is null
     group by tournament_id order by count(*) desc limit 1`,
  );
  return row?.id ?? 0;
}

/** An account that is in many matches, and a placeholder that is in one. */
async function somebody({ db }: App, guild: string) {
  const [row] = await db.orm.em
    .getConnection()
    .execute<{ discord_id: string; placeholder: number; name: string }[]>(
      `select (select p.discord_id from person p join person_identity i on i.person_id = p.id join match_player s on s.identity_id = i.id
        where p.guild_id = '${guild}' and p.discord_id is not null group by p.id order by count(*) desc limit 1), p.id as placeholder, p.name
     from person p join person_identity i on i.person_id = p.id join match_player s on s.identity_id = i.id
     where p.guild_id = '${guild}' and is_placeholder and merged_into_id is null limit 1`,
    );
  if (!row) throw new Error('the guild has nobody');
  return row;
}
