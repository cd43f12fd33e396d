import { createHash } from 'node:crypto';
import type { NewItem, WorkItem } from '../../jobs/item.ts';
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

/** A set, and the pool it is in. */
type PlacedSet = { node: LeanSet; poolId: number };

/** A set of which not all is known. */
export type OpenSet = PlacedSet & { needs: Needs };

/** What an item keeps of sets that are to be asked for more. */
export type DetailsData = EventData & {
  sets: OpenSet[];
  /** The walk that showed them. */
  from: { kind: string; key: string };
};

/** The event and the pool that a key names. */
export const eventOf = ({ key }: Pick<WorkItem, 'key'>) => Number(key.split(':')[0]);
export const poolOf = ({ key }: Pick<WorkItem, 'key'>) => Number(key.split(':')[1]);

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

/** Sets whose details are asked for together. */
const DETAILS_AT_ONCE = 20;

const CREATED = 1;
const COMPLETED = 3;

/**
 * How both slots came out, where it follows from the rest: nothing before a set begins; once it is over the winner is
 * first and the other one second, and the scores stand in `displayScore`.
 */
function standingsOf({ state, winnerId, displayScore, slots }: LeanSet): Slot['standing'][] | undefined {
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
function needsSeeds({ id, slots }: LeanSet, { eventState, poolState }: SetsData): boolean {
  const mayHide = eventState !== 'COMPLETED' && (isPreview(id) || poolState === 1);
  return mayHide && slots.some((slot) => slot && !slot.entrant);
}

/** Divides sets into those of which all is known, and those that have to be asked for more. */
export function divide(sets: readonly PlacedSet[], data: SetsData): { known: SetNode[]; open: OpenSet[] } {
  const known: SetNode[] = [];
  const open: OpenSet[] = [];
  for (const { node, poolId } of sets) {
    const seeds = needsSeeds(node, data);
    const standings = standingsOf(node);
    if (seeds || !standings) open.push({ node, poolId, needs: { seeds, scores: !standings } });
    else known.push(complete(node, poolId, standings, []));
  }
  return { known, open };
}

/** Items for what is to be asked in addition. Asked once in a job for the same sets in the same state. */
export function detailItems(item: WorkItem, open: readonly OpenSet[]): NewItem[] {
  const items: NewItem[] = [];
  const { walk: _, ...own } = item.data;
  for (let i = 0; i < open.length; i += DETAILS_AT_ONCE) {
    const sets = open.slice(i, i + DETAILS_AT_ONCE);
    const hash = createHash('sha1').update(JSON.stringify(sets)).digest('base64url').slice(0, 12);
    const data = { ...own, sets, from: { kind: item.kind, key: item.key } } as DetailsData;
    items.push({ phase: 'sets', kind: 'details', key: `${eventOf(item)}:${hash}`, label: item.label, data });
  }
  return items;
}

/** How many sets of each walk are left to such items, by the walk's key. */
export function leftTo(items: readonly NewItem[]): Map<string, number> {
  const left = new Map<string, number>();
  for (const { data } of items) {
    const { from, sets } = data as DetailsData;
    left.set(from.key, (left.get(from.key) ?? 0) + sets.length);
  }
  return left;
}
