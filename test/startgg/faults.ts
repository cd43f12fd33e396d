import type { Fault, StartggRequest } from '../../src/sandbox/startgg/faults.ts';
import { emptyWorld } from './ground.ts';

/** Waits of tests in which start.gg fails. */
export const QUICK = {
  blockedMs: 300,
  timeoutMs: 5_000,
  waits: { retryMs: [20, 40, 60, 80], outageMs: [300, 600] },
};

const PARTS: Record<string, RegExp> = {
  Event: /phases \{/,
  Entrants: /entrants\d+x\d+:/,
  Sets: /sets\d+x\d+:/,
  Details: /d\d+x\d+: set\(/,
};

/** Whether a request asks for this, of this event; for itself or, as an import does, together with others. */
export const asks =
  (part: string, id?: number) =>
  ({ query, variables, operationName }: StartggRequest): boolean => {
    if (operationName !== 'Packed')
      return operationName === part && (id === undefined || variables.id === id);
    const own = id === undefined ? query : query.split(`event(id: ${id}) {`)[1]?.split('\n  }')[0];
    return PARTS[part]?.test(own ?? '') === true;
  };

/** What goes wrong, apart from when. */
export type Kind = {
  [K in Fault['kind']]: Omit<Extract<Fault, { kind: K }>, 'match' | 'times'>;
}[Fault['kind']];

/** A world of tournaments with one event each, all over. */
export function worldOfEvents(seed: string, count: number, entrants = 5) {
  const world = emptyWorld(seed);
  const events = Array.from({ length: count }, () => {
    const tournament = world.addTournament({ startAt: world.now - 86_400 });
    return world.addEvent(tournament.id, { entrants, teamSize: 1, state: 'COMPLETED', hasSets: true });
  });
  return { world, events };
}
