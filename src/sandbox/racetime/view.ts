import type { Category, Entrant, EntrantStatus, Room, RoomState } from './shapes.ts';
import { isOver, joined } from './shapes.ts';

const stateTexts: Record<RoomState, string> = {
  open: 'Open',
  invitational: 'Invitational',
  pending: 'Getting ready',
  in_progress: 'In progress',
  finished: 'Finished',
  cancelled: 'Cancelled',
};

const statusTexts: Record<EntrantStatus, string> = {
  requested: 'Join request',
  invited: 'Invited',
  declined: 'Declined invite',
  ready: 'Ready',
  not_ready: 'Not ready',
  in_progress: 'In progress',
  done: 'Finished',
  dnf: 'DNF',
  dq: 'DQ',
};

/** A room's own data. */
export function roomData(room: Room): Record<string, unknown> {
  const { settings, slug } = room;
  const { partitionable: _, invitational: __, ...flags } = settings.flags;
  return {
    version: room.version,
    slug,
    ...summary(room),
    websocket_url: `/ws/race/${slug}`,
    websocket_bot_url: `/ws/o/bot/${slug}`,
    websocket_oauth_url: `/ws/o/race/${slug}`,
    category: categorySummary(room.category),
    info: [settings.texts.info_bot, settings.texts.info_user].filter(Boolean).join(' | '),
    ...settings.texts,
    ...flags,
    entrants: [...room.entrants].sort(byPlace).map(entrantData),
    ended_at: stamp(room.endedAt),
    cancelled_at: stamp(room.cancelledAt),
    start_delay: duration(settings.startDelay * 1000),
    opened_by: null,
    opened_by_bot: room.bot,
    monitors: [],
    recordable: settings.flags.ranked && !settings.goal.custom,
    recorded: false,
    recorded_by: null,
    disqualify_unready: false,
    chat_restricted: false,
    chat_message_delay: duration(settings.chatMessageDelay * 1000),
    bot_meta: {},
  };
}

/** A category's data, with the rooms that are listed and not over. */
export function categoryData(category: Category, rooms: Room[]): Record<string, unknown> {
  return {
    ...categorySummary(category),
    info: null,
    streaming_required: category.streamingRequired,
    owners: [],
    moderators: [],
    goals: category.goals,
    current_races: rooms.filter((room) => !room.settings.flags.unlisted && !isOver(room)).map(summary),
  };
}

/** What a list of rooms tells of each. */
function summary(room: Room): Record<string, unknown> {
  const path = `${room.category.slug}/${room.slug}`;
  const [entrants, settings] = [joined(room), room.settings];
  const count = (...statuses: EntrantStatus[]) =>
    entrants.filter(({ status }) => statuses.includes(status)).length;
  return {
    name: path,
    status: { value: room.state, verbose_value: stateTexts[room.state], help_text: '' },
    url: `/${path}`,
    data_url: `/${path}/data`,
    goal: settings.goal,
    info: [settings.texts.info_bot, settings.texts.info_user].filter(Boolean).join(' | '),
    entrants_count: entrants.length,
    entrants_count_finished: count('done'),
    entrants_count_inactive: count('dnf', 'dq'),
    opened_at: stamp(room.openedAt),
    started_at: stamp(room.startedAt),
    time_limit: duration(settings.timeLimit * 3_600_000),
  };
}

function categorySummary({ slug, name, shortName }: Category): Record<string, unknown> {
  return { name, short_name: shortName, slug, url: `/${slug}`, data_url: `/${slug}/data`, image: null };
}

function entrantData({ user, status, finishTime, finishedAt, place }: Entrant): Record<string, unknown> {
  const { id, name, discriminator, twitchName } = user;
  return {
    user: {
      id,
      full_name: `${name}#${discriminator}`,
      name,
      discriminator,
      url: `/user/${id}`,
      avatar: null,
      pronouns: null,
      flair: '',
      twitch_name: twitchName,
      twitch_display_name: twitchName,
      twitch_channel: twitchName && `https://www.twitch.tv/${twitchName}`,
      can_moderate: false,
    },
    team: null,
    status: { value: status, verbose_value: statusTexts[status], help_text: '' },
    finish_time: finishTime === null ? null : duration(finishTime),
    finished_at: stamp(finishedAt),
    place,
    place_ordinal: place === null ? null : ordinal(place),
    score: null,
    score_change: null,
    comment: null,
    has_comment: false,
    stream_live: twitchName !== null,
    stream_override: false,
    actions: [],
  };
}

function byPlace(a: Entrant, b: Entrant): number {
  return (a.place ?? Infinity) === (b.place ?? Infinity) ? 0 : (a.place ?? Infinity) - (b.place ?? Infinity);
}

function stamp(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** ISO 8601 with days and microseconds: `P0DT01H23M45.678900S`. */
function duration(ms: number): string {
  const microseconds = Math.round(ms * 1000);
  const [seconds, fraction] = [Math.floor(microseconds / 1e6), microseconds % 1e6];
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(Math.floor(seconds / 3600) % 24)}H${two(Math.floor(seconds / 60) % 60)}M${two(seconds % 60)}`;
  return `P${Math.floor(seconds / 86_400)}DT${time}.${String(fraction).padStart(6, '0')}S`;
}

function ordinal(place: number): string {
  const last = place % 100 >= 11 && place % 100 <= 13 ? 0 : place % 10;
  return `${place}${['th', 'st', 'nd', 'rd'][last] ?? 'th'}`;
}
