/** Somebody in a race as racetime.gg lists them. */
export type RaceEntrant = {
  name: string;
  /** With the number that tells people of one name apart. */
  fullName: string;
  twitch: string | null;
  /** `done`, `dnf`, `dq`, … */
  status: string;
  place: number | null;
  /** ISO 8601, such as `P0DT01H23M45.678900S`. */
  time: string | null;
};

/** A slot of a match to which somebody in the race may belong. */
export type Racer = { id: number; name: string; stream: string | null };

/** How a race ended for a match. */
export type RaceResult = {
  finishes: { id: number; rank: number | null; time: string | null }[];
  /** Those who are nobody of the match, as they came. */
  unmatched: RaceEntrant[];
  /** "1. Ada 1:23:45 · 2. Ben 1:30:02 · Cas DNF". */
  score: string;
};

/**
 * Reads how a race ended: who is who by the Twitch name and the player's stream, then by name. Each is one player at
 * most.
 */
export function readRace(entrants: readonly RaceEntrant[], racers: readonly Racer[]): RaceResult {
  const ordered = [...entrants].sort((a, b) => (a.place ?? Infinity) - (b.place ?? Infinity) || 0);
  const found = new Map<RaceEntrant, Racer>();
  const free = new Set(racers);
  const take = (isSame: (entrant: RaceEntrant, racer: Racer) => boolean) => {
    for (const entrant of ordered) {
      if (found.has(entrant)) continue;
      const racer = [...free].find((one) => isSame(entrant, one));
      if (!racer) continue;
      found.set(entrant, racer);
      free.delete(racer);
    }
  };
  take(({ twitch }, { stream }) => twitch !== null && twitch.toLowerCase() === twitchLogin(stream));
  take(({ name, fullName }, racer) => [name, fullName].map(plain).includes(plain(racer.name)));
  return {
    finishes: [...found].map(([{ place, time }, { id }]) => ({ id, rank: place, time })),
    unmatched: ordered.filter((entrant) => !found.has(entrant)),
    score: ordered.map((entrant) => finishOf(entrant, found.get(entrant))).join(' · '),
  };
}

/** The Twitch login in what people enter as their stream: an address or the bare name; null when there is none. */
export function twitchLogin(stream: string | null): string | null {
  const found = /^(?:(?:https?:\/\/)?(?:www\.|m\.)?twitch\.tv\/|@)?(\w{2,25})\/?(?:[?#].*)?$/i.exec(
    stream?.trim() ?? '',
  );
  return found?.[1]?.toLowerCase() ?? null;
}

/** `P0DT01H23M45.678900S` → "1:23:45"; what is no such time stays as it is. */
export function raceTime(iso: string): string {
  const found = /^P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?$/.exec(iso);
  if (!found) return iso;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${days * 24 + hours}:${two(minutes)}:${two(seconds)}`;
}

function finishOf(entrant: RaceEntrant, racer: Racer | undefined): string {
  const name = racer?.name ?? `${entrant.fullName || entrant.name} (not in the match)`;
  if (entrant.status !== 'done') return `${name} ${entrant.status.toUpperCase()}`;
  const place = entrant.place === null ? '' : `${entrant.place}. `;
  return `${place}${name}${entrant.time ? ` ${raceTime(entrant.time)}` : ''}`;
}

function plain(name: string): string {
  return name.trim().toLowerCase();
}
