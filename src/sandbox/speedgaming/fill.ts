import { playerTag } from '../startgg/names.ts';
import { Random } from '../startgg/random.ts';
import { type CrewRole, crewRoles, type NewChannel, type NewCrewMember, type NewPerson } from './shapes.ts';
import type { World } from './world.ts';

export type FillRequest = {
  /** New events, by name or by number. */
  slugs: string[] | number;
  episodesPerSlug: number;
  /** The first and the last time of an episode. */
  from: Date;
  to: Date;
  seed: string | number;
  /** Who plays and works; default: people who are made up, about 1 in 4 without a Discord id. */
  people?: NewPerson[];
};

const QUARTER_HOUR = 15 * 60_000;
const PLAYERS_PER_EVENT = 24;

const channels: readonly NewChannel[] = [
  { slug: 'speedgaming', name: 'SpeedGaming', initials: 'SG' },
  { slug: 'speedgaming2', name: 'SpeedGaming2', initials: 'SG2' },
  { slug: 'speedgamingfrancais', name: 'SpeedGaming Français', initials: 'SGFR', language: 'fr' },
];
/** Channels that are none: nobody shows the match. */
const noChannels: readonly NewChannel[] = [
  { slug: 'norestream', name: 'No Restream' },
  { slug: 'nostream', name: 'No Stream' },
];

/** Fills a world with events whose episodes look like a usual season's. Returns the slugs. */
export function fillWorld(world: World, request: FillRequest): string[] {
  const { seed } = request;
  const slugs =
    typeof request.slugs === 'number'
      ? Array.from({ length: request.slugs }, (_, index) => `season${index + 1}`)
      : request.slugs;
  const people = request.people ?? makePeople(new Random(`${seed}/people`), slugs.length * 6 + 30);
  for (const slug of slugs) {
    const random = new Random(`${seed}/${slug}`);
    world.addEvent({ slug, name: `${slug} Tournament`, shortName: slug });
    const first = random.int(0, people.length - 1);
    const roster = Array.from({ length: Math.min(PLAYERS_PER_EVENT, people.length) }, (_, index) => {
      return people[(first + index) % people.length] as NewPerson;
    });
    for (let i = 0; i < request.episodesPerSlug; i++) addEpisode(world, slug, random, roster, request);
  }
  return slugs;
}

function addEpisode(
  world: World,
  slug: string,
  random: Random,
  roster: NewPerson[],
  { from, to }: FillRequest,
): void {
  const slots = Math.floor((to.getTime() - from.getTime()) / QUARTER_HOUR);
  const pair = () => players(random, roster);
  // A title where there is one, else the label stands in the note.
  const label = `Round ${random.int(1, 8)}`;
  const titled = random.chance(0.5);
  world.addEpisode(slug, {
    when: new Date(from.getTime() + random.int(0, Math.max(0, slots)) * QUARTER_HOUR),
    length: random.pick([60, 90, 90, 120, 240]),
    approved: !random.chance(0.1),
    timezone: random.chance(0.02) ? 'Central European, I think' : '',
    externalRestream: random.chance(0.05),
    matchTitle: titled ? label : '',
    note: titled ? '' : label,
    players: random.chance(0.04) ? [] : pair(),
    match2: random.chance(0.12) ? { title: `${label}, second match`, players: pair() } : undefined,
    channels: [random.chance(0.2) ? random.pick(noChannels) : random.pick(channels)],
    ...crew(random, roster),
  });
}

function players(random: Random, roster: NewPerson[]): NewPerson[] {
  const first = random.int(0, roster.length - 1);
  const other = roster[(first + random.int(1, Math.max(1, roster.length - 1))) % roster.length] as NewPerson;
  // A place in a bracket whose match is not played yet.
  const waits = { displayName: `Winner of Match ${random.int(1, 30)}`, publicStream: 'ignore' };
  return [roster[first] as NewPerson, random.chance(0.04) ? waits : other];
}

function crew(random: Random, roster: NewPerson[]): Partial<Record<CrewRole, NewCrewMember[]>> {
  const most = { commentators: 2, trackers: 1, broadcasters: 1, helpers: 0 };
  return Object.fromEntries(
    crewRoles.map((role) => [
      role,
      Array.from({ length: random.int(0, most[role]) }, () => {
        const { displayName, discordId, discordTag, publicStream } = random.pick(roster);
        const approved = random.chance(0.8);
        return { displayName, discordId, discordTag, publicStream, approved };
      }),
    ]),
  );
}

function makePeople(random: Random, count: number): NewPerson[] {
  return Array.from({ length: count }, (_, index) => {
    const displayName = `${playerTag(random)} ${index + 1}`;
    const login = `runner${index + 1}`;
    const discordId = random.chance(0.26) ? '' : `2${String(index).padStart(17, '0')}`;
    const discordTag = random.chance(0.1)
      ? ''
      : random.pick([login, `${login}#0`, `Runner${index + 1}#1234`]);
    const publicStream = random.chance(0.2) ? '' : `${login}_tv`;
    return { displayName, discordId, discordTag, publicStream };
  });
}
