import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/sequencer.ts';
import { SummaryLine } from './test/support/summary.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres.ts'],
    reporters: ['default', new SummaryLine()],
    // Most of a test's time is waiting: for heartbeats, limits, other processes.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // Bots are started hundreds of times: what Node made of their sources is kept from one to the next.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'herald-compile-cache') },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
