import { expect, it, onTestFinished } from 'vitest';
import { League } from './league.ts';

it('a run says whether it was done, could not read, or had nothing to do', async () => {
  const league = await League.open();
  onTestFinished(() => league.close());
  expect(await league.sync.run('demo')).toBe('done');
  league.speedgaming.faults.add({ kind: 'html', times: Number.POSITIVE_INFINITY });
  expect(await league.sync.run('demo')).toBe('unreadable');
  expect(await league.sync.run('nobody-follows-this')).toBeUndefined();
});
