import { sql } from 'kysely';
import type { App } from '../../../src/app.ts';
import { ANNOUNCEMENTS } from '../../../src/app-commands.ts';
import { upkeep } from '../../../src/app-upkeep.ts';
import { rows } from '../../../src/database/database.ts';
import { importRenderer } from '../../../src/discord/import-message.ts';
import { matchRenderer } from '../../../src/discord/match-message.ts';
import { startggEventRenderer } from '../../../src/discord/startgg-event-message.ts';
import { IMPORT_MESSAGE } from '../../../src/jobs/store.ts';
import { moveAnnouncements } from '../../../src/matches/announcements.ts';
import { closeChannel } from '../../../src/matches/closed-channel.ts';
import { wantEvents } from '../../../src/matches/events/discord-events.ts';
import { claimEvents, laterEvents, releaseEvents } from '../../../src/matches/events/event-delivery.ts';
import { eventWish } from '../../../src/matches/events/event-wish.ts';
import { leaveGuild } from '../../../src/matches/leaving.ts';
import { beginRun, followedSlugs, linksTo, noteFailure, noteSuccess } from '../../../src/matches/links.ts';
import { claimDue, claimOpen } from '../../../src/matches/rooms/race-rooms.ts';
import { passTime } from '../../../src/notifications/reminders.ts';
import { MATCH_MESSAGE } from '../../../src/notifications/tell.ts';
import { wordingOf } from '../../../src/notifications/wording.ts';
import { claimLive, settleLive } from '../../../src/outbox/live-delivery.ts';
import {
  claimNotifications,
  markSending,
  settleNotification,
} from '../../../src/outbox/notification-delivery.ts';
import { recipient } from '../../../src/outbox/recipients.ts';
import type { Episode } from '../../../src/speedgaming/episode.ts';
import {
  knownEpisodes,
  laggingEpisodes,
  missingEpisodes,
  storeEpisode,
} from '../../../src/speedgaming/store.ts';
import {
  eventsWithoutStandings,
  STARTGG_EVENT_MESSAGE,
} from '../../../src/startgg/schedule/event-announcement.ts';
import { longestUnread, progressOf, touchSets } from '../../../src/startgg/schedule/event-progress.ts';
import { knownTournament } from '../../../src/startgg/schedule/renamed.ts';
import { activeSlugs, dueSlugs } from '../../../src/startgg/schedule/rhythm.ts';
import {
  laggingSets,
  linksToFinish,
  newAccounts,
  setsToPlay,
  storeMatch,
} from '../../../src/startgg/schedule/schedule-store.ts';
import type { Action } from './asked.ts';
import { guildId } from './grown-database.ts';

/** What happens without anybody asking: ticks, syncs, and what sends to Discord. */
export async function doneByItself(app: App): Promise<Action[]> {
  return [
    ...ticks(app),
    ...deliveries(app),
    ...(await speedgaming(app)),
    ...(await startgg(app)),
    ...guildComesAndGoes(app),
  ];
}

/** What goes through all 6,000 sets of the largest event, or through all that is old, once a minute or a day. */
const MAY_TAKE_MS: Record<string, number> = {
  'start.gg: sets of an event to bring': 100,
  'start.gg: sets of a tournament to bring': 100,
  'start.gg: people changed': 100,
  'start.gg: matches that were never played': 100,
  'work lists of old imports': 1_000,
  'messages of old matches': 1_000,
};

function named(actions: Record<string, (round: number) => Promise<unknown>>): Action[] {
  return Object.entries(actions).map(([what, run]) => {
    const mayTakeMs = MAY_TAKE_MS[what];
    return { what, run, ...(mayTakeMs === undefined ? {} : { mayTakeMs }) };
  });
}

function ticks({ db, queue }: App): Action[] {
  return named({
    'which schedules are due at SpeedGaming': () => followedSlugs(db.em(), 'speedgaming'),
    'which schedules are due at start.gg': () => dueSlugs(db.em()),
    'which schedules are being played': () => activeSlugs(db.em()),
    'asking for a sync': () => queue.sendSync({ source: 'startgg', slug: 'weekly-5' }),
    'states and reminders': () => passTime(db),
    'race rooms to open': () => claimDue(db),
    'race rooms to look at': () => claimOpen(db.em()),
    ...Object.fromEntries(upkeep(db).map(({ name, run }) => [name, run])),
  });
}

function deliveries(app: App): Action[] {
  const { db, imports } = app;
  const kinds = [IMPORT_MESSAGE, MATCH_MESSAGE, STARTGG_EVENT_MESSAGE];
  const renderers = {
    match: matchRenderer(db),
    import: importRenderer({ imports, requestsLeft: async () => 80 }),
  };
  const someMatch = async () => (await claimLive(db.em(), [MATCH_MESSAGE], 1))[0]?.subject ?? '1';
  return named({
    'live messages': async () => {
      for (const live of await claimLive(db.em(), kinds, 3))
        await settleLive(db.em(), live, { messageId: '1', hash: 'x' });
    },
    'an announcement is drawn': async () => renderers.match({ id: '1', subject: await someMatch() }),
    'an import is drawn': () => renderers.import({ id: '1', subject: '3' }),
    notifications: async () => {
      for (const claimed of await claimNotifications(db, 3)) {
        await recipient(db.em(), claimed.discordUserId ?? '');
        await wordingOf(db.em(), claimed);
        await markSending(db.em(), claimed);
        await db.transaction((em) => settleNotification(em, claimed, { state: 'sent', messageId: '1' }));
      }
    },
    'Discord events': async () => {
      for (const event of await claimEvents(db.em(), 3)) {
        await eventWish(db.em(), event.matchId);
        await laterEvents(db.em(), event);
        await releaseEvents(db.em(), event.guildId, 'x');
        await wantEvents(db.em(), [event.matchId]);
      }
    },
  });
}

