import type { PersonKey, Place, Watch } from '../playground/protocol.ts';

const PEOPLE: readonly string[] = ['organiser', 'player', 'caster', 'outsider'] satisfies PersonKey[];

/** The part of the page's address that says who looks where, so that a reload and a second tab stay there. */
export function writeAddress(person: PersonKey, place: Place): string {
  if (place.kind === 'direct') return `#${person}/direct`;
  if (place.kind === 'events') return `#${person}/events/${place.guildId}`;
  return `#${person}/channel/${place.guildId}/${place.channelId}`;
}

/** Who looks where, by the page's address; the organiser at the first channel where it says nothing. */
export function readAddress(hash: string): Watch {
  const [person = '', kind, guildId, channelId] = hash.slice(1).split('/');
  if (!PEOPLE.includes(person)) return { person: 'organiser' };
  return { person: person as PersonKey, place: readPlace(kind, guildId, channelId) };
}

function readPlace(kind?: string, guildId?: string, channelId?: string): Place | undefined {
  if (kind === 'direct') return { kind };
  if (kind === 'events' && guildId) return { kind, guildId };
  if (kind === 'channel' && guildId && channelId) return { kind, guildId, channelId };
  return undefined;
}
