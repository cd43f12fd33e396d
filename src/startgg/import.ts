import type { Commit, ImportKind } from '../jobs/kind.ts';
import { NO_COUNTS } from '../jobs/state.ts';
import { videogameAnswer } from './answers.ts';
import type { StartggClient } from './client.ts';
import { VIDEOGAME } from './documents.ts';
import { readEntrants, readSets } from './entries.ts';
import { readEvent } from './event.ts';
import { PageSizes } from './page-size.ts';
import { importParams, period } from './params.ts';
import { readMissed, readTournaments, windowItem } from './tournaments.ts';
import { DEEPEST_ENTRY, type Reading } from './walk.ts';

/** Entries that a usual request brings, for guessing how much work is left. */
const PER_REQUEST = { tournaments: 100, entrants: 200, sets: 60 };

/** The import of one game's tournaments, events, entrants, participants and sets from start.gg. */
export function startggImport(client: StartggClient, options: { deepestEntry?: number } = {}): ImportKind {
  const { deepestEntry = DEEPEST_ENTRY } = options;
  const sizes = new PageSizes();
  const readers: Record<string, (reading: Reading) => Promise<Commit>> = {
    tournaments: (reading) => readTournaments(reading, importParams.parse(reading.context.params)),
    missed: (reading) => readMissed(reading, importParams.parse(reading.context.params)),
    event: readEvent,
    entrants: readEntrants,
    sets: readSets,
  };
  return {
    name: 'startgg',
    phases: [
      { name: 'tournaments', title: 'Tournaments' },
      { name: 'events', title: 'Events' },
      { name: 'entrants', title: 'Entrants' },
      { name: 'sets', title: 'Sets' },
    ],
    plan(params) {
      const { after, before } = period(importParams.parse(params));
      return [windowItem(after, before)];
    },
    async read(item, context) {
      const reader = readers[item.kind];
      if (!reader) throw new Error(`no reader for ${item.kind}`);
      return await reader({ client, sizes, item, context, deepestEntry });
    },
    async probe(signal) {
      await client.query(VIDEOGAME, { id: 1 }, videogameAnswer, { urgency: 'import', signal });
    },
    effort,
  };
}

/** Requests done and in all. Events come to light with their tournaments, and sets with their events. */
const effort: ImportKind['effort'] = (counters) => {
  const of = (phase: string) => ({ ...NO_COUNTS, ...counters[phase] });
  const [tournaments, events, entrants, sets] = [of('tournaments'), of('events'), of('entrants'), of('sets')];
  const extrapolated = (value: number, part: { done: number; total: number }) =>
    part.done > 0 ? value * Math.max(1, part.total / part.done) : value;
  const eventsInAll = Math.max(extrapolated(events.total, tournaments), 1);
  const share = (part: { done: number; total: number }) =>
    part.total > 0 ? part.done / part.total : events.done >= events.total ? 1 : 0;
  const entrantRequests = Math.max(eventsInAll, extrapolated(entrants.total, events) / PER_REQUEST.entrants);
  const setRequests = Math.max(eventsInAll, extrapolated(sets.total, events) / PER_REQUEST.sets);
  const tournamentRequests = Math.max(1, tournaments.total / PER_REQUEST.tournaments);
  const total = tournamentRequests + eventsInAll + entrantRequests + setRequests;
  const done =
    tournaments.total > 0
      ? tournamentRequests * share(tournaments) +
        events.done +
        entrantRequests * share(entrants) +
        setRequests * share(sets)
      : 0;
  return { done: Math.min(done, total), total };
};
