import type { Batch, ImportKind, Outcome } from '../jobs/kind.ts';
import { NO_COUNTS } from '../jobs/state.ts';
import { videogameAnswer } from './answers.ts';
import type { StartggClient, Urgency } from './client.ts';
import { VIDEOGAME } from './documents.ts';
import { FOLLOW_JOB, touchFollowers } from './follow/follows.ts';
import { PackedReading } from './packing/packed.ts';
import { PageSizes } from './page-size.ts';
import { followParams, importParams, period } from './params.ts';
import { readMissed, readTournaments, windowItem } from './tournaments.ts';
import { type Commit, DEEPEST_ENTRY, type Reading } from './walk.ts';

/** Entries that a usual request brings, for guessing how much work is left. */
const PER_REQUEST = { tournaments: 100, events: 40, entrants: 230, sets: 120 };

/** What is read in requests of its own. */
const LISTS: Record<string, (reading: Reading) => Promise<Commit>> = {
  tournaments: (reading) => readTournaments(reading, importParams.parse(reading.context.params)),
  missed: (reading) => readMissed(reading, followParams.parse(reading.context.params)),
};

/** The import of one game's tournaments, events, entrants, participants and sets from start.gg. */
export function startggImport(client: StartggClient, options: { deepestEntry?: number } = {}): ImportKind {
  return {
    ...kindOf(client, 'import', options),
    name: 'startgg',
    plan(params) {
      const { after, before } = period(importParams.parse(params));
      return [windowItem(after, before)];
    },
  };
}

/** Brings in what the sync of a followed game found to be other than it was. */
export function startggFollow(client: StartggClient): ImportKind {
  return {
    ...kindOf(client, 'sync', {}),
    name: FOLLOW_JOB,
    isBackground: true,
    plan: () => [],
    ended: (em, params) => touchFollowers(em, followParams.parse(params).videogameId),
  };
}

/** What both have in common: how the parts of a game are read. */
function kindOf(
  client: StartggClient,
  urgency: Urgency,
  { deepestEntry = DEEPEST_ENTRY }: { deepestEntry?: number },
): Omit<ImportKind, 'name' | 'plan'> {
  const sizes = new PageSizes();
  const packed = new PackedReading(client, urgency);
  return {
    phases: [
      { name: 'tournaments', title: 'Tournaments' },
      { name: 'events', title: 'Events' },
      { name: 'entrants', title: 'Entrants' },
      { name: 'sets', title: 'Sets' },
    ],
    bundle(items): Batch[] {
      const alone = items
        .filter(({ kind }) => !packed.reads(kind))
        .map((item) => ({ items: [item], isFull: true }));
      return [...alone, ...packed.bundle(items.filter(({ kind }) => packed.reads(kind)))];
    },
    async read(items, context) {
      const [item] = items;
      const reader = item && LISTS[item.kind];
      if (!reader) return await packed.read(items, context);
      return await readAlone(reader, { client, sizes, item, context, deepestEntry });
    },
    unite: (outcomes) => packed.unite(outcomes),
    divide: (outcome, parts) => packed.divide(outcome, parts),
    async probe(signal) {
      await client.query(VIDEOGAME, { id: 1 }, videogameAnswer, { urgency, signal });
    },
    effort,
  };
}

async function readAlone(reader: (reading: Reading) => Promise<Commit>, reading: Reading): Promise<Outcome> {
  const commit = await reader(reading);
  return { read: [reading.item], failed: [], commit: (em, list) => commit(em, list) };
}

/** Requests done and in all. Events come to light with their tournaments, and sets with their events. */
const effort: ImportKind['effort'] = (counters) => {
  const of = (phase: string) => ({ ...NO_COUNTS, ...counters[phase] });
  const [tournaments, events, entrants, sets] = [of('tournaments'), of('events'), of('entrants'), of('sets')];
  const extrapolated = (value: number, part: { done: number; total: number }) =>
    part.done > 0 ? value * Math.max(1, part.total / part.done) : value;
  const eventsInAll = extrapolated(events.total, tournaments);
  const share = (part: { done: number; total: number }) =>
    part.total > 0 ? part.done / part.total : events.done >= events.total ? 1 : 0;
  const requests = {
    tournaments: Math.max(1, tournaments.total / PER_REQUEST.tournaments),
    events: Math.max(1, eventsInAll / PER_REQUEST.events),
    entrants: Math.max(1, extrapolated(entrants.total, events) / PER_REQUEST.entrants),
    sets: Math.max(1, extrapolated(sets.total, events) / PER_REQUEST.sets),
  };
  const total = requests.tournaments + requests.events + requests.entrants + requests.sets;
  const done =
    tournaments.total > 0
      ? requests.tournaments * share(tournaments) +
        requests.events * (events.total > 0 ? events.done / Math.max(1, eventsInAll) : share(tournaments)) +
        requests.entrants * share(entrants) +
        requests.sets * share(sets)
      : 0;
  return { done: Math.min(done, total), total };
};
