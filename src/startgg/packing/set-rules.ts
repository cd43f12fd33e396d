import type { WorkItem } from '../../jobs/item.ts';
import type { LeanSet, SetNode } from '../answers.ts';
import { isPreview } from '../store.ts';
import type { EventData } from './event-data.ts';
import { readScores } from './scores.ts';

/** What the items of a pool's sets keep. */
export type SetsData = EventData & {
  /** Of the pool: 1 not started, 2 running, 3 over. */
  poolState: number | null;
};

/** What a set has to be asked for in addition. */
export type Needs = { scores: boolean; seeds: boolean };

/** What an item keeps of sets that are to be asked for more. */
export type DetailsData = SetsData & { sets: { node: LeanSet; needs: Needs }[] };

/** The event and the pool that a key names. */
export const eventOf = ({ key }: Pick<WorkItem, 'key'>) => Number(key.split(':')[0]);
export const poolOf = ({ key }: Pick<WorkItem, 'key'>) => Number(key.split(':')[1]);
/** The key of the walk that details belong to. */
export const walkKeyOf = (key: string) => key.split(':').slice(0, 2).join(':');

type Slot = NonNullable<SetNode['slots'][number]>;

/** A set with all that is stored of it. */
export function complete(
  node: LeanSet,
  poolId: number,
  standings: readonly Slot['standing'][],
  seeds: readonly Slot['seed'][],
): SetNode {
  const slots = node.slots.map((slot, i) => slot && { ...slot, standing: standings[i], seed: seeds[i] });
  return { ...node, phaseGroup: { id: poolId }, slots };
}

const CREATED = 1;
const COMPLETED = 3;

/**
 * How both slots came out, where it follows from the rest: nothing before a set begins; once it is over the winner is
 * first and the other one second, and the scores stand in `displayScore`.
 */
export function standingsOf({
  state,
  winnerId,
  displayScore,
  slots,
}: LeanSet): Slot['standing'][] | undefined {
  if (state === CREATED) return [];
  const [one, other] = slots;
  if (state !== COMPLETED || !one?.entrant || !other?.entrant || slots.length !== 2) return undefined;
  const scores = readScores(displayScore, [one.entrant.name, other.entrant.name]);
  const ids = [one.entrant.id, other.entrant.id];
  if (!scores || winnerId === null || !ids.includes(winnerId)) return undefined;
  return ids.map((id, i) => ({
    placement: id === winnerId ? 1 : 2,
    stats: { score: { value: scores[i] ?? null } },
  }));
}

/** Before a pool starts, start.gg may leave `slot.entrant` null though the seed knows who it is. */
export function needsOf({ id, slots }: LeanSet, { eventState, poolState }: SetsData): Pick<Needs, 'seeds'> {
  const mayHide = eventState !== 'COMPLETED' && (isPreview(id) || poolState === 1);
  return { seeds: mayHide && slots.some((slot) => slot && !slot.entrant) };
}
