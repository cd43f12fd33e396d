/** A request may return fewer than 1,000 objects (start.gg developer documentation, Rate limits; exactly 1,000 is refused). */
const LIMIT = 999;
/** Lists may have grown since their length was told. */
const GROWTH = 0.006;
/** Until start.gg's own count was seen, so much of the limit is left free. */
const UNSEEN_SLACK = 0.15;

/**
 * Objects by the cost rule: every object counts 1, null ones too; lists themselves count nothing. A set is itself, its
 * station, its stream, and two slots with their entrants. What is asked of a set in addition is the set and its slots
 * again, with standing, stats and score of each, or with the seed of each and its entrant.
 */
const RULE = { set: 7, score: 9, seed: 7, member: 3 } as const;

/** The fields whose objects count also where they are null. */
const OBJECTS = ['station', 'stream', 'entrant', 'standing', 'stats', 'score', 'seed', 'player', 'user'];

/** What is a guess is guessed a little too high, since a refusal costs more than some room. */
const POOL_MARGIN = 1.08;

/** What a request asked for, in numbers. */
export type Asked = { sets: number; details: number; entrants: number };

/** Prices in objects: what the cost rule says, and what start.gg was seen to count on top of it. */
export class Prices {
  /** What each set, each set's details and each entrant cost more than the rule says. */
  readonly #extra = { sets: 0, details: 0, entrants: 0 };
  #isSeen = false;
  /** How much more than estimated the pools of an event were. */
  #poolFactor = 1;

  /** Objects that one request may ask for. */
  get room(): number {
    return Math.floor(LIMIT * (1 - (this.#isSeen ? GROWTH : UNSEEN_SLACK)));
  }

  get set(): number {
    return RULE.set + this.#extra.sets;
  }

  get score(): number {
    return RULE.score + this.#extra.details;
  }

  get seed(): number {
    return RULE.seed + this.#extra.details;
  }

  /** @param members people per entrant */
  entrant(members: number): number {
    return 1 + RULE.member * members + this.#extra.entrants;
  }

  /**
   * An event's phases, pools and rounds, guessed from its entrants: one bracket with some rounds more than its depth, and
   * from a certain size on a pool for every dozen or so.
   */
  pools(entrants: number): number {
    const depth = Math.log2(Math.max(2, entrants));
    return (4 + 3 * depth + (entrants > 32 ? entrants * 0.9 : 0)) * this.#poolFactor * POOL_MARGIN;
  }

  /** Notes what the pools of an event really were. */
  learnPools(entrants: number, objects: number): void {
    const factor = (objects / this.pools(entrants)) * this.#poolFactor * POOL_MARGIN;
    // One odd event among many shall not make all others dear, and a refusal costs a request: up quickly, down slowly.
    this.#poolFactor += (Math.min(factor, 4) - this.#poolFactor) * (factor > this.#poolFactor ? 0.2 : 0.05);
  }

  /** Notes what an answer cost. */
  learn(data: object, asked: Asked, cost: number | undefined): void {
    if (cost === undefined || cost === 0) return;
    this.#isSeen = true;
    const surplus = cost - countObjects(data);
    for (const part of ['sets', 'details', 'entrants'] as const)
      if (asked[part] > 0) {
        // Whatever is in the request with it may be what is dearer: the one with the most objects is taken for it.
        this.#extra[part] = Math.max(this.#extra[part], Math.ceil(surplus / asked[part]));
        return;
      }
  }
}

/** Objects in an answer by the cost rule. */
export function countObjects(data: object): number {
  let count = 0;
  for (const [name, value] of Object.entries(data)) count += countIn(name, value);
  return count;
}

function countIn(name: string, value: unknown): number {
  if (value === null) return OBJECTS.includes(name) ? 1 : 0;
  if (typeof value !== 'object' || name === 'pageInfo') return 0;
  if (!Array.isArray(value)) return ('pageInfo' in value ? 0 : 1) + countObjects(value);
  const entries = value.reduce((sum, entry) => sum + (entry === null ? 1 : countIn(name, entry)), 0);
  // An empty list counts as one object, unless it is a page.
  return name === 'nodes' ? entries : Math.max(1, entries);
}