/** A schedule of SpeedGaming as a sync goes through it. */
async function speedgaming({ db }: App): Promise<Action[]> {
  const slug = 'slug1';
  const { rows: stored } = await sql<{
    id: number;
    episode: Episode;
  }>`select id, episode from speedgaming_episode where slug = ${slug} and lasts_at > now() order by id limit 60`.execute(
    db.em().getKysely() as never,
  );
  const listed = stored.map(({ id }) => id);
  const window = {
    from: new Date(Date.now() - 6 * 3_600_000),
    to: new Date(Date.now() + 60 * 86_400_000),
    listed: [],
    limit: 20,
  };
  return named({
    'SpeedGaming: known episodes': () => knownEpisodes(db.em(), slug, listed),
    'SpeedGaming: missing episodes': () => missingEpisodes(db.em(), slug, window),
    'SpeedGaming: lagging episodes': () => laggingEpisodes(db.em(), slug, listed),
    'SpeedGaming: an episode is moved': async (round) => {
      const episode = episodeOf(slug, stored[0]?.id ?? 0, 20 + round, 'scheduled');
      const links = await linksTo(db.em(), 'speedgaming', slug);
      await db.transaction((em) => storeEpisode(em, slug, links, episode));
    },
    'SpeedGaming: an episode is taken back, and approved': async (round) => {
      const links = await linksTo(db.em(), 'speedgaming', slug);
      for (const state of ['unconfirmed', 'scheduled'] as const)
        await db.transaction((em) =>
          storeEpisode(em, slug, links, episodeOf(slug, stored[1]?.id ?? 0, 20 + round, state)),
        );
    },
    'SpeedGaming: a sync went well': async () => {
      const run = await beginRun(db, 'speedgaming', slug);
      const links = await linksTo(db.em(), 'speedgaming', slug);
      await db.transaction((em) => noteSuccess(em, links, run));
    },
    'SpeedGaming: a sync failed': async () => {
      const run = await beginRun(db, 'speedgaming', 'slug2');
      await db.transaction((em) => noteFailure(em, run, 'it failed'));
    },
  });
}

/** An episode as SpeedGaming gives it, so many days ahead. */
function episodeOf(slug: string, id: number, days: number, state: Episode['state']): Episode {
  if (id === 0) throw new Error('there is no episode');
  const startsAt = new Date(Date.now() + days * 86_400_000).toISOString();
  const players = [1, 2].map((n) => {
    const name = `Player ${n}`;
    const known = { kind: 'player', key: `${slug}:${n}`, handle: `sg_${n}`, discordId: String(n) };
    return { pairing: 1, name, person: { ...known, name, tag: null, stream: null } };
  });
  return {
    source: 'speedgaming',
    outsideId: String(id),
    state,
    url: null,
    title: 'Final',
    startsAt,
    airsAt: startsAt,
    lengthMinutes: 60,
    timeNote: null,
    isApproved: state === 'scheduled',
    hasRestream: false,
    note: null,
    channels: [],
    score: null,
    players,
    crew: [],
  };
}

/** A tournament of start.gg as a sync goes through it. */
async function startgg({ db }: App): Promise<Action[]> {
  const found = await rows(
    db.em(),
    sql<{
      slug: string;
      id: number;
      event: number;
    }>`select l.slug, t.id, e.id as event from tournament_link l join startgg_tournament t on t.slug = 'tournament/' || l.slug
      join startgg_event e on e.tournament_id = t.id where l.source = 'startgg' order by e.num_entrants desc limit 1`,
  );
  const { slug = '', id: tournamentId = 0, event: eventId = 0 } = found[0] ?? {};
  const links = await linksTo(db.em(), 'startgg', slug);
  const [link] = links;
  if (!link) throw new Error('nobody follows start.gg');
  const draw = startggEventRenderer(db);
  const [{ id: setId = '' } = {}] = await rows(
    db.em(),
    sql<{ id: string }>`select min(id) as id from startgg_set where event_id = ${eventId}`,
  );
  return named({
    'start.gg: an event is drawn': () => draw({ id: '1', subject: `${link.tournamentId}-${eventId}` }),
    'start.gg: known tournament': () => knownTournament(db.em(), slug),
    'start.gg: progress of an event': () => progressOf(db.em(), eventId),
    'start.gg: events longest unread': () => longestUnread(db.em(), [eventId]),
    'start.gg: people changed': () => db.transaction((em) => touchSets(em, eventId)),
    'start.gg: sets of an event to bring': () => laggingSets(db.em(), { tournamentId, eventId }, links),
    'start.gg: sets of a tournament to bring': () => laggingSets(db.em(), { tournamentId }, links),
    'start.gg: a set is brought': async () => {
      await rows(db.em(), sql`update startgg_set set seq = nextval('startgg_set_seq') where id = ${setId}`);
      const [set] = await setsToPlay(db.em(), [setId]);
      if (set) await db.transaction((em) => storeMatch(em, links, set));
    },
    'start.gg: matches that were never played': () => linksToFinish(db.em(), tournamentId, links),
    'start.gg: accounts that were linked': () => newAccounts(db.em(), tournamentId, link),
    'start.gg: standings that are wanting': () => eventsWithoutStandings(db.em(), tournamentId),
  });
}

function guildComesAndGoes({ db }: App): Action[] {
  const guild = guildId(3);
  return named({
    'a channel is set': () =>
      db.transaction((em) => moveAnnouncements(em, ANNOUNCEMENTS, { guildId: guildId(2) }, '77')),
    'a channel is closed': () => db.transaction((em) => closeChannel(em, guild, '5')),
    'a guild is left': () => leaveGuild(db, guild),
  });
}
