import type { Fault, StartggRequest } from '../../src/sandbox/startgg/faults.ts';
import { emptyWorld } from './ground.ts';

/** Waits of tests in which start.gg fails. */
export const QUICK = {
  blockedMs: 300,
  timeoutMs: 1_500,
  waits: { retryMs: [20, 40, 60, 80], outageMs: [300, 600] },
};

/** Whether a request asks for this, of this event. */
export const asks = (operation: string, id?: number) => (request: StartggRequest) =>
  request.operationName === operation && (id === undefined || request.variables.id === id);

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
