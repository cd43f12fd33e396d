import type { Action } from './asked.ts';
import type { Plans, Ran } from './plans.ts';

/** How a statement ran as a part of what was done. */
export type Measured = {
  what: string;
  mostMs: number;
  statement: string;
  ms: number;
  times: number;
  scanned: string[];
  indexes: string[];
  plan: string;
};

const WARM_ROUNDS = 3;
/** What people wait for, or what happens all the time, takes no longer than that. */
export const MOST_MS = 20;
/** pg-boss looks after its own tables beside everything else. */
const QUEUE = 'pgboss.';

/** Does something once to warm the caches and three times to measure: each statement with the median of its slowest runs. */
export async function measure(plans: Plans, { what, run, mayTakeMs = MOST_MS }: Action): Promise<Measured[]> {
  await run(0);
  plans.take();
  const rounds: Ran[][] = [];
  for (let round = 1; round <= WARM_ROUNDS; round++) {
    await run(round);
    rounds.push(plans.take().filter(({ statement }) => !statement.includes(QUEUE)));
  }
  const statements = [...new Set(rounds.flat().map(({ statement }) => statement))];
  return statements.map((statement) => {
    const runs = rounds.map((round) => round.filter((one) => one.statement === statement));
    const slowest = runs
      .filter((some) => some.length > 0)
      .map((some) => Math.max(...some.map(({ ms }) => ms)));
    const all = runs.flat();
    return {
      what,
      mostMs: mayTakeMs,
      statement,
      ms: slowest.sort((a, b) => a - b)[Math.floor(slowest.length / 2)] ?? 0,
      times: runs[0]?.length ?? 0,
      scanned: [...new Set(all.flatMap(({ scanned }) => scanned))],
      indexes: [...new Set(all.flatMap(({ indexes }) => indexes))],
      plan: all.at(-1)?.plan ?? '',
    };
  });
}
