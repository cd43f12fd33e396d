import type { Episode } from '../speedgaming/shapes.ts';
import type { World } from '../speedgaming/world.ts';
import type { PersonIds } from './people.ts';
import { PEOPLE } from './people.ts';
import type { MatchView } from './protocol.ts';

/** The event whose schedule the sandbox's SpeedGaming has. */
export const EVENT = { slug: 'autumncup', name: 'Autumn Cup' };

const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];
const ROUNDS = ['Quarter-final', 'Semi-final', 'Final', 'Exhibition'];
/** Nobody at Discord: placeholders until an organiser knows better. */
const OPPONENTS = ['Rival', 'Newcomer', 'Veteran', 'Dark Horse'];

/** Fills an empty SpeedGaming: one event, and matches of the player in the days to come. */
export function fillSchedule(world: World, people: PersonIds, now: number): void {
  world.addEvent(EVENT);
  for (const hours of [20, 26]) addMatch(world, people, now + hours * HOUR_MS);
}

/** Puts a match of the player on the schedule: two hours after the last one, unless said otherwise. */
export function addMatch(world: World, people: PersonIds, at?: number): Episode {
  const episodes = world.episodesOf(EVENT.slug);
  const last = Math.max(...episodes.map(({ episode }) => Date.parse(episode.when)));
  const when = at === undefined ? last + 2 * HOUR_MS : Math.ceil(at / HOUR_MS) * HOUR_MS;
  const nth = episodes.length;
  const person = (key: 'player' | 'caster') => ({
    displayName: PEOPLE[key].name,
    discordId: people[key],
    discordTag: key,
  });
  return world.addEpisode(EVENT.slug, {
    when: new Date(when),
    matchTitle: ROUNDS[nth % ROUNDS.length] as string,
    players: [person('player'), { displayName: OPPONENTS[nth % OPPONENTS.length] as string }],
    commentators: [{ ...person('caster'), approved: true }],
  });
}

export function moveMatch(world: World, id: number, minutes: number): void {
  world.reschedule(id, new Date(Date.parse(world.episode(id).when) + minutes * MINUTE_MS));
}

export function cancelMatch(world: World, id: number, isCancelled: boolean): void {
  if (isCancelled) world.deleteEpisode(id);
  else world.restoreEpisode(id);
}

/** The matches as the page shows them, by time. */
export function matchViews(world: World): MatchView[] {
  return world
    .episodesOf(EVENT.slug)
    .map(({ episode, deleted }) => ({
      id: episode.id,
      title: episode.match1.title,
      startsAt: Date.parse(episode.when),
      players: episode.match1.players.map(({ displayName }) => displayName),
      crew: episode.commentators.map(({ displayName }) => displayName),
      isApproved: episode.approved,
      isCancelled: deleted,
    }))
    .sort((a, b) => a.startsAt - b.startsAt);
}
