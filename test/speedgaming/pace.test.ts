import { expect, test } from 'vitest';
import { BudgetExhaustedError } from '../../src/errors.ts';
import { SharedBudget } from '../../src/jobs/budget.ts';
import { createLog } from '../../src/log.ts';
import { slugAllowance, speedgamingAllowance } from '../../src/speedgaming/allowance.ts';
import { SpeedgamingClient } from '../../src/speedgaming/client.ts';
import { SpeedgamingSync } from '../../src/speedgaming/sync.ts';
import { League } from './league.ts';

test('SpeedGaming is asked once a second at most, over all slugs and processes, and for one slug once a minute', async () => {
  const league = await League.open();
  try {
    const slugs = ['demo', 'second', 'third', 'fourth'];
    for (const slug of slugs.slice(1)) {
      league.world.addEvent({ slug });
      await league.follow('1', slug);
    }
    // Two processes have nothing in common but the database.
    const [one, other] = [1, 2].map(() => {
      const budget = new SharedBudget(league.db, speedgamingAllowance());
      const client = new SpeedgamingClient({ url: league.speedgaming.url, budget });
      const perSlug = (slug: string) => new SharedBudget(league.db, slugAllowance(slug, 60));
      return new SpeedgamingSync(league.db, client, perSlug, createLog('silent'));
    }) as [SpeedgamingSync, SpeedgamingSync];
    await Promise.all(slugs.map((slug, i) => (i % 2 === 0 ? one : other).run(slug)));
    const { requests } = league.speedgaming;
    expect(requests).toHaveLength(slugs.length);
    for (const [i, { at }] of requests.slice(1).entries())
      expect(at - (requests[i]?.answeredAt ?? 0)).toBeGreaterThanOrEqual(990);
    await expect(other.run('demo')).rejects.toThrow(BudgetExhaustedError);
    expect(requests).toHaveLength(slugs.length);
  } finally {
    await league.close();
  }
});
