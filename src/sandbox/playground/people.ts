import type { Channel, Guild, User } from '../discord/entities.ts';
import type { Discord } from '../discord/start.ts';
import { BOT_PERMISSIONS } from '../place.ts';
import type { PersonKey } from './protocol.ts';

/** Those whose hands a page can be in. */
export const PEOPLE: Record<PersonKey, { name: string; about: string }> = {
  organiser: { name: 'Organiser', about: 'owns the first server: imports, links schedules, sets Herald up' },
  player: { name: 'Player', about: 'plays in the matches on the schedule' },
  caster: { name: 'Caster', about: 'comments on some of them' },
  outsider: { name: 'Outsider', about: 'owns the other server, and is in no match' },
};

export const PERSON_KEYS = Object.keys(PEOPLE) as PersonKey[];

/** Their Discord ids. */
export type PersonIds = Record<PersonKey, string>;

/** Fills a Discord that has nobody in it: the people, and two servers that Herald is in. */
export function settle({ world }: Discord): PersonIds {
  const users = Object.fromEntries(
    PERSON_KEYS.map((key) => [key, world.addUser({ username: key, globalName: PEOPLE[key].name })]),
  ) as Record<PersonKey, User>;
  const club = world.addGuild({ name: 'Fighting Game Club', ownerId: users.organiser.id });
  addChannels(world, club, {
    results: 'Imports and their progress',
    schedule: 'What comes up, and what changes',
    general: 'Everything else',
  });
  for (const key of ['player', 'caster'] as const) world.addMember(club, users[key]);
  const lounge = world.addGuild({ name: 'Race Lounge', ownerId: users.outsider.id });
  addChannels(world, lounge, { lounge: 'A server of its own, with Herald in it too' });
  for (const guild of [club, lounge]) world.installBot(guild, [...BOT_PERMISSIONS]);
  return Object.fromEntries(PERSON_KEYS.map((key) => [key, users[key].id])) as PersonIds;
}

function addChannels(world: Discord['world'], guild: Guild, topics: Record<string, string>): Channel[] {
  return Object.entries(topics).map(([name, topic]) => world.addChannel(guild, { name, topic }));
}
