import { RetryLaterError } from '../../errors.ts';
import { changesAnswer, poolState, readNodes, set } from '../answers.ts';
import { CHANGES } from '../documents.ts';
import { TooComplexError, TooDeepError } from '../errors.ts';
import { storePoolStates } from '../pools.ts';
import { storeSets } from '../store.ts';
import {
  ask,
  type EventReading,
  hiddenEvent,
  IncompleteError,
  walkSets,
  withSeedsOf,
} from './event-lists.ts';
import { noteChanges, type Progress, progressOf, type Totals } from './event-progress.ts';
import { readPeople, readWhole, totalsOf } from './event-whole.ts';

/** Changed sets that are asked for at first, fewer when that was too much. If there are more, they are read as a list. */
const FIRST_LOOKS = [30, 8, 1];
/** Pools of a phase whose states are asked for with them. */
const POOLS = 300;
const DAY_MS = 86_400_000;

/**
 * Keeps an event in the warehouse as start.gg has it: what changed since it was last read, and now and then all of it,
 * since what vanished leaves no trace. One request when nothing has changed; none for an event that is over, or far ahead,
 * and was read within the hour.
 *
 * It may run beside an import of the same game: both write the same rows, each of which takes what was written last, and
 * a set's number rises only with a change.
 *
 * @throws RetryLaterError, GiveUpError, SourceBlockedError, BudgetExhaustedError; IncompleteError when part of it did not come
 */
export async function bringUpToDate(reading: EventReading): Promise<void> {
  const progress = await progressOf(reading.db.em(), reading.event.id);
  if (!progress.isWholeDue && progress.isFresh && !progress.isRunning && isAtRest(reading.event)) return;
  const isWhole = progress.isWholeDue || !(await readChanges(reading, progress));
  if (isWhole) await readWhole(reading, progress.now);
}

/** Nothing happens in an event that is over, or begins on another day. */
function isAtRest({ state, startAt }: EventReading['event']): boolean {
  if (state === 'COMPLETED') return true;
  return state === 'CREATED' && startAt !== null && Date.parse(startAt) > Date.now() + DAY_MS;
}

/** Gives false when the changes do not tell all, so that the whole has to be read. */
async function readChanges(reading: EventReading, progress: Progress): Promise<boolean> {
  const { db, event } = reading;
  const found = await askChanges(reading, progress);
  if (!found) throw await hiddenEvent(reading);
  const { pageInfo, nodes } = found.changed;
  const sets = readNodes(nodes, set);
  const pools = found.phases.flatMap(({ phaseGroups }) => readNodes(phaseGroups.nodes, poolState).entries);
  const { isKnown, newSets } = await db.transaction(async (em) => {
    const states = await storePoolStates(em, pools);
    if (states.changed > 0) await reading.onPools(em);
    const { written, unknownPools } = await storeSets(em, [{ eventId: event.id, sets: sets.entries }]);
    // With its beginning a pool gets other sets, and with a reset it loses them.
    return { isKnown: states.unknown + states.begun === 0 && unknownPools.size === 0, newSets: written.new };
  });
  const totals = totalsOf(found.phases, found.entrants, found.listed);
  const grown = growthOf(totals, progress.totals);
  if (!isKnown || pools.length < totals.pools || !isExplained(grown, newSets)) return false;
  if (sets.empty > 0 || sets.entries.length < pageInfo.total) {
    const walked = await walkSets(reading, { updatedAfter: progress.changedAfter }).catch((error) => {
      if (!(error instanceof TooDeepError)) throw error;
    });
    if (!walked) return false;
    if (walked.state === 'short') throw new IncompleteError(walked.reason);
  }
  const people = grown && grown.entrants > 0 ? await readPeople(reading) : undefined;
  await db.transaction((em) => noteChanges(em, event.id, progress.now, totals));
  if (people?.state === 'short') throw new IncompleteError(people.reason);
  return true;
}

async function askChanges(reading: EventReading, { changedAfter }: Progress) {
  const fixed = { updatedAfter: changedAfter, pools: POOLS, withSeeds: withSeedsOf(reading) };
  for (const perPage of FIRST_LOOKS)
    try {
      return (await ask(reading, CHANGES, { ...fixed, perPage }, changesAnswer)).data.event;
    } catch (error) {
      if (!(error instanceof TooComplexError)) throw error;
    }
  throw new RetryLaterError('start.gg refuses even a single set as too large');
}

/** How much more of everything there is than when it was last noted, if it was. */
function growthOf(now: Totals, before: Totals | null): Totals | undefined {
  if (!before) return undefined;
  return {
    entrants: now.entrants - before.entrants,
    sets: now.sets - before.sets,
    phases: now.phases - before.phases,
    pools: now.pools - before.pools,
  };
}

/** New sets have come with the changes, and new entrants are read alone; whatever else there is to it is not known. */
function isExplained(grown: Totals | undefined, newSets: number): boolean {
  if (grown?.phases !== 0 || grown.pools !== 0 || grown.entrants < 0) return false;
  return grown.sets === 0 || grown.sets === newSets;
}
