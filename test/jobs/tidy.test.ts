import { describe, expect, it } from 'vitest';
import { tidyWorkLists } from '../../src/jobs/tidy.ts';
import { QUICK, worldOfEvents } from '../startgg/faults.ts';
import { Ground } from '../startgg/ground.ts';

/** How many items of each state a job has left. */
async function left(ground: Ground, job: { id: number }): Promise<Record<string, number>> {
  const counted = await ground.rows<{ state: string; n: number }>(
    'select state, count(*)::int as n from import_item where job_id = $1 group by state',
    [job.id],
  );
  return Object.fromEntries(counted.map(({ state, n }) => [state, n]));
}

async function endedDaysAgo(ground: Ground, job: { id: number }, days: number): Promise<void> {
  await ground.rows('update import_job set finished_at = now() - make_interval(days => $2) where id = $1', [
    job.id,
    days,
  ]);
}

describe('the work list of a job', () => {
  it('goes a month after the job was completed, but for what failed', async () => {
    const { world, events } = worldOfEvents('tidy', 4);
    const ground = await Ground.open(world);
    const herald = await ground.herald(QUICK);
    ground.startgg.faults.failEvent(events[0]?.id ?? 0);
    const old = await ground.run(herald);
    expect(old.errorCount).toBeGreaterThan(0);
    const young = await ground.run(herald);
    await endedDaysAgo(ground, old, 40);
    await endedDaysAgo(ground, young, 29);
    const before = await left(ground, young);
    const { failed } = await left(ground, old);

    await tidyWorkLists(herald.db);

    expect(await left(ground, old)).toEqual({ failed });
    expect(await left(ground, young)).toEqual(before);
    expect(await herald.imports.failures(old.id, 100)).toHaveLength(Number(failed));
    // What is gone would be missing from the walks: another start finds it all, a retry does not.
    await expect(herald.imports.retry('all', old.id)).rejects.toThrow(
      `Import ${old.id} ended more than 30 days ago, and its work list is gone.`,
    );
    ground.startgg.faults.clear();
    await herald.imports.retry('all', young.id);
    expect(await ground.ended(herald, young)).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
  });

  it('stays as long as the job can go on', async () => {
    const { world } = worldOfEvents('tidy-paused', 2);
    const ground = await Ground.open(world);
    const herald = await ground.herald();
    const job = await ground.run(herald);
    const before = await left(ground, job);
    for (const state of ['PAUSED', 'FAILED', 'RUNNING']) {
      await ground.rows('update import_job set state = $2 where id = $1', [job.id, state]);
      await endedDaysAgo(ground, job, 400);
      await tidyWorkLists(herald.db);
      expect(await left(ground, job)).toEqual(before);
    }
    await ground.rows(`update import_job set state = 'CANCELLED' where id = $1`, [job.id]);
    await tidyWorkLists(herald.db);
    expect(await left(ground, job)).toEqual({});
  });
});
