import { expect, it } from 'vitest';
import { SharedBudget } from '../../src/jobs/budget.ts';
import { createLog } from '../../src/log.ts';
import { type Observer, UNOBSERVED } from '../../src/metrics/observer.ts';
import type { Fault } from '../../src/sandbox/startgg/faults.ts';
import { videogameAnswer } from '../../src/startgg/answers.ts';
import { StartggClient, startggAllowance } from '../../src/startgg/client.ts';
import { VIDEOGAME } from '../../src/startgg/documents.ts';
import { TOKEN } from '../support/herald.ts';
import { emptyWorld, GAME, Ground } from './ground.ts';

/** A client, and what it told its observer. */
async function observedClient() {
  const ground = await Ground.open(emptyWorld('observed'));
  const { db } = await ground.herald(undefined, { works: false });
  const seen: Parameters<Observer['startggRequest']>[] = [];
  const observer: Observer = { ...UNOBSERVED, startggRequest: (...told) => void seen.push(told) };
  const budget = new SharedBudget(db, startggAllowance(TOKEN, 100_000));
  const { url } = ground.startgg;
  const fast = { timeoutMs: 3_000, blockedMs: 50 };
  const client = new StartggClient({
    url,
    token: TOKEN,
    budget,
    log: createLog('silent'),
    observer,
    ...fast,
  });
  const ask = (signal?: AbortSignal) =>
    client.query(VIDEOGAME, { id: GAME.id }, videogameAnswer, { urgency: 'person', signal });
  return { ground, ask, seen };
}

it('every request that start.gg got is told once, with what it cost or why it came to nothing', async () => {
  const { ground, ask, seen } = await observedClient();
  await ask();
  const faults: [Fault, string][] = [
    [{ kind: 'complexity', actual: 1_200 }, 'too_large'],
    [{ kind: 'complexity-200', actual: 1_200 }, 'too_large'],
    [{ kind: 'rate-limit' }, 'rate_limited'],
    [{ kind: 'rate-limit-200' }, 'rate_limited'],
    [{ kind: 'rate-limit-errors' }, 'rate_limited'],
    [{ kind: 'http', status: 503 }, 'failed'],
    [{ kind: 'html' }, 'failed'],
    [{ kind: 'cut-off' }, 'failed'],
    [{ kind: 'lost-connection' }, 'failed'],
    [{ kind: 'hang', ms: 60_000 }, 'failed'],
    [{ kind: 'unknown-error' }, 'failed'],
    [{ kind: 'expired-token' }, 'failed'],
  ];
  for (const [fault, outcome] of faults) {
    ground.startgg.faults.add(fault);
    await expect(ask()).rejects.toThrow();
    expect([fault.kind, seen.at(-1)]).toEqual([fault.kind, [outcome]]);
  }
  const { requests } = ground.startgg;
  expect(seen[0]).toEqual(['answered', requests[0]?.cost]);
  expect(requests[0]?.cost).toBeGreaterThan(0);
  expect(seen).toHaveLength(requests.length);
});

it('a request that Herald itself gives up is told as that, and one that was never sent not at all', async () => {
  const { ground, ask, seen } = await observedClient();
  ground.startgg.faults.add({ kind: 'hang', ms: 60_000 });
  const pause = new AbortController();
  const asked = ask(pause.signal);
  await ground.startgg.waitFor((requests) => requests.length === 1);
  pause.abort();
  await expect(asked).rejects.toThrow();
  expect(seen).toEqual([['aborted']]);
  await expect(ask(pause.signal)).rejects.toThrow();
  expect(seen).toHaveLength(1);
  expect(ground.startgg.requests).toHaveLength(1);
});
