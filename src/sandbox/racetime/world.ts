import { playerTag } from '../startgg/names.ts';
import { Random } from '../startgg/random.ts';
import { beginRace, beginWhenReady, passTime, rank } from './room-clock.ts';
import {
  type Category,
  type Entrant,
  type EntrantStatus,
  isOver,
  isPreparing,
  type NewCategory,
  type Room,
  type RoomSettings,
  type User,
} from './shapes.ts';

const adjectives = ['tidy', 'brave', 'lucky', 'sunny', 'mellow', 'swift', 'gentle', 'clever'];
const nouns = ['zelda', 'link', 'hookshot', 'moogle', 'chozo', 'bombchu', 'cucco', 'yoshi'];

/**
 * racetime.gg's categories, users and rooms, and what entrants do in them. A room is named by its path, with or
 * without the first slash: `demo/tidy-zelda-1234`.
 */
export class World {
  readonly categories: ReadonlyMap<string, Category>;
  readonly #now: () => number;
  readonly #rooms = new Map<string, Room>();
  readonly #users = new Map<string, User>();
  readonly #random = new Random('racetime');

  constructor(categories: NewCategory[], now: () => number) {
    this.categories = new Map(categories.map((given) => [given.slug, complete(given)]));
    this.#now = now;
  }

  addUser(given: Partial<User> = {}): User {
    const number = this.#users.size + 1;
    const { id = `user${String(number).padStart(4, '0')}`, name = playerTag(this.#random) } = given;
    const { discriminator = String(number).padStart(4, '0'), twitchName = `racer${number}` } = given;
    const user = { id, name, discriminator, twitchName };
    this.#users.set(id, user);
    return user;
  }

  /** Opens a room. @throws Error when there is no such category */
  open(slug: string, settings: RoomSettings, bot: string): Room {
    const category = this.categories.get(slug);
    if (!category) throw new Error(`no category ${slug}`);
    const now = this.#now();
    const room: Room = {
      category,
      slug: this.#name(slug),
      state: settings.flags.invitational ? 'invitational' : 'open',
      version: 1,
      settings,
      bot,
      entrants: [],
      openedAt: now,
      changedAt: now,
      startedAt: null,
      endedAt: null,
      cancelledAt: null,
    };
    this.#rooms.set(`${slug}/${room.slug}`, room);
    return room;
  }

  /** A room as it is by now; undefined when there is none. */
  find(path: string): Room | undefined {
    const room = this.#rooms.get(path.replace(/^\//, ''));
    if (room) passTime(room, this.#now());
    return room;
  }

  /** @throws Error when there is none */
  room(path: string): Room {
    const room = this.find(path);
    if (!room) throw new Error(`no room ${path}`);
    return room;
  }

  /** All rooms, or a category's, oldest first; also unlisted ones and those that are over. */
  rooms(category?: string): Room[] {
    this.tick();
    return [...this.#rooms.values()].filter((room) => !category || room.category.slug === category);
  }

  /** Lets time pass in every room, as any look at a room does for that room. Returns the rooms that it changed. */
  tick(): Room[] {
    return [...this.#rooms.values()].filter((room) => passTime(room, this.#now()));
  }

  edit(path: string, settings: RoomSettings): void {
    this.#change(path, (room) => {
      // A room that has begun keeps its goal and its limits, and one that was opened keeps who may join.
      const { goal, startDelay, timeLimit } = isPreparing(room) ? settings : room.settings;
      const { invitational, team_race } = room.settings.flags;
      const flags = { ...settings.flags, invitational, team_race };
      room.settings = { ...settings, goal, startDelay, timeLimit, flags };
    });
  }

  invite(path: string, userId: string): void {
    this.#enter(path, userId, 'invited');
  }

  /** Joins a room that is open or that the user was invited to; else asks to. */
  join(path: string, userId: string): void {
    const { state, entrants } = this.room(path);
    const invited = entrants.some(({ user, status }) => user.id === userId && status === 'invited');
    this.#enter(path, userId, state === 'invitational' && !invited ? 'requested' : 'not_ready');
  }

  acceptRequest(path: string, userId: string): void {
    this.#move(path, userId, ['requested'], 'not_ready');
  }

  decline(path: string, userId: string): void {
    this.#move(path, userId, ['invited'], 'declined');
  }

  leave(path: string, userId: string): void {
    this.#entrant(path, userId, ['ready', 'not_ready', 'requested']);
    this.#change(path, (room) => {
      room.entrants = room.entrants.filter(({ user }) => user.id !== userId);
    });
  }

  /** The last of two or more to be ready begins the countdown. */
  ready(path: string, userId: string): void {
    this.#move(path, userId, ['not_ready'], 'ready');
  }

  unready(path: string, userId: string): void {
    this.#move(path, userId, ['ready'], 'not_ready');
  }

  /** Starts the race at once, ready or not. @throws Error when it has begun */
  start(path: string): void {
    this.#change(path, (room) => {
      if (!isPreparing(room) && room.state !== 'pending') throw new Error(`${path} is ${room.state}`);
      room.startedAt = this.#now();
      beginRace(room);
    });
  }

  /** Finishes. Default of the time (milliseconds, with fractions): since the start. The last one ends the race. */
  done(path: string, userId: string, finishTime?: number): void {
    const entrant = this.#entrant(path, userId, ['in_progress']);
    this.#change(path, (room) => {
      const startedAt = room.startedAt ?? this.#now();
      entrant.finishTime = finishTime ?? this.#now() - startedAt;
      entrant.finishedAt = startedAt + entrant.finishTime;
      entrant.status = 'done';
      rank(room, this.#now());
    });
  }

  dnf(path: string, userId: string): void {
    this.#drop(path, userId, 'dnf', ['in_progress']);
  }

  /** Also after the finish, which then counts no more. */
  dq(path: string, userId: string): void {
    this.#drop(path, userId, 'dq', ['in_progress', 'done', 'dnf']);
  }

  cancel(path: string): void {
    this.#change(path, (room) => {
      if (isOver(room)) throw new Error(`${path} is ${room.state}`);
      room.state = 'cancelled';
      room.cancelledAt = this.#now();
    });
  }

  #drop(path: string, userId: string, status: 'dnf' | 'dq', from: EntrantStatus[]): void {
    const entrant = this.#entrant(path, userId, from);
    this.#change(path, (room) => {
      Object.assign(entrant, { status, finishTime: null, finishedAt: null });
      rank(room, room.endedAt ?? this.#now());
    });
  }

  #enter(path: string, userId: string, status: EntrantStatus): void {
    const user = this.#users.get(userId);
    if (!user) throw new Error(`no user ${userId}`);
    this.#change(path, (room) => {
      if (!isPreparing(room)) throw new Error(`${path} is ${room.state}`);
      const known = room.entrants.find((one) => one.user === user);
      if (known && !['invited', 'declined'].includes(known.status))
        throw new Error(`${userId} is ${known.status}`);
      if (known) known.status = status;
      else room.entrants.push({ user, status, finishTime: null, finishedAt: null, place: null });
    });
  }

  #move(path: string, userId: string, from: EntrantStatus[], to: EntrantStatus): void {
    const entrant = this.#entrant(path, userId, from);
    this.#change(path, (room) => {
      if (!isPreparing(room)) throw new Error(`${path} is ${room.state}`);
      entrant.status = to;
    });
  }

  #entrant(path: string, userId: string, from: EntrantStatus[]): Entrant {
    const entrant = this.room(path).entrants.find(({ user }) => user.id === userId);
    if (!entrant || !from.includes(entrant.status))
      throw new Error(`${userId} is ${entrant?.status ?? 'not'} in ${path}`);
    return entrant;
  }

  #change(path: string, change: (room: Room) => void): void {
    const room = this.room(path);
    change(room);
    const now = this.#now();
    room.changedAt = now;
    beginWhenReady(room, now);
    room.version += 1;
    passTime(room, now);
  }

  #name(category: string): string {
    for (;;) {
      const slug = `${this.#random.pick(adjectives)}-${this.#random.pick(nouns)}-${this.#random.int(1000, 9999)}`;
      if (!this.#rooms.has(`${category}/${slug}`)) return slug;
    }
  }
}

function complete(given: NewCategory): Category {
  const { slug, goals, name = slug, shortName = slug, streamingRequired = true, hasBot = true } = given;
  return { slug, goals, name, shortName, streamingRequired, hasBot };
}
