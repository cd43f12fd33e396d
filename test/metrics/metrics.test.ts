import { expect, it } from 'vitest';
import { Metrics, type Readings } from '../../src/metrics/metrics.ts';
import { readScrape } from '../support/scrape.ts';

const READINGS: Readings = {
  startggRequestsLeft: 17,
  jobs: { PENDING: 0, RUNNING: 2 },
  queues: { 'import-slice': { ready: 3, oldestSeconds: 12.5 } },
};

const shown = async (metrics: Metrics, readings?: Readings) => readScrape(await metrics.text(readings));

it('counts requests to start.gg, and what an answered one could have brought', async () => {
  const metrics = new Metrics();
  metrics.startggRequest('answered', 900);
  metrics.startggRequest('answered', 990);
  metrics.startggRequest('answered', undefined);
  metrics.startggRequest('too_large');
  const seen = await shown(metrics);
  const requests = (outcome: string) => seen.value('herald_startgg_requests_total', { outcome });
  expect(['answered', 'too_large', 'rate_limited', 'failed', 'aborted'].map(requests)).toEqual([
    3, 1, 0, 0, 0,
  ]);
  expect(seen.value('herald_startgg_objects_used_total')).toBe(1_890);
  expect(seen.value('herald_startgg_objects_wasted_total')).toBe(99 + 9);
});

it('counts the rows of a page by phase; phases that are to come begin at 0', async () => {
  const metrics = new Metrics();
  metrics.expectPhases(['events', 'sets']);
  metrics.rowsWritten({ sets: { new: 5, gone: 1 } });
  metrics.rowsWritten({ sets: { new: 2 } });
  const seen = await shown(metrics);
  const rows = (phase: string, change: string) => seen.value('herald_import_rows_total', { phase, change });
  expect([rows('sets', 'new'), rows('sets', 'gone'), rows('sets', 'changed')]).toEqual([7, 1, 0]);
  expect(rows('events', 'new')).toBe(0);
});

it('shows what the database says, and leaves it out when it says nothing', async () => {
  const metrics = new Metrics();
  const there = await shown(metrics, READINGS);
  expect(there.value('herald_database_scrape_success')).toBe(1);
  expect(there.value('herald_startgg_requests_left')).toBe(17);
  expect(there.value('herald_import_jobs', { state: 'RUNNING' })).toBe(2);
  expect(there.value('herald_queue_length', { queue: 'import-slice' })).toBe(3);
  expect(there.value('herald_queue_age_seconds', { queue: 'import-slice' })).toBe(12.5);

  const away = await shown(metrics, undefined);
  expect(away.value('herald_database_scrape_success')).toBe(0);
  for (const name of ['startgg_requests_left', 'import_jobs', 'queue_length', 'queue_age_seconds'])
    expect(away.text).not.toMatch(new RegExp(`^herald_${name}[{ ]`, 'm'));
  expect(away.value('herald_startgg_objects_used_total')).toBe(0);

  const uncounted = await shown(metrics, { ...READINGS, startggRequestsLeft: undefined });
  expect(uncounted.value('herald_startgg_requests_left')).toBeUndefined();
});

it('sorts times into buckets of seconds', async () => {
  const metrics = new Metrics();
  metrics.acknowledged('command', 'import', 0.3);
  metrics.synced('startgg', 'done', 42);
  const seen = await shown(metrics);
  const bucket = (le: string) =>
    seen.value('herald_interaction_acknowledgement_seconds_bucket', {
      le,
      type: 'command',
      command: 'import',
    });
  expect([bucket('0.25'), bucket('0.5'), bucket('3')]).toEqual([0, 1, 1]);
  expect(seen.value('herald_sync_duration_seconds_sum', { source: 'startgg', outcome: 'done' })).toBeCloseTo(
    42,
  );
});

it('counts apart from the other processes, and of this one what Node tells', async () => {
  const [one, other] = [new Metrics(), new Metrics()];
  one.startggRequest('failed');
  one.describe({ version: '1.2.3', roles: ['worker'] });
  const seen = await shown(other);
  expect(seen.value('herald_startgg_requests_total', { outcome: 'failed' })).toBe(0);
  expect(seen.sum('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(seen.sum('nodejs_heap_size_used_bytes')).toBeGreaterThan(0);
  expect((await shown(one)).value('herald_process_info', { version: '1.2.3', roles: 'worker' })).toBe(1);
});

it('follows the conventions: a prefix, units in base form, totals of counters, words for each', async () => {
  const { text } = await shown(new Metrics());
  const types = [...text.matchAll(/^# TYPE (herald_\w+) (\w+)$/gm)];
  expect(types.length).toBeGreaterThan(10);
  for (const [, name = '', type] of types) {
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    expect(text).toMatch(new RegExp(`^# HELP ${name} [A-Z0-9].{30,}\\.$`, 'm'));
  }
});
