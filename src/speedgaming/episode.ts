import { createHash } from 'node:crypto';
import { pairings } from '../matches/fields.ts';
import type { CrewRole, SourceCrew, SourceMatch, SourcePerson, SourcePlayer } from '../matches/source.ts';
import type { EpisodeAnswer } from './answers.ts';

/** All that Herald takes from an episode: what a match is, but for what follows from the episode's own history. */
export type Episode = Omit<SourceMatch, 'revision'>;

type Person = EpisodeAnswer['commentators'][number] | NonNullable<EpisodeAnswer['match1']>['players'][number];

/** Channels that mean that there is no broadcast. */
const NO_BROADCAST = /^no-?(re)?stream$/i;
/** What a Twitch login looks like; other channels have names with spaces. */
const TWITCH_LOGIN = /^\w{2,25}$/;
/** The slot of a player who is not known yet. */
const NOBODY = /^(winner|loser)\s+of\b/i;

/**
 * Reads an episode as a match.
 *
 * @throws Error when it has no time at all
 */
export function readEpisode(slug: string, answer: EpisodeAnswer): Episode {
  const airsAt = answer.when ?? answer.whenCountdown;
  const startsAt = answer.whenCountdown ?? answer.when;
  if (!airsAt || !startsAt) throw new Error('it has no time');
  const players = [answer.match1, answer.match2].flatMap((match, index) =>
    (match?.players ?? []).map((player) => readPlayer(slug, player, index + 1)),
  );
  const channels = answer.channels
    .filter((channel) => !NO_BROADCAST.test(channel.slug.replaceAll(/\s/g, '')))
    .map(({ name, slug: login, language }) => ({
      name: name || login,
      language,
      url: TWITCH_LOGIN.test(login) ? `https://twitch.tv/${login}` : null,
    }));
  const [{ title = '', note = '' } = {}, other] = [answer.match1 ?? undefined, answer.match2];
  return {
    source: 'speedgaming',
    outsideId: String(answer.id),
    state: answer.approved && !answer.timezone ? 'scheduled' : 'unconfirmed',
    url: `https://speedgaming.org/${encodeURIComponent(slug)}/`,
    // Never the note: it can be private.
    title: answer.title || title || other?.title || pairings(players) || 'To be announced',
    startsAt,
    airsAt,
    lengthMinutes: answer.length ?? null,
    // With anything in this field the times mean nothing until an organiser has cleared it.
    timeNote: answer.timezone || null,
    isApproved: answer.approved,
    hasRestream: answer.externalRestream || channels.length > 0,
    note: [note, other?.note].filter(Boolean).join('\n') || null,
    channels,
    score: null,
    players,
    crew: [
      ...readCrew(slug, 'commentator', answer.commentators),
      ...readCrew(slug, 'tracker', answer.trackers),
      ...readCrew(slug, 'broadcaster', answer.broadcasters),
      ...readCrew(slug, 'helper', answer.helpers),
    ],
  };
}

/** The same for equal episodes, also for one that was stored and read again, and different for others. */
export function fingerprintOf(episode: Episode): string {
  return createHash('sha256').update(JSON.stringify(episode, sorted)).digest('base64url').slice(0, 22);
}

/** PostgreSQL does not keep the order of an object's fields. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readPlayer(
  slug: string,
  player: NonNullable<EpisodeAnswer['match1']>['players'][number],
  pairing: number,
): SourcePlayer {
  const { displayName, publicStream } = player;
  const isSomebody = displayName !== '' && !NOBODY.test(displayName) && publicStream !== 'ignore';
  const name = displayName || 'To be announced';
  if (!isSomebody) return { pairing, name, person: null };
  const stream = publicStream || player.streamingFrom;
  const identity = { kind: 'player', key: `${slug}:${player.id}`, handle: `sg_${player.id}` };
  return { pairing, name, person: readPerson(player, identity, stream) };
}

function readCrew(slug: string, role: CrewRole, signUps: EpisodeAnswer['commentators']): SourceCrew[] {
  return signUps
    .filter(({ approved, displayName }) => approved && displayName !== '')
    .map((signUp) => {
      // Every sign-up has an id of its own, so what people typed has to say who it is.
      const tag = normalTag(signUp.discordTag);
      const byName = tag ? `tag ${tag}` : `name ${signUp.displayName.toLowerCase()}`;
      const who = signUp.discordId ? `account ${signUp.discordId}` : byName;
      const identity = { kind: 'crew', key: `${slug}:${who}`, handle: `sg_crew_${signUp.id}` };
      return {
        role,
        outsideId: String(signUp.id),
        language: signUp.language || null,
        person: readPerson(signUp, identity, signUp.publicStream),
      };
    });
}

function readPerson(
  person: Person,
  identity: Pick<SourcePerson, 'kind' | 'key' | 'handle'>,
  stream: string,
): SourcePerson {
  return {
    ...identity,
    name: person.displayName,
    discordId: person.discordId,
    tag: normalTag(person.discordTag) || null,
    stream: stream && stream !== 'ignore' ? stream : null,
  };
}

/** `Name#0` is how new user names look to old clients; case differs from form to form. */
function normalTag(tag: string): string {
  return tag.replace(/#0$/, '').toLowerCase();
}
